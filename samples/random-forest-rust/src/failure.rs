//! How the program ends when it cannot go on: it has no use for half a result.

use wasi_gpu::wasi::gpu::compute::GpuError;

/// What goes to standard error after "error: ", and the exit code.
pub struct Failure {
    pub message: String,
    pub exit_code: i32,
}

pub type Result<T> = std::result::Result<T, Failure>;

/// A failure of the work.
pub fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Failure { message: message.into(), exit_code: 1 })
}

/// A mistake on the command line.
pub fn fail_usage<T>(message: impl Into<String>) -> Result<T> {
    Err(Failure { message: message.into() + ". Try --help.", exit_code: 2 })
}

/// Names the call that failed.
pub trait During<T> {
    fn during(self, call: &str) -> Result<T>;
}

impl<T> During<T> for std::result::Result<T, GpuError> {
    fn during(self, call: &str) -> Result<T> {
        self.or_else(|error| fail(format!("{} failed: {}", call, error)))
    }
}
