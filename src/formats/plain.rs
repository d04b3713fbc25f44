//! Plain text: every line is an event, whatever it says.
//!
//! Nothing is taken out but a stamp at the start of the line. Records of several lines are cut by `lines` where
//! runs of prose stand between other records; finding the stamp by which an application begins its records is left
//! out so far: `continues` below is its place.

use super::{Format, Head, Learned, LineShape, Record, Refused, Sample, Shape, Sniffed, id_of};
use crate::model::{limits, stamp};

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
    sniff,
    shape: Shape::Lines(LineShape { read, continues: |_| false, yearless: None, longest: limits::LINE, rank: 0 }),
};

/// Anything may be plain, nothing looks like it.
fn sniff(_: &Head<'_>) -> Option<Sniffed> {
    Some(Sniffed { format: id_of("plain")?, rank: (0, 0), why: "no other format fits", learned: Learned::Nothing })
}

#[expect(clippy::unnecessary_wraps, reason = "other formats refuse")]
fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    record.push("message", text);
    record.time = match stamp::read_prefix(text, record.zone) {
        Some((time, _)) => time,
        None => stamp::read_yearless(text).map(|(stamp, _)| record.yearless(stamp)).unwrap_or_default(),
    };
    Ok(())
}
