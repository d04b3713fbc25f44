//! What stands inside a text of a record: the line a container wrote, the message of a journal entry, the line a shipper
//! put into a member of JSON.
//!
//! Such a text is read as any line format reads a line, the most precise first, or as one object whose members then
//! stand beside those around it; what is inside that is read likewise, to a small depth. The stamp inside counts when it
//! has date and zone, else the one around it. Text nobody knows gives nothing.

use super::json::Seen;
use super::json::member::{member, push_text};
use super::{Format, LineShape, Record, Refused, Shape, event_xml, json, lines, payload};
use crate::model::{Entry, FieldId, Quality, Region, Sentence, Value, limits, stamp};
use std::mem;
use std::ops::Range;
use std::sync::OnceLock;

/// Formats at least this precise are told from whatever a program may say; the others want to be the whole line.
const PRECISE: u8 = 5;

/// A text that is of no format.
const NOBODY_KNOWS: Refused = Refused { expected: "a line of a known format", at: 0 };

/// How much a text may be trusted to be what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A whole line as a program wrote it.
    Line,
    /// A sentence, which may happen to hold pairs.
    Message,
}

/// Reads what a text says, and gives whether anybody knew it.
pub(super) fn read(record: &mut Record<'_>, text: &str, trust: Trust) -> bool {
    let text = text.trim_end_matches(['\n', '\r']);
    if text.is_empty() || text.len() > limits::JSON_IN_STRING || record.scratch.inside >= limits::INSIDE {
        return false;
    }
    if text.trim_start().starts_with('{') {
        return attempt(record, text, "json", |inner| {
            let (place, seen) = json::read_object(inner)?;
            let is_whole = inner.text.get(place.end..).is_some_and(|rest| rest.trim().is_empty());
            if !is_whole {
                return Err(NOBODY_KNOWS);
            }
            of_object(inner, seen);
            Ok(())
        });
    }
    let is_meant = |shape: &LineShape| trust == Trust::Line || shape.rank >= PRECISE;
    let found = formats()
        .iter()
        .filter(|(_, shape)| is_meant(shape))
        .any(|(name, shape)| attempt(record, text, name, |inner| (shape.read)(inner)));
    found
        || attempt(record, text, "", |inner| {
            payload::extract_unnamed(inner.text, inner);
            inner.payload.map(|_| ()).ok_or(NOBODY_KNOWS)
        })
}

/// The formats of lines but JSON, the most precise first.
fn formats() -> &'static [(&'static str, &'static LineShape)] {
    static SORTED: OnceLock<Vec<(&str, &LineShape)>> = OnceLock::new();
    SORTED.get_or_init(lines::helpful)
}

