//! Texts in, rules out: reads every document, then lets [`resolve`] put them together.

use super::correlation;
use super::detection::Reader;
use super::diagnostic::{At, Code, Diagnostic, DocNotes, Notes};
use super::document::{self, DocKind, Document};
use super::filter;
use super::meta;
use super::raw::{Kind, entry};
use super::resolve::{self, Label, Member, Parsed};
use super::rule::{Rule, Ruleset};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The text of one rule file.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceText {
    /// Path as shown.
    pub(crate) shown: String,
    pub(crate) text: String,
    /// Compiled into the program: a rule of the user with the same id or name replaces its rules.
    pub(crate) builtin: bool,
}

/// What loading depends on besides the texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoadOptions {
    /// The values `expand` reads.
    pub(crate) placeholders: BTreeMap<String, Vec<String>>,
}

/// What became of the texts.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) rules: Ruleset,
    /// By path, document and line.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) files: usize,
    /// Documents that are not empty.
    pub(crate) documents: usize,
    /// Documents without an error.
    #[allow(clippy::struct_field_names, reason = "the word of `rules check`")]
    pub(crate) loaded: usize,
    /// Built-in rules that were replaced: name or id, and the file of the replacement.
    pub(crate) replaced: Vec<(String, String)>,
}

/// Loads all texts together: references go across files. The texts are read on all cores and put together in order.
pub(crate) fn load(sources: &[SourceText], options: &LoadOptions) -> Loaded {
    let mut notes = Notes::default();
    let mut parsed = Parsed::default();
    let mut documents = 0;
    let read = |(n, source)| File::read(n, source, options);
    // Reading rules does little but ask for memory, and musl's has one lock: one thread is done sooner than two.
    let files: Vec<File> = if cfg!(target_env = "musl") {
        sources.iter().enumerate().map(read).collect()
    } else {
        sources.par_iter().enumerate().map(read).collect()
    };
    for file in files {
        parsed.append(file.parsed);
        notes.append(file.notes);
        documents += file.documents;
    }
    let (rules, replaced) = resolve::resolve(parsed, &mut notes);
    let rejected = notes.rejected();
    Loaded {
        rules,
        diagnostics: notes.finish(|source| sources.get(source).map_or_else(String::new, |text| text.shown.clone())),
        files: sources.len(),
        documents,
        loaded: documents.saturating_sub(rejected),
        replaced,
    }
}

/// What one text gave.
#[derive(Default)]
struct File {
    parsed: Parsed,
    notes: Notes,
    /// Documents that are not empty.
    documents: usize,
}

impl File {
    /// Reads the documents of text `n`. No file knows of another one here.
    fn read(n: usize, source: &SourceText, options: &LoadOptions) -> File {
        let mut file = File::default();
        let (found, documents) = document::split(n, &source.text, &mut file.notes);
        file.documents = documents;
        for document in &found {
            read(document, source, options, &mut file.parsed, &mut file.notes);
        }
        file
    }
}

fn read(document: &Document, source: &SourceText, options: &LoadOptions, parsed: &mut Parsed, notes: &mut Notes) {
    let mut notes = DocNotes { doc: document.id, notes };
    if document.kind == DocKind::Filter {
        parsed.filters.extend(filter::read(document, &options.placeholders, &mut notes));
        return;
    }
    let word = |key| {
        let item = entry(&document.entries, key)?;
        Some((item.value.text().filter(|text| !text.is_empty())?.to_owned(), item.line))
    };
    parsed.labels.push(Label { doc: document.id, name: word("name"), id: word("id") });
    let mut member = match document.kind {
        DocKind::Correlation => correlation::read(document, &mut notes).map(Member::Correlation),
        _ => rule(document, options, &mut notes).map(|rule| Member::Rule(document.id, rule)),
    };
    if let Some(member) = &mut member {
        let meta = member.meta_mut();
        meta.file.clone_from(&source.shown);
        meta.builtin = source.builtin;
        meta.document = document.id.document;
        meta.line = document.line;
    }
    parsed.members.extend(member);
}

/// Reads a detection rule. `None` when it is rejected.
fn rule(document: &Document, options: &LoadOptions, notes: &mut DocNotes<'_>) -> Option<Rule> {
    const HELP: &str = "add `detection:` with search identifiers and a `condition`";
    let errors = notes.errors();
    let top = At::top(document.line);
    let meta = meta::read(&document.entries, &top, notes);
    let logsource = meta::logsource(&document.entries, &top, notes);
    let Some(item) = entry(&document.entries, "detection").filter(|item| !item.value.is_null()) else {
        notes.say(&top.missing("detection"), Code::MissingField, "there is no detection", HELP);
        return None;
    };
    let at = top.key(&item.key, item.line);
    let Kind::Map(entries) = &item.value.kind else {
        notes.say(&at, Code::BadType, format!("a detection is a map, not {}", item.value.what()), HELP);
        return None;
    };
    if let Some(item) = entry(entries, "timeframe") {
        let help = "write a correlation with a `timespan`, and take the timeframe out";
        notes.say(&at.key(&item.key, item.line), Code::TimeframeIgnored, "`timeframe` is ignored", help);
    }
    let found = Reader::new(&options.placeholders, notes).detection(entries, &["condition", "timeframe"], &at);
    (notes.errors() == errors).then_some(Rule {
        meta,
        logsource,
        selections: found.selections,
        conditions: found.conditions,
    })
}
