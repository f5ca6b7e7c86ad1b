//! The command line.

use crate::failure::{fail_usage, Result};
use crate::forest::ForestSettings;

pub const HELP: &str = "\
Trains a random forest on one CSV file and tests it on another, on the GPU that the host offers.

usage: random-forest.wasm TRAIN.csv TEST.csv [options]

Both files start with a line of column names; the last column is the one to predict.

  --trees N           trees of the forest (200)
  --depth N           moves from the root to the deepest leaf (16)
  --features N        features tried at each split, at most all (4)
  --min-leaf N        samples on each side of a split, at least (1)
  --seed N            start of all random draws (42)
  --predictions FILE  writes prediction and target of every test row as CSV
  --save FILE         writes the forest
  --quiet             prints no progress
  --help              prints this

The host must give this guest the folders of all files, with --dir.
";

const MAX_TREES: u32 = 100_000;

/// What the command line asks for.
pub enum Request {
    Help,
    Run(Options),
}

/// How to train and test.
#[derive(Default)]
pub struct Options {
    pub train_path: String,
    pub test_path: String,
    pub predictions_path: Option<String>,
    pub save_path: Option<String>,
    pub is_quiet: bool,
    pub forest: ForestSettings,
}

/// Reads the arguments, without the program's name.
pub fn parse(arguments: &[String]) -> Result<Request> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || match rest.next() {
            Some(value) => Ok(value.as_str()),
            None => fail_usage(format!("a value is missing after {}", argument)),
        };
        match argument.as_str() {
            "--help" => return Ok(Request::Help),
            "--trees" => options.forest.trees = number(argument, value()?, 1, MAX_TREES)?,
            "--depth" => options.forest.max_depth = number(argument, value()?, 0, u32::MAX)?,
            "--features" => options.forest.features_per_split = number(argument, value()?, 1, u32::MAX)?,
            "--min-leaf" => options.forest.min_leaf = number(argument, value()?, 1, u32::MAX)?,
            "--seed" => options.forest.seed = number(argument, value()?, 0, u32::MAX)?,
            "--predictions" => options.predictions_path = Some(value()?.to_string()),
            "--save" => options.save_path = Some(value()?.to_string()),
            "--quiet" => options.is_quiet = true,
            _ if argument.len() > 1 && argument.starts_with('-') => {
                return fail_usage(format!("unknown option {}", argument));
            }
            _ if options.train_path.is_empty() => options.train_path = argument.clone(),
            _ if options.test_path.is_empty() => options.test_path = argument.clone(),
            _ => return fail_usage(format!("one file too many: {}", argument)),
        }
    }

    if options.test_path.is_empty() {
        return fail_usage("a file with training rows and one with test rows are needed");
    }

    Ok(Request::Run(options))
}

fn number(option: &str, text: &str, min: u32, max: u32) -> Result<u32> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_digits && (min..=max).contains(&number) => Ok(number),
        _ => fail_usage(format!("{} takes a whole number from {} to {}, not \"{}\"", option, min, max, text)),
    }
}
