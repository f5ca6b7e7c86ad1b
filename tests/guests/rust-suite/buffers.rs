//! The typed buffers.

use crate::{expect, expect_equal, expect_error, Case, Outcome};
use wasi_gpu::wasi::gpu::compute::{buffer_destroy, buffer_read, GpuError};
use wasi_gpu::{Buffer, TreeNode};

pub const CASES: &[Case] = &[
    ("buffers/zeros", zeros),
    ("buffers/round-trip-8-mib", round_trip),
    ("buffers/element-types", element_types),
    ("buffers/parts", parts),
    ("buffers/copy-between-types", copy_between_types),
    ("buffers/ranges", ranges),
    ("buffers/drop-destroys", drop_destroys),
    ("buffers/into-id-keeps", into_id_keeps),
];

fn zeros() -> Outcome {
    let buffer = Buffer::<f64>::new(1000).map_err(text)?;
    expect_equal!(buffer.len(), 1000);
    expect!(!buffer.is_empty(), "a buffer is never empty");
    expect!(buffer.read().map_err(text)?.iter().all(|&value| value.to_bits() == 0), "not all zeros");
    Ok(())
}

fn round_trip() -> Outcome {
    let values: Vec<u32> = (0..2 << 20).map(|i: u32| i.wrapping_mul(0x9E37_79B9)).collect();
    let buffer = Buffer::from_slice(&values).map_err(text)?;
    expect!(buffer.read().map_err(text)? == values, "read() differs");
    let mut target = vec![0; values.len()];
    buffer.read_into(0, &mut target).map_err(text)?;
    expect!(target == values, "read_into() differs");
    Ok(())
}

fn element_types() -> Outcome {
    macro_rules! round_trip {
        ($($values:expr),*) => {$(
            let values = $values;
            expect_equal!(Buffer::from_slice(&values).and_then(|buffer| buffer.read()).map_err(text)?, values);
        )*};
    }
    round_trip!([1_u8, 255], [-1_i8, 7], [1_u16, 65535], [-2_i16, 3], [-3_i32, 4], [u64::MAX, 1], [i64::MIN]);
    round_trip!([1.5_f32, -0.25], [f64::MIN_POSITIVE, -1e300]);
    round_trip!([TreeNode { feature: 1, value: 0.5, left: 1, right: 2 }, TreeNode::leaf(3.0)]);
    expect_equal!(std::mem::size_of::<TreeNode>(), 16);
    Ok(())
}

fn parts() -> Outcome {
    let buffer = Buffer::from_slice(&[1.0_f32, 2.0, 3.0, 4.0]).map_err(text)?;
    buffer.write_at(2, &[30.0]).map_err(text)?;
    expect_equal!(buffer.read_at(1, 2).map_err(text)?, [2.0, 30.0]);
    expect_equal!(buffer.read_at(4, 0).map_err(text)?, []);
    let mut two = [0.0; 2];
    buffer.read_into(2, &mut two).map_err(text)?;
    expect_equal!(two, [30.0, 4.0]);
    buffer.copy_to(0, &buffer, 1, 3).map_err(text)?;
    expect_equal!(buffer.read().map_err(text)?, [1.0, 1.0, 2.0, 30.0]);
    Ok(())
}

fn copy_between_types() -> Outcome {
    let words = Buffer::from_slice(&[1_u32, 1.5_f32.to_bits(), 2.5_f32.to_bits()]).map_err(text)?;
    let floats = Buffer::<f32>::new(3).map_err(text)?;
    words.copy_to(1, &floats, 1, 2).map_err(text)?;
    expect_equal!(floats.read().map_err(text)?, [0.0, 1.5, 2.5]);
    Ok(())
}

fn ranges() -> Outcome {
    let buffer = Buffer::<u32>::new(4).map_err(text)?;
    expect_error!(buffer.read_at(3, 2), GpuError::InvalidParams(_));
    expect_error!(buffer.read_at(u64::MAX, 2), GpuError::InvalidParams(_));
    expect_error!(buffer.read_into(3, &mut [0; 2]), GpuError::InvalidParams(_));
    expect_error!(buffer.write(&[0; 5]), GpuError::InvalidParams(_));
    expect_error!(buffer.write_at(1 << 62, &[0]), GpuError::InvalidParams(_));
    expect_error!(buffer.copy_to(1 << 62, &buffer, 0, 1), GpuError::InvalidParams(_));
    expect_error!(Buffer::<u32>::new(0), GpuError::InvalidParams(_));
    expect_error!(Buffer::<u32>::new(1 << 62), GpuError::OutOfMemory);
    expect_error!(Buffer::<u8>::from_slice(&[]), GpuError::InvalidParams(_));
    Ok(())
}

fn drop_destroys() -> Outcome {
    let id = {
        let buffer = Buffer::<u8>::new(4).map_err(text)?;
        buffer.id()
    };
    expect_error!(buffer_read(id, 0, 1), GpuError::InvalidBuffer);
    Ok(())
}

fn into_id_keeps() -> Outcome {
    let id = Buffer::from_slice(&[5_u8]).map_err(text)?.into_id();
    expect_equal!(buffer_read(id, 0, 1).map_err(text)?, [5]);
    buffer_destroy(id).map_err(text)
}

fn text(error: GpuError) -> String {
    error.to_string()
}
