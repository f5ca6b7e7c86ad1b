//! GPU machine learning for WebAssembly guests written in Rust: the functions of `wasi:gpu@0.1.0`.
//!
//! [`wasi::gpu`] has the package itself, with the paths, names and types that `wit-bindgen` generates for it, so that
//! code can go from one to the other by changing one line:
//!
//! ```text
//! use wasi_gpu::wasi;                                                 // this crate
//! wit_bindgen::generate!({ path: "wit", world: "ml-compute" });       // or generated bindings
//! ```
//!
//! [`Buffer`] is a typed buffer over it that frees itself and is read straight into memory of the caller:
//!
//! ```no_run
//! use wasi_gpu::wasi::gpu::ml_kernels::{kernel_reduce, ReduceOp, ReduceParams};
//! use wasi_gpu::Buffer;
//!
//! # fn main() -> Result<(), wasi_gpu::wasi::gpu::compute::GpuError> {
//! let values = Buffer::from_slice(&[1.0_f32, 2.0, 3.0])?;
//! let sum = Buffer::<f32>::new(1)?;
//! kernel_reduce(ReduceParams { n_elements: 3, op: ReduceOp::Sum }, values.id(), sum.id())?;
//! println!("{}", sum.read()?[0]);
//! # Ok(())
//! # }
//! ```
//!
//! The crate has no dependencies and exports `cabi_realloc`, by which the host asks for the memory of what it returns.
//! Outside of WebAssembly it compiles, for editors and documentation, and every call panics.

#![deny(missing_docs)]

mod abi;
mod buffer;

pub use buffer::{Buffer, Element, TreeNode};

/// The packages of the `wasi` namespace.
pub mod wasi {
    /// The package `wasi:gpu@0.1.0`.
    pub mod gpu {
        pub mod compute;
        pub mod ml_kernels;
    }
}
