//! What rules are made of, as tables for people and as JSON: `rules stat`, `rules logsources`, `rules fields`.

use super::console::shown;
use super::shape::LogSourceShape;
use super::{Options, json_text, thousands};
use crate::model::{FieldUse, RuleStatistics, SourceUse, Tally};
use serde::Serialize;
use std::io::{self, Write};

/// What is printed.
pub(crate) enum Statistics {
    /// `rules stat`.
    Rules(RuleStatistics),
    /// `rules logsources`.
    Sources(Vec<SourceUse>),
    /// `rules fields`.
    Fields(Vec<FieldUse>),
}

/// One row of [`STATISTICS`].
pub(crate) struct StatisticsFormat {
    /// `--format`.
    pub(crate) name: &'static str,
    /// Writes it.
    pub(crate) write: fn(&Statistics, &Options, &mut dyn Write) -> io::Result<()>,
}

/// The formats of the three commands, the default first.
pub(crate) static STATISTICS: &[StatisticsFormat] =
    &[StatisticsFormat { name: "table", write: write_table }, StatisticsFormat { name: "json", write: write_json }];

fn write_table(statistics: &Statistics, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match statistics {
        Statistics::Rules(rules) => {
            let total = |name: &str, n: u64| vec![name.to_owned(), thousands(n)];
            let totals = [
                total("loaded", rules.loaded),
                total("correlations", rules.correlations),
                total("rejected", rules.rejected),
                total("not chosen", rules.left_out),
            ];
            table(&["RULES", ""], &totals, options, out)?;
            for (name, tallies) in &rules.by {
                writeln!(out)?;
                let rows: Vec<_> =
                    tallies.iter().map(|tally| vec![or_dash(&tally.name), thousands(tally.rules)]).collect();
                table(&[&name.to_uppercase(), "RULES"], &rows, options, out)?;
            }
            Ok(())
        }
        Statistics::Sources(sources) => {
            let row = |one: &SourceUse| {
                let words = [&one.source.product, &one.source.category, &one.source.service];
                let mut row: Vec<String> =
                    words.into_iter().map(|word| or_dash(word.as_deref().unwrap_or_default())).collect();
                row.extend([one.standing.name().to_owned(), thousands(one.rules)]);
                row
            };
            let rows: Vec<_> = sources.iter().map(row).collect();
            table(&["PRODUCT", "CATEGORY", "SERVICE", "LOGS", "RULES"], &rows, options, out)
        }
        Statistics::Fields(fields) => {
            let row = |one: &FieldUse| {
                vec![one.name.clone(), or_dash(one.canonical.unwrap_or_default()), thousands(one.rules)]
            };
            let rows: Vec<_> = fields.iter().map(row).collect();
            table(&["FIELD", "CANONICAL", "RULES"], &rows, options, out)
        }
    }
}

fn or_dash(word: &str) -> String {
    if word.is_empty() { "-".to_owned() } else { word.to_owned() }
}

/// Columns of a name as wide as their widest, the last one of numbers to the right.
fn table(head: &[&str], rows: &[Vec<String>], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(&head).chain(rows).map(|row| row.iter().map(|cell| shown(cell, options)).collect()).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (n, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            let last = n + 1 == row.len();
            let (before, behind, between) = if last { (gap.as_str(), "", "") } else { ("", gap.as_str(), "  ") };
            line.extend([before, cell, behind, between]);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_json(statistics: &Statistics, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    match statistics {
        Statistics::Rules(rules) => json_text::to_pages(&RulesShape::new(rules), out),
        Statistics::Sources(sources) => {
            let shape = |one| SourceShape::new(one);
            json_text::to_pages(&sources.iter().map(shape).collect::<Vec<_>>(), out)
        }
        Statistics::Fields(fields) => {
            let shape =
                |one: &'_ FieldUse| FieldShape { field: one.name.clone(), canonical: one.canonical, rules: one.rules };
            json_text::to_pages(&fields.iter().map(shape).collect::<Vec<_>>(), out)
        }
    }
}

#[derive(Serialize)]
struct RulesShape {
    loaded: u64,
    detection: u64,
    correlation: u64,
    rejected: u64,
    left_out: u64,
    #[serde(flatten)]
    by: serde_json::Map<String, serde_json::Value>,
}

impl RulesShape {
    fn new(rules: &RuleStatistics) -> RulesShape {
        let tally = |one: &Tally| {
            let name = (!one.name.is_empty()).then_some(one.name.as_str());
            serde_json::json!({"name": name, "rules": one.rules})
        };
        let list = |tallies: &[Tally]| tallies.iter().map(tally).collect::<serde_json::Value>();
        RulesShape {
            loaded: rules.loaded,
            detection: rules.loaded.saturating_sub(rules.correlations),
            correlation: rules.correlations,
            rejected: rules.rejected,
            left_out: rules.left_out,
            by: rules.by.iter().map(|(name, tallies)| ((*name).to_owned(), list(tallies))).collect(),
        }
    }
}

#[derive(Serialize)]
struct SourceShape<'a> {
    #[serde(flatten)]
    source: LogSourceShape<'a>,
    standing: &'static str,
    rules: u64,
}

impl<'a> SourceShape<'a> {
    fn new(one: &'a SourceUse) -> SourceShape<'a> {
        SourceShape { source: LogSourceShape::new(&one.source), standing: one.standing.name(), rules: one.rules }
    }
}

#[derive(Serialize)]
struct FieldShape {
    field: String,
    canonical: Option<&'static str>,
    rules: u64,
}
