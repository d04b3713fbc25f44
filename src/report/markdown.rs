//! `--format markdown`: a page for a job summary or a comment (GitHub Flavored Markdown).
//!
//! Everything from outside stands in code spans, where nothing is a link, an image, a mention or a tag, with as many
//! backticks as it takes. GitHub drops a step's summary of more than 1,024 KiB as a whole, so rows are few, values cut,
//! and the page ends before 900 KiB whatever it holds.

use super::{
    Options, Reporter, Where, counted, entity_text, rule, rules_told, thousands, without_commands, worst_first,
};
use crate::model::show::{Shown, cut};
use crate::model::{Alert, AlertStatus, Report};
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "markdown", summary: "a page for a job summary", needs_hashes: false, write };

/// Alerts on the page.
const ALERTS: usize = 50;
/// Problems on the page.
const PROBLEMS: usize = 20;
/// Bytes of one value.
const VALUE: usize = 300;
/// Bytes of the page.
const PAGE: usize = 900 << 10;

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { text: String::new() };
    let summary = &report.summary;
    page.line(&format!("## logsentry: {}, {}/100", summary.verdict, summary.risk_score));
    page.line("");
    page.line(&looked_at(report));
    if !summary.complete {
        page.line("");
        page.line("**The scan is incomplete:** something could not be read to its end, or a limit was reached.");
    }
    page.line("");
    let levels: Vec<(String, String)> =
        worst_first(summary.alerts).map(|(l, n)| (l.to_string(), thousands(n))).collect();
    page.row(levels.iter().map(|(level, _)| level.clone()));
    page.row(levels.iter().map(|_| "--:".to_owned()));
    page.row(levels.iter().map(|(_, n)| n.clone()));
    alerts(report, options, &mut page);
    problems(report, &mut page);
    out.write_all(page.text.as_bytes())
}

fn looked_at(report: &Report) -> String {
    let summary = &report.summary;
    let mut parts = vec![counted(summary.inputs, "file", "files"), counted(summary.books.events, "event", "events")];
    parts.extend(rules_told(summary));
    let mut add = |n: u64, text: &str| {
        if n > 0 {
            parts.push(format!("{} {text}", thousands(n)));
        }
    };
    add(summary.books.unparsed, "not parsed");
    add(summary.hidden, "below the shown severity");
    add(summary.suppressed, "suppressed");
    add(summary.unchanged, "known");
    add(summary.gone.unwrap_or(0), "of the baseline gone");
    format!("{}.", parts.join(", "))
}

fn alerts(report: &Report, options: &Options, page: &mut Page) {
    let new: Vec<&Alert> = report.alerts.iter().filter(|alert| alert.status == AlertStatus::New).collect();
    page.line("");
    if new.is_empty() {
        page.line("No alerts.");
        return;
    }
    page.line("### Alerts");
    page.line("");
    page.row(["Severity", "Alert", "Entity", "Place", "Events", "ATT&CK"].map(str::to_owned));
    page.row(["---", "---", "---", "---", "--:", "---"].map(str::to_owned));
    let mut written = 0;
    for alert in new.iter().take(ALERTS) {
        let info = rule(report, alert.rule);
        let at = Where::new(&report.inputs, &alert.place);
        let fits = page.row([
            alert.level.name().to_owned(),
            format!("{} {}", code(&info.title), code(&info.id)),
            code(&entity_text(alert)),
            code(&format!("{}:{}", cut(at.path, VALUE), at.number())),
            thousands(alert.count),
            code(&info.techniques.join(" ")),
        ]);
        written += usize::from(fits);
    }
    let left = new.len() - written;
    if left > 0 {
        let place = options.elsewhere.as_deref().map_or_else(|| "the other formats".to_owned(), code);
        page.line("");
        page.line(&format!("{} more in {place}.", thousands(u64::try_from(left).unwrap_or(u64::MAX))));
    }
}

fn problems(report: &Report, page: &mut Page) {
    if report.problems.is_empty() {
        return;
    }
    page.line("");
    page.line("### Problems");
    page.line("");
    page.row(["Kind", "Where", "What happened", "Times"].map(str::to_owned));
    page.row(["---", "---", "---", "--:"].map(str::to_owned));
    for problem in report.problems.iter().take(PROBLEMS) {
        let kind = problem.kind.name().replace('_', " ");
        page.row([kind, code(&problem.path), code(&problem.message), thousands(problem.count)]);
    }
    let left = report.problems.len().saturating_sub(PROBLEMS);
    if left > 0 {
        page.line("");
        page.line(&format!("{} more.", thousands(u64::try_from(left).unwrap_or(u64::MAX))));
    }
}

/// What was written so far.
struct Page {
    text: String,
}

impl Page {
    /// Adds a line while there is room; says whether there was.
    fn line(&mut self, line: &str) -> bool {
        let fits = self.text.len() + line.len() < PAGE;
        if fits {
            self.text.push_str(line);
            self.text.push('\n');
        }
        fits
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) -> bool {
        let cells: Vec<String> = cells.into_iter().collect();
        self.line(&format!("| {} |", cells.join(" | ")))
    }
}

/// Text from outside as a code span that may stand in a table.
fn code(text: &str) -> String {
    let text = without_commands(&Shown(&cut(text, VALUE)).to_string());
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    let mut inside = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '|' {
            // A backslash in front would take the escape for itself, and the bar would end the cell.
            inside.push_str(if inside.ends_with('\\') { " \\|" } else { "\\|" });
        } else {
            inside.push(c);
        }
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || longest > 0 { " " } else { "" };
    format!("{fence}{pad}{inside}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::Pair;

    #[test]
    fn the_report_is_this_page() {
        sample::compare("md", &sample::written(&REPORTER, &sample::report(), &Options::default()));
    }

    #[test]
    fn nothing_from_outside_leaves_its_code_span() {
        let cases = [
            ("a", "`a`"),
            ("", "–"),
            ("a|b", "`a\\|b`"),
            ("a\\|b", "`a\\ \\|b`"),
            ("`x``y", "``` `x``y ```"),
            ("<img src=x> [a](b) @me", "`<img src=x> [a](b) @me`"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            ("::error::x ##[error]y", "`::error::x # #[error]y`"),
        ];
        for (text, want) in cases {
            assert_eq!(code(text), want);
        }
    }

    #[test]
    fn a_page_is_never_too_large_for_a_summary() {
        let mut report = sample::crowd(30_000);
        // Twice as many as are shown.
        for alert in report.alerts.iter_mut().take(100) {
            alert.entity = (0..40).map(|n| Pair { field: format!("f{n}"), value: "`|".repeat(4_000) }).collect();
        }
        report.problems = report.problems.iter().cycle().take(5_000).cloned().collect();
        for problem in &mut report.problems {
            problem.message = "x".repeat(10_000);
        }
        let text = sample::written(&REPORTER, &report, &Options::default());
        assert!(text.len() < PAGE && text.contains("29,950 more in the other formats."), "{}", text.len());
    }
}
