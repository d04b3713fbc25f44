//! `--format junit`: a test report, which Jenkins, Azure and others show: a suite a file, a case an alert.
//!
//! A case fails when its alert is at or above the gate (`--fail-on`); below it is told and passes. A file without alerts is
//! one case that passes, and what made the scan incomplete is an error, so that a report without failures is one of a scan
//! that saw everything. Known and suppressed alerts are cases that are skipped.
//!
//! One suite more tells what became of the rules: those that were not loaded are skipped cases with their reason.
//!
//! What we leave out: times, which these readers take for durations.

use super::{Options, Reporter, Where, counted, entity_text, rule, rules_told};
use crate::model::show::Shown;
use crate::model::{Alert, AlertStatus, Problem, ProblemKind, Report};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "junit", summary: "JUnit XML: a suite a file, a case an alert", needs_hashes: false, write };

/// The suite of what belongs to no file.
const WHOLE: &str = "logsentry";

/// One file's cases.
#[derive(Default)]
struct Suite<'a> {
    alerts: Vec<&'a Alert>,
    problems: Vec<&'a Problem>,
}

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Suite<'_>> = BTreeMap::new();
    for input in &report.inputs {
        suites.entry(input.path.as_str()).or_default();
    }
    for alert in &report.alerts {
        let path = Where::new(&report.inputs, &alert.place).path;
        suites.entry(if path.is_empty() { WHOLE } else { path }).or_default().alerts.push(alert);
    }
    for problem in report.problems.iter().filter(|problem| problem.incomplete) {
        let path = if problem.path.is_empty() { WHOLE } else { &problem.path };
        suites.entry(path).or_default().problems.push(problem);
    }
    let all = suites.values().fold((0, 0, 0, 0), |sum, suite| {
        let one = counts(suite, options);
        (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2, sum.3 + one.3)
    });
    let rejected: Vec<&Problem> =
        report.problems.iter().filter(|problem| problem.kind == ProblemKind::RuleRejected).collect();
    // The suite of the rules: one that was not loaded is a case that was skipped.
    let rules = (rejected.len().max(1), 0, 0, rejected.len());
    let all = (all.0 + rules.0, all.1, all.2, all.3 + rules.3);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"logsentry\"{}>", numbers(all))?;
    for (path, suite) in &suites {
        writeln!(out, "  <testsuite name=\"{}\"{}>", text(path), numbers(counts(suite, options)))?;
        for alert in &suite.alerts {
            case(report, alert, path, options, out)?;
        }
        for problem in &suite.problems {
            let (kind, name) = (problem.kind.name(), text(path));
            writeln!(out, "    <testcase classname=\"{kind}\" name=\"{name} can be read\">")?;
            writeln!(out, "      <error type=\"{kind}\" message=\"{}\"/>", text(&problem.message))?;
            writeln!(out, "    </testcase>")?;
        }
        if suite.alerts.is_empty() && suite.problems.is_empty() {
            writeln!(out, "    <testcase classname=\"logsentry\" name=\"no alerts in {}\"/>", text(path))?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "  <testsuite name=\"rules\"{}>", numbers(rules))?;
    for problem in &rejected {
        let line = problem.first.first().map_or_else(String::new, |line| format!(":{line}"));
        writeln!(out, "    <testcase classname=\"rule_rejected\" name=\"{}{line} is loaded\">", text(&problem.path))?;
        writeln!(out, "      <skipped message=\"{}\"/>", text(&problem.message))?;
        writeln!(out, "    </testcase>")?;
    }
    if rejected.is_empty() {
        writeln!(out, "    <testcase classname=\"logsentry\" name=\"all rules are loaded\"/>")?;
    }
    writeln!(out, "    <system-out>{}</system-out>", rules_told(&report.summary).join(", "))?;
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

/// Cases, failures, errors, skipped.
fn counts(suite: &Suite<'_>, options: &Options) -> (usize, usize, usize, usize) {
    let cases = (suite.alerts.len() + suite.problems.len()).max(1);
    let failures = suite.alerts.iter().filter(|alert| fails(alert, options)).count();
    let skipped = suite.alerts.iter().filter(|alert| alert.status != AlertStatus::New).count();
    (cases, failures, suite.problems.len(), skipped)
}

fn numbers((tests, failures, errors, skipped): (usize, usize, usize, usize)) -> String {
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn fails(alert: &Alert, options: &Options) -> bool {
    alert.status == AlertStatus::New && options.fail_on.is_some_and(|gate| alert.level >= gate)
}

fn case(report: &Report, alert: &Alert, path: &str, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let info = rule(report, alert.rule);
    // Readers follow a case from run to run by its name: what it is about, never where it stands.
    let entity = entity_text(alert);
    let name = if entity.is_empty() { info.title.clone() } else { format!("{} ({entity})", info.title) };
    writeln!(out, "    <testcase classname=\"{}\" name=\"{}\">", text(&info.id), text(&name))?;
    let at = Where::new(&report.inputs, &alert.place).number();
    let events = counted(alert.count, "event", "events");
    let message = text(&alert.message);
    let told = format!("{message}\n{}: {}:{at}, {events}, fingerprint {}", alert.level, text(path), alert.fingerprint);
    if fails(alert, options) {
        writeln!(out, "      <failure type=\"{}\" message=\"{message}\">{told}</failure>", alert.level)?;
    } else if alert.status == AlertStatus::New {
        writeln!(out, "      <system-out>{told}</system-out>")?;
    } else {
        let why = alert.suppression.as_ref().map_or_else(|| alert.status.name().to_owned(), |why| text(&why.reason));
        writeln!(out, "      <skipped message=\"{why}\"/>")?;
    }
    writeln!(out, "    </testcase>")
}

/// Text from outside, in text and attributes. What XML 1.0 forbids is U+FFFD; `#`, with which a runner's commands start
/// wherever they stand, is an entity like markup.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in Shown(text).to_string().chars() {
        match c {
            '<' | '>' | '&' | '"' | '\'' | '#' => out.extend(["&#", &u32::from(c).to_string(), ";"]),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::Level;

    #[test]
    fn the_report_is_this_file() {
        let options = Options { fail_on: Some(Level::High), ..Options::default() };
        sample::compare("junit", &sample::written(&REPORTER, &sample::report(), &options));
    }

    #[test]
    fn alerts_at_the_gate_fail_and_nothing_else() {
        let failures = |fail_on| {
            let options = Options { fail_on, ..Options::default() };
            sample::written(&REPORTER, &sample::report(), &options).matches("<failure ").count()
        };
        let gates = [None, Some(Level::Critical), Some(Level::High), Some(Level::Informational)];
        assert_eq!(gates.map(failures), [0, 1, 2, 4]);
    }

    #[test]
    fn text_is_no_markup_and_only_what_xml_can_hold() {
        assert_eq!(text("<a b=\"'&\u{0}\u{FFFF}##["), "&#60;a b=&#34;&#39;&#38;\\x00\u{FFFD}&#35;&#35;[");
    }
}
