//! `--format html`: one page to hand on (design page `cli.md` section 7).
//!
//! One file without a script, a font or a picture from elsewhere, and a content policy that forbids them: it works from a
//! stick, in a mail, on paper. The one script of its own (`html.js`, allowed by its hash) filters and sorts; with it
//! blocked everything is there to read. Light and dark as the reader's system says. The page is `html.askama`, its style
//! `html.css`; every text on it goes through [`Text`]. Charts are drawn in `html/chart.rs`, `html/heat.rs` and
//! `html/matrix.rs`.
//!
//! What we leave out: more than 5,000 alerts, which the page says; links (references are text: a page about an attack
//! should not send its reader anywhere).

mod chart;
mod heat;
mod matrix;
mod view;

use super::{Options, Reporter, counted, thousands, worst_first};
use crate::model::show::Shown;
use crate::model::{Alert, AlertStatus, Report, Stamp, Time};
use askama::Template;
use askama::filters::Escaper;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, Write};
use view::{AlertView, InputView, LevelView, ProblemView, RuleView};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "html", summary: "one page to hand on, no script needed", needs_hashes: true, write };

/// What the page may run.
const SCRIPT: &str = include_str!("../html.js");

/// Alerts on the page.
const ALERTS: usize = 5_000;

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    Page::new(report, options).write_into(out)?;
    writeln!(out)
}

/// The page. Alerts are made one at a time while it is written.
#[derive(Template)]
#[template(path = "html.askama", config = "src/report/askama.toml", escape = "page")]
struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
    style: &'static str,
    script: &'static str,
    script_hash: String,
    tone: &'static str,
    verdict: String,
    headline: String,
    silence: String,
    facts: Vec<(&'static str, String)>,
    levels: Vec<LevelView>,
    timeline: Option<chart::Timeline>,
    entities: Vec<chart::EntityRow<'a>>,
    heat: Option<heat::Heat>,
    matrix: Option<matrix::Matrix<'a>>,
    left_out: Option<String>,
    rules: Vec<RuleView<'a>>,
    inputs: Vec<InputView<'a>>,
    problems: Vec<ProblemView<'a>>,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &'a Options) -> Page<'a> {
        let summary = &report.summary;
        let fresh: Vec<&Alert> = report.alerts.iter().filter(|alert| alert.status == AlertStatus::New).collect();
        let (tone, verdict) = verdict(summary.verdict);
        let most = summary.alerts.iter().copied().max().unwrap_or(0).max(1);
        let left_out = report.alerts.len().checked_sub(ALERTS).filter(|n| *n > 0);
        Page {
            report,
            options,
            style: include_str!("../html.css"),
            script: SCRIPT,
            script_hash: base64(&Sha256::digest(SCRIPT)),
            tone,
            verdict: verdict.to_owned(),
            headline: headline(report),
            silence: silence(report),
            facts: facts(report),
            levels: worst_first(summary.alerts).map(|(level, n)| LevelView::new(level, n, most)).collect(),
            timeline: chart::timeline(&fresh),
            entities: chart::entities(&fresh),
            heat: heat::heat(&fresh),
            matrix: matrix::matrix(report, &fresh),
            left_out: left_out
                .map(|n| counted(u64::try_from(n).unwrap_or(u64::MAX), "more alert is", "more alerts are")),
            rules: view::rules(report),
            inputs: report.inputs.iter().map(InputView::new).collect(),
            problems: report.problems.iter().map(ProblemView::new).collect(),
        }
    }

    fn alerts(&self) -> impl Iterator<Item = AlertView<'a>> {
        self.report.alerts.iter().take(ALERTS).map(|alert| AlertView::new(self.report, alert, self.options))
    }
}

/// The colour and the words of a verdict.
fn verdict(name: &str) -> (&'static str, &str) {
    match name {
        "CRITICAL" => ("critical", "Critical"),
        "HIGH_RISK" => ("high", "High risk"),
        "MODERATE" => ("medium", "Moderate risk"),
        "LOW_RISK" => ("low", "Low risk"),
        "CLEAN" => ("clean", "Clean"),
        other => ("informational", other),
    }
}

/// What was found in what, in one sentence.
fn headline(report: &Report) -> String {
    let summary = &report.summary;
    let total = summary.alerts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    let found = if total == 0 { "No alerts".to_owned() } else { counted(total, "alert", "alerts") };
    format!(
        "{found} in {} from {}, held against {}.",
        counted(summary.books.events, "event", "events"),
        counted(summary.inputs, "file", "files"),
        counted(summary.rules.loaded, "rule", "rules"),
    )
}

/// Why no alert is shown, which is good news only when something was looked at.
fn silence(report: &Report) -> String {
    let summary = &report.summary;
    let events = summary.books.events;
    if events == 0 {
        return "No event was read, so no rule could match. Inputs, below, says what was opened.".to_owned();
    }
    let unseen = summary.hidden.saturating_add(summary.suppressed);
    if unseen > 0 {
        return format!("No alert to show; {} hidden or suppressed.", counted(unseen, "alert is", "alerts are"));
    }
    format!("No rule raised an alert on {}.", counted(events, "event", "events"))
}

