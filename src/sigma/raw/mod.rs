//! YAML text as a tree that remembers lines: YAML 1.2 with the core schema (only `true` and `false` are booleans,
//! `0x10` is 16, dates are text), read event by event from `saphyr-parser`, or line by line where it is written as most
//! rules are (`plain`).
//!
//! Keys keep their order and may repeat; who walks the tree objects. Merge keys (`<<`) are YAML 1.1 and mean nothing
//! here. Depth, and what aliases may copy, are bounded, so that no text makes a tree much larger than itself.

mod plain;

use crate::model::limits;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// 1-based line where it starts.
    pub(crate) line: u64,
    pub(crate) kind: Kind,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// A number in decimal digits: as written, but for hexadecimal and octal ones.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// 1-based line of the key.
    pub(crate) line: u64,
    pub(crate) value: Node,
}

impl Node {
    /// The entries, if it is a map.
    pub(crate) fn map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// A scalar's text: a string, a number's digits, `true` or `false`. `None` for null, lists and maps.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Number(text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// What it is, with its article, for messages.
    pub(crate) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

/// The first entry with that key.
pub(crate) fn entry<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| entry.key == key)
}

/// All documents of a text, empty ones included, and what ended the reading early.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Stream {
    pub(crate) documents: Vec<Node>,
    /// The document after `documents` that could not be read; what follows it is unknown.
    pub(crate) broken: Option<Broken>,
}

/// Why a text could not be read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// Reads a text.
pub(crate) fn read(text: &str) -> Stream {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > limits::RULE_BYTES {
        let message = format!("the text is longer than {} bytes", limits::RULE_BYTES);
        return Stream { documents: Vec::new(), broken: Some(Broken { line: 1, message }) };
    }
    match plain::read(text) {
        Some(documents) => Stream { documents, broken: None },
        None => parsed(text),
    }
}

/// Whether what is read line by line is what the parser reads.
#[cfg(feature = "fuzzing")]
pub(crate) fn is_read_alike(text: &str) -> bool {
    plain::read(text).is_none_or(|documents| Stream { documents, broken: None } == parsed(text))
}

/// Whatever way a text is written.
fn parsed(text: &str) -> Stream {
    let mut stream = Stream::default();
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    while let Some(next) = parser.next_event() {
        let taken = match next {
            Ok((Event::DocumentEnd, _)) => {
                stream.documents.push(builder.finish());
                continue;
            }
            Ok((event, span)) => builder.take(event, line_of(span.start.line())),
            Err(error) => Err(Broken { line: line_of(error.marker().line()), message: error.info().to_owned() }),
        };
        if let Err(broken) = taken {
            stream.broken = Some(broken);
            break;
        }
    }
    stream
}

fn line_of(line: usize) -> u64 {
    u64::try_from(line).unwrap_or(u64::MAX).max(1)
}

/// A list or map whose end has not been seen.
enum Open {
    List { line: u64, anchor: usize, items: Vec<Node> },
    Map { line: u64, anchor: usize, entries: Vec<Entry>, key: Option<(String, u64)> },
}

/// Puts the events of one document together.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    copied: usize,
}

impl Builder {
    /// The document that has just ended, and a clean slate for the next one.
    fn finish(&mut self) -> Node {
        self.open.clear();
        self.anchors.clear();
        self.root.take().unwrap_or(Node { line: 1, kind: Kind::Null })
    }

