//! `--format json`: the whole report as one object (design page `report.md` section 3).

use super::shape::ReportShape;
use super::{Options, Reporter, json_text};
use crate::model::{Report, RuleInfo};
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "json", summary: "everything, as one JSON object", needs_hashes: true, write };

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::to_pages(&ReportShape::new(report, options), out)
}

/// The rules as `logsentry rules --format json` lists them.
pub(super) fn write_rules(rules: &[RuleInfo], _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let shapes: Vec<_> = rules.iter().map(super::shape::RuleShape::new).collect();
    json_text::to_pages(&shapes, out)
}

/// The JSON Schema of the report.
pub(crate) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<ReportShape<'static>>()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_report_is_this_json() {
        let text = sample::written(&REPORTER, &sample::report(), &Options::default());
        sample::compare("json", &text);
        serde_json::from_str::<serde_json::Value>(&text).expect("it reads back");
    }

    /// Keys in the order of the design page, at every depth we promise.
    #[test]
    fn keys_stand_in_the_promised_order() {
        let text = sample::written(&REPORTER, &sample::report(), &Options::default());
        let top: Vec<&str> =
            text.lines().filter(|l| l.starts_with("  \"")).filter_map(|l| l.split('"').nth(1)).collect();
        assert_eq!(top, ["schema", "tool", "config", "summary", "inputs", "rules", "alerts", "problems"]);
    }

    #[test]
    fn the_reference_time_is_printed_when_it_took_the_clocks_place() {
        let report = Report { reference_time: Some("2024-03-14T00:00:00Z".to_owned()), ..sample::empty() };
        assert!(sample::written(&REPORTER, &report, &Options::default()).contains("\"reference_time\": \"2024-03-14"));
    }

    #[test]
    fn rules_are_listed_as_the_report_lists_them() {
        let mut out = Vec::new();
        write_rules(&sample::report().rules, &Options::default(), &mut out).expect("a vector takes everything");
        let rules: serde_json::Value = serde_json::from_slice(&out).expect("it reads back");
        assert_eq!(rules[0]["id"], "corr-ssh-bruteforce");
        assert_eq!(rules[0]["logsource"]["product"], serde_json::Value::Null);
    }
}
