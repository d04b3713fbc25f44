//! `--format console`: what a person reads in a terminal (design page `cli.md` section 8).
//!
//! The width is given, never measured, so that a log of CI is the same every time. Severity is always a word; colour only
//! repeats it. Problems are not listed: they go to standard error as they are met, here they are counted.

mod table;

use super::{Options, Reporter, counted, rule, thousands, without_commands, worst_first};
use crate::model::limits::PROBLEM_LINES;
use crate::model::show::{self, Shown};
use crate::model::{Alert, AlertKind, AlertStatus, Level, Problem, ProblemKind, Report, RuleInfo, Summary, Time};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "console", summary: "a table for people (the default)", needs_hashes: false, write };

/// Alerts of one rule that are shown without `--all`.
const ROWS_PER_RULE: usize = 50;
/// Bytes of a reason in a hint.
const HINT: usize = 160;

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    write_wrapped(&headline(summary, options), "   ", options, out)?;
    let levels: Vec<String> = worst_first(summary.alerts)
        .map(|(level, n)| paint(level, &format!("{level} {}", thousands(n)), n > 0, options))
        .collect();
    write_wrapped(&levels, "   ", options, out)?;
    writeln!(out)?;
    let is_shown = |alert: &&Alert| match alert.status {
        AlertStatus::New => true,
        AlertStatus::Unchanged => options.show_known,
        AlertStatus::Suppressed => options.show_suppressed,
    };
    let shown: Vec<&Alert> = report.alerts.iter().filter(is_shown).collect();
    if shown.is_empty() {
        writeln!(out, "{}", nothing_found(summary))?;
    } else {
        table::write(report, &shown, options, out)?;
    }
    writeln!(out)?;
    write_wrapped(&closing(summary, options), ", ", options, out)?;
    write_hints(report, options, out)
}

fn write_hints(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let start = &Options { in_runner: true, ..options.clone() };
    for hint in hints(report, options) {
        // Any word may come to stand at the start of a line.
        let words: Vec<String> = hint.split(' ').map(|word| shown(word, start)).collect();
        write_wrapped(&words, " ", options, out)?;
    }
    Ok(())
}

/// The rules as `logsentry rules` lists them.
pub(super) fn write_rules(rules: &[RuleInfo], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    table::write_rules(rules, options, out)?;
    writeln!(out)?;
    let count = |n: usize, one: &str, many: &str| counted(u64::try_from(n).unwrap_or(u64::MAX), one, many);
    let correlations = rules.iter().filter(|rule| rule.kind == AlertKind::Correlation).count();
    let silenced = rules.iter().filter(|rule| !rule.silenced_by.is_empty()).count();
    writeln!(
        out,
        "{}, of these {} and {}",
        count(rules.len(), "rule", "rules"),
        count(correlations, "correlation", "correlations"),
        count(silenced, "reported through a correlation only", "reported through correlations only"),
    )
}

/// The verdict and the numbers behind it.
fn headline(summary: &Summary, options: &Options) -> Vec<String> {
    let total = summary.alerts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    let worst = worst_first(summary.alerts).find(|(_, n)| *n > 0).map(|(level, _)| level);
    let verdict =
        worst.map_or_else(|| summary.verdict.to_owned(), |level| paint(level, summary.verdict, true, options));
    vec![
        format!("Verdict: {verdict}"),
        format!("Risk score: {}/100", summary.risk_score),
        format!("Events: {}", thousands(summary.books.events)),
        format!("Rules: {}", thousands(summary.rules.loaded)),
        format!("Alerts: {}", thousands(total)),
    ]
}

/// Never only silence: what was looked at.
fn nothing_found(summary: &Summary) -> String {
    let period = match (summary.first.time, summary.last.time) {
        (Some(first), Some(last)) => format!(", from {} to {}", first.rfc3339(0), last.rfc3339(0)),
        _ => String::new(),
    };
    format!(
        "No alerts. Looked at {} with {} against {}{period}.",
        counted(summary.inputs, "file", "files"),
        counted(summary.books.events, "event", "events"),
        counted(summary.rules.loaded, "rule", "rules"),
    )
}

