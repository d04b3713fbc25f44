//! Search identifiers and conditions: `detection` of a rule, `filter` of a filter (sigma-semantics.md 4, 5, 7).

use super::condition::{self, Resolver};
use super::diagnostic::{At, Code, DocNotes};
use super::modifiers::{Chain, Misuse, Work, shorten};
use super::raw::{Entry, Kind, Node, entry};
use super::rule::{Condition, FieldTest, Group, Keywords, Selection, ValueTest};
use crate::model::limits;
use std::collections::BTreeMap;

/// What `detection` or `filter` becomes.
#[derive(Clone, Debug, Default)]
pub(super) struct Detection {
    pub(super) selections: Vec<Selection>,
    pub(super) conditions: Vec<Condition>,
}

/// Reads the search identifiers of one document.
pub(super) struct Reader<'r, 'n> {
    pub(super) placeholders: &'r BTreeMap<String, Vec<String>>,
    pub(super) notes: &'r mut DocNotes<'n>,
    budget: usize,
}

impl<'r, 'n> Reader<'r, 'n> {
    pub(super) fn new(placeholders: &'r BTreeMap<String, Vec<String>>, notes: &'r mut DocNotes<'n>) -> Reader<'r, 'n> {
        Reader { placeholders, notes, budget: limits::RULE_EXPANSIONS }
    }

    /// Reads the identifiers among `entries` (all but `reserved` keys) and the conditions over them.
    pub(super) fn detection(&mut self, entries: &[Entry], reserved: &[&str], at: &At<'_>) -> Detection {
        let items: Vec<&Entry> = entries.iter().filter(|entry| !reserved.contains(&entry.key.as_str())).collect();
        let mut selections = Vec::with_capacity(items.len());
        for item in &items {
            let at = at.key(&item.key, item.line);
            if let Some(body) = self.group(&item.value, &at) {
                selections.push(Selection { name: item.key.clone(), body });
            }
        }
        if items.is_empty() {
            let help = "add a search identifier, such as `selection:` with the fields to look for";
            self.notes.say(at, Code::EmptyDetection, "there are no search identifiers", help);
        }
        let conditions = match entry(entries, "condition") {
            None => {
                let help = "add `condition:` with the identifiers that must match";
                self.notes.say(&at.missing("condition"), Code::MissingField, "there is no condition", help);
                Vec::new()
            }
            Some(item) => self.conditions(item, &items, at),
        };
        Detection { selections, conditions }
    }

    fn conditions(&mut self, item: &Entry, identifiers: &[&Entry], parent: &At<'_>) -> Vec<Condition> {
        let at = parent.key(&item.key, item.line);
        let names: Vec<&str> = identifiers.iter().map(|entry| entry.key.as_str()).collect();
        let mut resolver = Resolver::new(&names);
        let errors = self.notes.errors();
        let mut conditions = Vec::new();
        match &item.value.kind {
            Kind::List(items) if items.is_empty() => {
                let help = "write the identifiers to look for";
                self.notes.say(&at, Code::BadCondition, "the list of conditions is empty", help);
            }
            Kind::List(items) => {
                for (index, node) in items.iter().enumerate() {
                    let at = at.index(index, node.line);
                    conditions.extend(self.condition(node, &mut resolver, &at));
                }
            }
            _ => conditions.extend(self.condition(&item.value, &mut resolver, &at)),
        }
        if self.notes.errors() > errors {
            return conditions;
        }
        for (entry, _) in identifiers.iter().zip(&resolver.reached).filter(|(_, reached)| !**reached) {
            let message = format!("no condition reaches `{}`", shorten(&entry.key));
            let help = "name it in the condition, or take it out";
            self.notes.say(&parent.key(&entry.key, entry.line), Code::UnusedIdentifier, message, help);
        }
        conditions
    }

    fn condition(&mut self, node: &Node, resolver: &mut Resolver<'_>, at: &At<'_>) -> Option<Condition> {
        let text = match (&node.kind, node.text()) {
            (Kind::Null, _) => "",
            (_, Some(text)) => text,
            _ => {
                let message = format!("a condition is text, not {}", node.what());
                self.notes.say(at, Code::BadType, message, "write it as one line of text");
                return None;
            }
        };
        let tree = match condition::parse(text) {
            Ok(tree) => tree,
            Err(fault) => {
                self.notes.say(at, fault.code, fault.message, fault.help);
                return None;
            }
        };
        let expr = resolver.resolve(&tree);
        for selector in resolver.idle.drain(..) {
            let message = format!("`{selector}` reaches no identifier, so it never holds");
            let help = "check the pattern; what begins with `_` is reached only by patterns that begin with it";
            self.notes.say(at, Code::SelectorMatchesNothing, message, help);
        }
        for fault in resolver.faults.drain(..) {
            self.notes.say(at, fault.code, fault.message, fault.help);
        }
        Some(Condition { text: text.to_owned(), expr })
    }

    /// A search identifier or a part of one. `None` when something is wrong with it.
    fn group(&mut self, node: &Node, at: &At<'_>) -> Option<Group> {
        if self.notes.is_full() {
            return None;
        }
        match &node.kind {
            Kind::Map(entries) if !entries.is_empty() => {
                let parts: Vec<_> =
                    entries.iter().map(|entry| self.entry(entry, &at.key(&entry.key, entry.line))).collect();
                parts.into_iter().collect::<Option<Vec<_>>>().map(Group::All)
            }
            Kind::List(items) if !items.is_empty() => self.list(items, at),
            Kind::Text(_) | Kind::Number(_) | Kind::Bool(_) => self.keywords(std::slice::from_ref(node), at),
            Kind::Null | Kind::Map(_) | Kind::List(_) => {
                let help = "write what to look for, or take the identifier out";
                self.notes.say(at, Code::EmptyDetection, "the search identifier is empty", help);
                None
            }
        }
    }

