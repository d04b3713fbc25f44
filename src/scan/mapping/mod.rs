//! Mappings of the user's own (`--mapping`, `mappings:`): read, put in order, and tried on the samples they bring along.
//!
//! `docs/formats.md` says what a file may hold. Of several mappings those of the lower `order` go first, of these the ones
//! that state more of a log source, of these the ones that stand first. Nothing is scanned with a file that has a mistake:
//! it would lead rules astray in silence.

mod file;
mod path;
mod samples;

use super::SetupError;
use crate::config::ConfigError;
use crate::model::show;
use crate::taxonomy::{Mapping, Senseless, Taxonomy};
use file::{File, Placed};
use std::cmp::Reverse;
use std::path::PathBuf;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mistake {
    line: u64,
    why: String,
}

/// What is known, with the mappings of these files beside it.
pub(super) fn taxonomy(known: &Taxonomy, paths: &[PathBuf]) -> Result<Taxonomy, SetupError> {
    if paths.is_empty() {
        return Ok(known.clone());
    }
    let mut files = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path)
            .map_err(|why| ConfigError::Unreadable { path: path.clone(), why: show::why(&why) })?;
        files.push(file::read(&text).map_err(|mistake| refused(path.clone(), mistake))?);
    }
    put_together(known, &files).map_err(|(n, mistake)| refused(paths.get(n).cloned().unwrap_or_default(), mistake))
}

fn refused(path: PathBuf, Mistake { line, why }: Mistake) -> SetupError {
    SetupError::Mapping { path, line, why }
}

/// Adds what the files say, and tries their samples; a mistake comes with the number of its file.
fn put_together(known: &Taxonomy, files: &[File]) -> Result<Taxonomy, (usize, Mistake)> {
    let mut all: Vec<(usize, &Placed)> = Vec::new();
    for (n, file) in files.iter().enumerate() {
        all.extend(file.mappings.iter().map(|placed| (n, placed)));
    }
    all.sort_by_key(|(_, placed)| (placed.order, Reverse(words(&placed.mapping))));
    let mappings = all.iter().map(|(_, placed)| placed.mapping.clone()).collect();
    let taxonomy = known.with(mappings).map_err(|(at, why)| {
        let (n, line) = all.get(at).map_or((0, 1), |(n, placed)| (*n, placed.line));
        let why = match why {
            Senseless::Nobodys => "no record has this log source; say with `when` which records should",
            Senseless::TooMany => "there are too many products, categories and services; leave some out",
            Senseless::Stamp => "`timestamp` cannot be mapped: stamps are found by the format; leave it out",
        };
        (n, Mistake { line, why: why.to_owned() })
    })?;
    for (n, file) in files.iter().enumerate() {
        samples::check(&taxonomy, &file.samples).map_err(|mistake| (n, mistake))?;
    }
    Ok(taxonomy)
}

