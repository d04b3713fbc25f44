//! What this room needs of redaction: two ways to blank text, one for people and one for identities.
//!
//! A fingerprint is always computed behind the built-in rules, whatever the user asked to see (README decision 13). How
//! secrets are found is the business of `redact`.

use crate::model::Raw;
use crate::redact::Redactor;
use std::borrow::Cow;
use std::ops::Range;

/// The redactors of a run.
#[derive(Debug)]
pub(crate) struct Redaction {
    /// The built-in rules: what identities are made of.
    pub(super) stable: Redactor,
    /// What people see; `None` when that is the same.
    pub(super) shown: Option<Redactor>,
}

impl Redaction {
    /// People see text behind the built-in rules, which identities are made of too.
    pub(crate) fn default_rules() -> Redaction {
        Redaction { stable: Redactor::default_rules(), shown: None }
    }

    /// People see text behind other rules.
    pub(crate) fn showing(shown: Redactor) -> Redaction {
        Redaction { stable: Redactor::default_rules(), shown: Some(shown) }
    }

    fn finds_nothing(&self, text: &str) -> bool {
        self.stable.finds_nothing(text) && self.shown.as_ref().is_none_or(|shown| shown.finds_nothing(text))
    }

    /// What people see.
    pub(super) fn shown(&self) -> &Redactor {
        self.shown.as_ref().unwrap_or(&self.stable)
    }
}

/// What is known of the text of the event at hand. Most hold no secret; then no piece of it does, and neither its fields
/// nor what its matches are about need be looked at one by one.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// Nobody will ask for the whole record: of a piece that is most of it, the rest need not be looked at.
    has_pieces: bool,
    /// The last text that was looked at, by its address, and whether there is none in it.
    last: Option<(Range<usize>, bool)>,
}

impl Looked {
    /// In longer records what is wanted is mostly a small part.
    const LONG: usize = 512;

    /// Nothing is known yet. `has_pieces` says that nobody will ask for the whole record.
    pub(super) fn new(has_pieces: bool) -> Looked {
        Looked { has_pieces, last: None }
    }

    /// Whether it is sure that nothing is blanked in `text`, whoever sees it. `raw` is the event's.
    pub(super) fn is_clean(&mut self, text: &str, raw: Raw<'_>, redaction: &Redaction) -> bool {
        let Some(raw) = raw.at_hand() else { return false };
        let place = |text: &str| {
            let text = text.as_bytes().as_ptr_range();
            text.start.addr()..text.end.addr()
        };
        let (piece, whole) = (place(text), place(raw));
        let is_within = |outer: &Range<usize>| outer.start <= piece.start && piece.end <= outer.end;
        if raw.len() > Self::LONG || !is_within(&whole) {
            return false;
        }
        if let Some((known, is_clean)) = &self.last
            && (piece == *known || whole == *known || (*is_clean && is_within(known)))
        {
            return *is_clean;
        }
        let is_most = self.has_pieces && text.len() > raw.len() / 2;
        let (looked_at, place) = if is_most { (text, piece) } else { (raw, whole) };
        let is_clean = redaction.finds_nothing(looked_at);
        self.last = Some((place, is_clean));
        is_clean
    }
}

/// The value of a field as people or identities see it.
pub(super) fn field<'v>(redactor: &Redactor, name: &str, value: &'v str, is_clean: bool) -> Cow<'v, str> {
    if is_clean { redactor.clean_field(name, value) } else { redactor.field(name, value) }
}
