//! `exists`: the field is there, whatever it holds.

use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};
use crate::sigma::raw::Kind;
use crate::sigma::rule::ValueTest;

pub(super) const EXISTS: Modifier = Modifier {
    name: "exists",
    summary: "the field is present (true) or absent (false)",
    shape: Shape::Comparison,
    after: &[Stage::Value],
    makes: Some(Stage::Presence),
    place: "`exists` stands alone; only `all` and `neq` go with it",
    apply: Apply::Each(exists),
};

fn exists(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    match draft {
        Draft::Scalar(Kind::Bool(present)) => Ok(vec![Draft::Test(ValueTest::Exists(present))]),
        Draft::Scalar(other) => Err(Misuse::value_type(EXISTS.name, "true or false without quotes", &other)),
        _ => Err(Misuse::out_of_place(EXISTS.name)),
    }
}
