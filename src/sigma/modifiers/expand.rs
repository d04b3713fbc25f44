//! `expand`: placeholders become the values the user has configured for them.

use super::expression::Expression;
use super::text::{Piece, Text, placeholder};
use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work, shorten};
use crate::sigma::diagnostic::{Code, nearest};

pub(super) const EXPAND: Modifier = Modifier {
    name: "expand",
    summary: "%name% stands for configured values",
    shape: Shape::Transform,
    after: &[Stage::Value, Stage::Text, Stage::Regex],
    makes: None,
    place: "`expand` goes with text and `re` only",
    apply: Apply::Each(expand),
};

fn expand(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    match draft {
        Draft::Regex(expression) => expand_expression(&expression, work),
        other => expand_text(&Text::of(other, EXPAND.name, work)?, work),
    }
}

/// Values are parsed like rule values: their stars are wildcards.
fn expand_text(text: &Text, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let mut variants: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in text.pieces.iter().cloned() {
        let Piece::Placeholder(name) = piece else {
            for variant in &mut variants {
                variant.push(piece.clone());
            }
            continue;
        };
        let values: Vec<Vec<Piece>> = values(&name, work)?.iter().map(|value| Text::parse(value).pieces).collect();
        work.afford(variants.len().saturating_mul(values.len()))?;
        variants = variants
            .iter()
            .flat_map(|variant| values.iter().map(|value| [variant.as_slice(), value.as_slice()].concat()))
            .collect();
    }
    Ok(variants.into_iter().map(|pieces| Draft::Text(Text { pieces, ..text.clone() })).collect())
}

/// Values are expressions: they go in as they are.
fn expand_expression(expression: &Expression, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let mut variants = vec![String::new()];
    let mut rest = expression.source.as_str();
    while let Some(c) = rest.chars().next() {
        let (literal, behind) = match c {
            '\\' => rest.split_at(1 + rest.chars().nth(1).map_or(0, char::len_utf8)),
            '%' => match placeholder(rest.get(1..).unwrap_or("")) {
                Some((name, behind)) => {
                    let values = values(name, work)?.to_vec();
                    work.afford(variants.len().saturating_mul(values.len()))?;
                    variants = variants
                        .iter()
                        .flat_map(|variant| values.iter().map(move |value| format!("{variant}{value}")))
                        .collect();
                    rest = behind;
                    continue;
                }
                None => rest.split_at(1),
            },
            c => rest.split_at(c.len_utf8()),
        };
        for variant in &mut variants {
            variant.push_str(literal);
        }
        rest = behind;
    }
    Ok(variants.into_iter().map(|source| Draft::Regex(Expression { source, ..expression.clone() })).collect())
}

fn values<'w>(name: &str, work: &Work<'w>) -> Result<&'w [String], Misuse> {
    match work.placeholders.get(name) {
        Some(values) if !values.is_empty() => Ok(values),
        known => {
            let similar = nearest(name, work.placeholders.keys().map(String::as_str));
            Err(Misuse {
                code: Code::UnresolvedPlaceholder,
                message: match known {
                    Some(_) => format!("the list for the placeholder `%{}%` is empty", shorten(name)),
                    None => format!("there are no values for the placeholder `%{}%`", shorten(name)),
                },
                help: match similar.filter(|_| known.is_none()) {
                    Some(meant) => format!("did you mean `%{meant}%`?"),
                    None => format!("give `{}` a list of values with --placeholders", shorten(name)),
                },
            })
        }
    }
}
