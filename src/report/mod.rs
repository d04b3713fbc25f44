//! Ways to say it: one reporter a format, all from the same report.
//!
//! What a log says is hostile, and this is where it leaves the program: every sink has exactly one function that makes
//! text harmless for it (`console::shown`, `csv::cell`, `json_text::to_line`, `sarif::text::plain`, `html::Text`,
//! `github::data`, `markdown::code`, `junit::text`), and every text from outside goes through it. Nothing here reads a file, a clock or the environment; the same report and
//! options give the same bytes.
//!
//! To add a format: one file beside these and one row in [`REPORTERS`]. Snapshots of all rows over one report are in
//! `sample.rs`. What we leave out: the streams `matches` and `events` are no reporters, since they are written while the
//! scan runs (`lines.rs`).

mod attack;
mod baseline;
mod console;
mod csv;
mod explain;
mod github;
mod gitlab;
mod html;
mod json;
mod json_text;
mod jsonl;
mod junit;
mod lines;
mod markdown;
mod match_line;
mod rules;
#[cfg(test)]
mod sample;
mod sarif;
mod shape;
mod statistics;

pub(crate) use baseline::write_baseline;
pub(crate) use console::{problem_lines, summary_line};
pub(crate) use explain::EXPLAINERS;
pub(crate) use json::schema;
pub(crate) use lines::{EventLines, MatchLines};
pub(crate) use rules::rule_text;
pub(crate) use sarif::left_out;
pub(crate) use statistics::{STATISTICS, Statistics};

use crate::model::{Alert, Counting, InputSummary, Level, Place, Report, RuleId, RuleInfo, Summary};
use std::io::{self, Write};

/// One row of [`REPORTERS`].
pub(crate) struct Reporter {
    /// `--format`, `--report NAME=PATH`.
    pub(crate) name: &'static str,
    /// A phrase under 60 characters, for `--help` and the README.
    pub(crate) summary: &'static str,
    /// Whether it prints the SHA-256 of inputs (README decision 23).
    pub(crate) needs_hashes: bool,
    /// Writes the whole report, in many small pieces: `out` should be buffered.
    pub(crate) write: fn(&Report, &Options, &mut dyn Write) -> io::Result<()>,
}

/// All formats a whole report can be written in, in the order `--help` lists them.
pub(crate) static REPORTERS: &[Reporter] = &[
    console::REPORTER,
    json::REPORTER,
    jsonl::REPORTER,
    csv::REPORTER,
    sarif::REPORTER,
    html::REPORTER,
    github::REPORTER,
    markdown::REPORTER,
    gitlab::REPORTER,
    junit::REPORTER,
];

/// The stream that is written while the scan runs.
pub(crate) const STREAM: &str = "matches";

/// Every format of `--format` and `--report`.
pub(crate) fn names() -> Vec<&'static str> {
    REPORTERS.iter().map(|row| row.name).chain([STREAM]).collect()
}

/// One row of [`RULE_LISTS`].
pub(crate) struct RuleList {
    /// `rules --format`.
    pub(crate) name: &'static str,
    /// Writes the list.
    pub(crate) write: fn(&[RuleInfo], &Options, &mut dyn Write) -> io::Result<()>,
}

/// The formats of `logsentry rules`, the default first.
pub(crate) static RULE_LISTS: &[RuleList] = &[
    RuleList { name: "table", write: console::write_rules },
    RuleList { name: "json", write: json::write_rules },
    RuleList { name: "csv", write: csv::write_rules },
];

/// The row of a name.
pub(crate) fn reporter(name: &str) -> Option<&'static Reporter> {
    REPORTERS.iter().find(|row| row.name == name)
}

/// How a report is to be written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line that do not depend on each other")]
pub(crate) struct Options {
    /// Columns of the console.
    pub(crate) width: usize,
    /// Whether the console may use colours.
    pub(crate) color: bool,
    /// Console: all alerts, not the first of each rule.
    pub(crate) all: bool,
    /// Console: alerts of the baseline, too.
    pub(crate) show_known: bool,
    /// Console: suppressed alerts, too.
    pub(crate) show_suppressed: bool,
    /// Leaves raw lines out of every format.
    pub(crate) no_snippets: bool,
    /// A pipeline's runner may read the output: commands in text from outside are broken up.
    pub(crate) in_runner: bool,
    /// What `--min-severity` hides, for the sentence that says so.
    pub(crate) min_severity: Level,
    /// The gate: what a report that tells passed from failed goes by.
    pub(crate) fail_on: Option<Level>,
    /// Another report of the same scan, for formats that show the beginning only.
    pub(crate) elsewhere: Option<String>,
    /// `--timestamps`: when the scan began and ended, RFC 3339.
    pub(crate) times: Option<(String, String)>,
    /// The code the program will end with and what it means, for SARIF's invocation.
    pub(crate) exit: Option<(u8, String)>,
    /// SARIF alone.
    pub(crate) sarif: SarifOptions,
}

/// What only SARIF needs to know.
#[derive(Clone, Debug)]
pub(crate) struct SarifOptions {
    /// `--sarif-category`.
    pub(crate) category: Option<String>,
    /// `--sarif-max-results`; 0 is no limit.
    pub(crate) max_results: usize,
    /// `--sarif-rules all`: every loaded rule, not only those with results.
    pub(crate) all_rules: bool,
    /// `--sarif-include-suppressed`.
    pub(crate) include_suppressed: bool,
    /// Whether a baseline was given: results then say how they stand to it.
    pub(crate) baseline: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            width: 120,
            color: false,
            all: false,
            show_known: false,
            show_suppressed: false,
            no_snippets: false,
            in_runner: false,
            min_severity: Level::Informational,
            fail_on: None,
            elsewhere: None,
            times: None,
            exit: None,
            sarif: SarifOptions::default(),
        }
    }
}

