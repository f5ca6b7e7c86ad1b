//! The names and types of the package, used as generated bindings are.

use crate::{expect, expect_equal, expect_error, Case, Outcome};
use wasi::gpu::compute::{
    buffer_copy, buffer_create, buffer_destroy, buffer_read, buffer_write, get_device_info, sync, BufferUsage, GpuError,
};
use wasi::gpu::ml_kernels::{kernel_reduce, ReduceOp, ReduceParams};
use wasi_gpu::wasi;

pub const CASES: &[Case] = &[
    ("package/ids-count-up", ids_count_up),
    ("package/device-info", device_info),
    ("package/usage-flags", usage_flags),
    ("package/bytes-at-odd-offsets", bytes_at_odd_offsets),
    ("package/overlapping-copy", overlapping_copy),
    ("package/errors", errors),
    ("package/error-text", error_text),
];

pub const UNGRANTED_CASES: &[Case] =
    &[("ungranted/device-info", ungranted_device_info), ("ungranted/calls", ungranted_calls)];

// The first case: no buffer was created before.
fn ids_count_up() -> Outcome {
    for expected in 1..4 {
        expect_equal!(create(16)?, expected);
    }

    for id in 1..4 {
        buffer_destroy(id).map_err(text)?;
        expect_error!(buffer_destroy(id), GpuError::InvalidBuffer);
    }

    expect_error!(buffer_read(0, 0, 1), GpuError::InvalidBuffer);
    Ok(())
}

fn device_info() -> Outcome {
    let info = get_device_info();
    expect!(["cpu", "cuda", "webgpu"].contains(&info.backend.as_str()), "backend is {:?}", info.backend);
    expect!(!info.name.is_empty() && !info.compute_capability.is_empty(), "empty texts: {:?}", info);
    expect!(info.total_memory > 0, "total-memory is 0");
    expect!(info.backend != "cpu" || !info.is_hardware, "the CPU calls itself a GPU");
    Ok(())
}

fn usage_flags() -> Outcome {
    let in_order = [
        BufferUsage::MAP_READ,
        BufferUsage::MAP_WRITE,
        BufferUsage::COPY_SRC,
        BufferUsage::COPY_DST,
        BufferUsage::UNIFORM,
        BufferUsage::STORAGE,
    ];
    for (bit, flag) in in_order.into_iter().enumerate() {
        expect_equal!(flag.bits(), 1 << bit);
    }

    let all: BufferUsage = in_order.into_iter().collect();
    expect!(all.is_all() && all == BufferUsage::all(), "{:?}", all);
    let two = BufferUsage::STORAGE | BufferUsage::COPY_SRC;
    expect_equal!(two - BufferUsage::STORAGE, BufferUsage::COPY_SRC);
    expect_equal!(!two & two, BufferUsage::empty());
    expect_equal!(two ^ BufferUsage::COPY_SRC, BufferUsage::STORAGE);
    expect_equal!(BufferUsage::from_bits(0x40), None);
    expect_equal!(format!("{:?}", two), "BufferUsage(COPY_SRC | STORAGE)");
    // No flag is a permission, and unknown bits are ignored.
    for usage in [BufferUsage::empty(), BufferUsage::from_bits_retain(0xFF)] {
        let id = buffer_create(4, usage).map_err(text)?;
        buffer_write(id, 0, &[1, 2, 3, 4]).map_err(text)?;
        expect_equal!(buffer_read(id, 0, 4).map_err(text)?, [1, 2, 3, 4]);
        buffer_destroy(id).map_err(text)?;
    }

    Ok(())
}

fn bytes_at_odd_offsets() -> Outcome {
    let id = create(9)?;
    buffer_write(id, 3, &[7, 8, 9]).map_err(text)?;
    buffer_write(id, 9, &[]).map_err(text)?;
    expect_equal!(buffer_read(id, 0, 9).map_err(text)?, [0, 0, 0, 7, 8, 9, 0, 0, 0]);
    expect_equal!(buffer_read(id, 5, 1).map_err(text)?, [9]);
    expect_equal!(buffer_read(id, 9, 0).map_err(text)?, []);
    buffer_destroy(id).map_err(text)
}

fn overlapping_copy() -> Outcome {
    let id = create(6)?;
    buffer_write(id, 0, &[1, 2, 3, 4, 5, 6]).map_err(text)?;
    buffer_copy(id, 0, id, 1, 5).map_err(text)?;
    expect_equal!(buffer_read(id, 0, 6).map_err(text)?, [1, 1, 2, 3, 4, 5]);
    sync();
    buffer_destroy(id).map_err(text)
}

fn errors() -> Outcome {
    expect_error!(buffer_create(0, BufferUsage::STORAGE), GpuError::InvalidParams(_));
    expect_error!(buffer_create(u64::MAX, BufferUsage::STORAGE), GpuError::OutOfMemory);
    let id = create(8)?;
    expect_error!(buffer_write(id, 5, &[0; 4]), GpuError::InvalidParams(_));
    expect_error!(buffer_read(id, u64::MAX, 1), GpuError::InvalidParams(_));
    expect_error!(buffer_copy(id, 0, id + 1000, 0, 1), GpuError::InvalidBuffer);
    let none = ReduceParams { n_elements: 0, op: ReduceOp::Sum };
    expect_error!(kernel_reduce(none, id, id), GpuError::InvalidParams(_));
    buffer_destroy(id).map_err(text)
}

fn error_text() -> Outcome {
    let id = create(8)?;
    let error = match buffer_read(id, 123, 45) {
        Err(error) => error,
        Ok(_) => return Err("a range past the end was read".into()),
    };
    let shown = error.to_string();
    expect!(shown.starts_with("invalid-params: "), "{}", shown);
    expect!(shown.contains("123") && shown.contains("45"), "the numbers are missing: {}", shown);
    let as_error: Box<dyn std::error::Error> = Box::new(error.clone());
    expect_equal!(as_error.to_string(), shown);
    expect_equal!(GpuError::DeviceUnavailable.to_string(), "device-unavailable");
    buffer_destroy(id).map_err(text)
}

fn ungranted_device_info() -> Outcome {
    let info = get_device_info();
    expect_equal!(info.name + &info.backend + &info.compute_capability, "");
    expect_equal!((info.total_memory, info.is_hardware), (0, false));
    Ok(())
}

fn ungranted_calls() -> Outcome {
    expect_error!(buffer_create(4, BufferUsage::STORAGE), GpuError::DeviceUnavailable);
    expect_error!(buffer_read(1, 0, 4), GpuError::DeviceUnavailable);
    expect_error!(wasi_gpu::Buffer::from_slice(&[1.0_f32]), GpuError::DeviceUnavailable);
    sync();
    Ok(())
}

fn create(size: u64) -> Result<u32, String> {
    buffer_create(size, BufferUsage::STORAGE).map_err(text)
}

fn text(error: GpuError) -> String {
    error.to_string()
}
