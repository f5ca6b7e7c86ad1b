//! The kernels: every parameter reaches its place, and results are what the interface says.

use crate::{expect, expect_equal, expect_error, Case, Outcome};
use wasi_gpu::wasi::gpu::compute::GpuError;
use wasi_gpu::wasi::gpu::ml_kernels::*;
use wasi_gpu::{Buffer, TreeNode};

pub const CASES: &[Case] = &[
    ("kernels/bootstrap-sample", bootstrap_sample),
    ("kernels/find-split", find_split),
    ("kernels/average", average),
    ("kernels/matmul", matmul),
    ("kernels/matmul-transposed", matmul_transposed),
    ("kernels/elementwise", elementwise),
    ("kernels/elementwise-two-inputs", elementwise_two_inputs),
    ("kernels/reduce", reduce),
    ("kernels/batch-predict", batch_predict),
];

fn bootstrap_sample() -> Outcome {
    let output = Buffer::<u32>::new(13).map_err(text)?;
    let params = BootstrapParams { n_samples: 12, seed: 42, max_index: 442 };
    kernel_bootstrap_sample(params, output.id()).map_err(text)?;
    let expected = [270, 207, 32, 150, 436, 144, 227, 200, 365, 290, 266, 341, 0];
    expect_equal!(output.read().map_err(text)?, expected);
    let params = BootstrapParams { max_index: 0, ..params };
    expect_error!(kernel_bootstrap_sample(params, output.id()), GpuError::InvalidParams(_));
    Ok(())
}

fn find_split() -> Outcome {
    let data = floats(&[9.0, 1.0, 9.0, 2.0, 9.0, 3.0])?;
    let labels = floats(&[10.0, 20.0, 60.0])?;
    let indices = Buffer::from_slice(&[0_u32, 1, 2, 2]).map_err(text)?;
    let thresholds = floats(&[0.0, 1.5, 2.0])?;
    let scores = floats(&[-1.0; 3])?;
    let params = FindSplitParams { n_samples: 4, n_features: 2, feature_idx: 1, n_thresholds: 3 };
    let call = |params| kernel_find_split(params, data.id(), labels.id(), indices.id(), thresholds.id(), scores.id());
    call(params).map_err(text)?;
    let scores = scores.read().map_err(text)?;
    expect!(scores[0].is_infinite(), "the score of an empty side is {}", scores[0]);
    // Right of 1.5: 20, 60, 60. Left of 2: 10, 20.
    expect!(is_near(scores[1], 3200.0 / 3.0) && is_near(scores[2], 50.0), "{:?}", scores);
    expect_error!(call(FindSplitParams { feature_idx: 2, ..params }), GpuError::InvalidParams(_));
    Ok(())
}

fn average() -> Outcome {
    let predictions = floats(&[1.0, 2.0, 6.0, -1.0, 0.0, 4.0])?;
    let output = floats(&[0.0; 2])?;
    let params = AverageParams { n_trees: 3, n_samples: 2 };
    kernel_average(params, predictions.id(), output.id()).map_err(text)?;
    expect_equal!(output.read().map_err(text)?, [3.0, 1.0]);
    Ok(())
}

fn matmul() -> Outcome {
    let a = floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    let b = floats(&[1.0, 0.0, 2.0, 1.0, 0.0, 3.0])?;
    let c = floats(&[1.0, 1.0, 1.0, 1.0])?;
    let params = MatmulParams { m: 2, k: 3, n: 2, trans_a: false, trans_b: false, alpha: 2.0, beta: 10.0 };
    kernel_matmul(params, a.id(), b.id(), c.id()).map_err(text)?;
    expect_equal!(c.read().map_err(text)?, [20.0, 32.0, 38.0, 56.0]);
    expect_error!(kernel_matmul(params, a.id(), c.id(), c.id()), GpuError::InvalidParams(_));
    Ok(())
}

fn matmul_transposed() -> Outcome {
    // op(a) is 2 x 3, stored as 3 x 2; op(b) is 3 x 1, stored as 1 x 3.
    let a = floats(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0])?;
    let b = floats(&[1.0, 10.0, 100.0])?;
    let c = floats(&[f32::NAN; 2])?;
    let params = MatmulParams { m: 2, k: 3, n: 1, trans_a: true, trans_b: true, alpha: 1.0, beta: 0.0 };
    kernel_matmul(params, a.id(), b.id(), c.id()).map_err(text)?;
    expect_equal!(c.read().map_err(text)?, [321.0, 654.0]);
    let params = MatmulParams { m: 3, k: 2, n: 1, trans_a: false, trans_b: true, ..params };
    let c = floats(&[0.0; 3])?;
    kernel_matmul(params, a.id(), b.id(), c.id()).map_err(text)?;
    expect_equal!(c.read().map_err(text)?, [41.0, 52.0, 63.0]);
    Ok(())
}

