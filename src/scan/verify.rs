//! `verify`: whether the inputs of a report are still the ones it tells of.
//!
//! Our JSON report has the size and SHA-256 of every input as stored. Both are taken again, where the report's paths
//! lead: below the root they are shown relative to, or where a rewritten prefix came from. Members of an archive answer
//! through the row of their archive. The report itself is taken at its word: who must show that nobody changed it keeps
//! its own hash elsewhere.

use super::{SetupError, inputs};
use crate::config::Config;
use crate::model::{limits, show};
use crate::source::{self, Found, Place};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

/// The shape of the reports that are read.
const SCHEMA: &str = "logsentry-report/1";

/// What became of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Size and hash are those of the report.
    Same,
    /// They are not; in words.
    Changed(String),
    /// It is not where the report's path leads; in words.
    Missing(String),
    /// There is nothing to compare: the report has no hash, or the file cannot be read. In words.
    NotHashed(String),
}

/// An input of a report, looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    /// As the report calls it.
    pub(crate) path: String,
    /// The archive it is in, if that answers for it.
    pub(crate) through: Option<String>,
    /// What became of it.
    pub(crate) fate: Fate,
}

/// What is read of a report. Its other keys say nothing here.
#[derive(Deserialize)]
struct Document {
    schema: Option<String>,
    inputs: Option<Vec<Input>>,
}

#[derive(Deserialize)]
struct Input {
    path: String,
    bytes: u64,
    sha256: Option<String>,
}

/// Looks at all inputs of a report again, in its order.
pub(crate) fn verify(report: &Path, config: &Config, directory: &Path) -> Result<Vec<Verified>, SetupError> {
    let inputs = read(report)?;
    let root = inputs::root(config, directory);
    let rows: HashSet<&str> = inputs.iter().map(|input| input.path.as_str()).collect();
    let archives: Vec<Option<&str>> = inputs.iter().map(|input| archive(&input.path, &rows)).collect();
    let own: Vec<Option<Fate>> = (inputs.par_iter().zip(&archives))
        .map(|(input, archive)| archive.is_none().then(|| fate(input, &root, &config.path_rewrites)))
        .collect();
    let of =
        |path: &str| inputs.iter().zip(&own).find(|(input, _)| input.path == path).and_then(|(_, fate)| fate.clone());
    // Members follow their archive in a report, and there may be many of them.
    let mut last: Option<(&str, Fate)> = None;
    let mut verified = Vec::with_capacity(inputs.len());
    for ((input, archive), fate) in inputs.iter().zip(&archives).zip(&own) {
        if let Some(archive) = archive
            && last.as_ref().is_none_or(|(path, _)| path != archive)
        {
            last = of(archive).map(|fate| (*archive, fate));
        }
        let fate = fate.clone().or_else(|| last.as_ref().map(|(_, fate)| fate.clone()));
        let fate = fate.expect("an archive is no member, so it has a fate of its own");
        verified.push(Verified { path: input.path.clone(), through: archive.map(str::to_owned), fate });
    }
    Ok(verified)
}

fn read(report: &Path) -> Result<Vec<Input>, SetupError> {
    let refused = |why: String| SetupError::Report { path: report.display().to_string(), why };
    let unreadable = |error| refused(format!("cannot be read: {}", show::why(&error)));
    let file = File::open(report).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?;
    if length.is_dir() || length.len() > limits::BASELINE_BYTES {
        return Err(refused(format!("is a directory or has more than {} bytes", limits::BASELINE_BYTES)));
    }
    let document: Result<Document, _> = serde_json::from_reader(BufReader::new(file.take(limits::BASELINE_BYTES)));
    match document.map_err(|error| refused(error.to_string()))? {
        Document { schema: Some(schema), inputs: Some(inputs) } if schema == SCHEMA => Ok(inputs),
        Document { schema: Some(schema), .. } if schema != SCHEMA => Err(refused(format!("its schema is {schema:?}"))),
        Document { schema: Some(_), .. } => Err(refused("it lists no inputs".to_owned())),
        Document { schema: None, .. } => Err(refused("it names no schema".to_owned())),
    }
}

/// The outermost archive a member stands in: a row of the report of its own.
fn archive<'p>(path: &'p str, rows: &HashSet<&str>) -> Option<&'p str> {
    path.match_indices("!/").filter_map(|(at, _)| path.get(..at)).find(|archive| rows.contains(archive))
}

fn fate(input: &Input, root: &Path, rewrites: &[(String, String)]) -> Fate {
    let Some(want) = &input.sha256 else { return Fate::NotHashed("the report has no hash of it".to_owned()) };
    // No scan shows such a path: who wrote the report wants something else to be read.
    if !Path::new(&input.path).components().all(|part| matches!(part, Component::Normal(_))) {
        return Fate::Missing("the path leads out of the root".to_owned());
    }
    let Some(path) = places(&input.path, root, rewrites).into_iter().find(|path| path.is_file()) else {
        return Fate::Missing("no such file; --root says where the paths of the report begin".to_owned());
    };
    let found = Found { place: Place::File(path), shown: input.path.clone(), named: true, promised: 0 };
    match source::digest(&found, true) {
        Err(error) => Fate::NotHashed(format!("cannot be read: {}", show::why(&error))),
        Ok((bytes, _)) if bytes != input.bytes => Fate::Changed(format!("{bytes} bytes instead of {}", input.bytes)),
        Ok((_, Some(sum))) if sum == *want => Fate::Same,
        Ok((_, sum)) => Fate::Changed(format!("SHA-256 {} instead of {want}", sum.unwrap_or_default())),
    }
}

/// Where a shown path may lead: to what was rewritten, then below the root; as it is spelt, then with bytes that are no
/// text.
fn places(shown: &str, root: &Path, rewrites: &[(String, String)]) -> Vec<PathBuf> {
    let rewritten = rewrites.iter().filter_map(|(from, to)| {
        let rest = shown.strip_prefix(to.trim_start_matches('/'))?;
        let start = if to.is_empty() || to == "/" { from.clone() } else { from.trim_end_matches('/').to_owned() };
        let gap = if to.ends_with('/') && !rest.is_empty() && !start.ends_with('/') { "/" } else { "" };
        Some(format!("{start}{gap}{rest}"))
    });
    let rewritten: Vec<PathBuf> =
        rewritten.flat_map(|path| [Some(path.clone().into()), source::unspelt(&path)]).flatten().collect();
    let below = [Some(root.join(shown)), source::unspelt(shown).map(|path| root.join(path))];
    rewritten.into_iter().chain(below.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_answer_through_the_outermost_archive_of_the_report() {
        let rows = HashSet::from(["a.zip", "a.zip!/b.tar", "odd!/x.log"]);
        for (path, want) in [
            ("a.zip", None),
            ("a.zip!/x", Some("a.zip")),
            ("a.zip!/b.tar!/y", Some("a.zip")),
            ("odd!/x.log", None),
            ("odd!/x.log!/z", Some("odd!/x.log")),
        ] {
            assert_eq!(archive(path, &rows), want, "{path}");
        }
    }

    #[test]
    fn rewritten_prefixes_lead_back() {
        for (from, to, shown, want) in [
            ("/mnt/case/", "case/", "case/x.log", "/mnt/case/x.log"),
            ("/mnt/case", "case", "case/x.log", "/mnt/case/x.log"),
            ("/mnt/case/", "", "x.log", "/mnt/case/x.log"),
        ] {
            let places = places(shown, Path::new("/r"), &[(from.to_owned(), to.to_owned())]);
            assert_eq!(places, [PathBuf::from(want), Path::new("/r").join(shown)]);
        }
    }
}
