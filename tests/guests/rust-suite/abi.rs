//! The allocator that the host uses, and the memory that calls hand over.

use crate::{expect, expect_equal, Case, Outcome};
use std::arch::wasm32::memory_size;
use std::ptr::null_mut;
use wasi_gpu::wasi::gpu::compute::{buffer_read, get_device_info, GpuError};
use wasi_gpu::Buffer;

pub const CASES: &[Case] = &[
    ("abi/realloc-size-0", realloc_size_0),
    ("abi/realloc-grows-and-shrinks", realloc_grows_and_shrinks),
    ("abi/realloc-alignments", realloc_alignments),
    ("abi/text-of-the-size-of-the-target", text_of_the_size_of_the_target),
    ("abi/returned-memory-is-freed", returned_memory_is_freed),
];

extern "C" {
    fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8;
}

fn realloc_size_0() -> Outcome {
    for align in [1, 2, 4, 8, 16] {
        let memory = unsafe { cabi_realloc(null_mut(), 0, align, 0) };
        expect!(!memory.is_null() && memory as usize % align == 0, "{:?} for alignment {}", memory, align);
    }

    Ok(())
}

fn realloc_grows_and_shrinks() -> Outcome {
    unsafe {
        let mut memory = cabi_realloc(null_mut(), 0, 1, 10);
        memory.write_bytes(0xA5, 10);
        for (old_size, new_size) in [(10, 100_000), (100_000, 20), (20, 300)] {
            memory = cabi_realloc(memory, old_size, 1, new_size);
            expect_equal!(std::slice::from_raw_parts(memory, 10), [0xA5; 10]);
        }

        // It is the global allocator's: a Vec takes it over, as every call that returns a list does.
        drop(Vec::from_raw_parts(memory, 10, 300));
    }

    Ok(())
}

fn realloc_alignments() -> Outcome {
    for align in [1, 2, 4, 8, 16, 64, 4096] {
        unsafe {
            let memory = cabi_realloc(null_mut(), 0, align, 24);
            expect_equal!(memory as usize % align, 0);
            let larger = cabi_realloc(memory, 24, align, 5000);
            expect_equal!(larger as usize % align, 0);
            cabi_realloc(larger, 5000, align, 0);
        }
    }

    Ok(())
}

/// A read into memory of the caller fails with texts of many lengths; one of them has the size of the target, so the
/// host asks for it as it would ask for the bytes.
fn text_of_the_size_of_the_target() -> Outcome {
    let buffer = Buffer::<u8>::new(1).map_err(text)?;
    let mut is_met = false;
    for size in 2..200 {
        let mut target = vec![0; size];
        let into = buffer.read_into(0, &mut target).err();
        let plain = buffer_read(buffer.id(), 0, size as u32).err();
        match (into, plain) {
            (Some(GpuError::InvalidParams(into)), Some(GpuError::InvalidParams(plain))) => {
                expect_equal!(into, plain);
                is_met |= into.len() == size;
            }
            other => return Err(format!("{} bytes: {:?}", size, other)),
        }
    }

    expect!(is_met, "no text had the size of its target");
    Ok(())
}

fn returned_memory_is_freed() -> Outcome {
    const ROUNDS: usize = 500;
    let buffer = Buffer::from_slice(&vec![7_u8; 64 * 1024]).map_err(text)?;
    let mut pages = 0;
    for round in 0..ROUNDS {
        expect_equal!(buffer_read(buffer.id(), 0, 64 * 1024).map_err(text)?.len(), 64 * 1024);
        expect_equal!(buffer.read().map_err(text)?[65_535], 7);
        expect!(buffer.read_at(65_536, 1).is_err(), "a read past the end succeeded");
        expect!(buffer_read(buffer.id(), 65_536, 1).is_err(), "a read past the end succeeded");
        expect!(!get_device_info().name.is_empty(), "no name");
        // A page is 64 KiB: what is kept of a round would show as one more page, or two.
        if round == ROUNDS / 2 {
            pages = memory_size(0);
        }
    }

    expect_equal!(memory_size(0), pages);
    Ok(())
}

fn text(error: GpuError) -> String {
    error.to_string()
}
