//! The library's front door: rules and options in, an analysis out.
//!
//! It stands beside `cli` and does what that does with a scan, without clock, terminal or exit code.

use crate::config::Config;
use crate::model::{Alert, Level, Report, RuleInfo};
use crate::report;
use crate::scan::{Gate, RunInfo, Scan, SetupError, Unwatched};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// 1972-12-31T23:59:59Z: a leap year, so that every date has a place in it.
const END_OF_1972: i64 = 94_694_399;

/// Rules and options, ready to look at logs. Built once, used for any number of scans.
///
/// ```
/// use logsentry::{Analyzer, Config};
///
/// let analyzer = Analyzer::new(Config::default())?;
/// let analysis = analyzer.analyze_paths(&["examples/sample_logs"])?;
/// assert_eq!(analysis.verdict(), "CRITICAL");
/// assert!(analysis.alerts().any(|alert| alert.rule_id() == "corr-ssh-bruteforce"));
/// # Ok::<(), logsentry::SetupError>(())
/// ```
pub struct Analyzer {
    scan: Scan,
}

impl Analyzer {
    /// Loads the built-in rules and those of `config`, and compiles them.
    ///
    /// Library code does not look at the clock: unless [`Config::reference_time`] is set, stamps whose year
    /// cannot be told from the input are counted back from the end of 1972. Order and distances hold, the
    /// year does not.
    ///
    /// # Errors
    ///
    /// When a rule path cannot be read, no rule of the rule paths can be loaded, or an option makes no sense.
    pub fn new(config: Config) -> Result<Analyzer, SetupError> {
        let now = jiff::Timestamp::constant(END_OF_1972, 0);
        let run = RunInfo { now, directory: PathBuf::from(".") };
        Ok(Analyzer { scan: Scan::new(config, run)? })
    }

    /// Scans files and directories.
    ///
    /// # Errors
    ///
    /// A period that counts from the newest event, when `-` is among the paths. What cannot be read is part of the analysis
    /// ([`Analysis::is_complete`], [`Analysis::problems`]).
    pub fn analyze_paths<P: AsRef<Path>>(&self, paths: &[P]) -> Result<Analysis, SetupError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_path_buf()).collect();
        self.scan.check_paths(&paths)?;
        let report = self.scan.run(&paths, None, &mut Unwatched);
        let gate = self.scan.verdict(&report);
        Ok(Analysis { report, gate })
    }
}

/// The result of a scan.
pub struct Analysis {
    report: Report,
    gate: Gate,
}

impl Analysis {
    /// `CRITICAL`, `HIGH_RISK`, `MODERATE`, `LOW_RISK` or `CLEAN`.
    #[must_use]
    pub fn verdict(&self) -> &str {
        self.report.summary.verdict
    }

    /// 0 (nothing) to 100.
    #[must_use]
    pub fn risk_score(&self) -> u8 {
        self.report.summary.risk_score
    }

    /// Whether an alert is at or above [`Config::fail_on`], shown or not.
    #[must_use]
    pub fn is_gate_fired(&self) -> bool {
        self.gate == Gate::Fired
    }

    /// Events read.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.report.summary.books.events
    }

    /// Whether every input was read to its end and no limit cut the result.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.report.summary.complete
    }

    /// The alerts, worst first. Those milder than [`Config::min_severity`] are counted but not among them.
    pub fn alerts(&self) -> impl Iterator<Item = AlertView<'_>> {
        self.report.alerts.iter().filter_map(|alert| {
            let rule = self.report.rules.get(alert.rule.0 as usize)?;
            Some(AlertView { alert, rule, report: &self.report })
        })
    }

    /// Writes the analysis as one of the formats `logsentry scan --help` lists but `matches` (which is written while a
    /// scan runs): what the command writes where there is no terminal (SARIF without an exit code, which only a command has).
    ///
    /// # Errors
    ///
    /// When `out` fails, or with [`io::ErrorKind::InvalidInput`] when there is no such format.
    pub fn write(&self, format: &str, out: &mut dyn Write) -> io::Result<()> {
        let reporter = report::reporter(format)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("{format:?} is no report format")))?;
        (reporter.write)(&self.report, &report::Options::default(), out)
    }

    /// What could not be read or was cut: the input (empty for the whole run), how often, and one sentence.
    pub fn problems(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        self.report.problems.iter().map(|problem| (problem.path.as_str(), problem.count, problem.message.as_str()))
    }
}

/// One alert.
#[derive(Clone, Copy)]
pub struct AlertView<'a> {
    alert: &'a Alert,
    rule: &'a RuleInfo,
    report: &'a Report,
}

impl<'a> AlertView<'a> {
    /// The rule's identity: its name, else its id.
    #[must_use]
    pub fn rule_id(&self) -> &'a str {
        &self.rule.id
    }

    /// The rule's title.
    #[must_use]
    pub fn title(&self) -> &'a str {
        &self.rule.title
    }

    /// Severity.
    #[must_use]
    pub fn level(&self) -> Level {
        self.alert.level
    }

    /// What it is about: field names and values. Values come from logs: escape them for where they go.
    pub fn entity(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.alert.entity.iter().map(|pair| (pair.field.as_str(), pair.value.as_str()))
    }

    /// ATT&CK technique ids.
    #[must_use]
    pub fn techniques(&self) -> &'a [String] {
        &self.rule.techniques
    }

    /// Distinct events behind it.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.alert.count
    }

    /// Path and line of its first event; for a correlation, of the event that made it fire.
    #[must_use]
    pub fn place(&self) -> (&'a str, u64) {
        let path = self.report.inputs.get(self.alert.place.source.0 as usize).map_or("", |input| input.path.as_str());
        (path, self.alert.place.line)
    }

    /// Known by this from scan to scan.
    #[must_use]
    pub fn fingerprint(&self) -> &'a str {
        &self.alert.fingerprint
    }
}
