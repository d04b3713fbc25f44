//! What this room needs of redaction: two ways to blank text, one for people and one for identities.
//!
//! A fingerprint is always computed behind the built-in rules, whatever the user asked to see (README decision 13). How
//! secrets are found is the business of `redact`.

use crate::redact::Redactor;

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

    /// What people see.
    pub(super) fn shown(&self) -> &Redactor {
        self.shown.as_ref().unwrap_or(&self.stable)
    }
}
