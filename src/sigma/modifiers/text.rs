//! Rule values as text with wildcards, and the modifiers that open or pin their ends.
//!
//! A value is parsed once, before any modifier (sigma-semantics.md 2.1): modifiers work on the parsed parts, so the
//! star that `contains` adds cannot be escaped by a backslash at the end of the value.

use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};
use crate::sigma::raw::Kind;
use crate::sigma::rule::{Pattern, PatternPart};

pub(super) const CONTAINS: Modifier = Modifier {
    name: "contains",
    summary: "the value stands anywhere in the field",
    shape: Shape::Comparison,
    after: ENDS_AFTER,
    makes: None,
    place: ENDS_PLACE,
    apply: Apply::Each(contains),
};

pub(super) const STARTSWITH: Modifier = Modifier {
    name: "startswith",
    summary: "the field begins with the value",
    shape: Shape::Comparison,
    after: ENDS_AFTER,
    makes: None,
    place: ENDS_PLACE,
    apply: Apply::Each(startswith),
};

pub(super) const ENDSWITH: Modifier = Modifier {
    name: "endswith",
    summary: "the field ends with the value",
    shape: Shape::Comparison,
    after: ENDS_AFTER,
    makes: None,
    place: ENDS_PLACE,
    apply: Apply::Each(endswith),
};

pub(super) const CASED: Modifier = Modifier {
    name: "cased",
    summary: "upper and lower case differ",
    shape: Shape::Flag,
    after: &[Stage::Value, Stage::Text, Stage::Reference],
    makes: None,
    place: "`cased` goes with text and `fieldref`; expressions tell cases apart unless they have the flag `i`",
    apply: Apply::Each(cased),
};

const ENDS_AFTER: &[Stage] = &[Stage::Value, Stage::Text, Stage::Regex, Stage::Reference];
const ENDS_PLACE: &str = "`contains`, `startswith` and `endswith` go with text, `re` and `fieldref` only";

/// A piece of a rule value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    /// `*`
    Many,
    /// `?`
    One,
    /// `%name%`, where `expand` is among the modifiers.
    Placeholder(String),
}

/// A rule value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) pieces: Vec<Piece>,
    pub(super) cased: bool,
    /// The literals are bytes, one a character (U+0000 to U+00FF).
    pub(super) bytes: bool,
    /// A modifier said which end of the field a keyword is held against.
    pub(super) pinned: bool,
}

impl Text {
    /// Parses a value in which percent signs mean nothing.
    pub(super) fn parse(value: &str) -> Text {
        Text::read(value, false)
    }

    /// Parses a value in which `%name%` is a placeholder and `\%` a percent sign.
    pub(super) fn parse_with_placeholders(value: &str) -> Text {
        Text::read(value, true)
    }

    /// Parses a value one of whose ends is opened by the modifier of that name, or both.
    pub(super) fn opened(value: &str, modifier: &str) -> Option<Text> {
        let (start, end) = match modifier {
            "contains" => (true, true),
            "startswith" => (false, true),
            "endswith" => (true, false),
            _ => return None,
        };
        let mut text = Text::parse(value);
        text.open(start, end);
        Some(text)
    }

    /// Opens one end or both.
    fn open(&mut self, start: bool, end: bool) {
        if start {
            self.open_start();
        }
        if end {
            self.open_end();
        }
        self.pinned |= !(start && end);
    }

    /// A text without wildcards.
    pub(super) fn literal(text: String) -> Text {
        Text { pieces: vec![Piece::Literal(text)], cased: false, bytes: false, pinned: false }
    }