/// Reads a text as a record of its own and adds what it gives; when it is refused, nothing stays.
fn attempt(
    record: &mut Record<'_>,
    text: &str,
    name: &'static str,
    read: impl FnOnce(&mut Record<'_>) -> Result<(), Refused>,
) -> bool {
    let before = record.scratch.mark();
    let span = record.scratch.keep(text);
    let within = mem::replace(&mut record.scratch.within, Region::Scratch);
    record.scratch.inside += 1;
    let mut inner = Record::new(text, span.start, &mut *record.scratch, record.table, record.zone, &mut *record.year);
    inner.years = record.years;
    let result = read(&mut inner);
    let (time, sentence, repaired) = (inner.time, inner.payload, inner.repaired);
    record.scratch.inside -= 1;
    record.scratch.within = within;
    if result.is_err() {
        record.scratch.rewind(before);
        return false;
    }
    record.payload = sentence.or((!name.is_empty()).then_some(Sentence { payload: name, name: "" }));
    record.repaired |= repaired;
    if time.quality == Quality::Exact || record.time.time.is_none() {
        record.time = time;
    }
    true
}

/// Reads a message as a line of one format.
pub(super) fn read_as(record: &mut Record<'_>, text: &str, format: &Format) -> Option<Sentence> {
    let Shape::Lines(shape) = &format.shape else { return None };
    let is_read =
        record.scratch.inside < limits::INSIDE && attempt(record, text, format.name, |inner| (shape.read)(inner));
    record.payload.filter(|_| is_read)
}

/// Looks into an object that was just read, which is the record's text and has members of these names, for one that
/// holds a line or a message.
pub(super) fn of_object(record: &mut Record<'_>, seen: Seen) {
    if seen == Seen::default() {
        return;
    }
    let text = record.text;
    let object = text.get(text.find('{').unwrap_or(0)..).unwrap_or("");
    if seen.has("MESSAGE") && (seen.has("__REALTIME_TIMESTAMP") || seen.has("SYSLOG_IDENTIFIER")) {
        journal(record, object);
    } else if seen.has("log") && (seen.has("stream") || seen.has("kubernetes")) {
        container(record, object);
    } else if seen.has("SyslogMessage") {
        syslog_table(record, object);
    } else if seen.has("EventData") {
        windows_table(record, object);
    } else if seen.has("textPayload") && seen.has("logName") {
        // Google's agents put the line a program wrote there.
        if let Some(value) = member(object, "textPayload") {
            with_text(record, &[value], |record, text| read(record, text, Trust::Line));
        }
    } else if seen.has("message")
        && let Some(value) = member(object, "message").filter(|value| may_be_line(value))
    {
        let before = record.time;
        outer_time(record, object, &["@timestamp", "timestamp", "time"]);
        if !with_text(record, &[value], |record, text| read(record, text, Trust::Message)) {
            record.time = before;
        }
    }
}

/// Whether a string, as written, begins as records of precise formats do: most messages are sentences, and are not worth a
/// second look.
fn may_be_line(value: &str) -> bool {
    const STARTS: [&str; 22] = [
        "<", "{", "[", "%", "::", "CEF:", "LEEF:", "type=", "node=", "pam_", "Jan ", "Feb ", "Mar ", "Apr ", "May ",
        "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
    ];
    value.strip_prefix('"').is_some_and(|inside| {
        let inside = inside.trim_start();
        inside.starts_with(|c: char| c.is_ascii_digit()) || STARTS.iter().any(|start| inside.starts_with(start))
    })
}

/// A line of Docker's `json-file`, or what shippers make of it.
fn container(record: &mut Record<'_>, object: &str) {
    let Some(log) = member(object, "log").filter(|value| value.starts_with('"')) else { return };
    line_inside(record, object, &[log]);
}

/// The pieces of a long line of Docker's `json-file`, each an object: the text of the line takes the place of its first
/// piece.
pub(super) fn pieces(record: &mut Record<'_>, objects: &[&str]) {
    let Some(first) = objects.first() else { return };
    let logs: Vec<&str> = objects.iter().filter_map(|object| member(object, "log")).collect();
    with_text(record, &logs, |record, text| {
        let whole = Value::Text(record.scratch.keep(text));
        change(record, "log", usize::MAX, |entry| entry.value = whole);
        false
    });
    line_inside(record, first, &logs);
}

fn line_inside(record: &mut Record<'_>, object: &str, logs: &[&str]) {
    let around = record.scratch.entries.len();
    outer_time(record, object, &["time", "@timestamp"]);
    if with_text(record, logs, |record, text| read(record, text, Trust::Line)) {
        // The line may have a time of its own.
        change(record, "time", around, |entry| entry.field = FieldId::OTHER);
    }
}

/// Where what stands inside has a field of one of these names, the entries around it are shown, but nobody who asks for
/// the name finds them.
pub(super) fn step_back(record: &mut Record<'_>, around: Range<usize>, names: &[&str]) {
    let mut inside = record.scratch.entries.iter().skip(around.end);
    if inside.any(|entry| entry.shape == 0 && names.contains(&record.written(entry.name))) {
        record.scratch.entries.get_mut(around).into_iter().flatten().for_each(|entry| entry.field = FieldId::OTHER);
    }
}

/// An entry of the journal: its message is said by a program that has a name.
fn journal(record: &mut Record<'_>, object: &str) {
    spell_out(record, object);
    outer_time(record, object, &["__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"]);
    let mut program = String::new();
    if let Some(name) = member(object, "SYSLOG_IDENTIFIER").or_else(|| member(object, "_COMM")) {
        push_text(name, &mut program);
    }
    let Some(message) = member(object, "MESSAGE") else { return };
    let is_container = member(object, "CONTAINER_ID").is_some();
    with_message(record, message, |record, text| {
        let text = text.trim_end_matches(['\n', '\r']);
        let is_open = is_container || matches!(text.as_bytes().first(), Some(b'{' | b'<'));
        (is_open && read(record, text, Trust::Line)) || said(record, &program, text)
    });
}

/// The journal writes a value that is no text as a list of its bytes.
fn spell_out(record: &mut Record<'_>, object: &str) {
    let is_bytes =
        |value: &str| value.strip_prefix('[').is_some_and(|v| v.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    for (name, value) in json::member::members(object).filter(|(_, value)| is_bytes(value)) {
        let Some(text) = bytes(value) else { continue };
        let text = Value::Text(record.scratch.keep(&text));
        let mut is_told = false;
        let mut n = 0;
        while let Some(entry) = record.scratch.entries.get(n).copied() {
            if entry.shape != 0 || record.written(entry.name) != name {
                n += 1;
            } else if mem::replace(&mut is_told, true) {
                record.scratch.entries.remove(n);
            } else {
                record.scratch.entries.get_mut(n).into_iter().for_each(|entry| entry.value = text);
                n += 1;
            }
        }
    }
}

/// A row of Log Analytics' table of syslog.
fn syslog_table(record: &mut Record<'_>, object: &str) {
    let mut program = String::new();
    if let Some(name) = member(object, "ProcessName") {
        push_text(name, &mut program);
    }
    let Some(message) = member(object, "SyslogMessage") else { return };
    record.push("appname", &program);
    outer_time(record, object, &["TimeGenerated"]);
    with_text(record, &[message], |record, text| said(record, &program, text));
}

/// A row of Log Analytics' tables of Windows events: the values are the XML of the event.
fn windows_table(record: &mut Record<'_>, object: &str) {
    let Some(value) = member(object, "EventData").filter(|value| value.starts_with('"')) else { return };
    with_text(record, &[value], |record, text| {
        let text = in_data_item(text.trim());
        let is_xml = text.starts_with("<EventData") || text.starts_with("<UserData");
        is_xml && attempt(record, &format!("<Event>{text}</Event>"), "", event_xml::read_record)
    });
}

/// What the table `Event` wraps once more.
fn in_data_item(text: &str) -> &str {
    let inside = text.strip_prefix("<DataItem").and_then(|rest| rest.strip_suffix("</DataItem>"));
    inside.and_then(|rest| rest.split_once('>')).map_or(text, |(_, inside)| inside.trim())
}

/// Reads a message as what a program says.
fn said(record: &mut Record<'_>, program: &str, text: &str) -> bool {
    attempt(record, text, "", |inner| {
        payload::extract(Some(program), inner.text, inner);
        inner.payload.map(|_| ()).ok_or(NOBODY_KNOWS)
    })
}

/// Hands on the text of a message of the journal: a string, a list of bytes, or the first of several.
fn with_message(record: &mut Record<'_>, value: &str, then: impl FnOnce(&mut Record<'_>, &str) -> bool) -> bool {
    if !value.starts_with('[') {
        return with_text(record, &[value], then);
    }
    match json::member::elements(value).next() {
        Some(first) if first.starts_with('"') => with_text(record, &[first], then),
        _ => bytes(value).is_some_and(|text| then(record, &text)),
    }
}

/// The text that a list of numbers spells byte by byte.
fn bytes(list: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = json::member::elements(list).map(|number| number.parse::<u8>().ok()).collect();
    bytes.filter(|bytes| !bytes.is_empty()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Puts strings together and hands them on. The buffer is the worker's.
fn with_text(record: &mut Record<'_>, values: &[&str], then: impl FnOnce(&mut Record<'_>, &str) -> bool) -> bool {
    let mut text = mem::take(&mut record.scratch.inner);
    text.clear();
    let is_text = values.iter().all(|value| push_text(value, &mut text).is_some());
    let known = is_text && then(record, &text);
    record.scratch.inner = text;
    known
}

/// Takes the stamp of what is around a text: the first of these members that is one.
fn outer_time(record: &mut Record<'_>, object: &str, names: &[&str]) {
    for value in names.iter().filter_map(|name| member(object, name)) {
        let mut text = String::new();
        if push_text(value, &mut text).is_some()
            && let Some(stamp) = stamp::read(&text, record.zone)
        {
            record.time = stamp;
            return;
        }
    }
}

/// Changes the entries of a name among the first `count` of a record.
fn change(record: &mut Record<'_>, name: &str, count: usize, change: impl Fn(&mut Entry)) {
    for n in 0..record.scratch.entries.len().min(count) {
        let Some(entry) = record.scratch.entries.get(n).copied() else { return };
        if entry.shape == 0 && record.written(entry.name) == name {
            record.scratch.entries.get_mut(n).into_iter().for_each(&change);
        }
    }
}
