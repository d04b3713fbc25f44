//! Lists of rules and single rules, as `logsentry rules` prints them.

use super::shape::RuleShape;
use super::{Options, csv, json_text};
use crate::model::show::Shown;
use crate::model::{AlertKind, RuleInfo};
use comfy_table::{ContentArrangement, Table, presets};
use std::fmt::Write as _;
use std::io;

/// A JSON list of the same objects a report has under `rules`.
pub(crate) fn rules_json(rules: &[RuleInfo]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let shapes: Vec<RuleShape<'_>> = rules.iter().map(RuleShape::new).collect();
    json_text::to_pages(&shapes, &mut out)?;
    Ok(out)
}

/// A row a rule.
pub(crate) fn rules_csv(rules: &[RuleInfo]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    {
        let options = Options::default();
        let mut rows = csv::writer(&mut out);
        rows.write_record(["id", "uuid", "title", "level", "kind", "status", "logsource", "techniques", "file"])?;
        for rule in rules {
            let cell = |text: &str| csv::cell(text, &options);
            rows.write_record([
                cell(&rule.id),
                cell(rule.uuid.as_deref().unwrap_or_default()),
                cell(&rule.title),
                cell(rule.level.name()),
                cell(rule.kind.name()),
                cell(rule.status.as_deref().unwrap_or_default()),
                cell(&logsource(rule)),
                cell(&rule.techniques.join(";")),
                cell(&rule.file),
            ])?;
        }
        rows.flush()?;
    }
    Ok(out)
}

/// A table for people.
pub(crate) fn rules_table(rules: &[RuleInfo], width: usize) -> Vec<u8> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(120));
    table.set_header(["LEVEL", "RULE", "TITLE", "LOG SOURCE", "FROM"]);
    for rule in rules {
        let shown = |text: &str| Shown(text).to_string();
        let from = if rule.file.starts_with("builtin:") { "built-in" } else { rule.file.as_str() };
        let silent = if rule.silenced_by.is_empty() { "" } else { " (silenced)" };
        let muted = if rule.excluded { " (excluded)" } else { silent };
        let id = format!("{}{muted}", shown(&rule.id));
        table.add_row([rule.level.name().to_owned(), id, shown(&rule.title), shown(&logsource(rule)), shown(from)]);
    }
    let correlations = rules.iter().filter(|rule| rule.kind == AlertKind::Correlation).count();
    let detections = rules.len() - correlations;
    format!("{}\n\n{detections} detection rule(s), {correlations} correlation(s)\n", table.trim_fmt()).into_bytes()
}

/// Everything about one rule; `logic` is what it looks for, in words.
pub(crate) fn rule_text(rule: &RuleInfo, logic: &str) -> Vec<u8> {
    let mut text = format!("{}\n\n", Shown(&rule.title));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<16}{}", Shown(value));
        }
    };
    line("Identity", &rule.id);
    line("Id", rule.uuid.as_deref().unwrap_or_default());
    line("Level", rule.level.name());
    line("Kind", rule.kind.name());
    line("Status", rule.status.as_deref().unwrap_or_default());
    line("Log source", &logsource(rule));
    line("Techniques", &rule.techniques.join(", "));
    line("Tactics", &rule.tactics.join(", "));
    line("File", &rule.file);
    line("Silenced by", &rule.silenced_by.join(", "));
    line("Description", rule.description.as_deref().unwrap_or_default());
    line("What to do", rule.remediation.as_deref().unwrap_or_default());
    rule.falsepositives.iter().for_each(|known| line("False positive", known));
    rule.references.iter().for_each(|link| line("Reference", link));
    text.push('\n');
    for row in logic.lines() {
        let _ = writeln!(text, "{}", Shown(row));
    }
    text.into_bytes()
}

fn logsource(rule: &RuleInfo) -> String {
    let parts = [&rule.logsource.product, &rule.logsource.category, &rule.logsource.service];
    let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    words.join("/")
}
