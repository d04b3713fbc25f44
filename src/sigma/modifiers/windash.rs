//! `windash`: Windows programs take `-`, `/` and three longer dashes alike in front of an argument.

use super::text::{Piece, Text};
use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};

pub(super) const WINDASH: Modifier = Modifier {
    name: "windash",
    summary: "a dash that starts a word may be any of - / – — ―",
    shape: Shape::Transform,
    after: &[Stage::Value, Stage::Text],
    makes: Some(Stage::Text),
    place: "`windash` goes with text only",
    apply: Apply::Each(windash),
};

const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

/// All combinations of dashes, each exchanged on its own.
fn windash(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let text = Text::of(draft, WINDASH.name, work)?;
    let places: u32 = text.pieces.iter().map(dashes).sum();
    work.afford(DASHES.len().checked_pow(places).unwrap_or(usize::MAX))?;
    let mut variants: Vec<Vec<Piece>> = vec![Vec::with_capacity(text.pieces.len())];
    for piece in &text.pieces {
        let choices = choices(piece);
        variants = variants
            .iter()
            .flat_map(|variant| {
                choices.iter().map(|choice| [variant.as_slice(), std::slice::from_ref(choice)].concat())
            })
            .collect();
    }
    Ok(variants.into_iter().map(|pieces| Draft::Text(Text { pieces, ..text.clone() })).collect())
}

fn dashes(piece: &Piece) -> u32 {
    match piece {
        Piece::Literal(literal) => u32::try_from(starts_of_words(literal).count()).unwrap_or(u32::MAX),
        Piece::Many | Piece::One | Piece::Placeholder(_) => 0,
    }
}

fn choices(piece: &Piece) -> Vec<Piece> {
    let Piece::Literal(literal) = piece else { return vec![piece.clone()] };
    let mut variants = vec![String::with_capacity(literal.len())];
    let mut from = 0;
    for (at, dash) in starts_of_words(literal) {
        let before = literal.get(from..at).unwrap_or("");
        variants =
            variants.iter().flat_map(|variant| DASHES.map(|other| format!("{variant}{before}{other}"))).collect();
        from = at + dash.len_utf8();
    }
    let behind = literal.get(from..).unwrap_or("");
    variants.into_iter().map(|variant| Piece::Literal(variant + behind)).collect()
}

/// Dashes with a word behind them and none before: `\B[-/–—―]\b`.
fn starts_of_words(literal: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    literal.char_indices().filter(move |(at, c)| {
        let before = literal.get(..*at).and_then(|text| text.chars().next_back());
        let behind = literal.get(at + c.len_utf8()..).and_then(|text| text.chars().next());
        DASHES.contains(c) && !before.is_some_and(is_word) && behind.is_some_and(is_word)
    })
}
