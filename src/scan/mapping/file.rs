//! A file of mappings as it is written: our own form, and that of sigma-go's configurations.
//!
//! Of the latter `backends` and `index` are accepted and mean nothing: they say where a search engine should look.
//! `rewrite` and `placeholders` are refused; the one is another entry, the other `--placeholders`.

use super::{Mistake, path};
use crate::model::LogSource;
use crate::sigma::raw::{self, Entry, Kind, Node};
use crate::taxonomy::{Mapping, Way};
use serde_json::Value;

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) mappings: Vec<Placed>,
    pub(super) samples: Vec<Sample>,
}

/// A mapping, where it stands, and its place among others.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) line: u64,
    pub(super) order: i64,
    pub(super) mapping: Mapping,
}

/// A record, and what its fields must be.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) line: u64,
    pub(super) record: String,
    /// As `--input-format` takes it; `None`: by content.
    pub(super) format: Option<String>,
    pub(super) fields: Vec<(String, Vec<String>)>,
}

const KEYS: &[&str] = &["title", "order", "mappings", "samples", "logsources", "fieldmappings", "backends"];
const SOURCE_KEYS: &[&str] = &["product", "category", "service", "conditions", "index"];

/// Reads a file; of several mistakes the first is told.
pub(super) fn read(text: &str) -> Result<File, Mistake> {
    let stream = raw::read(text);
    if let Some(broken) = stream.broken {
        return Err(Mistake { line: broken.line, why: broken.message });
    }
    let mut file = File::default();
    for document in stream.documents.iter().filter(|document| !document.is_null()) {
        read_document(document, &mut file)?;
    }
    Ok(file)
}

fn read_document(document: &Node, file: &mut File) -> Result<(), Mistake> {
    let entries = keys(document, KEYS)?;
    let order = value(entries, "order").map_or(Ok(0), |node| {
        node.text().and_then(|text| text.parse().ok()).ok_or_else(|| wrong(node, "`order` is a whole number"))
    })?;
    for node in value(entries, "mappings").map_or(Ok(&[][..]), list)? {
        file.mappings.push(Placed { line: node.line, order, mapping: mapping(node)? });
    }
    if let Some(node) = value(entries, "fieldmappings") {
        let fields = fields(node)?;
        let about =
            |line, (logsource, when), fields| Placed { line, order, mapping: Mapping { logsource, when, fields } };
        match value(entries, "logsources") {
            None => file.mappings.push(about(node.line, (LogSource::default(), Vec::new()), fields)),
            Some(sources) => {
                for Entry { value, line, .. } in map(sources)? {
                    file.mappings.push(about(*line, source_of_sigma_go(value)?, fields.clone()));
                }
            }
        }
    } else if let Some(node) = value(entries, "logsources") {
        return Err(wrong(node, "`fieldmappings` is missing: nothing is mapped"));
    }
    for node in value(entries, "samples").map_or(Ok(&[][..]), list)? {
        file.samples.push(sample(node)?);
    }
    Ok(())
}

fn mapping(node: &Node) -> Result<Mapping, Mistake> {
    let entries = keys(node, &["logsource", "when", "fields"])?;
    let fields_node = value(entries, "fields").ok_or_else(|| wrong(node, "`fields` is missing"))?;
    let logsource = value(entries, "logsource")
        .map_or(Ok(LogSource::default()), |node| keys(node, &SOURCE_KEYS[..3]).and_then(logsource))?;
    let when = value(entries, "when").map_or(Ok(Vec::new()), conditions)?;
    if !when.is_empty() && logsource == LogSource::default() {
        return Err(wrong(node, "`when` gives records a log source; name one with `logsource`"));
    }
    Ok(Mapping { logsource, when, fields: fields(fields_node)? })
}

/// Fields and the values one of which each must have.
type Conditions = Vec<(String, Vec<String>)>;

/// An entry of sigma-go's `logsources`.
fn source_of_sigma_go(node: &Node) -> Result<(LogSource, Conditions), Mistake> {
    let entries = keys(node, SOURCE_KEYS)?;
    let source = logsource(entries)?;
    let when = value(entries, "conditions").map_or(Ok(Vec::new()), conditions)?;
    if !when.is_empty() && source == LogSource::default() {
        return Err(wrong(node, "`conditions` need a product, category or service"));
    }
    Ok((source, when))
}

fn logsource(entries: &[Entry]) -> Result<LogSource, Mistake> {
    let word = |key: &str| {
        value(entries, key)
            .map(|node| node.text().map(str::to_owned).ok_or_else(|| expected(node, "a word")))
            .transpose()
    };
    Ok(LogSource { product: word("product")?, category: word("category")?, service: word("service")? })
}

