//! Reads `key=value` pairs: bare values, quoted ones with escapes, empty ones.
//!
//! Used by the formats that are nothing but pairs and for pairs inside messages. A quote may be escaped by a
//! backslash, as in JSON; a quoted value that never ends is refused, and the word is read as if it had no quote.

use super::Record;
use std::borrow::Cow;

/// What stands at one place of a text of pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'t> {
    Pair {
        key: &'t str,
        value: Cow<'t, str>,
        repaired: bool,
    },
    /// A word without `=` or without a key before it.
    Bare(&'t str),
}

/// The words of a text, separated by blanks; commas and semicolons that end a bare value are not part of it where
/// `separators` says so.
pub(super) struct Words<'t> {
    rest: &'t str,
    separators: &'static [char],
}

/// What separates pairs of loose formats besides blanks.
pub(super) const LOOSE: &[char] = &[',', ';', '|'];

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str, separators: &'static [char]) -> Words<'t> {
        Words { rest: text, separators }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let is_between = |c: char| c.is_ascii_whitespace() || self.separators.contains(&c);
        self.rest = self.rest.trim_start_matches(is_between);
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find(|c: char| c == '=' || c == '"' || is_between(c)).unwrap_or(self.rest.len());
        let (key, after) = self.rest.split_at(end);
        if let Some(value) = after.strip_prefix('=')
            && is_key(key)
        {
            let (value, repaired, rest) = value.strip_prefix('"').and_then(quoted).unwrap_or_else(|| {
                let (value, rest) = bare(value, self.separators);
                (Cow::Borrowed(value), false, rest)
            });
            self.rest = rest;
            return Some(Word::Pair { key, value, repaired });
        }
        let (word, rest) = bare(self.rest, self.separators);
        // At a separator inside a word `bare` may stop where it began.
        let taken = if word.is_empty() { self.rest.chars().next().map_or(0, char::len_utf8) } else { word.len() };
        self.rest = if word.is_empty() { self.rest.get(taken..).unwrap_or("") } else { rest };
        Some(Word::Bare(word))
    }
}

/// Whether a word may name a field: letters, digits and a few marks, not a number.
pub(super) fn is_key(word: &str) -> bool {
    let is_first = word.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@' | b'$'));
    is_first
        && word.len() <= 128
        && word.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'$' | b':' | b'/' | b'%' | b'#')
        })
}

/// Splits a value that ends at a blank, or at a separator with a pair behind it (`a=1,b=2`). Looks no further than
/// that: a line may be one long word of pairs.
fn bare<'t>(text: &'t str, separators: &[char]) -> (&'t str, &'t str) {
    let mut separator = None;
    for (at, c) in text.char_indices() {
        if c.is_ascii_whitespace() {
            let (word, rest) = text.split_at(at);
            return (word.trim_end_matches(separators), rest);
        }
        if separators.contains(&c) {
            separator = Some((at, at + c.len_utf8()));
        } else if c == '='
            && let Some((end, key)) = separator
            && text.get(key..at).is_some_and(is_key)
        {
            return text.split_at(end);
        }
    }
    (text.trim_end_matches(separators), "")
}

/// Reads up to the closing quote; gives the value unescaped and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, bool, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut has_escapes = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            break;
        }
        has_escapes = true;
        at += 2;
    }
    let (value, rest) = (text.get(..at)?, text.get(at + 1..)?);
    if !has_escapes {
        return Some((Cow::Borrowed(value), false, rest));
    }
    let (value, repaired) = unescape(value);
    Some((Cow::Owned(value), repaired, rest))
}

/// Undoes JSON's escapes; others stay as they are. A half of a surrogate pair is replaced.
fn unescape(text: &str) -> (String, bool) {
    let (mut out, mut repaired) = (String::with_capacity(text.len()), false);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let plain = match chars.next() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            _ => None,
        };
        rest = if let Some(c) = plain {
            out.push(c);
            chars.as_str()
        } else if let Some((c, taken)) = unicode(after) {
            repaired |= c == char::REPLACEMENT_CHARACTER;
            out.push(c);
            after.get(taken..).unwrap_or("")
        } else {
            out.push('\\');
            after
        };
    }
    out.push_str(rest);
    (out, repaired)
}

/// Reads `u0041`, or a pair `ud83d\ude00`; gives the character and how many bytes it took.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = text.starts_with('u').then(|| unit(1))??;
    let second = (text.get(5..7) == Some("\\u")).then(|| unit(7)).flatten();
    if let Some(second) = second
        && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
        && c.len_utf16() == 2
    {
        return Some((c, 11));
    }
    Some((char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), 5))
}

/// Pushes every pair; gives how many pairs and how many bare words there are.
pub(super) fn push_all(record: &mut Record<'_>, text: &str, separators: &'static [char]) -> (usize, usize) {
    let (mut pairs, mut bare) = (0, 0);
    for word in Words::new(text, separators) {
        match word {
            Word::Pair { key, value, repaired } => {
                record.push(key, &value);
                record.repaired |= repaired;
                pairs += 1;
            }
            Word::Bare(_) => bare += 1,
        }
    }
    (pairs, bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, separators: &'static [char], want: &[(&str, &str)]) {
        let words: Vec<_> = Words::new(text, separators)
            .map(|word| match word {
                Word::Pair { key, value, .. } => (key, value),
                Word::Bare(word) => ("", Cow::Borrowed(word)),
            })
            .collect();
        let words: Vec<_> = words.iter().map(|(k, v)| (*k, &**v)).collect();
        assert_eq!(words, want, "{text}");
    }

    #[test]
    fn values_are_bare_quoted_or_empty() {
        check(r#"a=1 b="x y" c= d="" e"#, &[], &[("a", "1"), ("b", "x y"), ("c", ""), ("d", ""), ("", "e")]);
        check(r#"m="a=b c=\"d\"" n=x=y"#, &[], &[("m", "a=b c=\"d\""), ("n", "x=y")]);
        check(
            r#"j="{\"k\":[1]}" u="\u0041\ud83d\ude00\ud800 \x \n""#,
            &[],
            &[("j", "{\"k\":[1]}"), ("u", "A😀\u{fffd} \\x \n")],
        );
    }

    #[test]
    fn a_quote_without_end_is_part_of_the_value() {
        check(r#"a="x y b=2"#, &[], &[("a", "\"x"), ("", "y"), ("b", "2")]);
        check(r#"a="x\"#, &[], &[("a", "\"x\\")]);
    }

    #[test]
    fn separators_end_values_only_where_asked() {
        check("a=1, b=2;", LOOSE, &[("a", "1"), ("b", "2")]);
        check("a=1,b=2|c=x,y", LOOSE, &[("a", "1"), ("b", "2"), ("c", "x,y")]);
        check("a=1, b=2", &[], &[("a", "1,"), ("b", "2")]);
    }

    #[test]
    fn what_names_no_field_is_a_bare_word() {
        check("=x 1=2 a b=c \"q\"=1", LOOSE, &[("", "=x"), ("", "1=2"), ("", "a"), ("b", "c"), ("", "\"q\"=1")]);
    }

    proptest! {
        #[test]
        fn words_come_to_an_end(text in "[a-c=\"\\\\ ,;|u0-9é\n]{0,60}") {
            for separators in [&[][..], LOOSE] {
                prop_assert!(Words::new(&text, separators).count() <= text.len());
            }
        }
    }
}
