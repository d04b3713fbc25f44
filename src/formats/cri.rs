//! Logs of containers as Kubernetes' runtimes keep them (CRI): `STAMP stdout F text`.
//!
//! `P` marks a piece of a long line, which goes on in the next line of the same stream up to one marked `F`. What the
//! program wrote is read as a line of its own format.

use super::inside::{self, Trust};
use super::lines::Link;
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::stamp::{self, Zone};
use crate::model::{Quality, Stamp};
use std::borrow::Cow;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "cri",
    summary: "logs of containers as Kubernetes keeps them",
    spec: "https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md",
    samples: &[
        Sample {
            text: "2025-11-03T10:11:12.123456789Z stderr F worker 3 is gone",
            fields: &[
                ("time", "2025-11-03T10:11:12.123456789Z"),
                ("stream", "stderr"),
                ("logtag", "F"),
                ("message", "worker 3 is gone"),
            ],
        },
        Sample {
            text: "2025-11-03T10:11:12.1+01:00 stdout P a long \n2025-11-03T10:11:12.2+01:00 stdout F line",
            fields: &[
                ("time", "2025-11-03T10:11:12.1+01:00"),
                ("stream", "stdout"),
                ("logtag", "P"),
                ("message", "a long line"),
            ],
        },
    ],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 9, "lines begin with a stamp, a stream and F or P", |line| {
            parts(line).is_some()
        })
    },
    shape: Shape::Lines(LineShape::of_text(read, 9)),
};

/// One line.
struct Parts<'l> {
    time: &'l str,
    stamp: Stamp,
    stream: &'l str,
    /// `F` or `P`, perhaps with more behind colons.
    tag: &'l str,
    text: &'l str,
}

fn parts(line: &str) -> Option<Parts<'_>> {
    let (time, rest) = line.split_once(' ')?;
    let (stream, rest) = rest.split_once(' ')?;
    let (tag, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let stamp = stamp::read(time, &Zone::default()).filter(|stamp| stamp.quality == Quality::Exact)?;
    let is_tag = matches!(tag.split(':').next(), Some("F" | "P"));
    (matches!(stream, "stdout" | "stderr") && is_tag && time.contains('T')).then_some(Parts {
        time,
        stamp,
        stream,
        tag,
        text,
    })
}

/// A piece goes on in the next line of its stream.
pub(super) fn link(line: &[u8]) -> Option<Link<'_>> {
    // The text may be anything; what stands before it is short.
    let start = line.get(..96).unwrap_or(line);
    let start = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
    };
    let Parts { stream, tag, .. } = parts(start)?;
    Some(Link { key: Cow::Borrowed(stream.as_bytes()), more: tag.starts_with('P') })
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let refused = Refused { expected: "a stamp, `stdout` or `stderr`, and `F` or `P`", at: 0 };
    let text = record.text;
    let (first, others) = text.split_once('\n').map_or((text, None), |(first, others)| (first, Some(others)));
    let first = parts(first.strip_suffix('\r').unwrap_or(first)).ok_or(refused)?;
    let mut message = Cow::Borrowed(first.text);
    for line in others.into_iter().flat_map(str::lines) {
        message.to_mut().push_str(parts(line).ok_or(refused)?.text);
    }
    record.time = first.stamp;
    let start = record.scratch.entries.len();
    record.push("time", first.time);
    let time = start..record.scratch.entries.len();
    record.push("stream", first.stream);
    record.push("logtag", first.tag);
    let start = record.scratch.entries.len();
    record.push("message", &message);
    let around = start..record.scratch.entries.len();
    if inside::read(record, &message, Trust::Line) {
        // The line may have a time and a message of its own.
        inside::step_back(record, time, &["time"]);
        inside::step_back(record, around, &["message", "msg"]);
    }
    Ok(())
}
