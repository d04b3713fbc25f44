//! The documents of a rule file: actions are applied, kinds told apart (sigma-semantics.md 8).
//!
//! `action: global` is a template that later plain rules are merged with, `reset` drops it, `repeat` merges onto
//! the rule before. Correlations and filters take no part in this.

use super::diagnostic::{At, Code, DocId, DocNotes, Notes};
use super::modifiers::shorten;
use super::raw::{self, Entry, Kind, Node, entry};
use crate::model::limits;
use std::collections::HashMap;

/// What a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocKind {
    Rule,
    Correlation,
    Filter,
}

/// A document that is a map, with its actions applied.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) id: DocId,
    pub(super) line: u64,
    pub(super) kind: DocKind,
    /// `LogSentry`'s dialect: marked by `type: correlation` at the top, and by nothing else.
    pub(super) dialect: bool,
    pub(super) entries: Vec<Entry>,
}

/// Splits one text. Returns its documents in order and how many there were, empty ones aside.
pub(super) fn split(source: usize, text: &str, notes: &mut Notes) -> (Vec<Document>, usize) {
    let stream = raw::read(text);
    let read = stream.documents.len();
    let repeats =
        stream.documents.iter().any(|node| node.map().is_some_and(|entries| action(entries) == Some("repeat")));
    let mut splitter = Splitter { repeats, ..Splitter::default() };
    let mut documents = Vec::new();
    let mut count = 0;
    for (document, node) in stream.documents.into_iter().enumerate() {
        if node.is_null() {
            continue;
        }
        count += 1;
        let mut notes = DocNotes { doc: DocId { source, document }, notes };
        documents.extend(splitter.document(node, &mut notes));
    }
    if let Some(broken) = stream.broken {
        count += 1;
        let mut notes = DocNotes { doc: DocId { source, document: read }, notes };
        let message = format!("the text is not YAML: {}", broken.message);
        let help = "check quotes, brackets and indentation here and above; a value with `: `, `#` or a leading \
                    `*`, `%`, `@` needs quotes. Documents behind this one were not read";
        notes.say(&At::top(broken.line), Code::YamlSyntax, message, help);
    }
    (documents, count)
}

/// The action a document states.
fn action(entries: &[Entry]) -> Option<&str> {
    entry(entries, "action").and_then(|item| item.value.text())
}

#[derive(Default)]
struct Splitter {
    /// Whether some document of the text repeats another: else none has to be kept.
    repeats: bool,
    template: Vec<Entry>,
    /// The plain rule before, as it was merged.
    before: Option<Vec<Entry>>,
    /// Bytes that merging has copied.
    copied: usize,
}

impl Splitter {
    fn document(&mut self, node: Node, notes: &mut DocNotes<'_>) -> Option<Document> {
        let line = node.line;
        let top = At::top(line);
        let Kind::Map(mut entries) = node.kind else {
            let what = Node { line, kind: node.kind };
            let message = format!("a document is a map of keys, not {}", what.what());
            notes.say(&top, Code::NotAMap, message, "begin with `title: …`; several rules are separated by `---`");
            return None;
        };
        let errors = notes.errors();
        duplicates(&entries, &top, notes);
        let action = entry(&entries, "action").map(|item| (item.value.text().map(str::to_owned), item.line));
        entries.retain(|entry| entry.key != "action");
        let kind = kind(&entries);
        let entries = match action.as_ref().map(|(name, line)| (name.as_deref(), *line)) {
            None if kind == DocKind::Rule => self.merged(entries, &top, notes)?,
            None => entries,
            Some((Some("global"), _)) => {
                self.template = entries;
                return None;
            }
            Some((Some("reset"), _)) => {
                self.template.clear();
                return None;
            }
            Some((Some("repeat"), line)) => self.repeated(&entries, &top.key("action", line), notes)?,
            Some((name, line)) => {
                let name = name.map_or_else(|| "?".to_owned(), shorten);
                let help = "the actions are `global`, `reset` and `repeat`";
                notes.say(&top.key("action", line), Code::BadAction, format!("unknown action `{name}`"), help);
                return None;
            }
        };
        if notes.errors() > errors {
            return None;
        }
        let dialect = entry(&entries, "type").is_some_and(|item| item.value.text() == Some("correlation"));
        Some(Document { id: notes.doc, line, kind, dialect, entries })
    }

