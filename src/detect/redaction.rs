//! What this room needs of redaction: two ways to blank text, one for people and one for identities.
//!
//! A fingerprint is always computed behind the built-in rules, whatever the user asked to see (README decision 13). How
//! secrets are found is the business of `redact`.

use crate::model::Raw;
use crate::redact::Redactor;
use std::borrow::Cow;

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
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looked {
    /// Whether there is none; looked for when first asked.
    is_clean: Option<bool>,
}

impl Looked {
    /// In longer records what is wanted is mostly a small part.
    const LONG: usize = 512;

    /// Whether it is sure that nothing is blanked in `text`, whoever sees it. `raw` is the event's.
    pub(super) fn is_clean(&mut self, text: &str, raw: Raw<'_>, redaction: &Redaction) -> bool {
        let Some(raw) = raw.at_hand() else { return false };
        let (start, raw_start) = (text.as_ptr().addr(), raw.as_ptr().addr());
        let is_piece = raw_start <= start && start + text.len() <= raw_start + raw.len();
        is_piece && *self.is_clean.get_or_insert_with(|| raw.len() <= Self::LONG && redaction.finds_nothing(raw))
    }
}

/// The value of a field as people or identities see it.
pub(super) fn field<'v>(redactor: &Redactor, name: &str, value: &'v str, is_clean: bool) -> Cow<'v, str> {
    if is_clean { redactor.clean_field(name, value) } else { redactor.field(name, value) }
}
