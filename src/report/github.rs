//! `--format github`: workflow commands that a GitHub runner turns into annotations, worst first.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step, so no more are written; the last line says how many
//! there are, where the rest is, and what became of the rules. It is the one format whose lines are commands: everything from outside stands behind
//! the `::` of ours, with the escapes the runner undoes (actions/toolkit, `command.ts`), and cannot begin one of its own.
//!
//! What we leave out: columns, which we do not know, and lines of files that have none.

use super::{Options, Reporter, Where, counted, rule, rules_told, thousands, without_commands};
use crate::model::show::{Shown, cut};
use crate::model::{Alert, AlertStatus, Level, ProblemKind, Report};
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "github", summary: "annotations of a GitHub workflow", needs_hashes: false, write };

/// Annotations of one kind GitHub shows of a step.
const SHOWN: usize = 10;
/// Bytes of a message.
const MESSAGE: usize = 1_000;

/// The three kinds, worst first.
const KINDS: [&str; 3] = ["error", "warning", "notice"];

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let alerts = || report.alerts.iter().filter(|alert| alert.status == AlertStatus::New);
    let mut left = 0;
    for kind in KINDS {
        let mut of_kind = alerts().filter(|alert| self::kind(alert.level) == kind);
        for alert in of_kind.by_ref().take(SHOWN) {
            annotation(report, alert, out)?;
        }
        left += of_kind.count();
    }
    let warnings = alerts().filter(|alert| kind(alert.level) == KINDS[1]).count();
    let rejected = report.problems.iter().filter(|problem| problem.kind == ProblemKind::RuleRejected);
    for problem in rejected.take(SHOWN.saturating_sub(warnings)) {
        write!(out, "::{} title=Rule not loaded,file={}", KINDS[1], property(&problem.path))?;
        if let Some(line) = problem.first.first() {
            write!(out, ",line={line}")?;
        }
        writeln!(out, "::{}", data(&cut(&problem.message, MESSAGE)))?;
    }
    let summary = &report.summary;
    let total = summary.alerts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    let alerts = counted(total, "alert", "alerts");
    write!(out, "logsentry: {}, {}/100, {alerts}", summary.verdict, summary.risk_score)?;
    if left > 0 {
        let place = options.elsewhere.as_deref().map_or_else(|| "the other formats".to_owned(), data);
        write!(out, "; {} more in {place}", thousands(u64::try_from(left).unwrap_or(u64::MAX)))?;
    }
    writeln!(out, "; {}", rules_told(summary).join(", "))
}

fn kind(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Informational => "notice",
    }
}

fn annotation(report: &Report, alert: &Alert, out: &mut dyn Write) -> io::Result<()> {
    let info = rule(report, alert.rule);
    let at = Where::new(&report.inputs, &alert.place);
    write!(out, "::{} title={}", kind(alert.level), property(&format!("{} ({})", info.title, alert.level)))?;
    if !at.path.is_empty() {
        write!(out, ",file={}", property(at.path))?;
    }
    if let Some(line) = at.line {
        let last = line.saturating_add(u64::from(alert.place.lines.max(1)) - 1);
        write!(out, ",line={line},endLine={last}")?;
    }
    let record = at.record.filter(|_| at.line.is_none());
    let record = record.map_or_else(String::new, |record| format!(", record {record}"));
    let events = counted(alert.count, "event", "events");
    writeln!(out, "::{} ({events}{record}, rule {})", data(&cut(&alert.message, MESSAGE)), data(&info.id))
}

/// Text from outside behind the second `::`.
fn data(text: &str) -> String {
    // The older form of a command is looked for anywhere in a line.
    let text = without_commands(&Shown(text).to_string());
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text from outside between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_report_is_these_annotations() {
        sample::compare("github", &sample::written(&REPORTER, &sample::report(), &Options::default()));
    }

    #[test]
    fn ten_of_a_kind_are_written_and_the_rest_is_told() {
        let options = Options { elsewhere: Some("out/a,b.json".to_owned()), ..Options::default() };
        let text = sample::written(&REPORTER, &sample::crowd(981), &options);
        // Ten alerts, the rule that was not loaded, and what there is in all.
        assert_eq!(text.lines().count(), 12);
        assert!(text.contains("981 alerts; 971 more in out/a,b.json; 212 rules, "), "{text}");
    }

    #[test]
    fn text_from_outside_stays_where_it_is_put() {
        let text = "50%,a:b\n::stop-commands::x\r##[error]y ##vso[z]";
        assert_eq!(data(text), "50%25,a:b\\n::stop-commands::x\\r# #[error]y # #vso[z]");
        assert_eq!(property(text), "50%25%2Ca%3Ab\\n%3A%3Astop-commands%3A%3Ax\\r# #[error]y # #vso[z]");
        assert_eq!(data("%0A::x"), "%250A::x");
    }
}
