//! The interface `wasi:gpu/compute@0.1.0`: the device and its buffers.
//!
//! Calls take effect in the order in which they are made. Kernels and copies may return before the device has done
//! them; a later read, copy, kernel or [`sync`] sees their results. A fault that the device reports late is returned
//! once, by the next call that can return an error. After the loss of the device every call is `DeviceUnavailable`,
//! except that [`buffer_destroy`] succeeds.

use crate::abi::{import, take_bytes, take_text, Returned};
use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not, Sub, SubAssign};

import!("wasi:gpu/compute@0.1.0" {
    "get-device-info" => fn import_get_device_info(returned: *mut u8);
    "buffer-create" => fn import_buffer_create(size: u64, usage: i32, returned: *mut u8);
    "buffer-write" => fn import_buffer_write(buffer: u32, offset: u64, data: *const u8, size: usize, returned: *mut u8);
    "buffer-read" => fn import_buffer_read(buffer: u32, offset: u64, size: u32, returned: *mut u8);
    "buffer-copy" => fn import_buffer_copy(
        src: u32, src_offset: u64, dst: u32, dst_offset: u64, size: u64, returned: *mut u8);
    "buffer-destroy" => fn import_buffer_destroy(buffer: u32, returned: *mut u8);
    "sync" => fn import_sync();
});

/// The number of a buffer: from 1 up, never used again, and valid in the instance that created it alone.
pub type BufferId = u32;

/// How a guest means to use a buffer: hints for where to place it, never permissions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferUsage(u8);

impl BufferUsage {
    /// The guest will read the buffer often.
    pub const MAP_READ: Self = Self(1 << 0);
    /// The guest will write the buffer often.
    pub const MAP_WRITE: Self = Self(1 << 1);
    /// The buffer will be the source of copies.
    pub const COPY_SRC: Self = Self(1 << 2);
    /// The buffer will be the target of copies.
    pub const COPY_DST: Self = Self(1 << 3);
    /// The buffer will hold small parameters for kernels.
    pub const UNIFORM: Self = Self(1 << 4);
    /// The buffer will hold the data of kernels.
    pub const STORAGE: Self = Self(1 << 5);

    const NAMES: [&'static str; 6] = ["MAP_READ", "MAP_WRITE", "COPY_SRC", "COPY_DST", "UNIFORM", "STORAGE"];

    /// No flag.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Every flag.
    pub const fn all() -> Self {
        Self(0x3F)
    }

    /// The flags as bits 0 to 5, in the order of the interface.
    pub const fn bits(&self) -> u8 {
        self.0
    }

    /// The flags of bits; `None` when there are others than the six.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::all().0 == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The flags of bits, without those that are none of the six.
    pub const fn from_bits_truncate(bits: u8) -> Self {
        Self(bits & Self::all().0)
    }

    /// The bits as they are. The host ignores those that are none of the six.
    pub const fn from_bits_retain(bits: u8) -> Self {
        Self(bits)
    }

    /// Whether there is no flag.
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Whether every flag is there.
    pub const fn is_all(&self) -> bool {
        self.contains(Self::all())
    }

    /// Whether any flag of `other` is there.
    pub const fn intersects(&self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all flags of `other` are there.
    pub const fn contains(&self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds the flags of `other`.
    pub fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Takes the flags of `other` away.
    pub fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    /// Turns the flags of `other` round.
    pub fn toggle(&mut self, other: Self) {
        self.0 ^= other.0;
    }

    /// Adds the flags of `other`, or takes them away.
    pub fn set(&mut self, other: Self, value: bool) {
        if value {
            self.insert(other);
        } else {
            self.remove(other);
        }
    }

    /// The flags that are in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The flags that are in any of the two.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The flags that are not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The flags that are in one of the two alone.
    #[must_use]
    pub const fn symmetric_difference(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    /// The flags that are not here.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self::from_bits_truncate(!self.0)
    }
}

macro_rules! operator {
    ($trait:ident $function:ident $method:ident, $assign_trait:ident $assign_function:ident) => {
        impl $trait for BufferUsage {
            type Output = Self;

            fn $function(self, other: Self) -> Self {
                self.$method(other)
            }
        }

        impl $assign_trait for BufferUsage {
            fn $assign_function(&mut self, other: Self) {
                *self = self.$method(other);
            }
        }
    };
}

operator!(BitOr bitor union, BitOrAssign bitor_assign);
operator!(BitAnd bitand intersection, BitAndAssign bitand_assign);
operator!(BitXor bitxor symmetric_difference, BitXorAssign bitxor_assign);
operator!(Sub sub difference, SubAssign sub_assign);

impl Not for BufferUsage {
    type Output = Self;

    fn not(self) -> Self {
        self.complement()
    }
}

impl Extend<BufferUsage> for BufferUsage {
    fn extend<I: IntoIterator<Item = Self>>(&mut self, flags: I) {
        for flag in flags {
            self.insert(flag);
        }
    }
}

impl FromIterator<BufferUsage> for BufferUsage {
    fn from_iter<I: IntoIterator<Item = Self>>(flags: I) -> Self {
        let mut all = Self::empty();
        all.extend(flags);
        all
    }
}

impl fmt::Debug for BufferUsage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = (0..8).filter(|bit| self.0 >> bit & 1 == 1);
        let names: Vec<&str> = names.map(|bit| Self::NAMES.get(bit).copied().unwrap_or("?")).collect();
        write!(formatter, "BufferUsage({})", names.join(" | "))
    }
}

/// Why a call failed.
#[derive(Clone, Debug)]
pub enum GpuError {
    /// The device's memory, the guest's quota of bytes or its number of buffers is exhausted. A kernel may return it
    /// too, when it needs scratch memory that cannot be had.
    OutOfMemory,
    /// An id names no live buffer of this instance.
    InvalidBuffer,
    /// A kernel failed on the device, or the host refuses the work because of its deadline or a limit of the device.
    KernelError(String),
    /// The device is lost, or the guest was not granted one.
    DeviceUnavailable,
    /// A size, a range or a parameter is wrong: the text holds what was given and what is allowed.
    InvalidParams(String),
}

impl fmt::Display for GpuError {
    /// The name of the case as the interface spells it, and its text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GpuError::OutOfMemory => formatter.write_str("out-of-memory"),
            GpuError::InvalidBuffer => formatter.write_str("invalid-buffer"),
            GpuError::KernelError(text) => write!(formatter, "kernel-error: {}", text),
            GpuError::DeviceUnavailable => formatter.write_str("device-unavailable"),
            GpuError::InvalidParams(text) => write!(formatter, "invalid-params: {}", text),
        }
    }
}

