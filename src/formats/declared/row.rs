//! One declared format as it is written down, and what is made of it.

use super::grok;
use super::sign::Sign;
use crate::formats::{Record, Refused};
use crate::model::stamp::{self, Zone};
use crate::model::{LogSource, Quality, Speaker, Stamp, Value, limits};
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
    /// What reads a record; none: the format stands behind headers alone.
    #[serde(default)]
    patterns: Vec<RawPattern>,
    /// Programs that say `messages` behind a header of syslog, in a journal or a container: without path, `*` for any
    /// ending.
    #[serde(default)]
    programs: Vec<String>,
    /// What reads such a message.
    #[serde(default)]
    messages: Vec<RawPattern>,
    /// Beginnings of messages that are read so whoever says them.
    #[serde(default)]
    begins: Vec<String>,
    /// What a record begins with, if not every line begins one that does not begin with a blank.
    start: Option<String>,
    /// Pairs that stand anywhere in a record: a pattern with the groups `name` and `value`.
    variables: Option<String>,
    /// What stands before a message in the format's own log: records are this and what `messages` say.
    header: Option<String>,
    /// The log source of Sigma its records have.
    #[serde(default)]
    pub(super) logsource: RawLogSource,
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

impl RawRow {
    /// The patterns of whole records.
    fn whole(&self) -> Vec<RawPattern> {
        let behind = self.header.iter().flat_map(|header| self.messages.iter().map(|message| message.behind(header)));
        self.patterns.iter().cloned().chain(behind).collect()
    }

    fn speakers(&self) -> impl Iterator<Item = Speaker> {
        let programs = self.programs.iter().cloned().map(Speaker::Program);
        programs.chain(self.begins.iter().cloned().map(Speaker::Anybody))
    }
}

impl RawPattern {
    fn text(&self) -> &str {
        match self {
            RawPattern::Plain(text) | RawPattern::With { pattern: text, .. } => text,
        }
    }

    /// The pattern of a whole record that has a header before it.
    fn behind(&self, header: &str) -> RawPattern {
        let join = |text: &str| format!("{header}{}", text.strip_prefix('^').unwrap_or(text));
        match self {
            RawPattern::Plain(text) => RawPattern::Plain(join(text)),
            RawPattern::With { pattern, set } => RawPattern::With { pattern: join(pattern), set: set.clone() },
        }
    }
}

/// The words of a log source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLogSource {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
}

impl RawLogSource {
    /// The log source, if a word is stated.
    pub(super) fn stated(&self) -> Option<LogSource> {
        let RawLogSource { product, category, service } = self.clone();
        let stated = LogSource { product, category, service };
        (stated != LogSource::default()).then_some(stated)
    }
}

/// A line, or what a program says behind a header, and the fields it must give.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSample {
    /// Who says it, empty: nobody knows; without this the text is a whole record.
    pub(super) program: Option<String>,
    pub(super) text: String,
    pub(super) fields: BTreeMap<String, String>,
}