/// The numbers beside the verdict; zeros are left out where nothing is wrong with zero.
fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let summary = &report.summary;
    let books = &summary.books;
    let mut facts = Vec::new();
    if let (Some(first), Some(last)) = (summary.first.time, summary.last.time) {
        facts.push(("Period (UTC)", format!("{} – {}", day_and_time(first), day_and_time(last))));
    }
    facts.push(("Matches", thousands(summary.matches)));
    let mut add = |name: &'static str, n: u64| {
        if n > 0 {
            facts.push((name, thousands(n)));
        }
    };
    add("Lines not parsed", books.unparsed);
    add("Records cut", books.truncated);
    add("Members skipped", books.skipped_members);
    add("Events no rule is about", books.unassigned);
    add("Rules loaded", summary.rules.loaded);
    add("Inputs left out", summary.left_out_inputs);
    add("Events outside of the time asked for", books.left_out);
    add("Rules not loaded", summary.rules.rejected);
    add("Rules not chosen", summary.rules.left_out);
    add("Rules about other logs", summary.rules.not_applicable);
    add("Below the shown severity", summary.hidden);
    add("Suppressed", summary.suppressed);
    add("Known", summary.unchanged);
    facts.push(("Configuration", report.config.clone().unwrap_or_else(|| "defaults".to_owned())));
    if let Some(time) = &report.reference_time {
        facts.push(("Reference time", time.clone()));
    }
    facts
}

/// The escaping of every text on the page: markup becomes entities, what hides or moves text is spelt out, and `#`, with
/// which a runner's commands start wherever they stand, is an entity too.
#[derive(Clone, Copy)]
struct Text;

impl Escaper for Text {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        for c in Shown(text).to_string().chars() {
            match c {
                '<' | '>' | '&' | '"' | '\'' | '#' => write!(out, "&#{};", u32::from(c))?,
                c => out.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Bytes as RFC 4648 section 4 spells them; what a content policy calls a script by.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().chain([0; 2].iter()).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for at in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * at) & 63).copied().unwrap_or(b'=');
            out.push(if at <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// `14 Mar 2024 02:11:10`, in UTC.
fn day_and_time(time: Time) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(time.0))
        .map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).strftime("%-d %b %Y %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// A stamp for people and for machines.
fn moment(stamp: Stamp) -> Option<(String, String)> {
    Some((stamp.rfc3339()?, day_and_time(stamp.time?)))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn page(report: &Report) -> String {
        sample::written(&REPORTER, report, &Options::default())
    }

    #[test]
    fn the_report_is_this_page() {
        sample::compare("html", &page(&sample::report()));
    }

    #[test]
    fn nothing_from_a_log_becomes_markup() {
        let text = page(&sample::report());
        assert!(text.matches("<script").count() == 1 && text.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
        assert!(!text.contains("href=") && !text.contains("src=") && !text.contains("url("));
        assert!(text.contains("default-src 'none'"));
    }

    #[test]
    fn the_one_script_is_allowed_by_its_hash_and_cannot_end_early() {
        let text = page(&sample::report());
        let script =
            text.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).expect("it is there");
        assert_eq!(script, SCRIPT);
        assert!(text.contains(&format!("script-src 'sha256-{}'", base64(&Sha256::digest(script)))));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (text, want) in cases {
            assert_eq!(base64(text.as_bytes()), want);
        }
    }

    #[test]
    fn every_alert_stands_on_the_page_with_its_rule_and_fingerprint() {
        let report = sample::report();
        let text = page(&report);
        for alert in &report.alerts {
            assert!(text.contains(&alert.fingerprint) && text.contains(&super::super::rule(&report, alert.rule).id));
        }
    }

    #[test]
    fn a_page_with_too_many_alerts_says_how_many_are_missing() {
        let text = page(&sample::crowd(5_003));
        assert!(text.contains("3 more alerts are"));
        assert_eq!(text.matches("<details class=\"alert").count(), 5_000);
    }

    #[test]
    fn an_entity_too_long_for_its_line_is_spelt_out_below() {
        let mut report = sample::report();
        let long = "x".repeat(3_000);
        report.alerts[0].entity[0].value.clone_from(&long);
        let text = page(&report);
        let below = text.split("<dt>Entity</dt>").nth(1).expect("it is there");
        assert!(below.split("</div>").next().is_some_and(|entity| entity.contains(&long)));
    }

    #[test]
    fn a_clean_page_says_so() {
        let mut report = sample::empty();
        let text = page(&report);
        assert!(text.contains("No alerts in 0 events") && text.contains("No event was read"), "{text}");
        report.summary.books.events = 7;
        assert!(page(&report).contains("No rule raised an alert on 7 events."));
        report.summary.hidden = 1;
        assert!(page(&report).contains("No alert to show; 1 alert is hidden or suppressed."));
    }
}
