//! How far a long task is.

use std::time::{Duration, Instant};

const QUIET_TIME: Duration = Duration::from_secs(1);
const BAR_WIDTH: usize = 40;

extern "C" {
    /// From the C library, which the target links anyway.
    fn isatty(file: i32) -> i32;
}

/// Shows progress on standard error: a bar on a terminal, else a line for each tenth. A task that is done within the
/// first second shows no lines.
pub struct Progress {
    task: &'static str,
    is_quiet: bool,
    is_terminal: bool,
    is_bar_shown: bool,
    last_percent: usize,
    start: Instant,
}

impl Progress {
    pub fn new(task: &'static str, is_quiet: bool) -> Self {
        const STANDARD_ERROR: i32 = 2;
        // SAFETY: the function takes any number.
        let is_terminal = unsafe { isatty(STANDARD_ERROR) } == 1;
        Progress { task, is_quiet, is_terminal, is_bar_shown: false, last_percent: 0, start: Instant::now() }
    }

    /// Says which part of the task is done, from 0 to 1.
    pub fn report(&mut self, done: f64) {
        let percent = (done * 100.0) as usize;
        let step = if self.is_terminal { 1 } else { 10 };
        let is_early = !self.is_terminal && self.start.elapsed() < QUIET_TIME;
        if self.is_quiet || is_early || percent / step == self.last_percent / step {
            return;
        }

        self.last_percent = percent;
        if self.is_terminal {
            let filled = percent * BAR_WIDTH / 100;
            let bar = "#".repeat(filled) + &".".repeat(BAR_WIDTH - filled);
            eprint!("\r{} [{}] {:3}%", self.task, bar, percent);
            self.is_bar_shown = true;
        } else {
            eprintln!("{}: {}%", self.task, percent / step * step);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_bar_shown {
            // Back to the start of the line, and clear it: what follows needs no bar.
            eprint!("\r\x1b[K");
        }
    }
}