fn elementwise() -> Outcome {
    let functions: [(ElementwiseOp, fn(f64) -> f64); 6] = [
        (ElementwiseOp::Relu, |x| x.max(0.0)),
        (ElementwiseOp::Sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        (ElementwiseOp::Tanh, f64::tanh),
        (ElementwiseOp::Sqrt, f64::sqrt),
        (ElementwiseOp::Exp, f64::exp),
        (ElementwiseOp::Log, f64::ln),
    ];
    let values = [-1.5_f32, 0.25, 2.0, 9.0];
    let input = floats(&values)?;
    let output = floats(&[0.0; 4])?;
    for (op, function) in functions {
        let params = ElementwiseParams { n_elements: 4, op };
        kernel_elementwise(params, input.id(), None, output.id()).map_err(text)?;
        for (x, got) in values.into_iter().zip(output.read().map_err(text)?) {
            let expected = function(x.into());
            let is_right = if expected.is_nan() { got.is_nan() } else { is_near(got, expected) };
            expect!(is_right, "{:?}({}): expected {}, got {}", op, x, expected, got);
        }
    }

    Ok(())
}

fn elementwise_two_inputs() -> Outcome {
    let a = floats(&[1.0, 2.0, 3.0])?;
    let b = floats(&[10.0, 20.0, 30.0])?;
    let params = ElementwiseParams { n_elements: 3, op: ElementwiseOp::Add };
    expect_error!(kernel_elementwise(params, a.id(), None, a.id()), GpuError::InvalidParams(_));
    kernel_elementwise(params, a.id(), Some(b.id()), a.id()).map_err(text)?;
    expect_equal!(a.read().map_err(text)?, [11.0, 22.0, 33.0]);
    let params = ElementwiseParams { n_elements: 2, op: ElementwiseOp::Mul };
    kernel_elementwise(params, a.id(), Some(b.id()), a.id()).map_err(text)?;
    expect_equal!(a.read().map_err(text)?, [110.0, 440.0, 33.0]);
    Ok(())
}

fn reduce() -> Outcome {
    let input = floats(&[1.0, 2.0, 3.0, 6.0])?;
    let output = floats(&[0.0])?;
    let expected = [
        (ReduceOp::Sum, 12.0),
        (ReduceOp::Max, 6.0),
        (ReduceOp::Min, 1.0),
        (ReduceOp::Mean, 3.0),
        (ReduceOp::Variance, 3.5),
    ];
    for (op, expected) in expected {
        kernel_reduce(ReduceParams { n_elements: 4, op }, input.id(), output.id()).map_err(text)?;
        let got = output.read().map_err(text)?[0];
        expect!(is_near(got, expected), "{:?}: expected {}, got {}", op, expected, got);
    }

    Ok(())
}

fn batch_predict() -> Outcome {
    let samples = floats(&[0.0, 1.0, 0.0, 3.0])?;
    let tree = TreeNode { feature: 1, value: 2.0, left: 1, right: 2 };
    let nodes = [TreeNode::leaf(100.0), tree, TreeNode::leaf(4.0), TreeNode::leaf(8.0)];
    let nodes = Buffer::from_slice(&nodes).map_err(text)?;
    let offsets = Buffer::from_slice(&[0_u32, 1]).map_err(text)?;
    let output = floats(&[0.0; 2])?;
    let mut params = BatchPredictParams { batch_size: 2, n_features: 2, n_trees: 2, max_depth: 1 };
    kernel_batch_predict(params, samples.id(), nodes.id(), offsets.id(), output.id()).map_err(text)?;
    expect_equal!(output.read().map_err(text)?, [52.0, 54.0]);
    params.max_depth = 0;
    kernel_batch_predict(params, samples.id(), nodes.id(), offsets.id(), output.id()).map_err(text)?;
    expect!(output.read().map_err(text)?.iter().all(|value| value.is_nan()), "a walk went past max-depth");
    Ok(())
}

fn floats(values: &[f32]) -> Result<Buffer<f32>, String> {
    Buffer::from_slice(values).map_err(text)
}

fn is_near(got: f32, expected: f64) -> bool {
    (f64::from(got) - expected).abs() <= 1e-6 * expected.abs()
}

fn text(error: GpuError) -> String {
    error.to_string()
}
