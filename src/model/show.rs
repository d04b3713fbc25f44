//! How text from outside is spelt where a person or a terminal reads it.

use std::fmt;
use std::io::{self, ErrorKind};

/// What stands where a secret stood.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Whether a character may do something to a terminal or hide text: C0, C1, bidirectional controls,
/// invisible joiners, line and paragraph separators, tags.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Shows text from a log, a rule or a file name with hostile characters spelt out (`\x1b`,
/// `\u{202e}`, `\n`), so that one value stays one piece of one line.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_hostile) {
            f.write_str(&rest[..at])?;
            let c = rest[at..].chars().next().unwrap_or('\u{FFFD}');
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if (c as u32) < 0x100 => write!(f, "\\x{:02x}", c as u32)?,
                c => write!(f, "\\u{{{:x}}}", c as u32)?,
            }
            rest = &rest[at + c.len_utf8()..];
        }
        f.write_str(rest)
    }
}

/// What went wrong while reading or writing, in words, with the way out where one is known. The system's number for it
/// helps nobody.
pub(crate) fn why(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.rsplit_once(" (os error ").map_or(text.as_str(), |(words, _)| words);
    let way_out = match error.kind() {
        ErrorKind::PermissionDenied => "; run as a user who may, or change its permissions",
        ErrorKind::NotADirectory => "; a part of the path is a file",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room, or choose another place",
        ErrorKind::ReadOnlyFilesystem => "; choose another place",
        _ => "",
    };
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).chain(way_out.chars()).collect()
}

/// At most `max` bytes of `text`, cut at a character, with `…` when something was cut.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_spelt_out() {
        assert_eq!(Shown("a\x1b[31m\u{202e}b\n\u{9b}").to_string(), "a\\x1b[31m\\u{202e}b\\n\\x9b");
        assert_eq!(Shown("Grüße ✓").to_string(), "Grüße ✓");
    }

    #[test]
    fn what_the_system_says_is_told_in_words() {
        let denied = io::Error::from(ErrorKind::PermissionDenied);
        assert_eq!(why(&denied), "permission denied; run as a user who may, or change its permissions");
        let wrapped = io::Error::new(ErrorKind::InvalidData, "zip: Is a directory (os error 21)");
        assert_eq!(why(&wrapped), "zip: Is a directory");
        #[cfg(target_os = "linux")]
        for (number, words) in [
            (2, "no such file or directory"),
            (5, "input/output error"),
            (13, "permission denied; run as a user who may, or change its permissions"),
            (28, "no space left on device; make room, or choose another place"),
            (30, "read-only file system; choose another place"),
        ] {
            assert_eq!(why(&io::Error::from_raw_os_error(number)), words);
        }
    }

    #[test]
    fn cutting_keeps_characters_whole() {
        assert_eq!(cut("äöü", 3), "ä…");
        assert_eq!(cut("abc", 3), "abc");
    }
}
