//! Flow logs of AWS's virtual networks: columns between blanks, called as a header line says or in the order of version 2.
//!
//! A header is a line of names AWS documents and of nothing else; it may come again with others. The stamp `CloudWatch`
//! puts before a line is given as `ingestion_time`. Reordered columns without a header cannot be told and are refused.

use super::{Format, Head, HeaderShape, LineShape, Record, Refused, Sample, Shape, Sniffed, lines, sniff};
use crate::model::stamp::{self, Zone};
use crate::model::{Header, Quality};
use std::sync::Arc;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "aws-vpc-flow",
    summary: "flow logs of AWS virtual networks",
    spec: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 12,
    sniff: sniff_flows,
    shape: Shape::Headed(LineShape::of_text(read, 8), HeaderShape { is: is_header, read: read_header }),
};

/// What a line is made of where no header says so.
const VERSION_2: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// What versions 3 to 8 added.
static LATER: [&str; 28] = [
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "sublocation-type",
    "sublocation-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
    "ecs-cluster-arn",
    "ecs-cluster-name",
    "ecs-container-instance-arn",
    "ecs-container-instance-id",
    "ecs-container-id",
    "ecs-second-container-id",
    "ecs-service-name",
    "ecs-task-definition-arn",
    "ecs-task-arn",
    "ecs-task-id",
    "reject-reason",
    "resource-id",
    "encryption-status",
];

fn sniff_flows(head: &Head<'_>) -> Option<Sniffed> {
    let first = sniff::lines(head).next()?;
    if is_header(first.as_bytes()) {
        return Some(sniff::claim(12, 1000, "a line of names AWS gives the columns of flows", super::Learned::Nothing));
    }
    lines::sniff(head, FORMAT.name, 8, "a version, an account and an interface", |line| {
        // JSON has no columns, and is not taken apart to see that.
        !line.starts_with('{') && columns(line, &[]).is_some()
    })
}

fn is_header(line: &[u8]) -> bool {
    // Records begin with a digit or a dash.
    if !line.first().is_some_and(u8::is_ascii_lowercase) {
        return false;
    }
    let is_name = |word: &str| VERSION_2.contains(&word) || LATER.contains(&word);
    let words = std::str::from_utf8(line).ok().map(str::split_ascii_whitespace);
    words.is_some_and(|mut words| words.clone().count() >= 3 && words.all(is_name))
}

fn read_header(line: &str, header: &mut Header) {
    let columns = line.split_ascii_whitespace().map(str::to_owned).collect();
    *header = Header { format: FORMAT.name, columns, notes: Vec::new() };
}

/// The stamp before a line, and its cells, if they are as many as the names and can be what these say.
fn columns<'r>(text: &'r str, names: &[String]) -> Option<(Option<&'r str>, Vec<&'r str>)> {
    let mut cells: Vec<&str> = text.split_ascii_whitespace().take(VERSION_2.len() + LATER.len() + 1).collect();
    let is_stamp = |cell: &&str| {
        cell.contains('T') && stamp::read(cell, &Zone::default()).is_some_and(|s| s.quality == Quality::Exact)
    };
    let ingested = cells.first().copied().filter(is_stamp);
    if ingested.is_some() {
        cells.remove(0);
    }
    let at = |name: &str| {
        let place = if names.is_empty() {
            VERSION_2.iter().position(|n| *n == name)
        } else {
            names.iter().position(|n| n == name)
        };
        place.map(|n| cells.get(n).copied().unwrap_or_default())
    };
    let fits = |name: &str, test: fn(&str) -> bool| at(name).is_none_or(|cell| cell == "-" || test(cell));
    let is_number = |cell: &str| cell.bytes().all(|b| b.is_ascii_digit());
    let wanted = if names.is_empty() { VERSION_2.len() } else { names.len() };
    let is_one = cells.len() == wanted
        && fits("version", is_number)
        && fits("account-id", |cell| {
            cell == "unknown" || (cell.len() == 12 && cell.bytes().all(|b| b.is_ascii_digit()))
        })
        && (!names.is_empty() || at("interface-id").is_some_and(|cell| cell == "-" || cell.starts_with("eni-")))
        && fits("start", is_number)
        && fits("end", is_number)
        && fits("action", |cell| matches!(cell, "ACCEPT" | "REJECT"))
        && fits("log-status", |cell| matches!(cell, "OK" | "NODATA" | "SKIPDATA"));
    is_one.then_some((ingested, cells))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let header = Arc::clone(&record.scratch.header);
    let names = if header.format == FORMAT.name { header.columns.as_slice() } else { &[] };
    let Some((ingested, cells)) = columns(record.text, names) else {
        return Err(Refused { expected: "the columns of version 2 or of the header", at: 0 });
    };
    record.push_some("ingestion_time", ingested);
    for (n, cell) in cells.into_iter().enumerate() {
        if let Some(name) = names.get(n).map(String::as_str).or_else(|| VERSION_2.get(n).copied()) {
            record.push(name, cell);
        }
    }
    Ok(())
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "2 123456789010 eni-1235b8ca 203.0.113.9 192.0.2.1 20641 22 6 20 4249 1740816000 1740816060 ACCEPT OK\n\
               2 123456789010 eni-1235b8ca - - - - - - - 1740816000 1740816060 - NODATA\n",
        fields: &[
            ("version", "2"),
            ("account-id", "123456789010"),
            ("interface-id", "eni-1235b8ca"),
            ("srcaddr", "203.0.113.9"),
            ("dstport", "22"),
            ("action", "ACCEPT"),
            ("log-status", "NODATA"),
        ],
    },
    Sample {
        text: "srcaddr dstaddr action pkt-srcaddr flow-direction\n203.0.113.9 192.0.2.1 REJECT - ingress\n\
               version srcaddr start\n2025-03-01T08:00:00.000Z 5 203.0.113.8 1740816000\n",
        fields: &[
            ("action", "REJECT"),
            ("flow-direction", "ingress"),
            ("start", "1740816000"),
            ("ingestion_time", "2025-03-01T08:00:00.000Z"),
        ],
    },
];
