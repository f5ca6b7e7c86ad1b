//! The border to the host: results as the canonical ABI lays them out, and the allocator that it asks for.

use crate::wasi::gpu::compute::GpuError;
use std::alloc::Layout;
use std::cell::Cell;
use std::mem::MaybeUninit;

/// Declares functions of a WIT interface in their flattened form. Elsewhere than on wasm32 they exist, for tools that
/// only compile, and panic.
macro_rules! import {
    ($interface:literal { $($wit:literal => fn $name:ident($($parameter:ident: $type:ty),*);)* }) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = $interface)]
        extern "C" {
            $(#[link_name = $wit] fn $name($($parameter: $type),*);)*
        }

        $(#[cfg(not(target_arch = "wasm32"))]
        #[allow(clippy::too_many_arguments)] // As many as the interface has.
        unsafe fn $name($(_: $type),*) {
            panic!(concat!($interface, " ", $wit, ": only a WebAssembly guest has a host to call"))
        })*
    };
}

pub(crate) use import;

/// The world of the package in binary form, by which tools that make components know the types of the imports.
#[cfg(target_arch = "wasm32")]
#[link_section = "component-type:wasi-gpu"]
#[used]
static COMPONENT_TYPE: [u8; include_bytes!("component-type.bin").len()] = *include_bytes!("component-type.bin");

/// Where the host writes `result<_, gpu-error>`, `result<u32, gpu-error>` or `result<list<u8>, gpu-error>`.
///
/// The tag is the byte at 0, a payload begins at 4. An error is its case in the byte at 4 and, for the two cases with
/// a text, pointer and length at 8 and 12. All other bytes are padding of any value.
#[repr(C, align(4))]
pub(crate) struct Returned([MaybeUninit<u8>; 16]);

impl Returned {
    pub(crate) fn new() -> Self {
        Returned([MaybeUninit::uninit(); 16])
    }

    /// The address that the import gets.
    pub(crate) fn area(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }

    /// Ends the call: `Ok`, or the error that the host wrote.
    ///
    /// # Safety
    ///
    /// The host has written a result with `gpu-error` to [`Returned::area`], and this is called once.
    pub(crate) unsafe fn check(&self) -> Result<(), GpuError> {
        if self.byte(0) == 0 {
            return Ok(());
        }

        Err(match self.byte(4) {
            0 => GpuError::OutOfMemory,
            1 => GpuError::InvalidBuffer,
            2 => GpuError::KernelError(take_text(self.word(8), self.word(12))),
            3 => GpuError::DeviceUnavailable,
            _ => GpuError::InvalidParams(take_text(self.word(8), self.word(12))),
        })
    }

    /// The four bytes at an offset, which is a multiple of 4, as a number.
    ///
    /// # Safety
    ///
    /// The host has written them.
    pub(crate) unsafe fn word(&self, offset: usize) -> usize {
        self.0.as_ptr().add(offset).cast::<u32>().read() as usize
    }

    unsafe fn byte(&self, offset: usize) -> u8 {
        self.0.as_ptr().add(offset).cast::<u8>().read()
    }
}