/// The last line: the books, zeros left out.
fn closing(summary: &Summary, options: &Options) -> Vec<String> {
    let books = &summary.books;
    let mut parts = vec![counted(summary.inputs, "file", "files"), counted(books.events, "event", "events")];
    let mut add = |n: u64, text: String| {
        if n > 0 {
            parts.push(text);
        }
    };
    add(books.unparsed, counted(books.unparsed, "line not parsed", "lines not parsed"));
    add(books.truncated, counted(books.truncated, "record cut", "records cut"));
    add(books.skipped_members, counted(books.skipped_members, "member skipped", "members skipped"));
    let unassigned = format!("{} no rule is about", counted(books.unassigned, "event", "events"));
    add(books.unassigned, unassigned);
    let rules = |n: u64, what: &str| format!("{} {what}", counted(n, "rule", "rules"));
    add(summary.rules.not_applicable, rules(summary.rules.not_applicable, "about other logs"));
    add(summary.rules.left_out, rules(summary.rules.left_out, "not chosen"));
    add(summary.left_out_inputs, counted(summary.left_out_inputs, "input left out", "inputs left out"));
    add(books.left_out, format!("{} outside of the time asked for", counted(books.left_out, "event", "events")));
    add(summary.rules.rejected, counted(summary.rules.rejected, "rule not loaded", "rules not loaded"));
    let below = format!("{} below {} not shown", counted(summary.hidden, "alert", "alerts"), options.min_severity);
    add(summary.hidden, below);
    add(summary.suppressed, format!("{} suppressed", thousands(summary.suppressed)));
    add(summary.unchanged, format!("{} known", thousands(summary.unchanged)));
    let gone = summary.gone.unwrap_or(0);
    add(gone, format!("{} of the baseline gone", thousands(gone)));
    parts
}

/// What to do about what did not work.
fn hints(report: &Report, options: &Options) -> Vec<String> {
    let summary = &report.summary;
    let mut hints = Vec::new();
    if !summary.complete {
        hints.push("The scan is incomplete; `problems` in the other formats says what is missing.".to_owned());
    }
    if summary.rules.rejected > 0 {
        let rules = counted(summary.rules.rejected, "rule", "rules");
        let first = report.problems.iter().find(|problem| problem.kind == ProblemKind::RuleRejected);
        let why = first.map_or_else(String::new, |problem| {
            let line = problem.first.first().map_or_else(String::new, |line| format!(":{line}"));
            let more = if summary.rules.rejected > 1 { ", and others" } else { "" };
            let message = show::cut(&problem.message, HINT);
            format!(": {}{line}: {}{more}", shown(&problem.path, options), shown(&message, options))
        });
        hints.push(format!("{rules} could not run{why}. `logsentry rules check PATH` tells what is wrong."));
    }
    if summary.books.unparsed > summary.books.events {
        hints.push("Most lines were not parsed: try naming the format with `--input-format`.".to_owned());
    }
    if summary.rules.loaded > 0 && summary.rules.not_applicable == summary.rules.loaded && summary.books.events > 0 {
        hints.push("No rule is about logs like these: `logsentry rules` lists what each needs.".to_owned());
    }
    hints
}

/// `12 events, 14 Mar 02:11:10 to 02:11:58`, as far as times are known.
fn events_text(alert: &Alert) -> String {
    let events = counted(alert.count, "event", "events");
    match (alert.first.time, alert.last.time) {
        (Some(first), Some(last)) => format!("{events}, {}", span(first, last)),
        _ => events,
    }
}

/// Two instants in UTC without what they share.
fn span(first: Time, last: Time) -> String {
    let civil = |time: Time| {
        jiff::Timestamp::from_nanosecond(i128::from(time.0)).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).datetime())
    };
    let (Ok(first), Ok(last)) = (civil(first), civil(last)) else { return String::new() };
    let day = if first.year() == last.year() { "%-d %b %H:%M:%S" } else { "%-d %b %Y %H:%M:%S" };
    let start = first.strftime(day);
    if first.strftime("%FT%T").to_string() == last.strftime("%FT%T").to_string() {
        start.to_string()
    } else if first.date() == last.date() {
        format!("{start} to {}", last.strftime("%H:%M:%S"))
    } else {
        format!("{start} to {}", last.strftime(day))
    }
}

/// The last line alone, for standard error.
pub(crate) fn summary_line(report: &Report, options: &Options) -> String {
    closing(&report.summary, options).join(", ")
}

