//! Predictions by the device, in two ways.

use crate::failure::{During, Result};
use crate::forest::Forest;
use crate::table::Table;
use wasi_gpu::wasi::gpu::ml_kernels::{kernel_average, kernel_batch_predict, AverageParams, BatchPredictParams};
use wasi_gpu::{Buffer, TreeNode};

/// A forest and the rows to predict, both on the device.
pub struct Predictor {
    params: BatchPredictParams,
    rows: Buffer<f32>,
    nodes: Buffer<TreeNode>,
    offsets: Buffer<u32>,
    output: Buffer<f32>,
}

impl Predictor {
    pub fn new(forest: &Forest, table: &Table, max_depth: u32) -> Result<Self> {
        Ok(Predictor {
            params: BatchPredictParams {
                batch_size: table.rows(),
                n_features: table.features() as u32,
                n_trees: forest.trees(),
                max_depth,
            },
            rows: Buffer::from_slice(&table.data).during("upload of the test rows")?,
            nodes: Buffer::from_slice(&forest.nodes).during("upload of the trees")?,
            offsets: Buffer::from_slice(&forest.offsets).during("upload of the trees")?,
            output: Buffer::new(table.rows().into()).during("buffer-create")?,
        })
    }

    /// Predicts every row with all trees at once.
    pub fn predict(&self) -> Result<Vec<f32>> {
        self.predict_on_device(self.params, &self.offsets)?;
        self.output.read().during("buffer-read")
    }

    /// The same by another way, as a check: each tree by itself, then the mean of all.
    pub fn predict_by_tree(&self, forest: &Forest) -> Result<Vec<f32>> {
        let rows = u64::from(self.params.batch_size);
        let trees = u64::from(forest.trees());
        let offset = Buffer::new(1).during("buffer-create")?;
        let collected = Buffer::<f32>::new(trees * rows).during("buffer-create")?;
        let params = BatchPredictParams { n_trees: 1, ..self.params };
        for tree in 0..trees {
            self.offsets.copy_to(tree, &offset, 0, 1).during("buffer-copy")?;
            self.predict_on_device(params, &offset)?;
            self.output.copy_to(0, &collected, tree * rows, rows).during("buffer-copy")?;
        }

        // Collected tree by tree, averaged row by row.
        let by_tree = collected.read().during("buffer-read")?;
        let (rows, trees) = (rows as usize, trees as usize);
        let by_row: Vec<f32> = (0..by_tree.len()).map(|i| by_tree[i % trees * rows + i / trees]).collect();
        let tree_predictions = Buffer::from_slice(&by_row).during("upload of the predictions")?;
        let average = AverageParams { n_trees: forest.trees(), n_samples: self.params.batch_size };
        kernel_average(average, tree_predictions.id(), self.output.id()).during("kernel-average")?;
        self.output.read().during("buffer-read")
    }

    fn predict_on_device(&self, params: BatchPredictParams, offsets: &Buffer<u32>) -> Result<()> {
        kernel_batch_predict(params, self.rows.id(), self.nodes.id(), offsets.id(), self.output.id())
            .during("kernel-batch-predict")
    }
}

/// The largest relative difference between two lists of predictions; infinity if one of them is not finite.
pub fn largest_difference(a: &[f32], b: &[f32]) -> f64 {
    let mut largest: f64 = 0.0;
    for (&a, &b) in a.iter().zip(b) {
        if !a.is_finite() || !b.is_finite() {
            return f64::INFINITY;
        }

        let scale = f64::from(a.abs().max(b.abs()));
        if scale > 0.0 {
            largest = largest.max((f64::from(a) - f64::from(b)).abs() / scale);
        }
    }

    largest
}
