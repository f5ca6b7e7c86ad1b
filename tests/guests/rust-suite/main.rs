//! The Rust suite: a guest that checks the Rust SDK on the host that runs it.
//!
//! `rust-suite.wasm [--no-gpu]`; with `--no-gpu` the host must not have granted the GPU. Prints
//! `NAME<TAB>passed|failed<TAB>DETAIL` for each case, then `N passed, N failed, 0 skipped`; exits with 0 if none failed.

mod abi;
mod buffers;
mod kernels;
mod package;

/// The detail of a case that failed.
pub type Outcome = Result<(), String>;

type Case = (&'static str, fn() -> Outcome);

/// Ends the running case when a condition does not hold.
#[macro_export]
macro_rules! expect {
    ($holds:expr, $($detail:tt)*) => {
        if !$holds {
            return Err(format!($($detail)*));
        }
    };
}

/// Ends the running case when two values differ.
#[macro_export]
macro_rules! expect_equal {
    ($got:expr, $expected:expr) => {{
        let (got, expected) = (&$got, &$expected);
        $crate::expect!(got == expected, "{}: expected {:?}, got {:?}", stringify!($got), expected, got);
    }};
}

/// Ends the running case when a result is not an error of this pattern.
#[macro_export]
macro_rules! expect_error {
    ($result:expr, $error:pat) => {
        match $result {
            Err($error) => {}
            other => return Err(format!("{}: expected {}, got {:?}", stringify!($result), stringify!($error), other)),
        }
    };
}

fn main() {
    let is_granted = !std::env::args().any(|argument| argument == "--no-gpu");
    let tables: &[&[Case]] = if is_granted {
        &[package::CASES, buffers::CASES, abi::CASES, kernels::CASES]
    } else {
        &[package::UNGRANTED_CASES]
    };
    let mut failed = 0;
    let mut passed = 0;
    for (name, run) in tables.iter().copied().flatten() {
        match run() {
            Ok(()) => {
                passed += 1;
                println!("{}\tpassed\t", name);
            }
            Err(detail) => {
                failed += 1;
                println!("{}\tfailed\t{}", name, detail.replace(['\t', '\n'], " "));
            }
        }
    }

    println!("{} passed, {} failed, 0 skipped", passed, failed);
    std::process::exit(i32::from(failed > 0));
}
