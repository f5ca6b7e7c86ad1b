//! Trains a random forest through wasi:gpu and reports how well it predicts rows it has not seen.

mod failure;
mod forest;
mod number;
mod options;
mod predict;
mod progress;
mod random;
mod table;
mod train;

use failure::{fail, Result};
use options::{Options, Request};
use predict::{largest_difference, Predictor};
use std::fmt::Write;
use std::time::Instant;
use table::Table;
use wasi_gpu::wasi::gpu::compute::get_device_info;

/// How far the two ways to predict may differ, relative to the prediction. They add the same leaves.
const MAX_DIFFERENCE: f64 = 1e-6;

/// Row numbers, and predictions, of all trees are held at once: a guest's memory ends at 4 GiB.
const MAX_SAMPLES: u64 = 1 << 27;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = options::parse(&arguments).and_then(|request| match request {
        Request::Help => {
            print!("{}", options::HELP);
            Ok(())
        }
        Request::Run(options) => run(&options),
    });
    if let Err(failure) = outcome {
        eprintln!("error: {}", failure.message);
        std::process::exit(failure.exit_code);
    }
}

fn run(options: &Options) -> Result<()> {
    let settings = &options.forest;
    let train_table = Table::read_csv(&options.train_path)?;
    let test_table = Table::read_csv(&options.test_path)?;
    if train_table.names != test_table.names {
        return fail(format!("{} and {} have different columns.", options.train_path, options.test_path));
    }

    check_size(&train_table, settings.trees)?;
    check_size(&test_table, settings.trees)?;
    print_device()?;
    println!(
        "data        {} training rows, {} test rows, {} features, target \"{}\"",
        train_table.rows(),
        test_table.rows(),
        train_table.features(),
        train_table.target_name()
    );

    let training_time = Instant::now();
    let forest = train::train(&train_table, settings, options.is_quiet)?;
    println!(
        "forest      {} trees, {} nodes, trained in {:.3} s",
        forest.trees(),
        forest.nodes.len(),
        training_time.elapsed().as_secs_f64()
    );
    if let Some(path) = &options.save_path {
        table::write_file(path, &forest.to_bytes(train_table.features(), settings.max_depth))?;
    }

    let predictor = Predictor::new(&forest, &test_table, settings.max_depth)?;
    let prediction_time = Instant::now();
    let predictions = predictor.predict()?;
    println!("prediction  {} rows in {:.6} s", test_table.rows(), prediction_time.elapsed().as_secs_f64());
    let difference = largest_difference(&predictions, &predictor.predict_by_tree(&forest)?);
    if difference > MAX_DIFFERENCE {
        return fail(format!(
            "the mean of the trees' own predictions differs from the forest's by {} of its value.",
            number::general(difference, 2)
        ));
    }

    println!(
        "check       {} trees one by one predict the same (largest relative difference {})",
        forest.trees(),
        number::general(difference, 1)
    );
    print_quality(&predictions, &test_table.labels);
    if let Some(path) = &options.predictions_path {
        table::write_file(path, to_csv(&predictions, &test_table.labels).as_bytes())?;
    }

    Ok(())
}

fn check_size(table: &Table, trees: u32) -> Result<()> {
    if u64::from(table.rows()) * u64::from(trees) > MAX_SAMPLES {
        return fail(format!("{} trees on {} rows are too many for a guest's memory.", trees, table.rows()));
    }

    Ok(())
}

fn print_device() -> Result<()> {
    let info = get_device_info();
    if info.backend.is_empty() {
        return fail("this guest was not given a GPU by its host.");
    }

    println!("device      {}, backend {}", info.name, info.backend);
    Ok(())
}

fn print_quality(predictions: &[f32], labels: &[f32]) {
    let rows = labels.len() as f64;
    let mean: f64 = labels.iter().map(|&label| f64::from(label) / rows).sum();
    let mut residual = 0.0;
    let mut total = 0.0;
    for (&prediction, &label) in predictions.iter().zip(labels) {
        residual += (f64::from(prediction) - f64::from(label)).powi(2);
        total += (f64::from(label) - mean).powi(2);
    }

    println!("test MSE    {:.2}", residual / rows);
    if total > 0.0 {
        println!("test R2     {:.4}", 1.0 - residual / total);
    } else {
        println!("test R2     undefined: all test rows have the same target");
    }
}

fn to_csv(predictions: &[f32], labels: &[f32]) -> String {
    let mut text = String::from("prediction,target\n");
    for (&prediction, &label) in predictions.iter().zip(labels) {
        let (prediction, label) = (number::general(prediction.into(), 9), number::general(label.into(), 9));
        let _ = writeln!(text, "{},{}", prediction, label);
    }

    text
}
