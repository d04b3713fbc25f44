//! A rule in words, for `rules show`: its conditions as written, and below each identifier what it tests.

use super::rule::{
    Correlation, Decimal, FieldTest, Group, Keywords, Pattern, PatternPart, Rule, Ruleset, TimePart, ValueTest,
};
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

/// Values of one test that are listed.
const VALUES: usize = 20;

impl Ruleset {
    /// What the rule or correlation of this identity looks for; empty when there is none.
    pub(crate) fn in_words(&self, identity: &str) -> String {
        if let Some(rule) = self.rules.iter().find(|rule| rule.meta.identity == identity) {
            return detection(rule);
        }
        let correlation = self.correlations.iter().find(|correlation| correlation.meta.identity == identity);
        correlation.map_or_else(String::new, correlated)
    }
}

impl Rule {
    /// The fields its search identifiers test, each once.
    pub(crate) fn fields(&self) -> BTreeSet<&str> {
        let mut fields = BTreeSet::new();
        let mut waiting: Vec<&Group> = self.selections.iter().map(|selection| &selection.body).collect();
        while let Some(group) = waiting.pop() {
            match group {
                Group::All(parts) | Group::Any(parts) => waiting.extend(parts),
                Group::Keywords(_) => {}
                Group::Field(test) => {
                    fields.insert(test.field.as_str());
                    fields.extend(test.values.iter().flatten().filter_map(|value| match value {
                        ValueTest::FieldRef { field, .. } => Some(field.as_str()),
                        _ => None,
                    }));
                }
            }
        }
        fields
    }
}

fn detection(rule: &Rule) -> String {
    let mut text = String::new();
    for condition in &rule.conditions {
        line(
            &mut text,
            0,
            &format!("Matches when {}", condition.text.split_whitespace().collect::<Vec<_>>().join(" ")),
        );
    }
    for selection in &rule.selections {
        line(&mut text, 1, &format!("{}:", selection.name));
        group(&mut text, 2, &selection.body);
    }
    text
}

fn line(text: &mut String, depth: usize, words: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:indent$}{words}", "", indent = depth * 2);
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        match (self.digits.as_str(), self.exponent) {
            ("", _) => f.write_str("0"),
            (digits, 0) => write!(f, "{sign}{digits}"),
            (digits, n @ 1..=30) => write!(f, "{sign}{digits}{:0<zeros$}", "", zeros = usize::try_from(n).unwrap_or(0)),
            (digits, n) => write!(f, "{sign}{digits}e{n}"),
        }
    }
}

/// How deep structure is spelt out; deeper is said in one word.
const DEPTH: usize = 16;

fn group(text: &mut String, depth: usize, body: &Group) {
    if depth > DEPTH {
        line(text, depth, "(more)");
        return;
    }
    match body {
        Group::All(parts) | Group::Any(parts) if parts.len() == 1 => for_each_part(text, depth, parts),
        Group::All(parts) => {
            line(text, depth, "all of:");
            for_each_part(text, depth + 1, parts);
        }
        Group::Any(parts) => {
            line(text, depth, "any of:");
            for_each_part(text, depth + 1, parts);
        }
        Group::Field(entry) => line(text, depth, &field(entry)),
        Group::Keywords(keywords) => line(text, depth, &searched(keywords)),
    }
}

fn for_each_part(text: &mut String, depth: usize, parts: &[Group]) {
    for part in parts {
        group(text, depth, part);
    }
}

fn field(test: &FieldTest) -> String {
    let not = if test.negated { "not " } else { "" };
    format!("{not}{} {}", test.field, values(&test.values, test.all))
}

fn searched(keywords: &Keywords) -> String {
    let not = if keywords.negated { "no " } else { "" };
    format!("{not}value {}", values(&keywords.values, keywords.all))
}

fn values(values: &[Vec<ValueTest>], all: bool) -> String {
    let link = if all { " and " } else { " or " };
    let mut words: Vec<String> = values.iter().take(VALUES).map(|forms| alternatives(forms)).collect();
    if values.len() > VALUES {
        words.push(format!("{} more", values.len() - VALUES));
    }
    words.join(link)
}

/// One value and what its modifiers made of it.
fn alternatives(forms: &[ValueTest]) -> String {
    let first = forms.first().map_or_else(String::new, ValueTest::in_words);
    match forms.len() {
        0 | 1 => first,
        n => format!("{first} (in {n} forms)"),
    }
}

impl ValueTest {
    /// What a value must be like.
    pub(crate) fn in_words(&self) -> String {
        value(self)
    }
}

fn value(test: &ValueTest) -> String {
    match test {
        ValueTest::Pattern(pattern) => matched(pattern),
        ValueTest::Regex(regex) => format!("fits /{}/", regex.as_str()),
        ValueTest::Number(number) => format!("= {number}"),
        ValueTest::Bool(word) => format!("is {word}"),
        ValueTest::Null => "is null or missing".to_owned(),
        ValueTest::Exists(true) => "is there".to_owned(),
        ValueTest::Exists(false) => "is not there".to_owned(),
        ValueTest::Cidr(net) => format!("is in {net}"),
        ValueTest::Compare(comparison, number) => format!("{} {number}", comparison.sign()),
        ValueTest::TimePart(part, comparison, number) => {
            format!("has {} {} {number}", name(*part), comparison.sign())
        }
        ValueTest::FieldRef { field, starts, ends, .. } => {
            let how = match (starts, ends) {
                (false, false) => "is",
                (true, false) => "starts with",
                (false, true) => "ends with",
                (true, true) => "contains",
            };
            format!("{how} a value of {field}")
        }
    }
}

/// Most patterns are a text and where it stands; others are told with their wildcards.
fn matched(pattern: &Pattern) -> String {
    use PatternPart::{Literal, Many};
    let words = match &*pattern.parts {
        [] => "is empty".to_owned(),
        [Many] => "is not null".to_owned(),
        [Literal(text)] => format!("is '{text}'"),
        [Literal(text), Many] => format!("starts with '{text}'"),
        [Many, Literal(text)] => format!("ends with '{text}'"),
        [Many, Literal(text), Many] => format!("contains '{text}'"),
        parts => format!("fits '{}'", parts.iter().map(written).collect::<String>()),
    };
    if pattern.cased { format!("{words} (exact case)") } else { words }
}

/// A part of a pattern as a rule would write it.
fn written(part: &PatternPart) -> String {
    match part {
        PatternPart::Literal(text) => text.replace('*', "\\*").replace('?', "\\?"),
        PatternPart::Many => "*".to_owned(),
        PatternPart::One => "?".to_owned(),
    }
}

fn name(part: TimePart) -> &'static str {
    match part {
        TimePart::Minute => "a minute",
        TimePart::Hour => "an hour",
        TimePart::Day => "a day",
        TimePart::Week => "a week",
        TimePart::Month => "a month",
        TimePart::Year => "a year",
    }
}

fn correlated(correlation: &Correlation) -> String {
    let mut text = String::new();
    line(&mut text, 0, &format!("Correlates {} within {}", correlation.rules.join(", "), correlation.timespan_text));
    if !correlation.group_by.is_empty() {
        line(&mut text, 1, &format!("grouped by {}", correlation.group_by.join(", ")));
    }
    for (comparison, number) in &correlation.bounds {
        let of = correlation.count_fields.join(", ");
        let of = if of.is_empty() { String::new() } else { format!(" of {of}") };
        line(&mut text, 1, &format!("{:?}{of} {} {number}", correlation.kind, comparison.sign()));
    }
    text
}
