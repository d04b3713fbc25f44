//! Walks the members of an object, or the elements of an array, one level deep and without reading what they hold.
//!
//! For texts that are read as a whole too: what is broken ends the walk and says nothing.

use super::token;
use crate::model::escape;

/// The members of an object that is written at the start of a text: names and values as written, names without quotes.
pub(crate) fn members(object: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut walk = Walk::inside(object, b'{');
    std::iter::from_fn(move || {
        let at = walk.next_item()?;
        let name = walk.string(at)?;
        walk.skip_blanks();
        walk.eat(b':')?;
        walk.skip_blanks();
        let value = walk.value()?;
        Some((name, value))
    })
}

/// The elements of an array that is written at the start of a text.
pub(crate) fn elements(array: &str) -> impl Iterator<Item = &str> {
    let mut walk = Walk::inside(array, b'[');
    std::iter::from_fn(move || {
        walk.next_item()?;
        walk.value()
    })
}

/// The value of one member, as written.
pub(crate) fn member<'t>(object: &'t str, name: &str) -> Option<&'t str> {
    members(object).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Whether an object may have a member of this name, which is told `quoted`: sooner than walking through its members, where
/// most have none.
pub(crate) fn may_have(object: &str, quoted: &str) -> bool {
    object.starts_with('{') && memchr::memmem::find(object.as_bytes(), quoted.as_bytes()).is_some()
}

/// Appends the text a value stands for, if it is a string; gives whether it had to be repaired.
pub(crate) fn push_text(value: &str, out: &mut String) -> Option<bool> {
    let inside = value.strip_prefix('"')?.strip_suffix('"')?;
    Some(escape::unescape(inside, out))
}

struct Walk<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Walk<'t> {
    /// Behind the bracket the text opens with; at its end, when it opens with another.
    fn inside(text: &'t str, bracket: u8) -> Walk<'t> {
        let mut walk = Walk { text, at: 0 };
        walk.skip_blanks();
        if walk.eat(bracket).is_none() {
            walk.at = text.len();
        }
        walk
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then(|| self.at += 1)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// Where the next member or element starts; `None` behind the last.
    fn next_item(&mut self) -> Option<usize> {
        self.skip_blanks();
        if self.byte() == Some(b',') {
            self.at += 1;
            self.skip_blanks();
        }
        (!matches!(self.byte()?, b'}' | b']')).then_some(self.at)
    }

    /// Passes over the string that starts here; gives what stands between its quotes.
    fn string(&mut self, from: usize) -> Option<&'t str> {
        self.eat(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            self.at += memchr::memchr2(b'"', b'\\', rest)? + 1;
            if self.text.as_bytes().get(self.at - 1) == Some(&b'"') {
                return self.text.get(from + 1..self.at - 1);
            }
            self.at += 1;
        }
    }

    /// Passes over a value.
    fn value(&mut self) -> Option<&'t str> {
        let start = self.at;
        match self.byte()? {
            b'"' => drop(self.string(start)?),
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    match self.byte()? {
                        b'"' => {
                            self.string(self.at)?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                while self.byte().is_some_and(|b| !token::ends_scalar(b)) {
                    self.at += 1;
                }
            }
        }
        // What is nothing (a stray colon) ends the walk.
        self.text.get(start..self.at).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_told_as_written() {
        let text = r#" { "a" : "x\"y" , "b":{"c":["}"]},"d":-1.5,"e":[1, {"f":2}], "g":null }"#;
        let got: Vec<_> = members(text).collect();
        let want =
            [("a", r#""x\"y""#), ("b", r#"{"c":["}"]}"#), ("d", "-1.5"), ("e", r#"[1, {"f":2}]"#), ("g", "null")];
        assert_eq!(got, want);
        assert_eq!(elements(r#"[1, {"f":2}]"#).collect::<Vec<_>>(), ["1", r#"{"f":2}"#]);
        let mut out = String::new();
        assert_eq!((push_text(r#""x\"y""#, &mut out), out.as_str()), (Some(false), "x\"y"));
        assert_eq!(push_text("12", &mut out), None);
    }

    #[test]
    fn what_is_broken_ends_the_walk() {
        for text in ["", "[1]", "{", "{\"a\"", "{\"a\":", "{\"a\" 1}", "{a:1}", "{\"a\":\"x", "{\"a\":{\"b\":1"] {
            assert_eq!(members(text).count(), 0, "{text}");
        }
        assert_eq!(members("{\"a\":1,}").count(), 1);
    }

    proptest! {
        #[test]
        fn every_walk_ends(text in "[\\[\\]{}\":, a\\\\1]{0,60}") {
            prop_assert!(members(&text).count() <= text.len());
            prop_assert!(elements(&text).count() <= text.len());
        }
    }
}
