//! The interface `wasi:gpu/ml-kernels@0.1.0`: machine learning kernels on device buffers.
//!
//! Every array is dense, little-endian, `f32` or `u32`, and begins at byte 0 of its buffer; a buffer may be longer.
//! `f32[r][c]` stands for r rows of c elements, row after row.
//!
//! # Errors
//!
//! Of every kernel, in this order: a late fault of an earlier call; `InvalidBuffer` for an unknown id; `InvalidParams`
//! for a parameter that is wrong, then for a buffer that is too small for the shapes. Nothing was changed then. A
//! valid call may still be `OutOfMemory` (scratch memory) or `KernelError` (a deadline, or a limit of the device).

use crate::abi::{import, Returned};

/// The number of a buffer: that of `compute`.
pub type BufferId = super::compute::BufferId;
/// Why a call failed: that of `compute`.
pub type GpuError = super::compute::GpuError;

import!("wasi:gpu/ml-kernels@0.1.0" {
    "kernel-bootstrap-sample" => fn import_bootstrap_sample(
        n_samples: u32, seed: u32, max_index: u32, output_indices: u32, returned: *mut u8);
    "kernel-find-split" => fn import_find_split(
        n_samples: u32, n_features: u32, feature_idx: u32, n_thresholds: u32, data: u32, labels: u32, indices: u32,
        thresholds: u32, output_scores: u32, returned: *mut u8);
    "kernel-average" => fn import_average(
        n_trees: u32, n_samples: u32, tree_predictions: u32, output: u32, returned: *mut u8);
    "kernel-matmul" => fn import_matmul(
        m: u32, k: u32, n: u32, trans_a: u32, trans_b: u32, alpha: f32, beta: f32, a: u32, b: u32, c: u32,
        returned: *mut u8);
    "kernel-elementwise" => fn import_elementwise(
        n_elements: u32, op: u32, input_a: u32, has_input_b: u32, input_b: u32, output: u32, returned: *mut u8);
    "kernel-reduce" => fn import_reduce(n_elements: u32, op: u32, input: u32, output: u32, returned: *mut u8);
    "kernel-batch-predict" => fn import_batch_predict(
        batch_size: u32, n_features: u32, n_trees: u32, max_depth: u32, samples: u32, tree_nodes: u32,
        tree_offsets: u32, output: u32, returned: *mut u8);
});

/// Parameters of [`kernel_bootstrap_sample`].
#[derive(Clone, Copy, Debug)]
pub struct BootstrapParams {
    /// The number of indices to draw; 0 draws none.
    pub n_samples: u32,
    /// The seed: any value. Equal seeds give equal indices on every device.
    pub seed: u32,
    /// The indices drawn are below this number, which is at least 1.
    pub max_index: u32,
}

/// Parameters of [`kernel_find_split`].
#[derive(Clone, Copy, Debug)]
pub struct FindSplitParams {
    /// The number of rows listed in `indices`.
    pub n_samples: u32,
    /// The number of columns of `data`.
    pub n_features: u32,
    /// The column to split on, counted from 0; below `n_features`.
    pub feature_idx: u32,
    /// The number of thresholds, and of scores.
    pub n_thresholds: u32,
}

/// Parameters of [`kernel_average`].
#[derive(Clone, Copy, Debug)]
pub struct AverageParams {
    /// The number of columns: the predictions of one row.
    pub n_trees: u32,
    /// The number of rows.
    pub n_samples: u32,
}

/// Parameters of [`kernel_matmul`].
#[derive(Clone, Copy, Debug)]
pub struct MatmulParams {
    /// The number of rows of op(a) and of `c`.
    pub m: u32,
    /// The number of columns of op(a) and of rows of op(b).
    pub k: u32,
    /// The number of columns of op(b) and of `c`.
    pub n: u32,
    /// Whether `a` is stored as k rows of m.
    pub trans_a: bool,
    /// Whether `b` is stored as n rows of k.
    pub trans_b: bool,
    /// The factor of the product.
    pub alpha: f32,
    /// The factor of the old content of `c`; 0: it is not read.
    pub beta: f32,
}

/// The functions of [`kernel_elementwise`].
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ElementwiseOp {
    /// x where x > 0, otherwise 0; NaN stays NaN.
    Relu,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// The hyperbolic tangent of x.
    Tanh,
    /// a + b.
    Add,
    /// a * b.
    Mul,
    /// The square root of x; NaN for x < 0.
    Sqrt,
    /// e^x.
    Exp,
    /// The natural logarithm of x; -infinity for 0, NaN for x < 0.
    Log,
}

/// Parameters of [`kernel_elementwise`].
#[derive(Clone, Copy, Debug)]
pub struct ElementwiseParams {
    /// The number of elements.
    pub n_elements: u32,
    /// The function.
    pub op: ElementwiseOp,
}

/// The functions of [`kernel_reduce`].
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReduceOp {
    /// The sum of the elements.
    Sum,
    /// The largest element; NaN if any element is NaN.
    Max,
    /// The smallest element; NaN if any element is NaN.
    Min,
    /// The sum divided by the number of elements.
    Mean,
    /// The population variance: divided by n, not by n - 1.
    Variance,
}

