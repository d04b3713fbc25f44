//! What this room needs of redaction: two ways to blank text, one for people and one for identities.
//!
//! A fingerprint is always computed behind the built-in rules, whatever the user asked to see (README decision 13). How
//! secrets are found is the business of `redact`.

use std::borrow::Cow;

/// Blanks secrets.
pub(crate) trait Redact: Send + Sync {
    /// Free text with its secrets blanked; borrowed when it holds none.
    fn apply<'a>(&self, text: &'a str) -> Cow<'a, str>;

    /// The value of a field, whose name may say that all of it is a secret.
    fn field<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str>;
}

/// Blanks nothing: `rules test`, and `--redact off` for what people see.
pub(crate) struct Unredacted;

impl Redact for Unredacted {
    fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(text)
    }

    fn field<'a>(&self, _name: &str, value: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(value)
    }
}

/// The two ways of a run.
pub(crate) struct Redaction {
    /// The built-in rules: what identities are made of.
    pub(super) stable: Box<dyn Redact>,
    /// What people see; `None` when that is the same.
    pub(super) shown: Option<Box<dyn Redact>>,
}

impl Redaction {
    /// Identities and people alike see text behind `stable`.
    pub(crate) fn new(stable: Box<dyn Redact>) -> Redaction {
        Redaction { stable, shown: None }
    }

    /// Nothing is blanked anywhere.
    pub(crate) fn off() -> Redaction {
        Redaction::new(Box::new(Unredacted))
    }

    /// People see text behind `shown` instead.
    pub(crate) fn showing(self, shown: Box<dyn Redact>) -> Redaction {
        Redaction { shown: Some(shown), ..self }
    }

    /// What people see.
    pub(super) fn shown(&self) -> &dyn Redact {
        self.shown.as_deref().unwrap_or(&*self.stable)
    }
}
