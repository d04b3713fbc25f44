//! Where things are: artifacts, and locations that point into them.

use super::{ROOT, bag, message, text};
use crate::model::{Counting, InputSummary, Place};
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

    /// A place in an input, with the record's text where it is text.
    pub(super) fn location(&self, place: &Place, raw: Option<&str>) -> Location {
        let start = self.start_line(place);
        let binary = self.counting(place) == Counting::Records;
        let lines = i64::from(place.lines);
        let region = Region {
            start_line: Some(start),
            end_line: (!binary && lines > 1).then(|| start.saturating_add(lines - 1)),
            snippet: raw
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
            logical_locations: binary.then(|| vec![record(self.path(place), start)]),
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

/// A record of a binary log, which has no lines.
fn record(path: &str, ordinal: i64) -> LogicalLocation {
    let file = path.rsplit('/').next().unwrap_or(path);
    LogicalLocation {
        name: Some(format!("record {ordinal}")),
        fully_qualified_name: Some(text::plain(&format!("{file}/{ordinal}"))),
        kind: Some("record".to_owned()),
        ..LogicalLocation::default()
    }
}

fn artifact(place: &Input, input: &InputSummary) -> Artifact {
    let ours = json!({"format": input.format, "events": input.books.events, "unparsed": input.books.unparsed});
    Artifact {
        location: Some(address(place)),
        length: i64::try_from(input.bytes).ok(),
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
