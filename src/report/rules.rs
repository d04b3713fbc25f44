//! One rule for people, as `logsentry rules show` prints it.

use crate::model::RuleInfo;
use crate::model::show::Shown;
use std::fmt::Write as _;

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
