//! Modifiers that encode the value: Base64 (RFC 4648, padded) and UTF-16.

use super::text::{Piece, Text};
use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};
use crate::sigma::diagnostic::Code;

pub(super) const BASE64: Modifier = Modifier {
    name: "base64",
    summary: "the value, Base64-encoded",
    shape: Shape::Transform,
    after: TEXT,
    makes: Some(Stage::Text),
    place: PLACE,
    apply: Apply::Each(base64),
};

pub(super) const BASE64OFFSET: Modifier = Modifier {
    name: "base64offset",
    summary: "the value inside longer Base64-encoded text",
    shape: Shape::Transform,
    after: TEXT,
    makes: Some(Stage::Text),
    place: PLACE,
    apply: Apply::Each(base64offset),
};

pub(super) const WIDE: Modifier = Modifier { name: "wide", ..UTF16LE };

pub(super) const UTF16LE: Modifier = Modifier {
    name: "utf16le",
    summary: "the value as UTF-16, little-endian",
    shape: Shape::Transform,
    after: TEXT,
    makes: Some(Stage::Text),
    place: PLACE,
    apply: Apply::Each(utf16le),
};

pub(super) const UTF16BE: Modifier = Modifier {
    name: "utf16be",
    summary: "the value as UTF-16, big-endian",
    shape: Shape::Transform,
    after: TEXT,
    makes: Some(Stage::Text),
    place: PLACE,
    apply: Apply::Each(utf16be),
};

pub(super) const UTF16: Modifier = Modifier {
    name: "utf16",
    summary: "the value as UTF-16 with a byte order mark",
    shape: Shape::Transform,
    after: TEXT,
    makes: Some(Stage::Text),
    place: PLACE,
    apply: Apply::Each(utf16),
};

const TEXT: &[Stage] = &[Stage::Value, Stage::Text];
const PLACE: &str = "encodings go with text only, before `contains`, `startswith` and `endswith`";

fn base64(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let (text, bytes) = bytes(draft, BASE64.name, work)?;
    Ok(vec![with(&text, encode(&bytes))])
}

/// The value's bits at each of the three places they can have in groups of three bytes, without the characters that
/// also depend on what stands around it.
fn base64offset(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let (text, bytes) = bytes(draft, BASE64OFFSET.name, work)?;
    let mut variants = Vec::new();
    for (offset, start) in [(0, 0), (1, 2), (2, 3)] {
        let mut shifted = vec![b' '; offset];
        shifted.extend_from_slice(&bytes);
        let encoded = encode(&shifted);
        let cut = match shifted.len() % 3 {
            0 => 0,
            1 => 3,
            _ => 2,
        };
        let end = encoded.len().saturating_sub(cut);
        // A single byte leaves nothing certain at some offsets; an empty text would be found everywhere.
        if let Some(certain) = encoded.get(start..end).filter(|certain| !certain.is_empty()) {
            variants.push(with(&text, certain.to_owned()));
        }
    }
    if variants.is_empty() {
        return Err(Misuse {
            code: Code::BadValue,
            message: "`base64offset` has nothing to encode".to_owned(),
            help: "write the text to look for".to_owned(),
        });
    }
    Ok(variants)
}

fn utf16le(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    utf16_units(draft, UTF16LE.name, u16::to_le_bytes, "", work)
}

fn utf16be(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    utf16_units(draft, UTF16BE.name, u16::to_be_bytes, "", work)
}

fn utf16(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    utf16_units(draft, UTF16.name, u16::to_le_bytes, "\u{ff}\u{fe}", work)
}

/// Encodes the literals and keeps the wildcards. The mark goes in front of the first literal.
fn utf16_units(
    draft: Draft,
    name: &str,
    order: fn(u16) -> [u8; 2],
    mark: &str,
    work: &mut Work<'_>,
) -> Result<Vec<Draft>, Misuse> {
    let mut text = Text::of(draft, name, work)?;
    let mut mark = Some(mark);
    for piece in &mut text.pieces {
        match piece {
            Piece::Literal(literal) => {
                let mut encoded = mark.take().unwrap_or_default().to_owned();
                encoded.extend(literal.encode_utf16().flat_map(order).map(char::from));
                *literal = encoded;
            }
            Piece::Placeholder(_) => return Err(not_expanded(name)),
            Piece::Many | Piece::One => {}
        }
    }
    text.bytes = true;
    Ok(vec![Draft::Text(text)])
}

/// The bytes to encode, and the text they come from.
fn bytes(draft: Draft, name: &str, work: &mut Work<'_>) -> Result<(Text, Vec<u8>), Misuse> {
    let text = Text::of(draft, name, work)?;
    if text.pieces.iter().any(|piece| matches!(piece, Piece::Placeholder(_))) {
        return Err(not_expanded(name));
    }
    let Some(plain) = text.plain() else {
        return Err(Misuse {
            code: Code::ModifierConflict,
            message: format!("`{name}` cannot encode a wildcard"),
            help: format!("write `\\*` for a star; `contains` and the like go behind `{name}`"),
        });
    };
    let bytes = if text.bytes { plain.chars().map(latin1).collect() } else { plain.into_bytes() };
    Ok((text, bytes))
}

/// The byte a character of a byte text stands for.
fn latin1(c: char) -> u8 {
    u8::try_from(u32::from(c)).unwrap_or(b'?')
}

fn not_expanded(name: &str) -> Misuse {
    Misuse {
        code: Code::ModifierConflict,
        message: format!("`{name}` cannot encode a placeholder"),
        help: format!("put `expand` before `{name}`"),
    }
}

fn with(text: &Text, encoded: String) -> Draft {
    Draft::Text(Text { pieces: vec![Piece::Literal(encoded)], bytes: false, ..text.clone() })
}

fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |n: u32| DIGITS.get((n & 63) as usize).map_or('=', |b| char::from(*b));
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |n: usize| group.get(n).map_or(0, |b| u32::from(*b));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.push(digit(bits >> 18));
        out.push(digit(bits >> 12));
        out.push(if group.len() > 1 { digit(bits >> 6) } else { '=' });
        out.push(if group.len() > 2 { digit(bits) } else { '=' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_encodes_as_the_rfc_says() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("\u{fb}\u{ff}", "w7vDvw=="),
        ] {
            assert_eq!(encode(plain.as_bytes()), encoded);
        }
    }
}
