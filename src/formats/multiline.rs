//! How lines make records in text logs: stack traces, dumps, anything an application writes over several lines.
//!
//! Unless told otherwise, the place of the stamp is learned from an input's first lines: where records begin with one, a line
//! without belongs to the record above. `--multiline` names another rule. Formats that know their records by themselves
//! (JSON, CSV, XML, audit logs) are not concerned.

use super::text;
use crate::model::limits;
use crate::model::stamp::{self, Zone};
use regex::bytes::{Regex, RegexBuilder};

/// What the user said.
#[derive(Clone, Debug, Default)]
pub(crate) enum Multiline {
    /// By what the input shows.
    #[default]
    Auto,
    /// A record a line.
    Off,
    /// A record begins with a line that fits.
    Start(Regex),
    /// Lines that fit stand between records, and are part of none.
    Separator(Regex),
    /// So many lines each.
    Lines(usize),
}

/// How `--multiline` is spelt.
const FORM: &str = "use start=RE, sep=RE, lines=N, auto or off";

impl Multiline {
    /// Reads what the user said.
    pub(crate) fn parse(text: &str) -> Result<Multiline, String> {
        let expression = |text: &str| {
            RegexBuilder::new(text).size_limit(limits::EXPRESSION).build().map_err(|error| error.to_string())
        };
        match text.split_once('=') {
            None if text == "auto" => Ok(Multiline::Auto),
            None if text == "off" => Ok(Multiline::Off),
            Some(("start", text)) => expression(text).map(Multiline::Start),
            Some(("sep", text)) => expression(text).map(Multiline::Separator),
            Some(("lines", number)) => match number.parse() {
                Ok(lines) if (1..=limits::RECORD_LINES).contains(&lines) => Ok(Multiline::Lines(lines)),
                _ => Err(format!("use a number of lines from 1 to {}", limits::RECORD_LINES)),
            },
            _ => Err(FORM.to_owned()),
        }
    }
}

/// Where the records of an input have their stamp: before which word, counting from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StampPlace(u8);

/// Words a stamp may stand behind: a level, a thread, a number.
const WORDS: u8 = 4;

/// Lines the place is learned from, those that are indented left out.
const LEARNED_FROM: usize = 100;

impl StampPlace {
    /// The place learned from an input's beginning: that of its first line, or of a third of the lines that are not
    /// indented. One record alone is no pattern.
    pub(crate) fn learn(head: &str) -> Option<StampPlace> {
        let lines = head.lines().filter(|line| !text::is_blank(line) && !line.starts_with([' ', '\t']));
        let (mut counts, mut all, mut first) = ([0_usize; WORDS as usize], 0, None);
        for line in lines.take(LEARNED_FROM) {
            let place = StampPlace::of(text::record(line).1.as_bytes());
            if all == 0 {
                first = place;
            }
            all += 1;
            if let Some(count) = place.and_then(|StampPlace(word)| counts.get_mut(usize::from(word))) {
                *count += 1;
            }
        }
        let (word, count) = (0..WORDS).zip(counts).max_by_key(|(word, count)| (*count, std::cmp::Reverse(*word)))?;
        (count >= 2 && (first == Some(StampPlace(word)) || count * 3 >= all)).then_some(StampPlace(word))
    }

    /// Whether a line has its stamp there.
    pub(super) fn begins(self, line: &[u8]) -> bool {
        words(line).nth(usize::from(self.0)).is_some_and(is_stamp)
    }

    /// Where a line has a stamp.
    fn of(line: &[u8]) -> Option<StampPlace> {
        (0..WORDS).zip(words(line)).find(|(_, rest)| is_stamp(rest)).map(|(word, _)| StampPlace(word))
    }
}

/// A line from each of its words on.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let here = rest?;
        let behind = here.iter().position(|b| *b == b' ').and_then(|end| here.get(end..));
        rest = behind.map(<[u8]>::trim_ascii_start).filter(|behind| !behind.is_empty());
        Some(here)
    })
}

/// No stamp is longer.
const LONGEST_STAMP: usize = 48;

/// Whether a text begins with a stamp: a date and a time, with or without a year, or a time of day alone.
fn is_stamp(rest: &[u8]) -> bool {
    let window = rest.get(..LONGEST_STAMP).unwrap_or(rest);
    let text = match std::str::from_utf8(window) {
        Ok(text) => text,
        Err(error) => window.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or(""),
    };
    stamp::read_prefix(text, &Zone::default()).is_some()
        || stamp::read_yearless(text).is_some()
        || is_clock(text.trim_start_matches('['))
}

/// `12:00:01`, behind which no word goes on.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = |(at, b): (usize, &u8)| if at == 2 || at == 5 { *b == b':' } else { b.is_ascii_digit() };
    bytes.get(..8).is_some_and(|clock| clock.iter().enumerate().all(shape))
        && bytes.get(8).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_stamp_is_learned() {
        for (head, want) in [
            ("2024-01-02 10:00:00,123 ERROR x\n\tat y\n2024-01-02 10:00:01,000 INFO z\n", Some(0)),
            ("INFO  2024-01-02 10:00:00 x\nERROR 2024-01-02 10:00:01 y\n", Some(1)),
            ("[main] WARN 10:00:00.123 x\n[main] WARN 10:00:00.124 x\n", Some(2)),
            ("10:00:00 [main] x\ncause\n10:00:01 [main] x\n", Some(0)),
            ("[2024-01-02 10:00:00] a\n[2024-01-02 10:00:01] b\n", Some(0)),
            ("Jan  2 10:00:00 a\nJan  2 10:00:01 b\n", Some(0)),
            ("2024-01-02 10:00:00 alone\nmore\n", None),
            ("a line\nanother\nand 2024-01-02 10:00:00\nx\ny\nz\nw\n", None),
            ("", None),
        ] {
            assert_eq!(StampPlace::learn(head), want.map(StampPlace), "{head}");
        }
    }

    #[test]
    fn only_stamps_in_their_place_begin_records() {
        let second = StampPlace(1);
        assert!(second.begins(b"INFO 2024-01-02T10:00:00Z x"));
        for line in [&b"2024-01-02T10:00:00Z x"[..], b"INFO", b"", b"a b 10:00:00", b"INFO 10:00:000", b"\xff\xff 1"] {
            assert!(!second.begins(line));
        }
    }

    #[test]
    fn what_the_user_says_is_checked() {
        assert!(matches!(Multiline::parse("start=^\\d{4}-"), Ok(Multiline::Start(_))));
        assert!(matches!(Multiline::parse("sep=^---$"), Ok(Multiline::Separator(_))));
        assert!(matches!(Multiline::parse("lines=3"), Ok(Multiline::Lines(3))));
        for wrong in ["", "on", "start=(", "lines=0", "lines=x", "lines=501", "end=x"] {
            assert!(Multiline::parse(wrong).is_err(), "{wrong}");
        }
    }
}
