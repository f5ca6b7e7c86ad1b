//! Typed buffers over the ids of the interface.

use crate::abi;
use crate::wasi::gpu::compute::{self, BufferId, BufferUsage, GpuError};
use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};

/// A type whose values can be copied to the device and back byte by byte.
///
/// # Safety
///
/// The type has a size above 0 and no padding, every pattern of bits is a value of it, and it is free of pointers.
pub unsafe trait Element: Copy + 'static {}

macro_rules! elements {
    ($($type:ty),*) => { $(unsafe impl Element for $type {})* };
}

elements!(u8, i8, u16, i16, u32, i32, f32, u64, i64, f64, TreeNode);

/// A node of a decision tree as `kernel_batch_predict` reads it: 16 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeNode {
    /// The column to compare, counted from 0, or [`TreeNode::LEAF`].
    pub feature: u32,
    /// The threshold, or the prediction of a leaf.
    pub value: f32,
    /// The child for `x <= threshold`, as a node number relative to the first node of the tree.
    pub left: u32,
    /// The other child, numbered in the same way; NaN goes here.
    pub right: u32,
}

impl TreeNode {
    /// `feature` of a node that is a leaf.
    pub const LEAF: u32 = u32::MAX;

    /// A leaf with its prediction.
    pub const fn leaf(value: f32) -> Self {
        TreeNode { feature: TreeNode::LEAF, value, left: 0, right: 0 }
    }
}

/// Owns one buffer of `T` on the device and destroys it when dropped.
///
/// Positions and lengths are in elements. Every error is the host's, except that one read or write moves at most
/// 4,294,967,295 bytes.
#[derive(Debug)]
pub struct Buffer<T: Element> {
    id: BufferId,
    len: u64,
    elements: PhantomData<T>,
}

impl<T: Element> Buffer<T> {
    const ELEMENT_BYTES: u64 = mem::size_of::<T>() as u64;

    /// A buffer of `len` elements, all bytes zero, for kernels and copies.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when `len` is 0; `OutOfMemory`; `DeviceUnavailable`.
    pub fn new(len: u64) -> Result<Self, GpuError> {
        Self::with_usage(len, BufferUsage::STORAGE | BufferUsage::COPY_SRC | BufferUsage::COPY_DST)
    }

    /// A buffer of `len` elements with usage flags, which are hints for speed and never permissions.
    ///
    /// # Errors
    ///
    /// As for [`Buffer::new`].
    pub fn with_usage(len: u64, usage: BufferUsage) -> Result<Self, GpuError> {
        // More bytes than 64 bits count are more than any device has.
        let size = len.checked_mul(Self::ELEMENT_BYTES).ok_or(GpuError::OutOfMemory)?;
        let id = compute::buffer_create(size, usage)?;
        Ok(Buffer { id, len, elements: PhantomData })
    }

    /// A buffer that holds a copy of `elements`, which must not be empty.
    ///
    /// # Errors
    ///
    /// As for [`Buffer::new`].
    pub fn from_slice(elements: &[T]) -> Result<Self, GpuError> {
        let buffer = Self::new(elements.len() as u64)?;
        buffer.write(elements)?;
        Ok(buffer)
    }

    /// The id that kernels take. It is valid as long as this object lives.
    pub fn id(&self) -> BufferId {
        self.id
    }

    /// The number of elements.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Always false: a buffer has at least one element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Copies elements to the start of the buffer.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when they do not fit.
    pub fn write(&self, elements: &[T]) -> Result<(), GpuError> {
        self.write_at(0, elements)
    }

    /// Copies elements into the buffer, the first one to position `first`.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when they do not fit.
    pub fn write_at(&self, first: u64, elements: &[T]) -> Result<(), GpuError> {
        // SAFETY: an Element has no padding, so all its bytes can be read.
        let bytes = unsafe { std::slice::from_raw_parts(elements.as_ptr().cast::<u8>(), mem::size_of_val(elements)) };
        compute::buffer_write(self.id, Self::offset(first)?, bytes)
    }

    /// Reads all elements, once the device has done everything asked of it before.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when they are more bytes than one read can move; a late fault of an earlier kernel.
    pub fn read(&self) -> Result<Vec<T>, GpuError> {
        self.read_at(0, self.len)
    }

    /// Reads `count` elements from position `first` on.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when the range leaves the buffer, or is more bytes than one read can move.
    pub fn read_at(&self, first: u64, count: u64) -> Result<Vec<T>, GpuError> {
        // Checked before memory is asked for: a range that is wrong must not fail for its size.
        if first.checked_add(count).map_or(true, |end| end > self.len) {
            let message = format!("{} elements from {} on, of a buffer of {} elements", count, first, self.len);
            return Err(GpuError::InvalidParams(message));
        }

        let size = Self::transfer_size(count)?;
        let mut elements: Vec<T> = Vec::with_capacity(count as usize);
        // SAFETY: the vector has room for `size` bytes; when the read succeeds the host has written all of them.
        unsafe {
            self.read_to(first, elements.as_mut_ptr().cast(), size)?;
            elements.set_len(count as usize);
        }
        Ok(elements)
    }

    /// Reads elements from position `first` on, as many as `target` has, without any other copy or allocation.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when the range leaves the buffer. What `target` holds after an error is not specified.
    pub fn read_into(&self, first: u64, target: &mut [T]) -> Result<(), GpuError> {
        let size = Self::transfer_size(target.len() as u64)?;
        // SAFETY: the slice has `size` bytes, and any bytes are elements.
        unsafe { self.read_to(first, target.as_mut_ptr().cast(), size) }
    }

    /// Copies `count` elements on the device, from position `first` of this buffer to position `target_first` of
    /// `target`. Nothing waits for it. `U` is another type than `T` where bytes stand for it, and ranges of one buffer
    /// may overlap.
    ///
    /// # Errors
    ///
    /// `InvalidParams` when a range leaves its buffer.
    pub fn copy_to<U: Element>(
        &self,
        first: u64,
        target: &Buffer<U>,
        target_first: u64,
        count: u64,
    ) -> Result<(), GpuError> {
        compute::buffer_copy(
            self.id,
            Self::offset(first)?,
            target.id,
            Buffer::<U>::offset(target_first)?,
            Self::offset(count)?,
        )
    }

    /// Gives the buffer up without destroying it: the caller destroys the id.
    pub fn into_id(self) -> BufferId {
        let id = self.id;
        mem::forget(self);
        id
    }

    fn offset(elements: u64) -> Result<u64, GpuError> {
        elements.checked_mul(Self::ELEMENT_BYTES).ok_or_else(|| {
            GpuError::InvalidParams(format!("{} elements of {} bytes exceed 64 bits", elements, Self::ELEMENT_BYTES))
        })
    }

    fn transfer_size(elements: u64) -> Result<u32, GpuError> {
        let bytes = Self::offset(elements)?;
        u32::try_from(bytes)
            .map_err(|_| GpuError::InvalidParams(format!("{} bytes: one read moves at most {}", bytes, u32::MAX)))
    }

    /// # Safety
    ///
    /// `target` can take `size` bytes.
    unsafe fn read_to(&self, first: u64, target: *mut MaybeUninit<u8>, size: u32) -> Result<(), GpuError> {
        let offset = Self::offset(first)?;
        abi::with_target(target.cast(), size as usize, || compute::read_to_target(self.id, offset, size))
    }
}

impl<T: Element> Drop for Buffer<T> {
    fn drop(&mut self) {
        // Can only fail for an id that was destroyed behind our back: there is nothing left to free then.
        let _ = compute::buffer_destroy(self.id);
    }
}
