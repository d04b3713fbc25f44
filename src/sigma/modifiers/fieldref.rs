//! `fieldref`: the value names another field of the same event to compare with.

use super::text::Text;
use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};
use crate::sigma::diagnostic::Code;

pub(super) const FIELDREF: Modifier = Modifier {
    name: "fieldref",
    summary: "the value is the name of a field to compare with",
    shape: Shape::Comparison,
    after: &[Stage::Value, Stage::Text],
    makes: Some(Stage::Reference),
    place: "`fieldref` goes with text only; `contains`, `startswith`, `endswith` and `cased` may follow it",
    apply: Apply::Each(fieldref),
};

fn fieldref(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let text = Text::of(draft, FIELDREF.name, work)?;
    let Some(field) = text.plain().filter(|field| !field.is_empty()) else {
        return Err(Misuse {
            code: Code::ModifierConflict,
            message: "`fieldref` needs the plain name of a field, without wildcards".to_owned(),
            help: "write the name of one field; `contains`, `startswith` and `endswith` go behind `fieldref`"
                .to_owned(),
        });
    };
    Ok(vec![Draft::Reference { field, cased: text.cased, starts: false, ends: false }])
}
