//! One look through a record's line instead of a question for each field: for text formats, whose values are pieces of
//! the line.
//!
//! Sound because of three things, the first two known when a route is made, the last asked of each event. A question is
//! answered by the line only when its view [quotes](crate::model::View::quotes): every answer is a piece of some
//! field. What is looked for is folded text, and folding goes character by character, so what a piece holds its line
//! holds. And every field of the event lies in the line as it is written: one that was unescaped or made up
//! has the event looked at the long way. Where a value must begin or end with a text, the line is only asked for the
//! text: more rules may be found, never fewer.

use super::index::Index;
use super::route::Hints;
use super::witness::Hint;
use crate::model::{Event, Value};
use std::collections::BTreeMap;

/// Shorter texts are met in most lines.
const SHORTEST: usize = 4;

/// What is looked for in a line, and what it may concern.
#[derive(Default)]
pub(super) struct Line<'h> {
    hints: BTreeMap<Hint<'h>, Vec<u32>>,
}

impl<'h> Line<'h> {
    /// Adds what is looked for anywhere, which is in the line too.
    pub(super) fn take_all(&mut self, hints: Hints<'h>) {
        for (hint, rules) in hints {
            self.hints.entry(hint.clone()).or_default().extend_from_slice(&rules);
        }
    }

    /// Adds what is looked for in the answers of one question, and gives back what is not for a line.
    pub(super) fn take(&mut self, hints: Hints<'h>) -> Hints<'h> {
        let mut rest = Hints::new();
        for (hint, rules) in hints {
            match text(hint) {
                Some(text) => self.hints.entry(Hint::Inside(text.into())).or_default().extend_from_slice(&rules),
                None => rest.push((hint, rules)),
            }
        }
        rest
    }

    /// What finds it all; nothing when nothing is looked for.
    pub(super) fn index(&self) -> Option<Index> {
        let hints = self.hints.iter().map(|(hint, rules)| (hint, &**rules));
        (!self.hints.is_empty()).then(|| Index::new(hints))
    }
}

/// The text a line must hold for the hint to be met, if it is one seldom met by chance.
fn text<'h>(hint: &'h Hint<'_>) -> Option<&'h str> {
    match hint {
        Hint::Whole(text) | Hint::Start(text) | Hint::End(text) | Hint::Inside(text) => {
            Some(&**text).filter(|text| text.len() >= SHORTEST)
        }
        Hint::Number(_) | Hint::Present => None,
    }
}

/// Whether every value of the event is a piece of its line.
pub(super) fn holds_all(event: &Event<'_>, line: &str) -> bool {
    let line = line.as_bytes().as_ptr_range();
    event.entries.iter().all(|entry| match entry.value {
        Value::Text(span) | Value::Number(span) | Value::Object(span) => {
            let text = event.regions.text(span).as_bytes().as_ptr_range();
            line.start <= text.start && text.end <= line.end
        }
        Value::Null | Value::NoItems => true,
        Value::Escaped(_) | Value::Bool(_) | Value::Empty => false,
    })
}
