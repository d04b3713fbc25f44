//! Keeps the file within what GitHub takes: 10 MB packed, of which we use nine (design page `sarif.md` section 9).
//!
//! The file is written to a counter first. One that is larger than nine megabytes even unpacked is packed as the upload
//! would pack it, and when that is too much it loses what is least missed: log lines, then the list of files, then the
//! mildest results. What was lost is said in the file and by the program.

use super::{Log, Options};
use crate::model::Report;
use crate::report::json_text;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// Bytes of a packed file.
const PACKED: u64 = 9_000_000;

/// What a file leaves out so that it is small enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Diet {
    pub(super) no_snippets: bool,
    pub(super) no_artifacts: bool,
    /// The most results there is room for.
    pub(super) results: Option<usize>,
}

impl Diet {
    /// What was left out, in words.
    pub(super) fn words(self) -> Vec<&'static str> {
        let parts = [
            (self.no_snippets, "log lines"),
            (self.no_artifacts, "the list of files"),
            (self.results.is_some(), "the mildest results"),
        ];
        parts.into_iter().filter(|(is_out, _)| *is_out).map(|(_, what)| what).collect()
    }
}

/// The least that has to be left out.
pub(super) fn diet(report: &Report, options: &Options) -> Diet {
    diet_within(report, options, PACKED)
}

fn diet_within(report: &Report, options: &Options, most: u64) -> Diet {
    let fits = |diet: &Diet| fits(report, options, *diet, most);
    let no_snippets = Diet { no_snippets: true, ..Diet::default() };
    let no_artifacts = Diet { no_artifacts: true, ..no_snippets };
    if let Some(diet) = [Diet::default(), no_snippets, no_artifacts].into_iter().find(fits) {
        return diet;
    }
    // The largest number of results that fits, to within a hundredth of them.
    let (mut least, mut most_results) = (0, report.alerts.len());
    while most_results - least > 1 + report.alerts.len() / 100 {
        let middle = least + (most_results - least) / 2;
        let is_enough = fits(&Diet { results: Some(middle), ..no_artifacts });
        if is_enough { least = middle } else { most_results = middle }
    }
    Diet { results: Some(least), ..no_artifacts }
}

fn fits(report: &Report, options: &Options, diet: Diet, most: u64) -> bool {
    let log = Log::new(report, options, diet);
    let mut count = Counter(0);
    // A counter takes everything.
    drop(json_text::to_pages(&log, &mut count));
    if count.0 <= most {
        return true;
    }
    let mut packer = GzEncoder::new(Counter(0), Compression::default());
    drop(json_text::to_pages(&log, &mut packer));
    packer.finish().is_ok_and(|count| count.0 <= most)
}

/// Counts what is written to it.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;
    use crate::model::{Alert, Sample, SampleWriter};

    #[test]
    fn a_file_that_is_too_large_loses_what_is_least_missed_first() {
        let mut report = sample::report();
        // The one with log lines, many times.
        let loud = report.alerts.get(2).cloned().expect("the sample has it");
        // Each line is its own, so that packing cannot save it.
        let line = |n: u64| SampleWriter::new(Some(&format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))).text();
        let samples = |n| loud.samples.iter().map(|sample| Sample { text: line(n), ..sample.clone() }).collect();
        let alert = |n| Alert { fingerprint: format!("{n:016x}"), samples: samples(n), ..loud.clone() };
        report.alerts = (0..300).map(alert).collect();
        let options = Options::default();
        let packed = |diet| {
            let mut packer = GzEncoder::new(Counter(0), Compression::default());
            json_text::to_pages(&Log::new(&report, &options, diet), &mut packer).expect("a counter takes everything");
            packer.finish().expect("a counter takes everything").0
        };
        let whole = packed(Diet::default());
        assert_eq!(diet_within(&report, &options, whole), Diet::default());
        let lines = Diet { no_snippets: true, ..Diet::default() };
        assert_eq!(diet_within(&report, &options, whole - 1), lines);
        let files = Diet { no_artifacts: true, ..lines };
        assert_eq!(diet_within(&report, &options, packed(lines) - 1), files);
        let fewer = diet_within(&report, &options, packed(files) - 1);
        assert!(fewer.results.is_some_and(|n| n < 300) && packed(fewer) < packed(files), "{fewer:?}");
        assert_eq!(fewer.words(), ["log lines", "the list of files", "the mildest results"]);
    }
}
