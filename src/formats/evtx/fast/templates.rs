//! The templates a worker has met, compiled once each.

use super::definition;
use super::program::{self, Context, Program, Shelf};
use crate::model::{FieldTable, QuickMap, Scratch};

/// What is kept from chunk to chunk may take so many bytes, as far as templates say; then all is forgotten.
const KEPT: usize = 8 << 20;

/// Templates by what they say, and by where they stand in the chunk at hand.
#[derive(Debug, Default)]
pub(in crate::formats::evtx) struct Templates {
    pub(super) shelf: Shelf,
    programs: Vec<Program>,
    /// The program of what a template says in a context; none for those the crate must read.
    known: QuickMap<Vec<u8>, Option<usize>>,
    /// The same by offset in this chunk and number of the context.
    here: QuickMap<(u32, u32), Option<usize>>,
    said: Vec<u8>,
    kept: usize,
}

impl Templates {
    /// What a decoder kept in the scratch before.
    pub(in crate::formats::evtx) fn of(scratch: &mut Scratch) -> Box<Templates> {
        scratch.kept.take().and_then(|kept| kept.downcast().ok()).unwrap_or_default()
    }

    /// Another chunk begins: offsets mean something else.
    pub(super) fn next_chunk(&mut self) {
        self.here.clear();
        if self.kept + self.shelf.texts.len() > KEPT {
            *self = Templates::default();
        }
        if self.shelf.contexts.is_empty() {
            self.shelf.contexts.push(Context::of_record());
        }
    }

    /// The program of the template at an offset of the chunk; `None` when the crate must read the record.
    pub(super) fn find(
        &mut self,
        (chunk, at): (&[u8], u32),
        context: u32,
        scratch: &mut Scratch,
        table: &FieldTable,
    ) -> Option<usize> {
        if let Some(known) = self.here.get(&(at, context)) {
            return *known;
        }
        let found = self.look((chunk, at), context, scratch, table);
        self.here.insert((at, context), found);
        found
    }

    fn look(
        &mut self,
        (chunk, at): (&[u8], u32),
        context: u32,
        scratch: &mut Scratch,
        table: &FieldTable,
    ) -> Option<usize> {
        self.said.clear();
        let context = self.shelf.contexts.get(context as usize)?.clone();
        context.write(&mut self.said);
        let start = self.said.len();
        definition::read(chunk, at, &mut self.said)?;
        if let Some(known) = self.known.get(self.said.as_slice()) {
            return *known;
        }
        let element = definition::element(self.said.get(start..)?);
        let made = element.and_then(|element| program::compile(&element, &context, &mut self.shelf, scratch, table));
        let number = made.map(|program| {
            self.programs.push(program);
            self.programs.len() - 1
        });
        // A program takes some times what its template says.
        self.kept += 8 * self.said.len();
        self.known.insert(self.said.clone(), number);
        number
    }

    pub(super) fn program(&self, number: usize) -> Option<&Program> {
        self.programs.get(number)
    }
}