    fn read(value: &str, placeholders: bool) -> Text {
        let mut pieces = Vec::with_capacity(3);
        let special = |b: &u8| matches!(b, b'\\' | b'*' | b'?') || (placeholders && *b == b'%');
        let plain = value.bytes().position(|b| special(&b)).unwrap_or(value.len());
        let mut literal = String::with_capacity(value.len());
        literal.push_str(value.get(..plain).unwrap_or_default());
        let mut rest = value.get(plain..).unwrap_or_default().chars();
        let mut flush = |literal: &mut String, piece: Option<Piece>| {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(literal)));
            }
            pieces.extend(piece);
        };
        while let Some(c) = rest.next() {
            match c {
                '\\' => match rest.next() {
                    Some(c @ ('\\' | '*' | '?')) => literal.push(c),
                    Some('%') if placeholders => literal.push('%'),
                    other => {
                        literal.push('\\');
                        literal.extend(other);
                    }
                },
                '*' => flush(&mut literal, Some(Piece::Many)),
                '?' => flush(&mut literal, Some(Piece::One)),
                '%' if placeholders => match placeholder(rest.as_str()) {
                    Some((name, behind)) => {
                        flush(&mut literal, Some(Piece::Placeholder(name.to_owned())));
                        rest = behind.chars();
                    }
                    None => literal.push('%'),
                },
                c => literal.push(c),
            }
        }
        flush(&mut literal, None);
        Text { pieces, cased: false, bytes: false, pinned: false }
    }

    /// The text a value is, for a modifier that wants text. Numbers are taken for their digits, and noted.
    pub(super) fn of(draft: Draft, name: &str, work: &mut Work<'_>) -> Result<Text, Misuse> {
        match draft {
            Draft::Text(text) => Ok(text),
            Draft::Scalar(Kind::Text(value)) if work.expands => Ok(Text::parse_with_placeholders(&value)),
            Draft::Scalar(Kind::Text(value)) => Ok(Text::parse(&value)),
            Draft::Scalar(Kind::Number(digits)) => {
                work.number_as_text = true;
                Ok(Text::literal(digits))
            }
            Draft::Scalar(other) => Err(Misuse::value_type(name, "text", &other)),
            _ => Err(Misuse::out_of_place(name)),
        }
    }

    /// The text, if there is nothing but text in it.
    pub(super) fn plain(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Many | Piece::One | Piece::Placeholder(_) => None,
            })
            .collect()
    }

    /// Lets anything stand before it.
    pub(super) fn open_start(&mut self) {
        if self.pieces.first() != Some(&Piece::Many) {
            self.pieces.insert(0, Piece::Many);
        }
    }

    /// Lets anything stand behind it.
    pub(super) fn open_end(&mut self) {
        if self.pieces.last() != Some(&Piece::Many) {
            self.pieces.push(Piece::Many);
        }
    }

    pub(super) fn into_pattern(self) -> Pattern {
        let parts = self.pieces.into_iter().map(|piece| match piece {
            Piece::Literal(text) => PatternPart::Literal(text),
            Piece::Many => PatternPart::Many,
            Piece::One => PatternPart::One,
            // Only `expand` lets placeholders be read, and it leaves none.
            Piece::Placeholder(name) => PatternPart::Literal(format!("%{name}%")),
        });
        Pattern::new(parts, self.cased)
    }
}

/// Splits the text behind a percent sign into a placeholder's name and what follows it.
pub(super) fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = text.split_once('%')?;
    // Letters, digits, `_` and `-`: SigmaHQ has `%DC-MACHINE-NAME%`.
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    is_name.then_some((name, behind))
}

fn contains(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    opened(draft, CONTAINS.name, true, true, work)
}

fn startswith(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    opened(draft, STARTSWITH.name, false, true, work)
}

fn endswith(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    opened(draft, ENDSWITH.name, true, false, work)
}

/// Opens one end or both. Of an expression, which is open at both ends, the other end is pinned instead.
fn opened(draft: Draft, name: &str, start: bool, end: bool, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    match draft {
        Draft::Regex(mut expression) => {
            expression.at_start |= !start;
            expression.at_end |= !end;
            Ok(vec![Draft::Regex(expression)])
        }
        Draft::Reference { field, cased, starts, ends } => {
            Ok(vec![Draft::Reference { field, cased, starts: starts || end, ends: ends || start }])
        }
        other => {
            let mut text = Text::of(other, name, work)?;
            text.open(start, end);
            Ok(vec![Draft::Text(text)])
        }
    }
}

fn cased(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    if let Draft::Reference { field, starts, ends, .. } = draft {
        return Ok(vec![Draft::Reference { field, cased: true, starts, ends }]);
    }
    let mut text = Text::of(draft, CASED.name, work)?;
    text.cased = true;
    Ok(vec![Draft::Text(text)])
}
