//! Puts documents together: replaced built-ins, references, circles, filters, identities, who silences whom.

mod assemble;
mod builtins;
mod circles;
mod cycle;
mod directory;
mod references;

use super::correlation::Draft;
use super::diagnostic::{Code, DocId, Notes, PathStep, Spot};
use super::filter::Filter;
use super::identity::Identities;
use super::modifiers::shorten;
use super::rule::{Rule, RuleMeta, Ruleset};
use directory::Directory;
use references::Refs;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A document that others can refer to.
#[derive(Debug)]
pub(super) enum Member {
    Rule(DocId, Rule),
    Correlation(Draft),
}

impl Member {
    fn doc(&self) -> DocId {
        match self {
            Member::Rule(doc, _) => *doc,
            Member::Correlation(draft) => draft.doc,
        }
    }

    fn meta(&self) -> &RuleMeta {
        match self {
            Member::Rule(_, rule) => &rule.meta,
            Member::Correlation(draft) => &draft.meta,
        }
    }

    pub(super) fn meta_mut(&mut self) -> &mut RuleMeta {
        match self {
            Member::Rule(_, rule) => &mut rule.meta,
            Member::Correlation(draft) => &mut draft.meta,
        }
    }

    /// What it can be referred to by.
    fn names(&self) -> impl Iterator<Item = &str> {
        let meta = self.meta();
        let id = meta.id.as_deref().filter(|id| Some(*id) != meta.name.as_deref());
        meta.name.as_deref().into_iter().chain(id)
    }
}

/// What a document is called, loaded or not.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) doc: DocId,
    /// The word and its line.
    pub(super) name: Option<(String, u64)>,
    pub(super) id: Option<(String, u64)>,
}

/// All documents that can be read, in order.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) members: Vec<Member>,
    pub(super) filters: Vec<Filter>,
    /// Rules and correlations, rejected ones too.
    pub(super) labels: Vec<Label>,
}

impl Parsed {
    /// Adds the documents of the next file.
    pub(super) fn append(&mut self, mut next: Parsed) {
        self.members.append(&mut next.members);
        self.filters.append(&mut next.filters);
        self.labels.append(&mut next.labels);
    }
}

/// The finished rule set, and which built-ins were replaced by which file.
pub(super) fn resolve(mut parsed: Parsed, notes: &mut Notes) -> (Ruleset, Vec<(String, String)>) {
    let (inherited, replaced) = builtins::replace(&mut parsed.members);
    let directory = Directory::new(&parsed, inherited);
    let mut resolved: Vec<Option<Refs>> =
        parsed.members.iter().map(|member| references::resolve(member, &directory, notes)).collect();
    circles::reject(&parsed.members, &mut resolved, notes);
    let targets: Vec<(usize, usize)> = parsed
        .filters
        .iter()
        .enumerate()
        .flat_map(|(n, filter)| {
            filter_targets(filter, &parsed.members, &directory, notes).into_iter().map(move |rule| (n, rule))
        })
        .collect();
    for (filter, rule) in targets {
        if let (Some(filter), Some(Member::Rule(_, rule))) = (parsed.filters.get(filter), parsed.members.get_mut(rule))
        {
            filter.apply(rule);
        }
    }
    let alive: Vec<bool> = resolved.iter().map(Option::is_some).collect();
    name_all(&mut parsed, &alive, notes);
    (assemble::assemble(parsed.members, resolved), replaced)
}

/// The rules a filter is joined to.
fn filter_targets(filter: &Filter, members: &[Member], directory: &Directory, notes: &mut Notes) -> BTreeSet<usize> {
    let covered = |index: &usize| match members.get(*index) {
        Some(Member::Rule(_, rule)) => filter.covers(&rule.logsource),
        _ => false,
    };
    let Some(references) = &filter.rules else { return (0..members.len()).filter(covered).collect() };
    let mut found = BTreeSet::new();
    for reference in references {
        let meant = directory.find(&reference.text);
        let is_rule = |index: &&usize| matches!(members.get(**index), Some(Member::Rule(..)));
        if !meant.iter().any(|index| is_rule(&index)) {
            let (message, help) = if meant.is_empty() {
                directory.unknown(&reference.text)
            } else {
                let message = format!("`{}` is a correlation; filters are for rules", shorten(&reference.text));
                (message, "filter the rules it refers to".to_owned())
            };
            notes.say(filter.doc, reference.spot.clone(), Code::UnknownFilterTarget, message, help);
        }
        found.extend(meant.iter().filter(is_rule).filter(|index| covered(index)).copied());
    }
    found
}

/// Gives every member that is loaded its identity, in order; says where two have the same name or id.
fn name_all(parsed: &mut Parsed, alive: &[bool], notes: &mut Notes) {
    let mut nameless: HashMap<usize, usize> = HashMap::new();
    for label in parsed.labels.iter().filter(|label| label.name.is_none() && label.id.is_none()) {
        *nameless.entry(label.doc.source).or_default() += 1;
    }
    let labels: BTreeMap<DocId, &Label> = parsed.labels.iter().map(|label| (label.doc, label)).collect();
    let mut identities = Identities::default();
    let mut ids: HashMap<String, String> = HashMap::new();
    for (member, _) in parsed.members.iter_mut().zip(alive).filter(|(_, alive)| **alive) {
        let doc = member.doc();
        let meta = member.meta_mut();
        let alone = nameless.get(&doc.source).is_none_or(|count| *count < 2);
        let (identity, collides) = identities.assign(meta, alone);
        let label = labels.get(&doc);
        let name_line = label.and_then(|label| label.name.as_ref()).map(|(_, line)| ("name", *line));
        let id_line = label.and_then(|label| label.id.as_ref()).map(|(_, line)| ("id", *line));
        let spot = |key: Option<(&str, u64)>| {
            let (key, line) = key.unwrap_or(("title", meta.line));
            Spot { path: vec![PathStep::Key(key.to_owned())], line }
        };
        if collides {
            let message = format!("another rule is called like this already; this one is `{identity}`");
            let help = "give each rule a `name` of its own".to_owned();
            notes.say(doc, spot(name_line.or(id_line)), Code::DuplicateId, message, help);
        } else if let Some(other) = meta.id.as_ref().and_then(|id| ids.get(id)) {
            let message = format!("the rule `{other}` has this id too");
            notes.say(doc, spot(id_line), Code::DuplicateId, message, "give each rule an id of its own".to_owned());
        }
        if let Some(id) = &meta.id {
            ids.entry(id.clone()).or_insert_with(|| identity.clone());
        }
        meta.identity = identity;
    }
}