impl std::error::Error for GpuError {}

/// What the device is. The values do not change while the instance lives.
#[derive(Clone, Debug)]
pub struct DeviceInfo {
    /// The name of the product, as its driver reports it.
    pub name: String,
    /// What does the work: `cpu`, `cuda` or `webgpu`; empty when the guest was not granted the GPU.
    pub backend: String,
    /// The memory of the device in bytes, or the guest's quota if that is smaller.
    pub total_memory: u64,
    /// Whether a GPU does the work: false for the CPU backend and for a GPU that is emulated.
    pub is_hardware: bool,
    /// `9.0` for an NVIDIA H100, the API version and adapter type on WebGPU, the SIMD level on a CPU.
    pub compute_capability: String,
}

/// Tells what the device is. It never fails; without a grant texts are empty and the rest is 0 and false.
pub fn get_device_info() -> DeviceInfo {
    /// `device-info` in 40 bytes, alignment 8.
    #[repr(C)]
    #[derive(Default)]
    struct Record {
        name: [u32; 2],
        backend: [u32; 2],
        total_memory: u64,
        is_hardware: u8,
        compute_capability: [u32; 2],
    }

    let mut record = Record::default();
    // SAFETY: the host writes a whole record, with texts that are ours.
    unsafe {
        import_get_device_info((&mut record as *mut Record).cast());
        let text = |place: [u32; 2]| take_text(place[0] as usize, place[1] as usize);
        DeviceInfo {
            name: text(record.name),
            backend: text(record.backend),
            total_memory: record.total_memory,
            is_hardware: record.is_hardware != 0,
            compute_capability: text(record.compute_capability),
        }
    }
}

/// Creates a buffer of `size` bytes that reads as zeros.
///
/// # Errors
///
/// `InvalidParams` when `size` is 0; `OutOfMemory` when the size is over the limit of the device or of the guest, or
/// when the guest has as many buffers as it may have.
pub fn buffer_create(size: u64, usage: BufferUsage) -> Result<BufferId, GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host writes result<u32, gpu-error>.
    unsafe {
        import_buffer_create(size, usage.bits().into(), returned.area());
        returned.check()?;
        Ok(returned.word(4) as u32)
    }
}

/// Copies `data` into the buffer, from byte `offset` on. Any alignment is allowed.
///
/// # Errors
///
/// `InvalidBuffer`; then `InvalidParams` when the range does not lie wholly inside the buffer.
pub fn buffer_write(buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host reads the slice during the call, and writes result<_, gpu-error>.
    unsafe {
        import_buffer_write(buffer, offset, data.as_ptr(), data.len(), returned.area());
        returned.check()
    }
}

/// Waits for the work that writes the buffer, then returns its `size` bytes from byte `offset` on.
///
/// # Errors
///
/// `InvalidBuffer`; then `InvalidParams` when the range does not lie wholly inside the buffer.
pub fn buffer_read(buffer: BufferId, offset: u64, size: u32) -> Result<Vec<u8>, GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host writes result<list<u8>, gpu-error>, and the list is ours.
    unsafe {
        import_buffer_read(buffer, offset, size, returned.area());
        returned.check()?;
        Ok(take_bytes(returned.word(4), returned.word(8)))
    }
}

/// The same into the target that the caller has set: the list is the caller's memory.
pub(crate) fn read_to_target(buffer: BufferId, offset: u64, size: u32) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host writes result<list<u8>, gpu-error>.
    unsafe {
        import_buffer_read(buffer, offset, size, returned.area());
        returned.check()
    }
}

/// Copies `size` bytes from one buffer to another, or inside one, where overlapping ranges are safe.
///
/// # Errors
///
/// `InvalidBuffer` for `src`, then for `dst`; `InvalidParams` for the range in `src`, then for that in `dst`.
pub fn buffer_copy(src: BufferId, src_offset: u64, dst: BufferId, dst_offset: u64, size: u64) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host writes result<_, gpu-error>.
    unsafe {
        import_buffer_copy(src, src_offset, dst, dst_offset, size, returned.area());
        returned.check()
    }
}

/// Destroys a buffer; its bytes count as free at once. Buffers that are left are destroyed when the instance ends.
///
/// # Errors
///
/// `InvalidBuffer`, also for a buffer that was destroyed before.
pub fn buffer_destroy(buffer: BufferId) -> Result<(), GpuError> {
    let mut returned = Returned::new();
    // SAFETY: the host writes result<_, gpu-error>.
    unsafe {
        import_buffer_destroy(buffer, returned.area());
        returned.check()
    }
}

/// Returns when the device has finished all work of this instance. Needed for timing only: reads and copies wait by
/// themselves. It reports no error.
pub fn sync() {
    // SAFETY: the function takes nothing and returns nothing.
    unsafe { import_sync() }
}