/// Problems for standard error, a line each; of many of one kind the first, and how many more there are.
pub(crate) fn problem_lines(problems: &[Problem], options: &Options) -> Vec<String> {
    let mut met: BTreeMap<ProblemKind, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for problem in problems {
        let n = met.entry(problem.kind).or_default();
        *n += 1;
        if *n <= PROBLEM_LINES || !is_of_inputs(problem.kind) {
            lines.push(problem_line(problem, options));
        }
    }
    for (kind, n) in met.into_iter().filter(|(kind, n)| *n > PROBLEM_LINES && is_of_inputs(*kind)) {
        let more = counted((n - PROBLEM_LINES) as u64, "more input", "more inputs");
        lines.push(format!("warning: … and {more} ({}); reports name them", kind.name()));
    }
    lines
}

/// Thousands of inputs may have the same. What is wrong with rules and options is always told in full.
fn is_of_inputs(kind: ProblemKind) -> bool {
    use ProblemKind::{NoTime, Repaired, Skipped, Truncated, Unparsed, Unreadable, YearAssumed};
    matches!(kind, NoTime | Repaired | Skipped | Truncated | Unparsed | Unreadable | YearAssumed)
}

/// A problem for standard error: `warning: logs/a.log: 3 of 900 lines not parsed (first: 17)` and the like.
fn problem_line(problem: &Problem, options: &Options) -> String {
    let line = problem.first.first().filter(|_| problem.kind == ProblemKind::RuleRejected);
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    let path =
        if problem.path.is_empty() { String::new() } else { format!("{}{line}: ", shown(&problem.path, options)) };
    let times = if problem.count > 1 { format!(", {} times", thousands(problem.count)) } else { String::new() };
    let first = problem.first.first().filter(|_| line.is_empty());
    let first = first.map_or_else(String::new, |line| format!(" (first: {line})"));
    format!("warning: {path}{}{times}{first}", shown(&problem.message, options))
}

/// Text from outside, harmless for a terminal; for a pipeline's runner also where a command would start.
pub(crate) fn shown(text: &str, options: &Options) -> String {
    let text = Shown(text).to_string();
    if !options.in_runner {
        return text;
    }
    let text = without_commands(&text);
    match text.trim_start().strip_prefix("::") {
        Some(rest) => format!(": :{rest}"),
        None => text,
    }
}

/// A word in the colour of its severity.
fn paint(level: Level, word: &str, colored: bool, options: &Options) -> String {
    if !options.color || !colored {
        return word.to_owned();
    }
    let code = match level {
        Level::Critical => "1;31",
        Level::High => "31",
        Level::Medium => "33",
        Level::Low => "36",
        Level::Informational => "2",
    };
    format!("\u{1b}[{code}m{word}\u{1b}[0m")
}

/// Parts on as few lines as the width allows.
fn write_wrapped(parts: &[String], between: &str, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut column = 0;
    for (at, part) in parts.iter().enumerate() {
        let length = visible(part);
        if at > 0 && column + between.len() + length > options.width {
            writeln!(out, "{}", between.trim_end())?;
            column = 0;
        } else if at > 0 {
            write!(out, "{between}")?;
            column += between.len();
        }
        write!(out, "{part}")?;
        column += length;
    }
    writeln!(out)
}

