//! How JSON is spelt: the escaping of every JSON output (reports, lines, SARIF).
//!
//! JSON may be printed on a terminal or into a runner's log, so characters that move a cursor or hide text are written
//! as `\u` escapes, which readers undo; so is the first character of `##[` and `##vso[`, with which workflow commands
//! start anywhere in a line. No value changes by it.

use crate::model::show::is_hostile;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// One value, indented by two spaces, with a final newline.
pub(super) fn to_pages(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), out)
}

/// One value on one line, with its newline.
pub(super) fn to_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, CompactFormatter, out)
}

fn write(value: &impl Serialize, layout: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless(layout));
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// A string behind what was written so far: what [`to_line`] makes of it, quicker.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    // Nearly all text is plain, and stays as it is.
    if is_all_plain(text.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless(CompactFormatter));
        // A vector takes everything, and text is always a string.
        drop(text.serialize(&mut serializer));
    }
}

/// Whether every byte stands for itself, whatever stands around it: sixteen at a time, or eight where there are no more. The
/// last ones overlap those before, so that none is looked at by itself unless the text is shorter than that.
fn is_all_plain(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<16>() {
        return bytes.as_chunks::<16>().0.iter().all(are_plain) && are_plain(last);
    }
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => are_plain(first) && are_plain(last),
        _ => bytes.iter().all(|byte| are_plain(&[*byte])),
    }
}

/// The same of a few. Without a way out in the middle they are compared all at once.
fn are_plain<const N: usize>(bytes: &[u8; N]) -> bool {
    let mut is_odd = false;
    for byte in bytes {
        is_odd |= byte.wrapping_sub(b' ') > b'~' - b' ';
        is_odd |= *byte == b'"';
        is_odd |= *byte == b'\\';
        is_odd |= *byte == b'#';
    }
    !is_odd
}

/// Whether a runner would read a command from here on: `##[error]`, `##vso[task]`.
fn starts_command(text: &str, at: usize) -> bool {
    let rest = text.get(at..).and_then(|rest| rest.strip_prefix("##"));
    rest.is_some_and(|rest| rest.starts_with('[') || rest.starts_with("vso["))
}

/// A layout whose strings are harmless to print.
struct Harmless<F>(F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain: one look at its bytes is enough.
        if fragment.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'#') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(at, c)| is_hostile(*c) || starts_command(rest, *at)) {
            let (plain, tail) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = tail.get(c.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_do_harm_is_escaped_and_read_back_unchanged() {
        let cases = [
            ("Grüße \"✓\"", "\"Grüße \\\"✓\\\"\"\n"),
            ("\u{1b}[31m", "\"\\u001b[31m\"\n"),
            ("\u{9b}a\u{202e}b\u{7f}", "\"\\u009ba\\u202eb\\u007f\"\n"),
            ("\u{e0041}", "\"\\udb40\\udc41\"\n"),
            ("##[error]x ### ##vso[y]", "\"\\u0023#[error]x ### \\u0023#vso[y]\"\n"),
        ];
        for (text, want) in cases {
            let mut out = Vec::new();
            to_line(&text, &mut out).expect("a vector takes everything");
            let line = String::from_utf8(out).expect("JSON is UTF-8");
            assert_eq!(line, want);
            assert_eq!(serde_json::from_str::<String>(&line).expect("it is JSON"), text);
        }
    }

    proptest! {
        #[test]
        fn a_string_by_itself_is_spelt_as_in_a_line(text in "([ -~]|\\PC|##\\[|\u{1b}|\u{202e}){0,40}") {
            let (mut line, mut by_itself) = (Vec::new(), Vec::new());
            to_line(&text, &mut line).expect("a vector takes everything");
            string(&text, &mut by_itself);
            by_itself.push(b'\n');
            prop_assert_eq!(by_itself, line);
        }
    }

    #[test]
    fn pages_are_indented_by_two() {
        let mut out = Vec::new();
        to_pages(&serde_json::json!({"a": [1, {}], "b": []}), &mut out).expect("a vector takes everything");
        assert_eq!(String::from_utf8_lossy(&out), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
    }
}
