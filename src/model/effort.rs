//! What a run did to find what it found: counts and times for whoever tunes rules. Nothing of it reaches a report.

use std::time::Duration;

/// Reads a clock that only goes forward; handed in by whoever may have one.
pub(crate) type Clock = fn() -> Duration;

/// Counts and times of a run, or of a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effort {
    pub(crate) counts: Counts,
    pub(crate) times: Times,
}

/// What looking for rules did. How much was remembered depends on which worker met what; the rest does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Events held against rules.
    pub(crate) events: u64,
    /// Rules whose log source they had.
    pub(crate) fitting: u64,
    /// Rules that were tried.
    pub(crate) tried: u64,
    /// Rules that held,
    pub(crate) held: u64,
    /// and those of them that were known to, from an event before.
    pub(crate) repeated: u64,
    /// Values looked through for what rules want,
    pub(crate) values: u64,
    /// and those of them that were known from before.
    pub(crate) remembered: u64,
    /// Lines looked through in place of the values in them.
    pub(crate) lines: u64,
    /// Events that were counted without being read, since no rule could concern them.
    pub(crate) skimmed: u64,
    /// Bytes of their lines.
    pub(crate) skimmed_bytes: u64,
}

/// How long the stages took; all zero without a clock. Stages of workers add up over threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// Reading inputs and cutting them into blocks.
    pub(crate) read: Duration,
    /// Making events of blocks.
    pub(crate) decoded: Duration,
    /// Giving them their log sources, views and times.
    pub(crate) tagged: Duration,
    /// Holding them against rules, and keeping what was found.
    pub(crate) matched: Duration,
    /// Adding blocks up, correlations included.
    pub(crate) merged: Duration,
}

impl Effort {
    /// Adds another part of the run.
    pub(crate) fn add(&mut self, other: &Effort) {
        let Effort { counts, times } = other;
        self.counts.events += counts.events;
        self.counts.fitting += counts.fitting;
        self.counts.tried += counts.tried;
        self.counts.held += counts.held;
        self.counts.repeated += counts.repeated;
        self.counts.values += counts.values;
        self.counts.remembered += counts.remembered;
        self.counts.lines += counts.lines;
        self.counts.skimmed += counts.skimmed;
        self.counts.skimmed_bytes += counts.skimmed_bytes;
        self.times.read += times.read;
        self.times.decoded += times.decoded;
        self.times.tagged += times.tagged;
        self.times.matched += times.matched;
        self.times.merged += times.merged;
    }
}
