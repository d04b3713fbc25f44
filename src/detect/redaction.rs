//! What this room needs of redaction: two ways to blank text, one for people and one for identities.
//!
//! A fingerprint is always computed behind the built-in rules, whatever the user asked to see (README decision 13). How
//! secrets are found is the business of `redact`.

use crate::model::{Entity, Pair};
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

    /// The pairs of a correlation as people see them.
    pub(crate) fn shown_pairs(&self, pairs: &[Pair]) -> Entity {
        redacted(pairs, self.shown())
    }

    /// The pairs of a correlation as fingerprints are made of them: exact but for secrets.
    pub(crate) fn stable_pairs(&self, pairs: &[Pair]) -> Entity {
        redacted(pairs, &self.stable)
    }
}

fn redacted(pairs: &[Pair], redactor: &Redactor) -> Entity {
    let pair = |pair: &Pair| {
        let value = redactor.field(&pair.field, &pair.value).into_owned();
        Pair { field: pair.field.clone(), value }
    };
    pairs.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_redacted_by_name_and_for_each_reader() {
        let pair = |field: &str, value: &str| Pair { field: field.to_owned(), value: value.to_owned() };
        let pairs = [pair("user", "Mia"), pair("password", "Hunter2-long")];
        let redaction = Redaction::showing(Redactor::off());
        assert_eq!(redaction.shown_pairs(&pairs), pairs);
        assert_eq!(redaction.stable_pairs(&pairs), [pair("user", "Mia"), pair("password", "[REDACTED]")]);
    }
}
