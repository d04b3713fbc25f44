//! Counts events that concern no rule without reading them.
//!
//! A format tells what a line is by its outline, `taxonomy` what that means, `detect` what such a line must hold to concern
//! a rule; here the three meet. What a report tells of every event (that it is one, its time, whether a rule's log source
//! fits it) is told by the outline, so no report depends on whether this is done. In a block most of whose lines must be
//! read anyway it is soon given up, and tried again in the next.

use super::work::Desk;
use crate::detect::{Sieve, Worker};
use crate::model::{FormatId, Glance, Outline};

/// Outlines a worker remembers: programs and priorities, in logs that are no attack.
const OUTLINES: usize = 64;
/// Lines of a block after which it shows whether it pays.
const TRIAL: u32 = 512;

/// What a worker knows of the outlines it met.
#[derive(Default)]
pub(super) struct Skim {
    known: Vec<Known>,
    /// The one met last.
    last: usize,
    /// Lines of this block that were looked at, and how many of them had to be read.
    looked_at: u32,
    read: u32,
}

/// What makes outlines the same.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    format: FormatId,
    program: Option<Box<str>>,
    priority: Option<Box<str>>,
    is_proxy: bool,
}

/// An outline and what lets its lines through.
struct Known {
    shape: Shape,
    sieve: Option<Sieve>,
}

impl Shape {
    fn of(outline: &Outline<'_>, format: FormatId) -> Shape {
        let (program, priority) = (outline.program.map(Into::into), outline.priority.map(Into::into));
        Shape { format, program, priority, is_proxy: is_proxy(outline) }
    }

    fn is(&self, outline: &Outline<'_>, format: FormatId) -> bool {
        self.format == format
            && self.program.as_deref() == outline.program
            && self.priority.as_deref() == outline.priority
            && self.is_proxy == is_proxy(outline)
    }
}

fn is_proxy(outline: &Outline<'_>) -> bool {
    outline.request.is_some_and(Outline::is_of_proxy)
}

impl Skim {
    /// Begins a block.
    pub(super) fn begin(&mut self) {
        (self.looked_at, self.read) = (0, 0);
    }

    /// The sieve that lets a record through, if one does: then it need not be read.
    pub(super) fn sieve(&mut self, desk: &Desk<'_>, glance: &Glance<'_>, worker: &mut Worker) -> Option<&mut Sieve> {
        if self.looked_at >= TRIAL && self.read > self.looked_at / 2 {
            return None;
        }
        self.looked_at += 1;
        self.read += 1;
        glance.header_time.time?;
        let at = self.find(desk, glance)?;
        let sieve = self.known.get_mut(at)?.sieve.as_mut()?;
        if !sieve.lets_through(glance.raw, worker) {
            return None;
        }
        self.read -= 1;
        Some(sieve)
    }

    /// Where what is known of an outline stands.
    fn find(&mut self, desk: &Desk<'_>, glance: &Glance<'_>) -> Option<usize> {
        let is_it = |known: &Known| known.shape.is(&glance.outline, glance.format);
        if self.known.get(self.last).is_some_and(is_it) {
            return Some(self.last);
        }
        let at = match self.known.iter().position(is_it) {
            Some(at) => at,
            None if self.known.len() < OUTLINES => {
                let bounds = desk.taxonomy.bounds(&glance.outline, glance.format);
                let sieve = bounds.and_then(|bounds| desk.engine.sieve(&bounds, glance.format));
                self.known.push(Known { shape: Shape::of(&glance.outline, glance.format), sieve });
                self.known.len() - 1
            }
            None => return None,
        };
        self.last = at;
        Some(at)
    }
}