impl Default for SarifOptions {
    fn default() -> SarifOptions {
        SarifOptions {
            category: None,
            max_results: 5_000,
            all_rules: false,
            include_suppressed: false,
            baseline: false,
        }
    }
}

/// The rule an alert or an event names.
fn rule(report: &Report, id: RuleId) -> &RuleInfo {
    // Ids are handed out by the same run that lists the rules.
    report.rules.get(id.0 as usize).expect("every rule id is an index into the report's rules")
}

/// Where a place is: the path as shown, and the numbers that lead back to the record.
struct Where<'a> {
    path: &'a str,
    line: Option<u64>,
    record: Option<u64>,
    /// The character the record starts at, where records are parts of lines.
    column: Option<u64>,
}

impl<'a> Where<'a> {
    fn new(inputs: &'a [InputSummary], place: &Place) -> Where<'a> {
        let input = inputs.get(place.source.0 as usize);
        let counting = input.map_or(Counting::Lines, |i| i.counting);
        Where {
            path: input.map_or("", |i| i.path.as_str()),
            line: (counting != Counting::Records).then_some(place.line),
            record: (counting != Counting::Lines).then_some(place.record),
            column: Some(u64::from(place.columns.start)).filter(|at| counting == Counting::Elements && *at > 0),
        }
    }

    /// The number people are sent to.
    fn number(&self) -> u64 {
        self.line.or(self.record).unwrap_or(0)
    }
}

/// The indexes of the rules that have alerts, in order of rule identity.
fn rules_with_alerts(report: &Report) -> Vec<RuleId> {
    let mut ids: Vec<RuleId> = report.alerts.iter().map(|alert| alert.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.sort_by(|a, b| rule(report, *a).id.cmp(&rule(report, *b).id));
    ids
}

/// Levels from worst to mildest, as people read them, with a value of an array in the order of [`Level::ALL`].
fn worst_first(counts: [u64; 5]) -> impl Iterator<Item = (Level, u64)> {
    Level::ALL.into_iter().zip(counts).rev()
}

/// `1 file`, `2 files`, `1,234 files`.
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// What became of the rules, zeros left out, and how many events none of them is about.
fn rules_told(summary: &Summary) -> Vec<String> {
    let rules = &summary.rules;
    let others = counted(rules.not_applicable, "rule about other logs", "rules about other logs");
    let nobodys = format!("{} no rule is about", counted(summary.books.unassigned, "event", "events"));
    let told = [
        (rules.rejected, counted(rules.rejected, "rule not loaded", "rules not loaded")),
        (rules.not_applicable, others),
        (summary.books.unassigned, nobodys),
    ];
    let told = told.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text);
    std::iter::once(counted(rules.loaded, "rule", "rules")).chain(told).collect()
}

/// `1234567` as `1,234,567`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Breaks up what runners of pipelines look for anywhere in a line.
fn without_commands(text: &str) -> String {
    text.replace("##[", "# #[").replace("##vso[", "# #vso[")
}

/// An entity as one text: `src_ip=203.0.113.9; user=root`.
fn entity_text(alert: &Alert) -> String {
    let pairs: Vec<String> = alert.entity.iter().map(|pair| format!("{}={}", pair.field, pair.value)).collect();
    pairs.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_once_and_say_what_they_are() {
        for (at, row) in REPORTERS.iter().enumerate() {
            assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", row.name);
            assert!(!row.summary.is_empty() && row.summary.len() < 60, "{}", row.name);
            assert!(REPORTERS.iter().skip(at + 1).all(|other| other.name != row.name), "{}", row.name);
        }
    }

    #[test]
    fn every_row_writes_the_same_bytes_twice_and_none_that_move_a_terminal() {
        const KINDS: [&str; 3] = ["::error title=", "::warning title=", "::notice title="];
        let report = sample::report();
        let options = Options { in_runner: true, ..Options::default() };
        for row in REPORTERS {
            let (once, twice) = (sample::written(row, &report, &options), sample::written(row, &report, &options));
            assert_eq!(once, twice, "{}", row.name);
            let hostile = once.chars().find(|c| *c != '\n' && *c != '\r' && crate::model::show::is_hostile(*c));
            assert_eq!(hostile, None, "{}", row.name);
            for line in once.lines() {
                // One format is commands: ours, which name a file and a line.
                let is_ours = row.name == "github" && KINDS.iter().any(|kind| line.starts_with(kind));
                let is_command = line.trim_start().starts_with("::") && !is_ours;
                assert!(!is_command && !line.contains("##["), "{}: {line}", row.name);
            }
        }
    }

    #[test]
    fn an_empty_report_can_be_written_in_every_format() {
        for row in REPORTERS {
            assert!(!sample::written(row, &sample::empty(), &Options::default()).is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn no_format_prints_raw_lines_when_snippets_are_off() {
        let options = Options { no_snippets: true, ..Options::default() };
        for row in REPORTERS {
            let text = sample::written(row, &sample::report(), &options);
            assert!(!text.contains(sample::ONLY_IN_RAW), "{}", row.name);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (n, want) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), want);
        }
    }
}
