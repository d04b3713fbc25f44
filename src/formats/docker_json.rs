//! Logs of containers as Docker's `json-file` driver keeps them: `{"log":"text\n","stream":"stdout","time":"STAMP"}`.
//!
//! Docker cuts a line after 16 KiB: pieces whose text has no line feed go on in the next line of the same stream. What
//! the program wrote is read as a line of its own format.

use super::json::member::{may_have, member, members};
use super::json::{read_object, shape};
use super::lines::Link;
use super::{Format, Learned, LineShape, Record, Refused, Sample, Shape, inside, sniff};
use std::borrow::Cow;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "docker-json",
    summary: "logs of containers as Docker keeps them in JSON",
    spec: "https://docs.docker.com/engine/logging/drivers/json-file/",
    samples: &[
        Sample {
            text: r#"{"log":"ready\n","stream":"stdout","time":"2025-11-03T10:11:12.5Z"}"#,
            fields: &[("log", "ready\n"), ("stream", "stdout"), ("time", "2025-11-03T10:11:12.5Z")],
        },
        Sample {
            text: "{\"log\":\"begins \",\"stream\":\"stderr\",\"time\":\"2025-11-03T10:11:12Z\"}\n{\"log\":\"and ends\\n\",\"stream\":\"stderr\",\"time\":\"2025-11-03T10:11:12Z\"}",
            fields: &[("log", "begins and ends\n"), ("stream", "stderr")],
        },
        Sample {
            text: r#"{"log":"{\"level\":\"warn\",\"user\":\"alice\"}\n","stream":"stdout","time":"2025-11-03T10:11:12Z"}"#,
            fields: &[("level", "warn"), ("user", "alice"), ("stream", "stdout")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Lines,
    claims: 11,
    sniff: |head| {
        let share = sniff::share(head, |line| may_have(line, "\"log\"") && is_line(line))?;
        Some(sniff::claim(11, share, "most lines are a container's, in JSON", Learned::Nothing))
    },
    shape: Shape::Lines(LineShape::of_json(read, 11)),
};

/// Members beside the three that every line has: `attrs`, and what is put there by hand.
const OTHERS: usize = 2;

/// Whether a line is a container's.
fn is_line(line: &str) -> bool {
    const NAMES: [&str; 3] = ["log", "stream", "time"];
    let line = line.trim_end();
    let names = || members(line).map(|(name, _)| name);
    shape::is_object(line)
        && NAMES.iter().all(|wanted| names().any(|name| name == *wanted))
        && names().count() <= NAMES.len() + OTHERS
}

/// A piece without a line feed goes on in the next line of its stream.
pub(super) fn link(line: &[u8]) -> Option<Link<'_>> {
    let text = std::str::from_utf8(line).ok()?;
    let stream = member(text, "stream")?;
    let log = member(text, "log")?.strip_prefix('"')?.strip_suffix('"')?;
    Some(Link { key: Cow::Borrowed(stream.as_bytes()), more: !log.ends_with("\\n") })
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    let refused = Refused { expected: "`log`, `stream` and `time`", at: 0 };
    if !text.contains('\n') {
        let (object, seen) = read_object(record)?;
        if !is_line(text.get(object).unwrap_or_default()) {
            return Err(refused);
        }
        inside::of_object(record, seen);
        return Ok(());
    }
    // Each piece is an object of its own; the first one's members are the record's.
    let pieces: Vec<&str> = text.lines().collect();
    let end = super::json::object_at(record, 0)?;
    let is_first_whole = pieces.first().is_some_and(|first| first.trim_end().len() == end);
    if !is_first_whole || !pieces.iter().all(|piece| is_line(piece)) {
        return Err(refused);
    }
    inside::pieces(record, &pieces);
    Ok(())
}
