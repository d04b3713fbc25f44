//! `--format csv`: one alert a row (design page `report.md` section 6), RFC 4180 with CRLF, UTF-8 without a mark.
//!
//! A spreadsheet takes a cell that starts with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, so such a
//! cell gets a `'` in front unless it is a number. Control characters are spelt out: a record stays one line.

use super::{Options, Reporter, Where, entity_text, rule, without_commands};
use crate::model::show::Shown;
use crate::model::{Report, RuleInfo};
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "csv", summary: "one alert a row, for spreadsheets", needs_hashes: false, write };

const HEADER: [&str; 15] = [
    "severity",
    "rule_id",
    "rule_title",
    "kind",
    "path",
    "line",
    "record",
    "first_event",
    "last_event",
    "count",
    "entity",
    "message",
    "techniques",
    "fingerprint",
    "status",
];

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = writer(out);
    rows.write_record(HEADER).map_err(plain)?;
    for alert in &report.alerts {
        let info = rule(report, alert.rule);
        let place = Where::new(&report.inputs, &alert.place);
        rows.write_record([
            alert.level.name().to_owned(),
            cell(&info.id, options),
            cell(&info.title, options),
            alert.kind.name().to_owned(),
            cell(place.path, options),
            number(place.line),
            number(place.record),
            alert.first.rfc3339().unwrap_or_default(),
            alert.last.rfc3339().unwrap_or_default(),
            alert.count.to_string(),
            cell(&entity_text(alert), options),
            cell(&alert.message, options),
            cell(&info.techniques.join(";"), options),
            alert.fingerprint.clone(),
            alert.status.name().to_owned(),
        ])
        .map_err(plain)?;
    }
    rows.flush()
}

/// The failure of the sink itself: who asks whether a pipe was closed must find out.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The rules as `logsentry rules --format csv` lists them.
pub(super) fn write_rules(rules: &[RuleInfo], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = writer(out);
    rows.write_record([
        "id",
        "title",
        "level",
        "kind",
        "status",
        "product",
        "category",
        "service",
        "techniques",
        "file",
    ])
    .map_err(plain)?;
    for info in rules {
        let optional = |text: &Option<String>| text.as_deref().map_or_else(String::new, |t| cell(t, options));
        rows.write_record([
            cell(&info.id, options),
            cell(&info.title, options),
            info.level.name().to_owned(),
            info.kind.name().to_owned(),
            optional(&info.status),
            optional(&info.logsource.product),
            optional(&info.logsource.category),
            optional(&info.logsource.service),
            cell(&info.techniques.join(";"), options),
            cell(&info.file, options),
        ])
        .map_err(plain)?;
    }
    rows.flush()
}

pub(super) fn writer(out: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

fn number(n: Option<u64>) -> String {
    n.map_or_else(String::new, |n| n.to_string())
}

/// Text from outside as a cell.
pub(super) fn cell(text: &str, options: &Options) -> String {
    let mut shown = Shown(text).to_string();
    if options.in_runner {
        shown = without_commands(&shown);
    }
    // Tabs and carriage returns are spelt out by now, but a reader that undoes that must not find a formula either.
    let is_number = text.parse::<f64>().is_ok() && text.bytes().any(|b| b.is_ascii_digit());
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        shown.insert(0, '\'');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_report_is_this_table() {
        let text = sample::written(&REPORTER, &sample::report(), &Options::default());
        sample::compare("csv", &text);
        assert!(text.lines().all(|line| !line.is_empty()) && text.matches("\r\n").count() == text.lines().count());
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(rows.records().map(|row| row.expect("it reads back").len()).max(), Some(HEADER.len()));
    }

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        let cases = [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("-5", "-5"),
            ("-5+cmd", "'-5+cmd"),
            ("+1.5", "+1.5"),
            ("+inf", "'+inf"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("a=b", "a=b"),
            ("\u{1b}[2Jx\u{202e}", "\\x1b[2Jx\\u{202e}"),
            ("<script>", "<script>"),
        ];
        for (text, want) in cases {
            assert_eq!(cell(text, &Options::default()), want);
        }
    }

    #[test]
    fn rules_are_rows() {
        let mut out = Vec::new();
        write_rules(&sample::report().rules, &Options::default(), &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("it is UTF-8");
        assert!(text.starts_with(
            "id,title,level,kind,status,product,category,service,techniques,file\r\ncorr-ssh-bruteforce,"
        ));
    }
}
