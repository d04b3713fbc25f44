//! Where things are: artifacts, and locations that point into them.

use super::{ROOT, bag, message, text};
use crate::model::{Columns, Counting, InputSummary, Place, SampleText};
use serde_json::json;
use serde_sarif::sarif::{
    Artifact, ArtifactContent, ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region,
};
use std::collections::BTreeMap;

/// More files than this are not listed: their results still have an address, only no index.
pub(super) const ARTIFACTS: usize = 1_000;

/// What one place needs to know of its input.
struct Input {
    uri: String,
    path: String,
    counting: Counting,
    index: Option<i64>,
}

/// The addresses of all inputs, in the order of the report's inputs.
pub(super) struct Places(Vec<Input>);

impl Places {
    /// The first `listed` files, by address, become artifacts.
    pub(super) fn new(inputs: &[InputSummary], listed: usize) -> Places {
        let mut places: Vec<Input> = inputs
            .iter()
            .map(|input| Input {
                uri: text::uri(&input.path),
                path: input.path.clone(),
                counting: input.counting,
                index: None,
            })
            .collect();
        for (index, at) in (0i64..).zip(order(&places).into_iter().take(listed)) {
            if let Some(place) = places.get_mut(at) {
                place.index = Some(index);
            }
        }
        Places(places)
    }

    /// The list of artifacts, sorted by address.
    pub(super) fn artifacts(&self, inputs: &[InputSummary]) -> Vec<Artifact> {
        let is_listed = |at: &usize| self.0.get(*at).is_some_and(|input| input.index.is_some());
        let listed = order(&self.0).into_iter().filter(is_listed);
        listed.filter_map(|at| Some(artifact(self.0.get(at)?, inputs.get(at)?))).collect()
    }

    /// The address of a place.
    pub(super) fn uri(&self, place: &Place) -> &str {
        self.input(place).map_or("", |input| input.uri.as_str())
    }

    /// The number GitHub sorts and shows a place by.
    pub(super) fn start_line(&self, place: &Place) -> i64 {
        let records = self.counting(place) == Counting::Records;
        i64::try_from(if records { place.record } else { place.line }).unwrap_or(i64::MAX).max(1)
    }

    pub(super) fn counting(&self, place: &Place) -> Counting {
        self.input(place).map_or(Counting::Lines, |input| input.counting)
    }

    /// The path as people see it.
    pub(super) fn path(&self, place: &Place) -> &str {
        self.input(place).map_or("", |input| input.path.as_str())
    }

    /// A place in an input. `text` is what is known of the record, `shown` what of it may be shown.
    pub(super) fn location(&self, place: &Place, text: &SampleText, shown: Option<&str>) -> Location {
        let start = self.start_line(place);
        let binary = self.counting(place) == Counting::Records;
        let lines = i64::from(place.lines);
        let columns = Some(place.columns).filter(|columns| !binary && *columns != Columns::default());
        let region = Region {
            start_line: Some(start),
            start_column: columns.map(|columns| i64::from(columns.start)),
            end_line: (!binary).then(|| start.saturating_add(lines.max(1) - 1)),
            end_column: columns.map(|columns| i64::from(columns.end)),
            snippet: shown
                .filter(|_| !binary)
                .map(|raw| ArtifactContent { text: Some(text::snippet(raw)), ..ArtifactContent::default() }),
            ..Region::default()
        };
        Location {
            physical_location: Some(PhysicalLocation {
                artifact_location: self.input(place).map(address),
                region: Some(region),
                ..PhysicalLocation::default()
            }),
            logical_locations: binary.then(|| vec![record(self.path(place), start, text)]),
            ..Location::default()
        }
    }

    /// Lines of the input shown under `path`, as far as it is one.
    pub(super) fn lines(&self, path: &str, lines: &[u64]) -> Option<Vec<Location>> {
        let input = self.0.iter().find(|input| input.path == path)?;
        let at = |line: Option<&u64>| Location {
            physical_location: Some(PhysicalLocation {
                artifact_location: Some(address(input)),
                region: line.map(|line| Region { start_line: i64::try_from(*line).ok(), ..Region::default() }),
                ..PhysicalLocation::default()
            }),
            ..Location::default()
        };
        Some(if lines.is_empty() { vec![at(None)] } else { lines.iter().map(|line| at(Some(line))).collect() })
    }

    fn input(&self, place: &Place) -> Option<&Input> {
        self.0.get(place.source.0 as usize)
    }
}

/// Positions of the inputs, by address.
fn order(inputs: &[Input]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_by_key(|at| inputs.get(*at).map(|input| &input.uri));
    order
}

fn address(input: &Input) -> ArtifactLocation {
    ArtifactLocation {
        uri: Some(input.uri.clone()),
        uri_base_id: Some(ROOT.to_owned()),
        index: input.index,
        ..ArtifactLocation::default()
    }
}