/// Names and the values they must have; the word `any`, or nothing, stands for all.
fn conditions(node: &Node) -> Result<Vec<(String, Vec<String>)>, Mistake> {
    let mut found = Vec::new();
    for Entry { key, value, .. } in map(node)? {
        if key.contains('|') {
            return Err(wrong(
                node,
                "conditions of plain names are understood, not modifiers; `*` stands for anything",
            ));
        }
        let name = path::way(key).map_err(|why| wrong(value, &why))?.name;
        let values = words(value)?;
        found.push((name, if values == ["any"] { Vec::new() } else { values }));
    }
    Ok(found)
}

fn fields(node: &Node) -> Result<Vec<(String, Vec<Way>)>, Mistake> {
    let mut found = Vec::new();
    for Entry { key, value, .. } in map(node)? {
        let one = |node: &Node| {
            let text = node.text().ok_or_else(|| expected(node, "a name, a path or a list of them"))?;
            path::way(text).map_err(|why| wrong(node, &why))
        };
        let ways = match &value.kind {
            Kind::List(items) => items.iter().map(one).collect::<Result<Vec<Way>, Mistake>>()?,
            _ => vec![one(value)?],
        };
        found.push((key.clone(), ways));
    }
    Ok(found)
}

fn sample(node: &Node) -> Result<Sample, Mistake> {
    let entries = keys(node, &["record", "format", "fields"])?;
    let missing = |key: &str| wrong(node, &format!("`{key}` is missing"));
    let record = value(entries, "record").ok_or_else(|| missing("record"))?;
    let mut format = None;
    if let Some(node) = value(entries, "format") {
        format = Some(node.text().ok_or_else(|| expected(node, "a word"))?.to_owned());
    }
    let record = match &record.kind {
        Kind::Map(_) => {
            // The record is one line whatever else is in the file.
            format.get_or_insert_with(|| "jsonl".to_owned());
            json(record).to_string()
        }
        _ => record.text().ok_or_else(|| expected(record, "a line or a map"))?.to_owned(),
    };
    let mut fields = Vec::new();
    for Entry { key, value, .. } in map(value(entries, "fields").ok_or_else(|| missing("fields"))?)? {
        fields.push((key.clone(), words(value)?));
    }
    Ok(Sample { line: node.line, record, format, fields })
}

/// A tree of YAML as JSON. It is no deeper than the reader lets it be.
fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(yes) => Value::Bool(*yes),
        Kind::Number(digits) => serde_json::from_str(digits).unwrap_or_else(|_| Value::String(digits.clone())),
        Kind::Text(text) => Value::String(text.clone()),
        Kind::List(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => Value::Object(entries.iter().map(|e| (e.key.clone(), json(&e.value))).collect()),
    }
}

/// A word, a list of words, or nothing.
fn words(node: &Node) -> Result<Vec<String>, Mistake> {
    let one = |node: &Node| node.text().map(str::to_owned).ok_or_else(|| expected(node, "a value or a list of values"));
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::List(items) => items.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

/// The entries of a map that has no other keys, and each of them once.
fn keys<'n>(node: &'n Node, known: &[&str]) -> Result<&'n [Entry], Mistake> {
    let entries = map(node)?;
    for entry in entries {
        if !known.contains(&entry.key.as_str()) {
            let why = format!("`{}` is no key here; use {}", entry.key, known.join(", "));
            return Err(Mistake { line: entry.line, why });
        }
    }
    Ok(entries)
}

fn map(node: &Node) -> Result<&[Entry], Mistake> {
    let entries = node.map().ok_or_else(|| expected(node, "keys"))?;
    let mut seen = std::collections::BTreeSet::new();
    match entries.iter().find(|entry| !seen.insert(entry.key.as_str())) {
        Some(again) => Err(Mistake { line: again.line, why: format!("`{}` stands here twice", again.key) }),
        None => Ok(entries),
    }
}

fn list(node: &Node) -> Result<&[Node], Mistake> {
    match &node.kind {
        Kind::List(items) => Ok(items),
        _ => Err(expected(node, "a list")),
    }
}

fn value<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Node> {
    raw::entry(entries, key).map(|entry| &entry.value)
}

fn expected(node: &Node, what: &str) -> Mistake {
    let verb = if what == "keys" { "are" } else { "is" };
    wrong(node, &format!("{what} {verb} expected, not {}", node.what()))
}

fn wrong(node: &Node, why: &str) -> Mistake {
    Mistake { line: node.line, why: why.to_owned() }
}
