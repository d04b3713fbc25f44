//! Where the answers of a view come from: which originals they need, which have a say in them, and whether they are pieces
//! of them. All of it follows from the tables; no event is looked at.

use super::compute::Kind;
use super::view::{Ask, Field, ProfileView, Role};
use crate::model::{AskId, FieldId, Within};
use std::collections::HashSet;

impl ProfileView {
    /// Adds the originals without which there is no answer, and gives whether there may be one without them.
    pub(super) fn comes_from(&self, ask: AskId, into: &mut Vec<FieldId>) -> bool {
        let Some(asked) = self.shared.asks.get(ask.0 as usize) else { return false };
        into.push(asked.place.field);
        let mut waiting = self.leads(ask, asked);
        let mut free = false;
        for way in asked.routes.iter().flat_map(|(_, _, ways)| ways).chain(&asked.own) {
            free |= way.leans_on(into, &mut waiting);
        }
        let mut seen: HashSet<u16> = HashSet::new();
        while let Some(field) = waiting.pop() {
            let Some(Field { role, tested_too, .. }) = self.shared.fields.get(usize::from(field)) else { continue };
            if seen.insert(field) {
                // The header's stamp and the payload's sentence are no fields.
                free |= role.says_more(true);
                waiting.extend(*tested_too);
                for source in self.sources(field) {
                    free |= source.leans_on(into, &mut waiting);
                }
            }
        }
        free
    }

    /// Adds the originals that have a say in an answer, and gives whether anything else of the event may have.
    pub(super) fn depends_on(&self, ask: AskId, is_said: bool, into: &mut Vec<FieldId>) -> bool {
        let Some(asked) = self.shared.asks.get(ask.0 as usize) else { return true };
        // Where there may be an answer without these (a word for what has none of some fields), there is one without any.
        self.comes_from(ask, into);
        let mut waiting = self.leads(ask, asked);
        for way in asked.routes.iter().flat_map(|(_, _, ways)| ways).chain(&asked.own) {
            way.rests_on(into, &mut waiting);
        }
        let mut seen: HashSet<u16> = HashSet::new();
        while let Some(number) = waiting.pop() {
            let Some(field) = self.shared.fields.get(usize::from(number)) else { continue };
            if seen.insert(number) {
                // A stamp may be read as its machine's.
                if field.kind == Kind::Time || field.role.says_more(is_said) {
                    return true;
                }
                waiting.extend((field.role == Role::Port).then_some(self.shared.transport));
                waiting.extend(field.tested_too);
                self.sources(number).iter().for_each(|source| source.rests_on(into, &mut waiting));
            }
        }
        false
    }

    /// Whether every text of an answer is a piece of an original.
    pub(super) fn is_quoted(&self, ask: AskId, within: Option<&Within>) -> bool {
        let Some(asked) = self.shared.asks.get(ask.0 as usize) else { return true };
        let mut waiting = self.leads(ask, asked);
        let routes = asked.routes.iter().filter(|(row, ..)| within.is_none_or(|within| within.sources.contains(row)));
        let mut ways = routes.flat_map(|(_, _, ways)| ways).chain(&asked.own);
        let mut does_quote = ways.all(|way| way.quotes(None, within, &mut waiting));
        let mut seen: HashSet<u16> = HashSet::new();
        while let Some(number) = waiting.pop().filter(|_| does_quote) {
            let Some(field) = self.shared.fields.get(usize::from(number)) else { continue };
            if seen.insert(number) {
                waiting.extend(field.tested_too);
                let mut sources = self.sources(number).iter();
                does_quote = field.role == Role::Plain
                    && sources.all(|source| source.quotes(Some(field.kind), within, &mut waiting));
            }
        }
        does_quote
    }

    /// The canonical fields a question leads to.
    fn leads(&self, ask: AskId, asked: &Ask) -> Vec<u16> {
        asked.fixed.into_iter().chain(self.alias(ask)).chain(asked.any.iter().copied()).collect()
    }
}