    fn take(&mut self, event: Event<'_>, line: u64) -> Result<(), Broken> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
                    if anchor != 0 {
                        let node = Node { line, kind: Kind::Text(text.clone().into_owned()) };
                        *key = Some((text.into_owned(), line));
                        return self.remember(anchor, node);
                    }
                    *key = Some((text.into_owned(), line));
                    return Ok(());
                }
                self.close(Node { line, kind: scalar(text, style, tag.as_deref()) }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.start(Open::List { line, anchor, items: Vec::new() }, line),
            Event::MappingStart(anchor, _) => {
                self.start(Open::Map { line, anchor, entries: Vec::new(), key: None }, line)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { line, anchor, items }) => self.close(Node { line, kind: Kind::List(items) }, anchor),
                Some(Open::Map { line, anchor, entries, .. }) => {
                    self.close(Node { line, kind: Kind::Map(entries) }, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => self.copy(anchor, line),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn start(&mut self, open: Open, line: u64) -> Result<(), Broken> {
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            return Err(Broken { line, message: "a list or a map cannot be a key".to_owned() });
        }
        if self.open.len() >= limits::RULE_DEPTH {
            let message = format!("lists and maps are nested more than {} deep", limits::RULE_DEPTH);
            return Err(Broken { line, message });
        }
        self.open.push(open);
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Broken> {
        if anchor != 0 {
            self.remember(anchor, node.clone())?;
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some((key, line)) = key.take() {
                    entries.push(Entry { key, line, value: node });
                }
            }
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, node: Node) -> Result<(), Broken> {
        self.pay(&node)?;
        self.anchors.insert(anchor, node);
        Ok(())
    }

    fn copy(&mut self, anchor: usize, line: u64) -> Result<(), Broken> {
        let Some(known) = self.anchors.get(&anchor) else {
            return Err(Broken { line, message: "an alias refers to something that is not finished".to_owned() });
        };
        let mut node = known.clone();
        node.line = line;
        self.pay(&node)?;
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            let Some(text) = node.text() else {
                return Err(Broken { line, message: "a list or a map cannot be a key".to_owned() });
            };
            *key = Some((text.to_owned(), line));
            return Ok(());
        }
        if self.open.len() + depth(&node) > limits::RULE_DEPTH {
            let message = format!("lists and maps are nested more than {} deep", limits::RULE_DEPTH);
            return Err(Broken { line, message });
        }
        self.close(node, 0)
    }

    /// Counts what anchors and aliases copy.
    fn pay(&mut self, node: &Node) -> Result<(), Broken> {
        self.copied = self.copied.saturating_add(weight(node));
        if self.copied > limits::RULE_ALIAS_BYTES {
            let message = format!("aliases copy more than {} bytes", limits::RULE_ALIAS_BYTES);
            return Err(Broken { line: node.line, message });
        }
        Ok(())
    }
}

/// About as many bytes as a copy takes.
fn weight(node: &Node) -> usize {
    size_of::<Node>()
        + match &node.kind {
            Kind::Text(text) | Kind::Number(text) => text.len(),
            Kind::List(items) => items.iter().map(weight).sum(),
            Kind::Map(entries) => weight_of(entries),
            Kind::Null | Kind::Bool(_) => 0,
        }
}

/// About as many bytes as a copy of a map takes.
pub(crate) fn weight_of(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| size_of::<Entry>() + entry.key.len() + weight(&entry.value)).sum()
}

fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Kind::Map(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// The core schema: what a scalar means.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Kind {
    let wanted = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    match wanted {
        Some("str") => return Kind::Text(text.into_owned()),
        Some("int" | "float" | "bool" | "null") => {}
        _ if !matches!(style, ScalarStyle::Plain) => return Kind::Text(text.into_owned()),
        _ => {}
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        other => match number(other) {
            Some(digits) => Kind::Number(digits),
            None => Kind::Text(text.into_owned()),
        },
    }
}

/// The decimal digits of a YAML number. `.5` and `5.` get the zero they leave out; `.inf` and `.nan` are text,
/// since no number in a log equals them.
fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return radix(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return radix(octal, 8);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let mantissa = match mantissa.split_once('.') {
        None => mantissa.to_owned(),
        Some((int, "")) => int.to_owned(),
        Some(("", frac)) => format!("0.{frac}"),
        Some((int, frac)) => format!("{int}.{frac}"),
    };
    let digits = format!("{sign}{mantissa}{exponent}");
    super::rule::Decimal::parse(&digits).map(|_| digits)
}

fn radix(digits: &str, radix: u32) -> Option<String> {
    // `from_str_radix` takes a sign as well.
    digits.chars().all(|c| c.is_digit(radix)).then(|| u128::from_str_radix(digits, radix).ok())?.map(|n| n.to_string())
}

#[cfg(test)]
mod tests;
