//! Packets the kernel logs for netfilter's LOG target: `[prefix]IN=eth0 OUT= MAC=... SRC=... DST=... PROTO=TCP ...`.
//!
//! Written down in the kernel's `nf_log_syslog.c`. The prefix is whatever the rule's author chose (UFW, Shorewall
//! and `SuSEfirewall2` choose it themselves); a verdict is only told by a word in it. Of a packet inside an ICMP
//! error, which stands in brackets, nothing is taken.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "netfilter",
    programs: &["kernel", "ulogd"],
    prefixes: &["IN=", "[UFW "],
    samples: SAMPLES,
    extract,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = without_uptime(message);
    let start = packet_start(message)?;
    let (prefix, packet) = message.split_at_checked(start)?;
    let prefix = prefix.trim_matches([' ', ':']);
    let prefix = prefix.strip_prefix('[').and_then(|p| p.strip_suffix(']')).unwrap_or(prefix);
    if !prefix.is_empty() {
        record.push("prefix", prefix);
    }
    for word in packet.split_ascii_whitespace() {
        if word.starts_with('[') {
            break;
        }
        match word.split_once('=') {
            Some((key, value)) => record.push(key, value),
            None => record.push("flags", word),
        }
    }
    Some(Sentence { payload: PAYLOAD.name, name: verdict(prefix) })
}

/// Takes off `[  203.842973] `, the time since the machine started.
fn without_uptime(message: &str) -> &str {
    let uptime = message.strip_prefix('[').and_then(|m| m.split_once(']'));
    match uptime {
        Some((time, rest)) if time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'.')) => rest.trim_start(),
        _ => message,
    }
}

/// Where `IN=` stands, if `OUT=` is the next word. Prefixes may end without a blank (`...:DROP:IN=eth0`).
fn packet_start(message: &str) -> Option<usize> {
    let mut words = message.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        if words.peek().is_none_or(|next| !next.starts_with("OUT=")) {
            continue;
        }
        let in_word = word.match_indices("IN=").map(|(at, _)| at).find(|at| {
            let before = word.get(..*at).and_then(|w| w.chars().next_back());
            before.is_none_or(|c| !c.is_ascii_alphanumeric())
        });
        if let Some(at) = in_word {
            return (word.as_ptr().addr() - message.as_ptr().addr()).checked_add(at);
        }
    }
    None
}

/// What the words of a prefix say about the packet.
fn verdict(prefix: &str) -> &'static str {
    let prefix = prefix.to_ascii_uppercase();
    let holds = |words: &[&str]| words.iter().any(|w| prefix.contains(w));
    let is_ban = prefix.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "BAN" | "BANNED"));
    if is_ban || holds(&["BLOCK", "DROP", "REJECT", "DENY", "DENIED"]) {
        "blocked"
    } else if holds(&["ACCEPT", "ALLOW", "PASS", "AUDIT"]) {
        "allowed"
    } else {
        "logged"
    }
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "[  203.842973] IPTABLES-DROP: IN=lo OUT= MAC=00:00 SRC=127.0.0.1 DST=127.0.0.53 LEN=76 DF PROTO=UDP SPT=49007 DPT=53 LEN=56 ",
        sentence: "blocked",
        fields: &[
            ("prefix", "IPTABLES-DROP"),
            ("IN", "lo"),
            ("OUT", ""),
            ("MAC", "00:00"),
            ("SRC", "127.0.0.1"),
            ("DST", "127.0.0.53"),
            ("LEN", "76"),
            ("flags", "DF"),
            ("PROTO", "UDP"),
            ("SPT", "49007"),
            ("DPT", "53"),
            ("LEN", "56"),
        ],
    },
    PayloadSample {
        text: "[UFW AUDIT] IN= OUT=eth0 SRC=10.0.0.2 DST=203.0.113.9 PROTO=TCP SPT=1 DPT=2 SYN URGP=0",
        sentence: "allowed",
        fields: &[
            ("prefix", "UFW AUDIT"),
            ("IN", ""),
            ("OUT", "eth0"),
            ("SRC", "10.0.0.2"),
            ("DST", "203.0.113.9"),
            ("PROTO", "TCP"),
            ("SPT", "1"),
            ("DPT", "2"),
            ("flags", "SYN"),
            ("URGP", "0"),
        ],
    },
    PayloadSample {
        text: "Shorewall:net2fw:DROP:IN=eth0 OUT= SRC=203.0.113.9 DST=10.0.0.2 PROTO=ICMP TYPE=3 CODE=1 [SRC=10.0.0.2 DST=203.0.113.9 ]",
        sentence: "blocked",
        fields: &[
            ("prefix", "Shorewall:net2fw:DROP"),
            ("IN", "eth0"),
            ("OUT", ""),
            ("SRC", "203.0.113.9"),
            ("DST", "10.0.0.2"),
            ("PROTO", "ICMP"),
            ("TYPE", "3"),
            ("CODE", "1"),
        ],
    },
    PayloadSample {
        text: "IN=eth0 OUT= SRC=203.0.113.9 DST=10.0.0.2 PROTO=2",
        sentence: "logged",
        fields: &[("IN", "eth0"), ("OUT", ""), ("SRC", "203.0.113.9"), ("DST", "10.0.0.2"), ("PROTO", "2")],
    },
];
