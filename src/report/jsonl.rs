//! `--format jsonl`: one alert a line, then the summary (design page `report.md` section 4).

use super::shape::{AlertShape, SummaryShape};
use super::{Options, Reporter, json_text};
use crate::model::Report;
use serde::Serialize;
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "jsonl", summary: "one alert a line, then the summary", needs_hashes: false, write };

#[derive(Serialize)]
struct AlertLine<'a> {
    alert: AlertShape<'a>,
}

/// The last line, here and of the `matches` stream.
#[derive(Serialize)]
pub(super) struct SummaryLine {
    summary: SummaryShape,
}

impl SummaryLine {
    pub(super) fn new(report: &Report) -> SummaryLine {
        SummaryLine { summary: SummaryShape::new(&report.summary) }
    }
}

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for alert in &report.alerts {
        json_text::to_line(&AlertLine { alert: AlertShape::new(report, alert, options) }, out)?;
    }
    json_text::to_line(&SummaryLine::new(report), out)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_alert_is_a_line_and_the_summary_is_the_last() {
        let report = sample::report();
        let text = sample::written(&REPORTER, &report, &Options::default());
        sample::compare("jsonl", &text);
        assert_eq!(text.lines().count(), report.alerts.len() + 1);
        assert!(text.lines().last().is_some_and(|line| line.starts_with("{\"summary\":{\"verdict\":")));
    }
}