/// Takes over a text that the host placed with [`cabi_realloc`].
///
/// # Safety
///
/// The pointer and length are those that the host returned, and nobody else takes them.
pub(crate) unsafe fn take_text(pointer: usize, length: usize) -> String {
    let bytes = if TARGET.lent.get() == pointer && length > 0 {
        // The text has the length of the read that it refused, so it went to that read's target: not ours to free.
        std::slice::from_raw_parts(pointer as *const u8, length).to_vec()
    } else {
        take_bytes(pointer, length)
    };
    // The interface promises UTF-8; a host that breaks this gets marks in place of what is not.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Takes over bytes that the host placed with [`cabi_realloc`].
///
/// # Safety
///
/// As for [`take_text`].
pub(crate) unsafe fn take_bytes(pointer: usize, length: usize) -> Vec<u8> {
    Vec::from_raw_parts(pointer as *mut u8, length, length)
}

/// Memory of a caller that a read in progress is to fill, so that the host copies there and nowhere else.
///
/// The host asks for the list of a read in one allocation of exactly its size, while the import runs and never after.
struct Target {
    pointer: Cell<*mut u8>,
    size: Cell<usize>,
    /// The address given to the host during this call; 0: none.
    lent: Cell<usize>,
}

/// SAFETY: an instance of a core module or component has one thread; the host refuses memories that are shared.
unsafe impl Sync for Target {}

static TARGET: Target = Target { pointer: Cell::new(std::ptr::null_mut()), size: Cell::new(0), lent: Cell::new(0) };

/// Makes `call`, an import that returns a list of `size` bytes and nothing else of that size, fill `pointer`.
///
/// # Safety
///
/// `pointer` can take `size` bytes while `call` runs.
pub(crate) unsafe fn with_target<R>(pointer: *mut u8, size: usize, call: impl FnOnce() -> R) -> R {
    TARGET.pointer.set(pointer);
    TARGET.size.set(size);
    let returned = call();
    TARGET.pointer.set(std::ptr::null_mut());
    TARGET.lent.set(0);
    returned
}

/// Called by the host, during an import, for the memory of what it returns. Memory that cannot be had is a trap: the
/// canonical ABI has no other way to say so.
///
/// What it returns comes from the global allocator with the size and alignment asked for, or is the target of a read.
///
/// # Safety
///
/// For the host: `old` is null, or what this function returned for `old_size` and `align`.
#[cfg(target_arch = "wasm32")]
#[export_name = "cabi_realloc"]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let target = TARGET.pointer.get();
    if old.is_null() && align == 1 && !target.is_null() && new_size == TARGET.size.get() {
        TARGET.pointer.set(std::ptr::null_mut());
        TARGET.lent.set(target as usize);
        return target;
    }

    let memory = reallocate(old, old_size, align, new_size);
    if memory.is_null() {
        std::arch::wasm32::unreachable();
    }

    memory
}

/// The global allocator as the canonical ABI sees it; null when there is no memory, or for an impossible alignment.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
unsafe fn reallocate(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let (old_layout, new_layout) = match (layout(old_size, align), layout(new_size, align)) {
        (Some(old_layout), Some(new_layout)) => (old_layout, new_layout),
        _ => return std::ptr::null_mut(),
    };
    let is_owned = !old.is_null() && old_size > 0;
    if new_size == 0 {
        if is_owned {
            std::alloc::dealloc(old, old_layout);
        }

        // Aligned, not null, and nobody's to free: as an empty Vec has it.
        return align as *mut u8;
    }

    if is_owned {
        std::alloc::realloc(old, old_layout, new_size)
    } else {
        std::alloc::alloc(new_layout)
    }
}

fn layout(size: usize, align: usize) -> Option<Layout> {
    Layout::from_size_align(size, align).ok()
}

#[cfg(test)]
mod tests {
    use super::reallocate;

    #[test]
    fn reallocate_growing_keeps_the_bytes() {
        unsafe {
            let first = reallocate(std::ptr::null_mut(), 0, 8, 16);
            assert_eq!(first as usize % 8, 0);
            first.write_bytes(7, 16);
            let second = reallocate(first, 16, 8, 4096);
            assert_eq!(std::slice::from_raw_parts(second, 16), [7; 16]);
            assert_eq!(reallocate(second, 4096, 8, 0) as usize, 8);
        }
    }

    #[test]
    fn reallocate_size_0_is_aligned_and_not_null() {
        for align in [1, 2, 4, 8, 16] {
            unsafe { assert_eq!(reallocate(std::ptr::null_mut(), 0, align, 0) as usize, align) };
        }
    }

    #[test]
    fn reallocate_impossible_is_null() {
        unsafe {
            assert!(reallocate(std::ptr::null_mut(), 0, 3, 16).is_null());
            assert!(reallocate(std::ptr::null_mut(), 0, 1, usize::MAX).is_null());
        }
    }
}
