//! The streams: `--format matches` (design page `report.md` section 5) and `logsentry events` (the contract in the
//! design index), written while the scan runs.
//!
//! Nothing is kept from line to line. The summary of `matches` comes last, from the finished report.

use super::jsonl::SummaryLine;
use super::match_line::MatchWriter;
use super::shape::LogSourceShape;
use super::{Where, json_text};
use crate::model::{Datum, EventLine, InputSummary, Line, LineSink, Report, RuleInfo};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};
use std::sync::Arc;

/// Writes matches and bursts, one a line.
pub(crate) struct MatchLines<W> {
    out: W,
    rules: Arc<[RuleInfo]>,
    matches: MatchWriter,
}

impl<W: Write> MatchLines<W> {
    /// `rules` are all loaded rules, as the report will list them.
    pub(crate) fn new(out: W, rules: Arc<[RuleInfo]>) -> MatchLines<W> {
        MatchLines { out, rules, matches: MatchWriter::default() }
    }

    /// Writes the last line, and gives back what was written to.
    pub(crate) fn finish(mut self, report: &Report) -> io::Result<W> {
        json_text::to_line(&SummaryLine::new(report), &mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> LineSink for MatchLines<W> {
    fn line(&mut self, line: &Line<'_>, inputs: &[InputSummary]) -> io::Result<()> {
        match line {
            Line::Match(found) => self.out.write_all(self.matches.line(found, &self.rules, inputs)),
            Line::Burst(burst) => self.out.write_all(self.matches.burst(burst, &self.rules, inputs)),
            // Records that match nothing are not this stream's business.
            Line::Event(_) | Line::Refused(..) => Ok(()),
        }
    }
}

/// Writes normalised records, one a line.
pub(crate) struct EventLines<W> {
    out: W,
}

impl<W: Write> EventLines<W> {
    /// Writes to `out`.
    pub(crate) fn new(out: W) -> EventLines<W> {
        EventLines { out }
    }

    /// Gives back what was written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> LineSink for EventLines<W> {
    fn line(&mut self, line: &Line<'_>, inputs: &[InputSummary]) -> io::Result<()> {
        match line {
            Line::Event(event) => {
                let path = Where::new(inputs, &event.place).path;
                json_text::to_line(&RecordShape { event, path }, &mut self.out)
            }
            Line::Refused(place, format, text) => {
                let refused = RefusedShape {
                    unparsed: true,
                    line: place.line,
                    lines: place.lines,
                    path: Where::new(inputs, place).path,
                    format,
                    message: text,
                };
                json_text::to_line(&refused, &mut self.out)
            }
            // Rules do not run for this stream.
            Line::Match(_) | Line::Burst(_) => Ok(()),
        }
    }
}

#[derive(Serialize)]
struct RefusedShape<'a> {
    #[serde(rename = "@unparsed")]
    unparsed: bool,
    #[serde(rename = "@line")]
    line: u64,
    #[serde(rename = "@lines")]
    lines: u32,
    #[serde(rename = "@path")]
    path: &'a str,
    #[serde(rename = "@format")]
    format: &'a str,
    message: &'a str,
}

struct RecordShape<'a> {
    event: &'a EventLine<'a>,
    path: &'a str,
}

impl Serialize for RecordShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.event;
        let nearest = &event.primary;
        let sources: Vec<LogSourceShape<'_>> = event.logsources.iter().map(LogSourceShape::new).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@line", &event.place.line)?;
        map.serialize_entry("@lines", &event.place.lines)?;
        map.serialize_entry("@path", self.path)?;
        map.serialize_entry("@format", event.format)?;
        map.serialize_entry("@payload", &event.payload)?;
        map.serialize_entry("@product", &nearest.product)?;
        map.serialize_entry("@service", &nearest.service)?;
        map.serialize_entry("@category", &nearest.category)?;
        map.serialize_entry("@logsources", &sources)?;
        map.serialize_entry("@time_quality", event.time.quality.name())?;
        if let Some(time) = event.time.rfc3339() {
            map.serialize_entry("timestamp", &time)?;
        }
        for (name, values) in event.canonical {
            map.serialize_entry(name, &ValuesShape(values))?;
        }
        map.serialize_entry("raw", &OriginalsShape(event.raw))?;
        map.end()
    }
}

struct OriginalsShape<'a>(&'a [(&'a str, Vec<Datum<'a>>)]);

impl Serialize for OriginalsShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            map.serialize_entry(name, &ValuesShape(values))?;
        }
        map.end()
    }
}

