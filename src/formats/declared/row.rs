//! One declared format as it is written down, and what is made of it.

use super::grok;
use crate::formats::{Record, Refused};
use crate::model::stamp::{self, Zone};
use crate::model::{Stamp, Value, limits};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The shape of a format in YAML.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRow {
    pub(super) name: String,
    pub(super) summary: String,
    #[serde(default)]
    pub(super) spec: String,
    /// How precisely it tells its lines from others'.
    #[serde(default = "usual")]
    pub(super) specificity: u8,
    /// What a line of it looks like; unless given, any of the patterns.
    sniff: Option<String>,
    patterns: Vec<RawPattern>,
    /// The field that holds the stamp.
    #[serde(default = "timestamp")]
    time: String,
    /// How the stamp is laid out, for those nobody knows: as `strptime` has it.
    layout: Option<String>,
    pub(super) samples: Vec<RawSample>,
}

fn usual() -> u8 {
    7
}

fn timestamp() -> String {
    "timestamp".to_owned()
}

/// A pattern, alone or with fields every record of it has.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum RawPattern {
    Plain(String),
    With { pattern: String, set: BTreeMap<String, String> },
}

/// A line and the fields it must give.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSample {
    pub(super) text: String,
    pub(super) fields: BTreeMap<String, String>,
}

/// What reads the records of a declared format. Its expressions are compiled when a text is first held against them.
#[derive(Debug)]
pub(crate) struct Declared {
    sniff: Option<Later>,
    patterns: Vec<Later>,
    time: String,
    layout: Option<String>,
}

/// A pattern as it is written down, and compiled once somebody asked for it.
#[derive(Debug)]
struct Later {
    raw: RawPattern,
    made: OnceLock<Pattern>,
}

impl Later {
    fn new(raw: RawPattern) -> Later {
        Later { raw, made: OnceLock::new() }
    }

    fn get(&self) -> &Pattern {
        self.made
            .get_or_init(|| Pattern::new(&self.raw).expect("users' are tried when they are loaded, ours by a test"))
    }
}

#[derive(Debug)]
struct Pattern {
    expression: Regex,
    /// Group, field, and whether it is a number.
    fields: Vec<(usize, String, bool)>,
    set: Vec<(String, String)>,
}

impl Declared {
    /// A format whose expressions are known to be some.
    pub(super) fn new(raw: &RawRow) -> Declared {
        let sniff = raw.sniff.clone().map(|text| Later::new(RawPattern::Plain(text)));
        let patterns = raw.patterns.iter().cloned().map(Later::new).collect();
        Declared { sniff, patterns, time: raw.time.clone(), layout: raw.layout.clone() }
    }

    /// Compiles everything; says what is wrong with it.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.patterns.is_empty() {
            return Err("it has no pattern".to_owned());
        }
        for later in self.sniff.iter().chain(&self.patterns) {
            let made = Pattern::new(&later.raw)?;
            later.made.get_or_init(|| made);
        }
        Ok(())
    }

    /// Whether a line looks like one of this format.
    pub(super) fn fits(&self, line: &str) -> bool {
        match &self.sniff {
            Some(sniff) => sniff.get().expression.is_match(line),
            None => self.patterns.iter().any(|pattern| pattern.get().expression.is_match(line)),
        }
    }

    /// Reads a record by the first pattern that takes it.
    pub(crate) fn read(&self, record: &mut Record<'_>) -> Result<(), Refused> {
        let text = record.text;
        for pattern in self.patterns.iter().map(Later::get) {
            let Some(groups) = pattern.expression.captures(text) else { continue };
            for (group, field, is_number) in &pattern.fields {
                let Some(value) = groups.get(*group).map(|found| found.as_str()) else { continue };
                if *field == self.time {
                    record.time = self.stamp(value, record);
                }
                if *is_number && is_a_number(value) {
                    record.push_value(field, value, Value::Number);
                } else {
                    record.push(field, value);
                }
            }
            for (field, value) in &pattern.set {
                record.push(field, value);
            }
            return Ok(());
        }
        Err(Refused { expected: "what a pattern of the declared format takes", at: 0 })
    }

    fn stamp(&self, text: &str, record: &mut Record<'_>) -> Stamp {
        if let Some(stamp) = self.layout.as_deref().and_then(|layout| laid_out(layout, text, record.zone)) {
            return stamp;
        }
        match (stamp::read(text, record.zone), stamp::read_yearless(text)) {
            (Some(time), _) => time,
            (None, Some((yearless, _))) => record.yearless(yearless),
            (None, None) => Stamp::default(),
        }
    }
}

/// Reads a stamp by its layout.
fn laid_out(layout: &str, text: &str, zone: &Zone) -> Option<Stamp> {
    let parsed = jiff::fmt::strtime::parse(layout, text).ok()?;
    match parsed.to_timestamp() {
        Ok(time) => stamp::read(&time.to_string(), zone),
        Err(_) => stamp::read(&parsed.to_datetime().ok()?.to_string(), zone),
    }
}

fn is_a_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite) && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
}

impl Pattern {
    fn new(raw: &RawPattern) -> Result<Pattern, String> {
        let (text, set) = match raw {
            RawPattern::Plain(text) => (text, BTreeMap::new()),
            RawPattern::With { pattern, set } => (pattern, set.clone()),
        };
        let (expression, kinds) = compiled(text)?;
        let names = expression.capture_names().enumerate();
        let fields = names.filter_map(|(group, name)| {
            let field = name?.to_owned();
            let is_number = kinds.contains(&field);
            Some((group, field, is_number))
        });
        let fields = fields.collect();
        Ok(Pattern { expression, fields, set: set.into_iter().collect() })
    }
}

/// Compiles a pattern; gives the fields that are numbers.
fn compiled(text: &str) -> Result<(Regex, Vec<String>), String> {
    let grok::Expanded { expression, kinds } = grok::expand(text)?;
    let mut numbers = Vec::new();
    for (field, kind) in kinds {
        match kind.as_str() {
            "int" | "float" | "number" => numbers.push(field),
            "string" | "text" => {}
            other => return Err(format!("{other:?} is no kind of field: use int, float or text")),
        }
    }
    let expression = RegexBuilder::new(&expression).size_limit(limits::EXPRESSION).build();
    Ok((expression.map_err(|error| format!("{text:?} is no pattern: {error}"))?, numbers))
}
