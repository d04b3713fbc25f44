//! The whole program, in order: sets up, runs blocks on all cores, merges, correlates, scores.
//!
//! This room introduces the others to each other. Setup may refuse ([`SetupError`]); scanning never fails:
//! what cannot be read becomes a [`Problem`] of the report.

mod anchor;
mod aside;
mod bases;
mod bursts;
mod check;
mod choice;
mod damages;
mod error;
mod events;
mod explain;
mod fields;
mod finish;
mod inputs;
#[cfg(test)]
mod late_tests;
mod look;
mod mapping;
mod merge;
mod newest;
mod period;
mod reader;
mod rule_files;
mod run;
mod setup;
mod shelf;
mod skim;
mod statistics;
mod test_rules;
mod text_stream;
mod turns;
mod verify;
mod wanted;
mod work;

pub(crate) use check::{Check, check_rules};
pub use error::SetupError;
pub(crate) use events::Events;
pub(crate) use explain::{At, Explain};
pub(crate) use fields::{FieldShape, fields};
pub(crate) use finish::Gate;
pub(crate) use look::is_format;
pub(crate) use test_rules::test_rules;
pub(crate) use verify::{Fate, Verified, verify};

use crate::config::Config;
use crate::model::show::Shown;
use crate::model::{Clock, Detail, Effort, LineSink, Problem, Report, RuleInfo};
use crate::sigma::{self, Diagnostic, Severity};
use crate::triage::{Baseline, Suppressions};
use std::path::PathBuf;
use std::sync::Arc;

/// What only the command line may know, handed in.
#[derive(Clone, Debug)]
pub(crate) struct RunInfo {
    /// The clock when the program started.
    pub(crate) now: jiff::Timestamp,
    /// The current directory.
    pub(crate) directory: PathBuf,
}

/// Looks on while inputs are read.
pub(crate) trait Watch {
    /// How many bytes all inputs hold as stored, as far as that can be known.
    fn total(&mut self, bytes: u64);
    /// How many of them were read.
    fn read(&mut self, bytes: u64);
    /// What an input was taken for, and why.
    fn taken_for(&mut self, input: &str, format: &str, why: &str);
    /// Measures how long stages take, where somebody wants to know.
    fn clock(&self) -> Option<Clock> {
        None
    }
    /// What all blocks took.
    fn done(&mut self, _: &Effort) {}
}

/// Nobody looks on.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    fn total(&mut self, _: u64) {}
    fn read(&mut self, _: u64) {}
    fn taken_for(&mut self, _: &str, _: &str, _: &str) {}
}

/// A scan that is ready to start: rules loaded, names frozen.
pub(crate) struct Scan {
    config: Config,
    run: RunInfo,
    reading: setup::Reading,
    rules: setup::Rules,
    machine: setup::Machine,
    suppressions: Option<Suppressions>,
    baseline: Option<Baseline>,
    /// How much this run tells of its alerts.
    detail: Detail,
}

impl Scan {
    /// Loads and compiles everything; refuses what makes no sense. Rules and inputs are opened by as many threads as scan,
    /// in the whole process: whoever asks first decides.
    pub(crate) fn new(config: Config, run: RunInfo) -> Result<Scan, SetupError> {
        drop(rayon::ThreadPoolBuilder::new().num_threads(finish::sizes(&config).threads).build_global());
        let reading = setup::reading(&config, &run)?;
        let rules = setup::rules(&config)?;
        let suppressions = setup::suppressions(&config, &rules, reading.reference)?;
        let excuses = suppressions.as_ref().map(Suppressions::excuses).unwrap_or_default();
        let machine = setup::machine(&config, &rules, excuses, &reading)?;
        let baseline = config.baseline.as_deref().map(Baseline::open).transpose()?;
        let are_compared = config.wants_baseline || baseline.is_some() || suppressions.is_some();
        let detail = match (config.lists_alerts, are_compared) {
            (true, _) => Detail::Full,
            (false, true) => Detail::Identity,
            (false, false) => Detail::Number,
        };
        Ok(Scan { config, run, reading, rules, machine, suppressions, baseline, detail })
    }