/// The values of one field: one stands alone, several are a list.
struct ValuesShape<'a>(&'a [Datum<'a>]);

impl Serialize for ValuesShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [one] => DatumShape(one).serialize(serializer),
            several => serializer.collect_seq(several.iter().map(DatumShape)),
        }
    }
}

struct DatumShape<'a>(&'a Datum<'a>);

impl Serialize for DatumShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::Number(text) => number(text, serializer),
            Datum::Bool(truth) => serializer.serialize_bool(*truth),
            Datum::Null => serializer.serialize_none(),
            Datum::Empty => serializer.serialize_str(""),
            Datum::Object(source) => serializer.serialize_str(source),
            Datum::NoItems => serializer.collect_seq(std::iter::empty::<&str>()),
        }
    }
}

/// A number where JSON can hold it without loss, else its text: `1e999` and numbers of 30 digits stay readable.
fn number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(whole) = text.parse::<i64>() {
        return serializer.serialize_i64(whole);
    }
    if let Ok(whole) = text.parse::<u64>() {
        return serializer.serialize_u64(whole);
    }
    // 15 significant digits survive a double.
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && digits <= 15 => serializer.serialize_f64(n),
        _ => serializer.serialize_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::{
        Bare, Burst, FieldsWriter, LogSource, Match, Matches, Place, RuleId, Sample, SourceId, Stamp, Time,
    };

    #[test]
    fn matches_and_bursts_are_lines_and_the_summary_is_the_last() {
        let report = sample::report();
        let mut lines = MatchLines::new(Vec::new(), report.rules.clone());
        let alert =
            report.alerts.iter().find(|a| a.samples.iter().any(|s| s.text.raw().is_some())).expect("one has raw lines");
        let shown = alert.samples.first().expect("it has samples");
        let [entity] = alert.entity.as_slice() else { panic!("a detection is about one field") };
        let bare = Bare {
            place: shown.place,
            time: shown.time,
            rule: shown.rule,
            feeds: [RuleId(0)].into(),
            reported: true,
            entries: Box::default(),
        };
        let mut matches = Matches::default();
        let fields = |writer: &mut FieldsWriter<'_>| {
            for (name, values) in shown.text.fields() {
                writer.name(name);
                for value in values {
                    writer.value(value);
                }
            }
        };
        matches.push(bare, fields, (&entity.field, &entity.value), None);
        let found = matches.iter().next().expect("it was added");
        let silent = Match { reported: false, feeds: &[], ..found.clone() };
        let burst = &report.alerts[0];
        let burst = Burst {
            rule: burst.rule,
            entity: burst.entity.clone(),
            place: burst.place,
            time: burst.last,
            count: burst.count,
            events: burst.samples.iter().map(|s: &Sample| (s.place, s.time, s.rule)).collect(),
            reported: true,
        };
        for line in [Line::Match(&found), Line::Match(&silent), Line::Burst(&burst)] {
            lines.line(&line, &report.inputs).expect("a vector takes everything");
        }
        let out = lines.finish(&report).expect("a vector takes everything");
        sample::compare("matches", &String::from_utf8(out).expect("JSON is UTF-8"));
    }

    #[test]
    fn a_record_is_a_line_with_its_meta_canonical_and_original_fields() {
        let report = sample::report();
        let mut lines = EventLines::new(Vec::new());
        let place = Place { source: SourceId(0), line: 812, record: 800, lines: 1, ..Place::default() };
        let sources = [LogSource { product: Some("linux".into()), category: None, service: Some("sshd".into()) }];
        let event = EventLine {
            place,
            format: "syslog-3164",
            payload: Some("sshd"),
            logsources: &sources,
            primary: sources[0].clone(),
            time: Stamp::exact(Time(1_710_382_270_500_000_000), 3),
            canonical: &[
                ("src_ip", vec![Datum::borrowed("203.0.113.9")]),
                ("src_port", vec![Datum::Number("4711".into())]),
            ],
            raw: &[
                ("rhost", vec![Datum::borrowed("203.0.113.9")]),
                ("n", vec![Datum::Number("1.50".into()), Datum::Number("123456789012345678901".into()), Datum::Null]),
                ("e", vec![Datum::Empty]),
                ("o", vec![Datum::Object("{\"a\":1}")]),
                ("l", vec![Datum::NoItems]),
                ("b", vec![Datum::Bool(true)]),
            ],
        };
        for line in [Line::Event(&event), Line::Refused(place, "json-lines", "{\"a\": \u{1b}")] {
            lines.line(&line, &report.inputs).expect("a vector takes everything");
        }
        let out = lines.finish().expect("a vector takes everything");
        sample::compare("events", &String::from_utf8(out).expect("JSON is UTF-8"));
    }
}
