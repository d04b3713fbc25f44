//! Packets pf logs on pfSense and `OPNsense`: values between commas, their order by IP version and protocol.
//!
//! Written down in pfSense's documentation ("Raw Filter Log Format"). Columns are called what that page calls them, without
//! blanks.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "filterlog", programs: &["filterlog"], prefixes: &[], samples: SAMPLES, extract };

const COMMON: [&str; 9] =
    ["rulenr", "subrulenr", "anchor", "tracker", "interface", "reason", "action", "dir", "ipversion"];
const IPV4: [&str; 11] = ["tos", "ecn", "ttl", "id", "offset", "flags", "protoid", "proto", "length", "src", "dst"];
const IPV6: [&str; 8] = ["class", "flowlabel", "hoplimit", "proto", "protoid", "length", "src", "dst"];
const TCP: [&str; 9] = ["srcport", "dstport", "datalen", "tcpflags", "seq", "ack", "window", "urg", "options"];
const UDP: [&str; 3] = ["srcport", "dstport", "datalen"];
const CARP: [&str; 6] = ["carptype", "carpttl", "vhid", "version", "advbase", "advskew"];

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let cells = || message.split(',').map(str::trim);
    let cell = |n: usize| cells().nth(n);
    let version: &[&str] = match cell(8)? {
        "4" => &IPV4,
        "6" => &IPV6,
        _ => return None,
    };
    let proto = version.iter().position(|name| *name == "proto").and_then(|n| cell(COMMON.len() + n))?;
    let behind = COMMON.len() + version.len();
    let action = cell(6)?;
    if cells().count() < behind {
        return None;
    }
    let protocol: &[&str] = match proto.to_ascii_lowercase().as_str() {
        "tcp" => &TCP,
        "udp" | "udplite" => &UDP,
        "carp" => &CARP,
        "icmp" => icmp(cell(behind).unwrap_or_default()),
        _ => &[],
    };
    let names = COMMON.iter().chain(version).chain(protocol);
    for (name, value) in names.zip(cells()) {
        record.push(name, value);
    }
    let name = match action {
        "block" | "reject" => "blocked",
        "pass" => "allowed",
        _ => "logged",
    };
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// What follows the type of an ICMP packet depends on it.
fn icmp(kind: &str) -> &'static [&'static str] {
    match kind {
        "request" | "reply" | "tstamp" => &["icmptype", "icmpid", "icmpseq"],
        "unreachport" => &["icmptype", "icmpdst", "icmpproto", "icmpport"],
        "unreachproto" => &["icmptype", "icmpdst", "icmpproto"],
        "needfrag" => &["icmptype", "icmpdst", "icmpmtu"],
        "tstampreply" => &["icmptype", "icmpid", "icmpseq", "icmpotime", "icmprtime", "icmpttime"],
        _ => &["icmptype", "icmpdescription"],
    }
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "5,,,1000000103,igb1,match,block,in,4,0x0,,48,21444,0,DF,6,tcp,60,203.0.113.9,192.0.2.7,40022,22,0,S,2136174871,,64240,,mss;sackOK",
        sentence: "blocked",
        fields: &[
            ("rulenr", "5"),
            ("subrulenr", ""),
            ("anchor", ""),
            ("tracker", "1000000103"),
            ("interface", "igb1"),
            ("reason", "match"),
            ("action", "block"),
            ("dir", "in"),
            ("ipversion", "4"),
            ("tos", "0x0"),
            ("ecn", ""),
            ("ttl", "48"),
            ("id", "21444"),
            ("offset", "0"),
            ("flags", "DF"),
            ("protoid", "6"),
            ("proto", "tcp"),
            ("length", "60"),
            ("src", "203.0.113.9"),
            ("dst", "192.0.2.7"),
            ("srcport", "40022"),
            ("dstport", "22"),
            ("datalen", "0"),
            ("tcpflags", "S"),
            ("seq", "2136174871"),
            ("ack", ""),
            ("window", "64240"),
            ("urg", ""),
            ("options", "mss;sackOK"),
        ],
    },
    PayloadSample {
        text: "7,,,1000002765,em1,match,pass,out,6,0x00,0x6b8b4,255,UDP,17,151,2001:db8::7,ff02::fb,5353,5353,151",
        sentence: "allowed",
        fields: &[
            ("rulenr", "7"),
            ("subrulenr", ""),
            ("anchor", ""),
            ("tracker", "1000002765"),
            ("interface", "em1"),
            ("reason", "match"),
            ("action", "pass"),
            ("dir", "out"),
            ("ipversion", "6"),
            ("class", "0x00"),
            ("flowlabel", "0x6b8b4"),
            ("hoplimit", "255"),
            ("proto", "UDP"),
            ("protoid", "17"),
            ("length", "151"),
            ("src", "2001:db8::7"),
            ("dst", "ff02::fb"),
            ("srcport", "5353"),
            ("dstport", "5353"),
            ("datalen", "151"),
        ],
    },
    PayloadSample {
        text: "9,,,0,em0,match,rdr,in,4,0x0,,64,1,0,none,1,icmp,84,203.0.113.9,192.0.2.7,request,4711,1",
        sentence: "logged",
        fields: &[
            ("rulenr", "9"),
            ("subrulenr", ""),
            ("anchor", ""),
            ("tracker", "0"),
            ("interface", "em0"),
            ("reason", "match"),
            ("action", "rdr"),
            ("dir", "in"),
            ("ipversion", "4"),
            ("tos", "0x0"),
            ("ecn", ""),
            ("ttl", "64"),
            ("id", "1"),
            ("offset", "0"),
            ("flags", "none"),
            ("protoid", "1"),
            ("proto", "icmp"),
            ("length", "84"),
            ("src", "203.0.113.9"),
            ("dst", "192.0.2.7"),
            ("icmptype", "request"),
            ("icmpid", "4711"),
            ("icmpseq", "1"),
        ],
    },
];
