//! Short texts cut at fixed words.
//!
//! `str::split_once` and its like make a search ready that pays on long texts: for a message of eighty bytes that costs more
//! than looking.

/// The text before and behind the first of these words: `text.split_once(words)`. They are of ASCII.
#[inline]
pub(crate) fn at_first<'t, const N: usize>(text: &'t str, words: &[u8; N]) -> Option<(&'t str, &'t str)> {
    around(text, first(text, words)?, N)
}

/// The text before and behind the last of these words: `text.rsplit_once(words)`. They are of ASCII.
#[inline]
pub(crate) fn at_last<'t, const N: usize>(text: &'t str, words: &[u8; N]) -> Option<(&'t str, &'t str)> {
    around(text, last(text, words)?, N)
}

/// What stands behind the last slash, or all.
#[inline]
pub(crate) fn leaf(path: &str) -> &str {
    at_last(path, b"/").map_or(path, |(_, leaf)| leaf)
}

#[inline]
fn first<const N: usize>(text: &str, words: &[u8; N]) -> Option<usize> {
    text.as_bytes().windows(N).position(|window| window.first_chunk() == Some(words))
}

#[inline]
fn last<const N: usize>(text: &str, words: &[u8; N]) -> Option<usize> {
    text.as_bytes().windows(N).rposition(|window| window.first_chunk() == Some(words))
}

fn around(text: &str, at: usize, len: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + len..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_cut_where_the_standard_library_cuts_them(text in "[ab /é]{0,12}|.{0,20}") {
            prop_assert_eq!(at_first(&text, b"ab"), text.split_once("ab"));
            prop_assert_eq!(at_last(&text, b"ab"), text.rsplit_once("ab"));
            prop_assert_eq!(at_first(&text, b" a b"), text.split_once(" a b"));
            prop_assert_eq!(at_last(&text, b"aa"), text.rsplit_once("aa"));
            prop_assert_eq!(at_first(&text, b" "), text.split_once(' '));
            prop_assert_eq!(leaf(&text), text.rsplit('/').next().unwrap_or_default());
        }
    }
}
