//! Modifiers of the whole entry: how its values hang together. They may stand anywhere.

use super::{Apply, Modifier, Shape};

pub(super) const ALL: Modifier = Modifier {
    name: "all",
    summary: "every value must be found, not just one",
    shape: Shape::Linking,
    after: &[],
    makes: None,
    place: "`all` may stand anywhere",
    apply: Apply::Entry(|links| links.all = true),
};

pub(super) const NEQ: Modifier = Modifier {
    name: "neq",
    summary: "the entry must not hold",
    shape: Shape::Linking,
    after: &[],
    makes: None,
    place: "`neq` may stand anywhere",
    apply: Apply::Entry(|links| links.negated = true),
};

pub(super) const NOT: Modifier = Modifier {
    name: "not",
    summary: "the old word for neq",
    shape: Shape::Linking,
    after: &[],
    makes: None,
    place: "`not` may stand anywhere",
    apply: Apply::Entry(|links| {
        links.negated = true;
        links.legacy = true;
    }),
};