/// A record of a binary log, which has no lines: by the number the log gave it, or by its position.
fn record(path: &str, ordinal: i64, text: &SampleText) -> LogicalLocation {
    let file = path.rsplit('/').next().unwrap_or(path);
    let (name, number) = match record_id(text) {
        Some(id) => (format!("EventRecordID {id}"), id.to_string()),
        None => (format!("record {ordinal}"), ordinal.to_string()),
    };
    LogicalLocation {
        name: Some(name),
        fully_qualified_name: Some(text::plain(&format!("{file}/{number}"))),
        kind: Some("record".to_owned()),
        ..LogicalLocation::default()
    }
}

/// The number a Windows log gave a record, as far as the record was kept.
pub(super) fn record_id(text: &SampleText) -> Option<u64> {
    system(text, "EventRecordID")?.parse().ok()
}

/// The channel of a Windows record.
pub(super) fn channel(text: &SampleText) -> Option<&str> {
    system(text, "Channel").filter(|channel| !channel.is_empty())
}

/// What an element of a record's `System` holds. The record is XML as our own reader writes it.
fn system<'t>(text: &'t SampleText, element: &str) -> Option<&'t str> {
    let (_, system) = text.raw()?.split_once("<System>")?;
    let system = system.split("</System>").next()?;
    let (_, held) = system.split_once(&format!("<{element}>"))?;
    held.split_once('<').map(|(held, _)| held)
}

fn artifact(place: &Input, input: &InputSummary) -> Artifact {
    let ours = json!({"format": input.format, "events": input.books.events, "unparsed": input.books.unparsed});
    Artifact {
        location: Some(address(place)),
        length: i64::try_from(input.bytes).ok(),
        encoding: input.encoding.map(str::to_owned),
        hashes: input.sha256.as_ref().map(|sum| BTreeMap::from([("sha-256".to_owned(), sum.clone())])),
        roles: Some(vec![json!("analysisTarget")]),
        properties: Some(bag(ours)),
        ..Artifact::default()
    }
}

/// A location with a number, for links in the message, and a word on what happened there.
pub(super) fn numbered(mut location: Location, id: Option<usize>, what: String) -> Location {
    location.id = id.and_then(|id| i64::try_from(id).ok());
    location.message = Some(message(what));
    location
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SampleWriter, SourceId};

    fn places(counting: Counting) -> Places {
        let path = "case/Security.evtx".to_owned();
        Places::new(&[InputSummary { path, counting, ..InputSummary::default() }], ARTIFACTS)
    }

    fn location(counting: Counting, place: Place, raw: &str) -> serde_json::Value {
        let text = SampleWriter::new(Some(raw)).text();
        serde_json::to_value(places(counting).location(&place, &text, Some(raw))).expect("it is JSON")
    }

    fn place(lines: u32, start: u32, end: u32) -> Place {
        Place { source: SourceId(0), line: 7, record: 3, lines, columns: Columns { start, end } }
    }

    #[test]
    fn text_is_a_region_from_its_first_character_to_behind_its_last() {
        let cases = [
            (Counting::Lines, place(1, 1, 4), json!([7, 1, 7, 4])),
            (Counting::Lines, place(3, 1, 9), json!([7, 1, 9, 9])),
            (Counting::Elements, place(1, 4_000, 4_020), json!([7, 4_000, 7, 4_020])),
            (Counting::Lines, place(2, 0, 0), json!([7, null, 8, null])),
            (Counting::Records, place(1, 1, 4), json!([3, null, null, null])),
        ];
        for (counting, place, want) in cases {
            let region = &location(counting, place, "abc")["physicalLocation"]["region"];
            let got = ["startLine", "startColumn", "endLine", "endColumn"].map(|key| region[key].clone());
            assert_eq!(json!(got), want);
            assert_eq!(region["snippet"]["text"] == "abc", counting != Counting::Records);
        }
    }

    #[test]
    fn a_record_of_a_binary_log_is_called_by_the_number_the_log_gave_it() {
        let system = |inside: &str| format!("<Event><System>{inside}</System><EventData></EventData></Event>");
        let cases = [
            (system("<EventRecordID>88123</EventRecordID>"), "EventRecordID 88123", "Security.evtx/88123"),
            (system("<EventRecordID>x</EventRecordID>"), "record 3", "Security.evtx/3"),
            ("<Event><EventRecordID>5</EventRecordID></Event>".to_owned(), "record 3", "Security.evtx/3"),
            (system("") + "<EventRecordID>5</EventRecordID>", "record 3", "Security.evtx/3"),
            ("<System><EventRecordID>5".to_owned(), "record 3", "Security.evtx/3"),
        ];
        for (raw, name, full) in cases {
            let place = &location(Counting::Records, place(1, 0, 0), &raw)["logicalLocations"][0];
            assert_eq!((&place["name"], &place["fullyQualifiedName"]), (&json!(name), &json!(full)));
        }
    }

    #[test]
    fn a_record_tells_its_channel() {
        let raw = "<Event><System><Channel>Microsoft-Windows-Sysmon/Operational</Channel></System></Event>";
        let text = SampleWriter::new(Some(raw)).text();
        assert_eq!(channel(&text), Some("Microsoft-Windows-Sysmon/Operational"));
        assert_eq!((channel(&SampleText::none()), record_id(&SampleText::none())), (None, None));
    }
}
