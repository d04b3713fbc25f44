//! Which ignore entries the fields of a match hold for.
//!
//! An entry is held against values behind the built-in redaction, as fingerprints are: it names what reports show, holds
//! for the same matches whatever `--redact` says, and needs no secret written into a file.

use super::answers::Answers;
use super::compile::{CompiledRule, Named};
use super::entity::Sides;
use crate::model::{Datum, Values, Wanted};
use crate::redact::Redactor;

/// The fields of an entry, with their questions.
pub(super) struct CompiledExcuse {
    pub(super) entry: u32,
    pub(super) fields: Vec<(Named, Vec<Wanted>)>,
}

/// The entries whose fields this match has. Nothing is allocated for a rule without entries.
pub(super) fn excuses<'r>(
    rule: &CompiledRule,
    sides: &Sides<'_, 'r>,
    answers: &mut Answers<'r>,
    stable: &Redactor,
) -> Box<[u32]> {
    let mut has = |(named, wanted): &(Named, Vec<Wanted>)| {
        let fits = |value: &Datum<'_>| {
            let text = value.text().map(|text| stable.field(&named.name, text));
            text.is_some_and(|text| wanted.iter().any(|wanted| wanted.fits(&text)))
        };
        if answers.all(sides.line, named.ask).iter().any(fits) {
            return true;
        }
        // What stands in another line of the same audit event.
        !sides.are_one() && {
            let mut values = Values::new();
            sides.whole.view.values(sides.whole.event, named.ask, &mut values);
            values.iter().any(fits)
        }
    };
    rule.excuses.iter().filter(|excuse| excuse.fields.iter().all(&mut has)).map(|excuse| excuse.entry).collect()
}