/// How much of a log source is stated.
fn words(mapping: &Mapping) -> usize {
    let source = &mapping.logsource;
    [&source.product, &source.category, &source.service].into_iter().flatten().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mistake of a file, `line: why`, or nothing.
    fn told(text: &str) -> String {
        let file = file::read(text);
        let result = file.and_then(|file| put_together(&Taxonomy::load(), &[file]).map_err(|(_, mistake)| mistake));
        result.map_or_else(|mistake| format!("{}: {}", mistake.line, mistake.why), |_| String::new())
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        let told = told(text);
        assert!(told.contains(want) && told.is_empty() == want.is_empty(), "{text}\n{told}");
    }

    const ACME: &str = "\
mappings:
  - logsource: {product: acme, category: firewall}
    when: {vendor: [Acme, 'acme *'], id: any}
    fields:
      src_ip: ['$.net.peers[0]', $.client.addr]
      CommandLine: typed
      user: $.who[*].name
samples:
  - record: {vendor: acme gate, id: 7, net: {peers: [10.0.0.1, 10.0.0.2]}, typed: ls -l, who: [{name: eve}]}
    fields: {src_ip: 10.0.0.1, CommandLine: ls -l, command_line: ls -l, user: eve, dst_ip: null}
  - record: '{\"vendor\":\"Acme\",\"id\":1,\"client\":{\"addr\":\"10.0.0.9\"}}'
    fields: {src_ip: [10.0.0.9], CommandLine: []}
  - record: {vendor: other, id: 7, typed: ls}
    fields: {CommandLine: null, command_line: null}
";

    #[test]
    fn fields_stand_where_the_file_says_in_records_it_is_about() {
        check(ACME, "");
    }

    #[test]
    fn samples_that_give_something_else_are_told_with_their_line() {
        check(&ACME.replace("user: eve,", "user: bob,"), "9: sample 1: `user` should be \"bob\", and is \"eve\"");
        check(&ACME.replace("dst_ip: null", "dst_ip: 10.0.0.2"), "and is nothing");
        check("samples:\n  - {record: '{', format: jsonl, fields: {user: x}}\n", "2: sample 1: the record is not read");
        check("samples:\n  - {record: x, format: jsnl, fields: {user: x}}\n", "no format is called \"jsnl\"");
    }

    #[test]
    fn lines_of_text_are_samples_too() {
        check(
            "mappings:\n  - logsource: {product: linux}\n    fields: {tty: procid}\nsamples:\n  - record: 'Mar  2 \
             09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2'\n    format: \
             syslog\n    fields: {tty: 77, user: root, action: login}\n",
            "",
        );
    }

    #[test]
    fn what_is_lower_or_says_more_goes_first() {
        let rows = "\
mappings:
  - {fields: {user: a}}
  - {logsource: {product: acme}, when: {v: x}, fields: {user: b}}
  - {logsource: {product: acme, service: s}, when: {v: x}, fields: {user: c}}
samples:
";
        check(&format!("{rows}  - {{record: {{a: 1, b: 2, c: 3}}, fields: {{user: 1}}}}\n"), "");
        check(&format!("{rows}  - {{record: {{v: x, a: 1, b: 2, c: 3}}, fields: {{user: 3}}}}\n"), "");
        check(&format!("{rows}  - {{record: {{v: x, a: 1, b: 2}}, fields: {{user: 2}}}}\n"), "");
        let low = file::read("order: -1\nmappings: [{fields: {user: a}}]\n").expect("it is right");
        let high = file::read(&format!("{rows}  - {{record: {{v: x, a: 1, c: 3}}, fields: {{user: 1}}}}\n"));
        assert!(put_together(&Taxonomy::load(), &[high.expect("it is right"), low]).is_ok());
    }

    #[test]
    fn configurations_of_sigma_go_are_read() {
        let sigma_go = "\
title: Our gate
order: 20
backends: [logsentry]
logsources:
  gate:
    product: acme
    conditions: {vendor: acme}
    index: [gate-*]
  windows: {product: windows, category: process_creation}
fieldmappings:
  Image: [$.proc.path, exe]
  SourceIp: $.peer
samples:
  - record: {vendor: acme, proc: {path: /bin/sh}, peer: 10.0.0.1}
    fields: {Image: /bin/sh, process_path: /bin/sh, process: sh, src_ip: 10.0.0.1}
  - record: {proc: {path: /bin/sh}}
    fields: {Image: null}
";
        check(sigma_go, "");
        check(&sigma_go.replace("conditions: {vendor", "conditions: {vendor|contains"), "7: conditions of plain names");
        check(
            "fieldmappings: {Image: started}\nsamples: [{record: {started: /x/y}, fields: {process_path: /x/y}}]\n",
            "",
        );
    }

    #[test]
    fn mistakes_name_their_line_and_the_way_out() {
        for (text, want) in [
            ("mappings:\n  - {logsource: {product: nobody}, fields: {user: a}}\n", "2: no record has this log source"),
            ("mappings:\n  - fields: {timestamp: t}\n", "2: `timestamp` cannot be mapped"),
            ("mappings:\n  - fields:\n      user: $.a[0].b\n", "3: `$.a[0].b`: a number may stand at the end only"),
            ("mappings:\n  - fields: {user: $..a}\n", "`$..a`: a name is expected"),
            ("mappings:\n  - fields: {user: '$.a[?x]'}\n", "`$.a[?x]`: "),
            ("mappings:\n  - fields: {user: {a: b}}\n", "2: a name, a path or a list of them is expected, not a map"),
            ("mappings:\n  - {}\n", "2: `fields` is missing"),
            ("mapings: []\n", "1: `mapings` is no key here; use title, "),
            ("mappings:\n  - fields: {user: a}\n    fields: {user: b}\n", "3: `fields` stands here twice"),
            ("logsources: {a: {product: x, rewrite: {}}}\nfieldmappings: {a: b}\n", "1: `rewrite` is no key here"),
            ("order: soon\n", "1: `order` is a whole number"),
            ("a: [\n", "2: "),
            ("[1]\n", "1: keys are expected, not a list"),
        ] {
            check(text, want);
        }
    }
}
