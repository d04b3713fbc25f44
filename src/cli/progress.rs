//! The progress bar: on standard error, only on a terminal, erased at the end.

use super::args::SayArgs;
use super::stats;
use super::terminal::{self, Loudness};
use crate::model::{Clock, Effort};
use crate::scan::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far the scan is, and with `-v` what each input was taken for.
pub(crate) struct Progress {
    bar: ProgressBar,
    verbose: bool,
    /// What the scan took, if anybody wants to know.
    stats: Option<Effort>,
}

impl Progress {
    /// Hidden where nobody would see it.
    pub(crate) fn new(say: &SayArgs, wants_stats: bool) -> Progress {
        let target = if terminal::wants_progress(say) {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes} {bytes_per_sec} {eta} left {msg}");
        bar.set_style(style.expect("the template is ours and tried by a test"));
        Progress { bar, verbose: Loudness::of(say) >= Loudness::Verbose, stats: wants_stats.then(Effort::default) }
    }

    /// Erases the bar; gives what the scan took, if that was wanted.
    pub(crate) fn finish(&self) -> Option<Effort> {
        self.bar.finish_and_clear();
        self.stats
    }
}

impl Watch for Progress {
    fn total(&mut self, bytes: u64) {
        self.bar.set_length(bytes);
    }

    fn read(&mut self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn taken_for(&mut self, input: &str, format: &str, why: &str) {
        if self.verbose {
            self.bar.suspend(|| terminal::line("note", &format!("{input}: read as {format} ({why})")));
        }
    }

    fn clock(&self) -> Option<Clock> {
        self.stats.map(|_| stats::clock as Clock)
    }

    fn done(&mut self, effort: &Effort) {
        if let Some(stats) = &mut self.stats {
            stats.add(effort);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_understood() {
        assert_eq!(Progress::new(&SayArgs::default(), false).finish(), None);
    }
}
