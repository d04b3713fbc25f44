//! Plain text: every line is an event, whatever it says.
//!
//! Nothing is taken out but a stamp, at the start of the record or behind one of its first words. Where records begin with
//! one, lines without belong to the record above ([`StampPlace`]).

use super::multiline::StampPlace;
use super::{Format, Head, Learned, LineShape, Record, Refused, Sample, Shape, Sniffed, id_of};
use crate::model::Stamp;
use crate::model::stamp::{self, Zone};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "plain",
    summary: "text without a known shape, a record a line",
    spec: "none: what no other format takes",
    samples: &[
        Sample { text: "panic: runtime error", fields: &[("message", "panic: runtime error")] },
        Sample {
            text: "[2021-09-15 21:17:10] worker 3 is gone",
            fields: &[("message", "[2021-09-15 21:17:10] worker 3 is gone")],
        },
    ],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 0,
    sniff,
    shape: Shape::Lines(LineShape::of_text(read, 0)),
};

/// Anything may be plain, nothing looks like it.
fn sniff(head: &Head<'_>) -> Option<Sniffed> {
    let (why, learned) = match StampPlace::learn(head.text) {
        Some(place) => ("no other format fits; records begin with a stamp", Learned::Stamp(place)),
        None => ("no other format fits", Learned::Nothing),
    };
    Some(Sniffed { format: id_of("plain")?, rank: (0, 0), why, learned })
}

#[expect(clippy::unnecessary_wraps, reason = "other formats refuse")]
fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    record.push("message", text);
    record.time = match stamp::read_prefix(text, record.zone) {
        Some((time, _)) => time,
        None => match stamp::read_yearless(text) {
            Some((stamp, _)) => record.yearless(stamp),
            None => behind_a_word(text, record.zone).unwrap_or_default(),
        },
    };
    Ok(())
}

/// A full stamp behind one of the first words: a level, a thread.
fn behind_a_word(text: &str, zone: &Zone) -> Option<Stamp> {
    let line = text.lines().next()?;
    let ends = line.match_indices(' ').map(|(at, _)| at).take(WORDS_BEFORE);
    let rest = ends.filter_map(|at| line.get(at..)).map(str::trim_start);
    rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '['))
        .find_map(|rest| stamp::read_prefix(rest, zone))
        .map(|(stamp, _)| stamp)
}

/// How many words are looked behind.
const WORDS_BEFORE: usize = 3;