    /// What the scan goes by.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// All loaded rules, by [`RuleId`](crate::model::RuleId).
    pub(crate) fn rules(&self) -> &Arc<[RuleInfo]> {
        &self.rules.infos
    }

    /// Rules that could not be loaded and exclusions that name none.
    pub(crate) fn rule_problems(&self) -> &[Problem] {
        &self.rules.problems
    }

    /// The rule of an identity, id or exact title.
    pub(crate) fn rule(&self, id: &str) -> Option<&RuleInfo> {
        let found = self.rules.set.find(id);
        found.first().and_then(|rule| self.rules.infos.get(*rule))
    }

    /// What a rule looks for, in words.
    pub(crate) fn logic(&self, info: &RuleInfo) -> String {
        self.rules.set.in_words(&info.id)
    }

    /// What should be said before the scan: rules that matter and are silent.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let unknown = self.rules.unknown.iter().cloned();
        let pairs = self.rules.set.severe_silenced_by_user();
        let loud = pairs.into_iter().filter_map(|(rule, by)| {
            let (rule, by) = (self.rules.infos.get(rule)?, self.rules.infos.get(by)?);
            Some(format!(
                "{} ({}) is reported only through {}: say `generate: true` there to see it on its own",
                rule.id, rule.level, by.id
            ))
        });
        unknown.chain(loud).collect()
    }

    /// What `-v` wants to know about the rules.
    pub(crate) fn notes(&self) -> Vec<String> {
        let silenced = self.rules.infos.iter().filter(|rule| !rule.silenced_by.is_empty());
        let silenced = silenced.map(|rule| format!("{}: silenced by {}", rule.id, rule.silenced_by.join(", ")));
        let replaced =
            self.rules.replaced.iter().map(|(by, old)| format!("the built-in rule {by} is replaced by {old}"));
        let warnings = self.rules.diagnostics.iter().filter(|d| d.severity == Severity::Warning).map(mistake);
        let left_out = (self.rules.left_out > 0).then(|| format!("{} rule(s) were not chosen", self.rules.left_out));
        left_out.into_iter().chain(silenced).chain(replaced).chain(warnings).collect()
    }

    /// Scans everything below `paths`. Matches go to `sink` while they are found, if there is one.
    pub(crate) fn run(&self, paths: &[PathBuf], sink: Option<&mut dyn LineSink>, watch: &mut dyn Watch) -> Report {
        finish::scanned(self, paths, sink, watch)
    }

    /// Refuses paths that cannot be read the way that was asked for.
    pub(crate) fn check_paths(&self, paths: &[PathBuf]) -> Result<(), SetupError> {
        self.reading.check_paths(paths)
    }

    /// Sample events an alert keeps.
    fn samples(&self) -> usize {
        if self.detail == Detail::Full { self.config.samples } else { 0 }
    }

    fn look_context(&self) -> look::Context<'_> {
        let taxonomy = &self.machine.taxonomy;
        look::Context { config: &self.config, taxonomy, reading: &self.reading }
    }

    /// What the report means for the caller of the program.
    pub(crate) fn verdict(&self, report: &Report) -> Gate {
        finish::gate(&self.config, report)
    }
}

/// How many built-in rules there are: detections and correlations.
pub(crate) fn builtin_counts() -> (usize, usize) {
    let loaded = sigma::load(&rule_files::builtin(), &sigma::LoadOptions::default());
    (loaded.rules.rules.len(), loaded.rules.correlations.len())
}

/// A rule author's mistake in one line: place, code, what is wrong, how to mend it.
pub(crate) fn mistake(d: &Diagnostic) -> String {
    // Rules come from other people, too: their words and file names must stay one harmless line.
    let path = Shown(&d.path).to_string();
    let path = if path.starts_with("::") { format!("./{path}") } else { path };
    format!("{path}:{}: {}", d.line, placeless(d))
}

/// The same without its place, for where that is told beside it.
fn placeless(d: &Diagnostic) -> String {
    let help = if d.help.is_empty() { String::new() } else { format!("; {}", d.help) };
    let words = format!("{}{help}", d.message);
    format!("{}[{}]: {}", d.severity.name(), d.code.name(), Shown(&words))
}
