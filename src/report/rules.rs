//! One rule for people, as `logsentry rules show` prints it.

use super::Options;
use super::console::shown;
use crate::model::RuleInfo;
use std::fmt::Write as _;

/// Everything about one rule; `logic` is what it looks for, in words.
pub(crate) fn rule_text(rule: &RuleInfo, logic: &str, options: &Options) -> Vec<u8> {
    // What begins a line must not be a command for whoever reads it.
    let whole = &Options { in_runner: true, ..options.clone() };
    let mut text = format!("{}\n\n", shown(&rule.title, whole));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<16}{}", shown(value, options));
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
        let _ = writeln!(text, "{}", shown(row, whole));
    }
    text.into_bytes()
}

fn logsource(rule: &RuleInfo) -> String {
    let parts = [&rule.logsource.product, &rule.logsource.category, &rule.logsource.service];
    let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    words.join("/")
}