    /// A plain rule with the template put over it.
    fn merged(&mut self, mut entries: Vec<Entry>, top: &At<'_>, notes: &mut DocNotes<'_>) -> Option<Vec<Entry>> {
        if !self.template.is_empty() {
            self.pay(raw::weight_of(&self.template), top, notes)?;
            merge(&mut entries, &self.template, top, &mut |at| {
                let help = "take the key out of one of them, or add `action: reset` before this document";
                notes.say(at, Code::GlobalOverride, "the `action: global` document has this key too, and wins", help);
            });
        }
        if self.repeats {
            self.before = Some(entries.clone());
        }
        Some(entries)
    }

    /// The rule before with this document put over it.
    fn repeated(&mut self, entries: &[Entry], at: &At<'_>, notes: &mut DocNotes<'_>) -> Option<Vec<Entry>> {
        let Some(mut before) = self.before.take() else {
            let help = "put the rule to repeat before this document, in the same file";
            notes.say(at, Code::BadAction, "there is no rule before this document to repeat", help);
            return None;
        };
        merge(&mut before, entries, at, &mut |_| {});
        self.pay(raw::weight_of(&before).saturating_mul(2), at, notes)?;
        self.before = Some(before.clone());
        Some(before)
    }

    fn pay(&mut self, bytes: usize, at: &At<'_>, notes: &mut DocNotes<'_>) -> Option<()> {
        self.copied = self.copied.saturating_add(bytes);
        if self.copied > limits::RULE_MERGE_BYTES {
            let message = format!("`action` documents copy more than {} bytes", limits::RULE_MERGE_BYTES);
            notes.say(at, Code::BadAction, message, "split the file");
            return None;
        }
        Some(())
    }
}

fn kind(entries: &[Entry]) -> DocKind {
    let is_dialect = entry(entries, "type").is_some_and(|item| item.value.text() == Some("correlation"));
    if entry(entries, "correlation").is_some() || is_dialect {
        DocKind::Correlation
    } else if entry(entries, "filter").is_some() {
        DocKind::Filter
    } else {
        DocKind::Rule
    }
}

/// Objects to every key that stands twice in one map: the second one would hide the first.
fn duplicates(entries: &[Entry], at: &At<'_>, notes: &mut DocNotes<'_>) {
    let mut seen = HashMap::new();
    for (n, entry) in entries.iter().enumerate() {
        // Most maps are so small that looking through them is the quickest.
        let first = if entries.len() <= 16 {
            entries.iter().take(n).find(|other| other.key == entry.key).map(|other| other.line)
        } else {
            let first = *seen.entry(entry.key.as_str()).or_insert((n, entry.line));
            (first.0 < n).then_some(first.1)
        };
        if let Some(first) = first {
            let key = shorten(&entry.key);
            let message = format!("the key `{key}` stands twice in one map, here and in line {}", entry.line);
            let help = "join the values in one list (`|all` if every one must match), or use two identifiers";
            notes.say(&at.key(&entry.key, first), Code::DuplicateKey, message, help);
        }
    }
    for entry in entries {
        nested_duplicates(&entry.value, &at.key(&entry.key, entry.line), notes);
    }
}

fn nested_duplicates(node: &Node, at: &At<'_>, notes: &mut DocNotes<'_>) {
    match &node.kind {
        Kind::Map(entries) => duplicates(entries, at, notes),
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                nested_duplicates(item, &at.index(index, item.line), notes);
            }
        }
        _ => {}
    }
}

/// Puts `over` over `base`: maps are joined, anything else is replaced. Tells where something else stood.
fn merge(base: &mut Vec<Entry>, over: &[Entry], at: &At<'_>, replaced: &mut dyn FnMut(&At<'_>)) {
    let places: HashMap<String, usize> = base.iter().zip(0..).map(|(entry, n)| (entry.key.clone(), n)).collect();
    for entry in over {
        let Some(known) = places.get(&entry.key).and_then(|n| base.get_mut(*n)) else {
            base.push(entry.clone());
            continue;
        };
        let at = at.key(&entry.key, known.line);
        match (&mut known.value.kind, &entry.value.kind) {
            (Kind::Map(base), Kind::Map(over)) => merge(base, over, &at, replaced),
            (mine, theirs) => {
                if !same(mine, theirs) {
                    replaced(&at);
                }
                *known = entry.clone();
            }
        }
    }
}

/// Whether two values say the same, wherever they stand.
fn same(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.kind, &b.kind)),
        (Kind::Map(a), Kind::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && same(&a.value.kind, &b.value.kind))
        }
        _ => a == b,
    }
}