/// Characters of our own text, colours not counted.
fn visible(text: &str) -> usize {
    let mut in_escape = false;
    text.chars()
        .filter(|c| {
            let counts = !in_escape && *c != '\u{1b}';
            in_escape = (in_escape || *c == '\u{1b}') && *c != 'm';
            counts
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_report_is_this_text_at_both_widths() {
        for width in [80, 120] {
            let options = Options { width, min_severity: Level::Low, ..Options::default() };
            let text = sample::written(&REPORTER, &sample::report(), &options);
            sample::compare(&format!("console-{width}"), &text);
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(width), "{longest:?} columns of {width}");
        }
    }

    #[test]
    fn colours_only_repeat_what_is_a_word() {
        let report = sample::report();
        let plain = sample::written(&REPORTER, &report, &Options::default());
        let colored = sample::written(&REPORTER, &report, &Options { color: true, ..Options::default() });
        assert!(colored.contains("\u{1b}[1;31mcritical\u{1b}[0m"));
        let mut in_escape = false;
        let stripped: String = colored
            .chars()
            .filter(|c| {
                let keep = !in_escape && *c != '\u{1b}';
                in_escape = (in_escape || *c == '\u{1b}') && *c != 'm';
                keep
            })
            .collect();
        assert_eq!(stripped, plain);
    }

    #[test]
    fn a_clean_scan_says_what_it_looked_at() {
        let mut report = sample::empty();
        report.summary.inputs = 4;
        report.summary.books.events = 120_433;
        report.summary.rules.loaded = 212;
        let text = sample::written(&REPORTER, &report, &Options::default());
        assert!(text.contains("No alerts. Looked at 4 files with 120,433 events against 212 rules."), "{text}");
    }

    #[test]
    fn of_one_rule_fifty_rows_are_shown_unless_all_are_wanted() {
        let report = sample::crowd(981);
        let text = sample::written(&REPORTER, &report, &Options::default());
        assert!(text.contains("and 931 more"), "{text}");
        let all = sample::written(&REPORTER, &report, &Options { all: true, ..Options::default() });
        assert!(!all.contains(" more"));
        assert_eq!(all.matches(" · ").count(), 981);
    }

    #[test]
    fn workflow_commands_are_broken_up_for_a_runner() {
        let options = Options { in_runner: true, ..Options::default() };
        let cases = [
            ("::error::x", ": :error::x"),
            ("  ::x", ": :x"),
            ("a::b", "a::b"),
            ("x##[error]", "x# #[error]"),
            ("x##vso[a]", "x# #vso[a]"),
        ];
        for (text, want) in cases {
            assert_eq!(shown(text, &options), want);
            assert_eq!(shown(text, &Options::default()), text);
        }
        assert_eq!(shown("\u{1b}]0;x\u{7}\u{202e}", &options), "\\x1b]0;x\\x07\\u{202e}");
    }

    #[test]
    fn rules_are_listed_with_who_silences_them() {
        let mut rules = sample::report().rules.to_vec();
        rules[1].silenced_by = vec!["corr-ssh-bruteforce".to_owned()];
        for width in [80, 120] {
            let mut out = Vec::new();
            let options = Options { width, ..Options::default() };
            write_rules(&rules, &options, &mut out).expect("a vector takes everything");
            let text = String::from_utf8(out).expect("it is UTF-8");
            sample::compare(&format!("rules-{width}"), &text);
            assert!(text.lines().all(|line| line.chars().count() <= width));
        }
    }

    #[test]
    fn problems_are_one_line_each_whatever_they_name() {
        let options = Options { in_runner: true, ..Options::default() };
        let report = sample::report();
        let lines: Vec<String> = report.problems.iter().map(|problem| problem_line(problem, &options)).collect();
        assert_eq!(lines[2], "warning: case 1/auth.log: expected a month, found `::error::x`, 17 times (first: 17)");
        assert_eq!(lines[6], "warning: win/broken\\x1b[2J.log: permission denied");
        assert!(summary_line(&report, &options).starts_with("5 files, 120,433 events, 17 lines not parsed"));
    }

    #[test]
    fn of_many_inputs_with_the_same_problem_ten_are_told_and_the_rest_is_counted() {
        let problem = |n: usize, kind| Problem {
            path: format!("{n}.log"),
            kind,
            count: 1,
            first: Vec::new(),
            message: "x".to_owned(),
            incomplete: false,
        };
        let mut problems: Vec<Problem> = (0..1_234).map(|n| problem(n, ProblemKind::NoTime)).collect();
        problems.extend((0..10).map(|n| problem(n, ProblemKind::YearAssumed)));
        problems.extend((0..12).map(|n| problem(n, ProblemKind::RuleRejected)));
        let lines = problem_lines(&problems, &Options::default());
        assert_eq!(lines.len(), 10 + 10 + 12 + 1);
        assert_eq!(lines.last().unwrap(), "warning: … and 1,224 more inputs (no_time); reports name them");
    }

    #[test]
    fn times_leave_out_what_they_share() {
        let at = |seconds: i64| Time(seconds * Time::SECOND);
        assert_eq!(span(at(1_710_382_270), at(1_710_382_318)), "14 Mar 02:11:10 to 02:11:58");
        assert_eq!(span(at(1_710_382_270), at(1_710_382_270)), "14 Mar 02:11:10");
        assert_eq!(span(at(1_710_382_270), at(1_710_482_270)), "14 Mar 02:11:10 to 15 Mar 05:57:50");
        assert_eq!(span(at(1_703_980_800), at(1_704_067_200)), "31 Dec 2023 00:00:00 to 1 Jan 2024 00:00:00");
    }
}