impl RawSample {
    /// The line it is, or could be.
    pub(super) fn line(&self) -> String {
        match self.program.as_deref() {
            Some("") => format!("Nov 14 22:13:20 host1 {}", self.text),
            Some(program) => format!("Nov 14 22:13:20 host1 {program}[411]: {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// What reads the records of a declared format. Expressions are compiled when they are first needed: a run meets few of
/// the formats there are.
#[derive(Debug)]
pub(crate) struct Declared {
    raw: RawRow,
    /// What must stand in a line that looks like one of its: of [`RawRow::sniff`], or of the patterns.
    signs: OnceLock<Vec<Sign>>,
    sniff: OnceLock<Option<Regex>>,
    patterns: OnceLock<Vec<Pattern>>,
    messages: OnceLock<Vec<Pattern>>,
    start: OnceLock<Option<Regex>>,
    variables: OnceLock<Option<Regex>>,
    /// Whose messages it reads, and what its records are.
    pub(crate) speakers: Vec<Speaker>,
    pub(crate) logsource: Option<LogSource>,
}

#[derive(Debug)]
struct Pattern {
    expression: Regex,
    /// Group, field, and whether it is a number.
    fields: Vec<(usize, String, bool)>,
    set: Vec<(String, String)>,
}

/// A format is compiled and tried before it is used: ours by a test, a user's when it is loaded.
const COMPILES: &str = "it was compiled when it was loaded";

impl Declared {
    /// A format nobody tried yet.
    pub(super) fn new(raw: &RawRow) -> Declared {
        Declared {
            signs: OnceLock::new(),
            sniff: OnceLock::new(),
            patterns: OnceLock::new(),
            messages: OnceLock::new(),
            start: OnceLock::new(),
            variables: OnceLock::new(),
            speakers: raw.speakers().collect(),
            logsource: raw.logsource.stated(),
            raw: raw.clone(),
        }
    }

    /// Compiles everything; says what is wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.raw.patterns.is_empty() && self.raw.messages.is_empty() {
            return Err("it has no pattern".to_owned());
        }
        if self.raw.messages.is_empty() != self.speakers.is_empty() {
            return Err("`messages` stand with `programs` or `begins`".to_owned());
        }
        let expression = |text: &Option<String>, slot: &OnceLock<Option<Regex>>| {
            optional(text.as_deref()).map(|expression| slot.get_or_init(|| expression).is_some())
        };
        expression(&self.raw.sniff, &self.sniff)?;
        expression(&self.raw.start, &self.start)?;
        expression(&self.raw.variables, &self.variables)?;
        let has = |name| self.variables().is_none_or(|pattern| pattern.capture_names().flatten().any(|n| n == name));
        if !has("name") || !has("value") {
            return Err("`variables` has the groups `name` and `value`".to_owned());
        }
        compiled_all(&self.raw.whole()).map(|all| self.patterns.get_or_init(|| all))?;
        compiled_all(&self.raw.messages).map(|all| self.messages.get_or_init(|| all))?;
        Ok(())
    }

    fn signs(&self) -> &[Sign] {
        let sign = |text: &str| Sign::of(&grok::expand(text).expect(COMPILES).expression);
        self.signs.get_or_init(|| match &self.raw.sniff {
            Some(sniff) => vec![sign(sniff)],
            None => self.raw.whole().iter().map(|pattern| sign(pattern.text())).collect(),
        })
    }

    fn patterns(&self) -> &[Pattern] {
        self.patterns.get_or_init(|| compiled_all(&self.raw.whole()).expect(COMPILES))
    }

    fn messages(&self) -> &[Pattern] {
        self.messages.get_or_init(|| compiled_all(&self.raw.messages).expect(COMPILES))
    }

    fn variables(&self) -> Option<&Regex> {
        self.variables.get_or_init(|| optional(self.raw.variables.as_deref()).expect(COMPILES)).as_ref()
    }

    /// Whether a line belongs to the record above; `None`: the format does not say what records begin with.
    pub(crate) fn continues(&self, line: &[u8]) -> Option<bool> {
        let start = self.start.get_or_init(|| optional(self.raw.start.as_deref()).expect(COMPILES)).as_ref()?;
        Some(!start.is_match(&String::from_utf8_lossy(line)))
    }

    /// Whether some line of a text may look like one of this format: sooner told than of one after the other.
    pub(super) fn may_fit(&self, text: &str) -> bool {
        self.signs().iter().any(|sign| sign.may_be_in(text))
    }

    /// Whether a line looks like one of this format.
    pub(super) fn fits(&self, line: &str) -> bool {
        if !self.may_fit(line) {
            return false;
        }
        match self.sniff.get_or_init(|| optional(self.raw.sniff.as_deref()).expect(COMPILES)) {
            Some(sniff) => sniff.is_match(line),
            None => self.patterns().iter().any(|pattern| pattern.expression.is_match(line)),
        }
    }

    /// The patterns of messages, or of records where it has no messages, that read none of these samples.
    #[cfg(test)]
    pub(super) fn unused(&self, samples: &[RawSample]) -> Vec<String> {
        let reads = |pattern: &Pattern, text: &str| pattern.expression.is_match(text);
        let header = if self.raw.header.is_some() { self.patterns() } else { &[] };
        let is_used = |n: usize, pattern: &Pattern| {
            samples.iter().any(|sample| match (&sample.program, self.messages().is_empty()) {
                (Some(_), _) | (None, true) => reads(pattern, &sample.text),
                (None, false) => header.get(n).is_some_and(|pattern| reads(pattern, &sample.text)),
            })
        };
        let patterns = if self.messages().is_empty() { self.patterns() } else { self.messages() };
        let unused = patterns.iter().enumerate().filter(|(n, pattern)| !is_used(*n, pattern));
        unused.map(|(_, pattern)| pattern.expression.to_string()).collect()
    }

    /// Reads a record by the first pattern that takes it. Where the format has none, a record is a message.
    pub(crate) fn read(&self, record: &mut Record<'_>) -> Result<(), Refused> {
        let patterns = if self.patterns().is_empty() { self.messages() } else { self.patterns() };
        let Some(time) = self.push(patterns, record.text, record) else {
            return Err(Refused { expected: "what a pattern of the declared format takes", at: 0 });
        };
        record.time = time;
        Ok(())
    }

    /// Reads what one of its programs says, if a pattern takes it. Its stamp counts when it has date and zone.
    pub(super) fn said(&self, message: &str, record: &mut Record<'_>) -> bool {
        let Some(time) = self.push(self.messages(), message, record) else { return false };
        if time.quality == Quality::Exact {
            record.time = time;
        }
        true
    }

    /// Pushes what the first pattern that takes a text finds; gives the stamp in it.
    fn push(&self, patterns: &[Pattern], text: &str, record: &mut Record<'_>) -> Option<Stamp> {
        let mut taken = patterns.iter().filter_map(|pattern| Some((pattern, pattern.expression.captures(text)?)));
        let (pattern, groups) = taken.next()?;
        let mut time = Stamp::default();
        for (group, field, is_number) in &pattern.fields {
            let Some(value) = groups.get(*group).map(|found| found.as_str()) else { continue };
            if *field == self.raw.time {
                time = self.stamp(value, record);
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
        let pairs = self.variables().into_iter().flat_map(|pattern| pattern.captures_iter(text));
        for pair in pairs.take(limits::VARIABLES) {
            if let (Some(name), Some(value)) = (pair.name("name"), pair.name("value")) {
                record.push(name.as_str(), value.as_str());
            }
        }
        Some(time)
    }

    fn stamp(&self, text: &str, record: &mut Record<'_>) -> Stamp {
        if let Some(stamp) = self.raw.layout.as_deref().and_then(|layout| laid_out(layout, text, record.zone)) {
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

fn optional(text: Option<&str>) -> Result<Option<Regex>, String> {
    text.map(|text| compiled(text).map(|(expression, _)| expression)).transpose()
}

fn compiled_all(raws: &[RawPattern]) -> Result<Vec<Pattern>, String> {
    raws.iter().map(Pattern::new).collect()
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