/// Parameters of [`kernel_reduce`].
#[derive(Clone, Copy, Debug)]
pub struct ReduceParams {
    /// The number of elements; at least 1.
    pub n_elements: u32,
    /// The function.
    pub op: ReduceOp,
}

/// Parameters of [`kernel_batch_predict`].
#[derive(Clone, Copy, Debug)]
pub struct BatchPredictParams {
    /// The number of rows of `samples`, and of predictions.
    pub batch_size: u32,
    /// The number of columns of `samples`.
    pub n_features: u32,
    /// The number of trees.
    pub n_trees: u32,
    /// The largest number of moves from node to node that a walk may make.
    pub max_depth: u32,
}

/// Draws indices from 0 to `max_index` - 1, uniformly and with replacement, into `output_indices`, u32\[n_samples\].
///
/// # Errors
///
/// `InvalidParams` when `max_index` is 0.
pub fn kernel_bootstrap_sample(params: BootstrapParams, output_indices: BufferId) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    // SAFETY: here and below, the host writes result<_, gpu-error>.
    unsafe {
        import_bootstrap_sample(params.n_samples, params.seed, params.max_index, output_indices, returned.area());
        returned.check()
    }
}

/// Scores thresholds by which a regression tree may split the listed rows on one column.
///
/// `data` is f32\[rows\]\[n_features\], `labels` f32\[rows\], `indices` u32\[n_samples\], `thresholds` and
/// `output_scores` f32\[n_thresholds\]. A row goes left when its value is at most the threshold. The score is the sum
/// over both sides of (label - mean label of the side)^2; infinity when a side is empty.
///
/// # Errors
///
/// `InvalidParams` when `feature_idx` is not below `n_features`.
pub fn kernel_find_split(
    params: FindSplitParams,
    data: BufferId,
    labels: BufferId,
    indices: BufferId,
    thresholds: BufferId,
    output_scores: BufferId,
) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_find_split(
            params.n_samples,
            params.n_features,
            params.feature_idx,
            params.n_thresholds,
            data,
            labels,
            indices,
            thresholds,
            output_scores,
            returned.area(),
        );
        returned.check()
    }
}

/// Means of the rows of `tree_predictions`, f32\[n_samples\]\[n_trees\], into `output`, f32\[n_samples\].
///
/// # Errors
///
/// Those of every kernel alone.
pub fn kernel_average(params: AverageParams, tree_predictions: BufferId, output: BufferId) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_average(params.n_trees, params.n_samples, tree_predictions, output, returned.area());
        returned.check()
    }
}

/// `c = alpha * op(a) * op(b) + beta * c`, row-major: op(a) has m rows of k, op(b) k rows of n, `c` m rows of n.
///
/// # Errors
///
/// `InvalidParams` when `c` is the same buffer as `a` or `b`.
pub fn kernel_matmul(params: MatmulParams, a: BufferId, b: BufferId, c: BufferId) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_matmul(
            params.m,
            params.k,
            params.n,
            params.trans_a.into(),
            params.trans_b.into(),
            params.alpha,
            params.beta,
            a,
            b,
            c,
            returned.area(),
        );
        returned.check()
    }
}

/// Applies a function to each element: `output[i] = op(input_a[i])`, or `op(input_a[i], input_b[i])` for `Add` and
/// `Mul`. All are f32\[n_elements\]; `output` may be an input.
///
/// # Errors
///
/// `InvalidParams` when `input_b` is missing for `Add` or `Mul`.
pub fn kernel_elementwise(
    params: ElementwiseParams,
    input_a: BufferId,
    input_b: Option<BufferId>,
    output: BufferId,
) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_elementwise(
            params.n_elements,
            params.op as u32,
            input_a,
            input_b.is_some().into(),
            input_b.unwrap_or(0),
            output,
            returned.area(),
        );
        returned.check()
    }
}

/// Reduces `input`, f32\[n_elements\], to the one f32 at the start of `output`.
///
/// # Errors
///
/// `InvalidParams` when `n_elements` is 0.
pub fn kernel_reduce(params: ReduceParams, input: BufferId, output: BufferId) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_reduce(params.n_elements, params.op as u32, input, output, returned.area());
        returned.check()
    }
}

/// For each row, the mean over trees of the leaf that the row reaches; NaN where a walk breaks a rule of the trees.
///
/// `samples` is f32\[batch_size\]\[n_features\], `tree_nodes` an array of [`TreeNode`](crate::TreeNode),
/// `tree_offsets` u32\[n_trees\] with the number of each tree's first node, `output` f32\[batch_size\].
///
/// # Errors
///
/// Those of every kernel alone.
pub fn kernel_batch_predict(
    params: BatchPredictParams,
    samples: BufferId,
    tree_nodes: BufferId,
    tree_offsets: BufferId,
    output: BufferId,
) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    unsafe {
        import_batch_predict(
            params.batch_size,
            params.n_features,
            params.n_trees,
            params.max_depth,
            samples,
            tree_nodes,
            tree_offsets,
            output,
            returned.area(),
        );
        returned.check()
    }
}