    /// A list: its maps and lists one by one, its scalars together as keywords.
    fn list(&mut self, items: &[Node], at: &At<'_>) -> Option<Group> {
        let mut parts = Vec::new();
        let mut words = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match &item.kind {
                Kind::Map(_) | Kind::List(_) => parts.push(self.group(item, &at.index(index, item.line))),
                _ => words.push(item.clone()),
            }
        }
        if !words.is_empty() {
            let keywords = self.keywords(&words, at);
            if parts.is_empty() {
                return keywords;
            }
            parts.push(keywords);
        }
        parts.into_iter().collect::<Option<Vec<_>>>().map(Group::Any)
    }

    fn keywords(&mut self, words: &[Node], at: &At<'_>) -> Option<Group> {
        let values = self.values(words, &Chain::default(), true, at)?;
        Some(Group::Keywords(Keywords { key: String::new(), all: false, negated: false, values }))
    }

    /// `field|modifiers: values`.
    fn entry(&mut self, entry: &Entry, at: &At<'_>) -> Option<Group> {
        if self.notes.is_full() {
            return None;
        }
        let mut words = entry.key.split('|');
        let field = words.next().unwrap_or("");
        let names: Vec<&str> = words.collect();
        let keyword = field.is_empty();
        let chain = match Chain::new(&names).and_then(|chain| fits_keywords(chain, keyword)) {
            Ok(chain) => chain,
            Err(misuse) => {
                self.notes.say(at, misuse.code, misuse.message, misuse.help);
                return None;
            }
        };
        let items = match &entry.value.kind {
            Kind::List(items) if items.is_empty() => {
                let help = "write a value, `null` for a missing field, or take the entry out";
                self.notes.say(at, Code::EmptyValue, "the list of values is empty", help);
                return None;
            }
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&entry.value),
        };
        if let Some(nested) = items.iter().find(|item| matches!(item.kind, Kind::List(_) | Kind::Map(_))) {
            let message = format!("{} cannot be the value of a field (line {})", nested.what(), nested.line);
            let help = "write one value or a flat list of values; for a nested field join the names with a dot";
            self.notes.say(at, Code::BadValue, message, help);
            return None;
        }
        self.warn_of_links(items, &chain, keyword, at);
        let values = self.values(items, &chain, keyword, at)?;
        let (all, negated, key) = (chain.links.all, chain.links.negated, entry.key.clone());
        Some(if keyword {
            Group::Keywords(Keywords { key, all, negated, values })
        } else {
            Group::Field(FieldTest { field: field.to_owned(), key, all, negated, values })
        })
    }

    fn warn_of_links(&mut self, items: &[Node], chain: &Chain, keyword: bool, at: &At<'_>) {
        if chain.links.all && items.len() == 1 {
            let help = "take `all` out, or write a list of values";
            self.notes.say(at, Code::AllSingleValue, "`all` changes nothing for a single value", help);
        }
        if chain.links.legacy {
            let help = "write `neq`, the word of the Sigma specification";
            self.notes.say(at, Code::LegacyModifier, "`not` is read as `neq`", help);
        }
        if chain.has("base64offset") && !chain.has("contains") && !keyword {
            let message = "`base64offset` without `contains` compares a fragment with the whole field";
            self.notes.say(at, Code::Base64offsetWithoutContains, message, "write `base64offset|contains`");
        }
    }

    fn values(&mut self, items: &[Node], chain: &Chain, keyword: bool, at: &At<'_>) -> Option<Vec<Vec<ValueTest>>> {
        let mut work = Work::new(self.placeholders, &mut self.budget);
        let (mut tests, mut misuses) = (Vec::with_capacity(items.len()), Vec::<Misuse>::new());
        for item in items {
            match chain.tests(&item.kind, keyword, &mut work) {
                Ok(forms) => tests.push(forms),
                // The same mistake in every value of a list is one mistake.
                Err(misuse) if misuses.iter().any(|known| known.message == misuse.message) => {}
                Err(misuse) if misuses.len() < limits::RULE_DIAGNOSTICS => misuses.push(misuse),
                Err(_) => break,
            }
        }
        let number_as_text = work.number_as_text;
        if items.len() > 1 && items.iter().any(Node::is_null) {
            let help = "write a second entry or identifier for the missing field";
            self.notes.say(
                at,
                Code::NullInList,
                "`null` stands in a list of values; it is an alternative like any other",
                help,
            );
        }
        if number_as_text {
            let message = "a number is taken for its digits by a modifier of text";
            self.notes.say(at, Code::NumberAsText, message, "put the number in quotes");
        }
        let is_fine = misuses.is_empty();
        for misuse in misuses {
            self.notes.say(at, misuse.code, misuse.message, misuse.help);
        }
        is_fine.then_some(tests)
    }
}

/// Keywords have no field to be present or to be compared.
fn fits_keywords(chain: Chain, keyword: bool) -> Result<Chain, Misuse> {
    match ["exists", "fieldref"].into_iter().find(|name| keyword && chain.has(name)) {
        Some(name) => Err(Misuse {
            code: Code::ModifierConflict,
            message: format!("`{name}` needs a field"),
            help: format!("write the field before it: `user|{name}`"),
        }),
        None => Ok(chain),
    }
}
