//! The words of `values.yml`, ready for looking up: placeholders, levels, verdicts, transports and the closed lists.

use super::table::RawValues;
use crate::model::{QuickMap, QuickSet};
use std::collections::BTreeMap;

/// All words. Keys are lower case.
#[derive(Debug)]
pub(super) struct Words {
    placeholders: QuickSet<String>,
    longest_placeholder: usize,
    nameless: QuickSet<String>,
    levels: QuickMap<String, String>,
    pub(super) facilities: Vec<String>,
    transport_numbers: QuickMap<String, String>,
    transport_synonyms: QuickMap<String, String>,
    transports: QuickSet<String>,
    with_ports: QuickSet<String>,
    directions: QuickMap<String, String>,
    verdicts: QuickMap<String, String>,
    in_prefixes: QuickMap<String, String>,
    protocols: QuickSet<String>,
    outcomes: QuickSet<String>,
    actions: QuickSet<String>,
    pub(super) integrity: BTreeMap<String, String>,
}

/// The longest word of any list; longer text is none of them.
const LONGEST: usize = 48;

impl Words {
    pub(super) fn new(raw: &RawValues) -> Words {
        Words {
            placeholders: raw.placeholders.iter().cloned().collect(),
            longest_placeholder: raw.placeholders.iter().map(String::len).max().unwrap_or_default(),
            nameless: raw.nameless.iter().cloned().collect(),
            levels: inverted(&raw.levels),
            facilities: raw.facilities.clone(),
            transport_numbers: raw.transports.clone().into_iter().collect(),
            transport_synonyms: raw.transport_words.clone().into_iter().collect(),
            transports: raw.transports.values().cloned().collect(),
            with_ports: raw.with_ports.iter().cloned().collect(),
            directions: inverted(&raw.directions),
            verdicts: inverted(&raw.verdicts),
            in_prefixes: inverted(&raw.prefix_words),
            protocols: raw.protocols.iter().cloned().collect(),
            outcomes: raw.outcomes.iter().cloned().collect(),
            actions: raw.actions.iter().cloned().collect(),
            integrity: raw.integrity.clone(),
        }
    }

    /// Whether `text` is said instead of a value.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        text.len() <= self.longest_placeholder
            && (text.is_empty() || lower(text).is_some_and(|t| self.placeholders.contains(&*t)))
    }

    /// Whether `text` is said instead of a name or an address.
    pub(super) fn is_nameless(&self, text: &str) -> bool {
        lower(text).is_some_and(|t| self.placeholders.contains(&*t) || self.nameless.contains(&*t))
    }

    /// The level a word means.
    pub(super) fn level(&self, text: &str) -> Option<&str> {
        self.levels.get(&*lower(text)?).map(String::as_str)
    }

    /// The facility a word or code means.
    pub(super) fn facility(&self, text: &str) -> Option<&str> {
        match text.parse::<usize>() {
            Ok(code) => self.facilities.get(code).map(String::as_str),
            Err(_) => self.facilities.iter().find(|f| f.eq_ignore_ascii_case(text)).map(String::as_str),
        }
    }

    /// The transport a number or word means.
    pub(super) fn transport(&self, text: &str) -> Option<&str> {
        let text = lower(text)?;
        let number = self.transport_numbers.get(&*text);
        number
            .or_else(|| self.transport_synonyms.get(&*text))
            .or_else(|| self.transports.get(&*text))
            .map(String::as_str)
    }

    /// Whether numbers called ports are ports in this transport.
    pub(super) fn has_ports(&self, transport: &str) -> bool {
        self.with_ports.contains(transport)
    }

    /// `inbound` or `outbound`.
    pub(super) fn direction(&self, text: &str) -> Option<&str> {
        self.directions.get(&*lower(text)?).map(String::as_str)
    }

    /// What a vendor's word for a decision or an end means.
    pub(super) fn verdict(&self, text: &str) -> Option<&str> {
        self.verdicts.get(&*lower(text)?).map(String::as_str)
    }

    /// What a word in the log prefix of a packet filter means.
    pub(super) fn prefix_word(&self, text: &str) -> Option<&str> {
        self.in_prefixes.get(&*lower(text)?).map(String::as_str)
    }

    /// A known application protocol, in lower case.
    pub(super) fn protocol(&self, text: &str) -> Option<&str> {
        self.protocols.get(&*lower(text)?).map(String::as_str)
    }

    /// A word of the closed list of outcomes.
    pub(super) fn outcome(&self, text: &str) -> Option<&str> {
        self.outcomes.get(&*lower(text)?).map(String::as_str)
    }

    /// A word of the closed list of actions.
    pub(super) fn action(&self, text: &str) -> Option<&str> {
        self.actions.get(&*lower(text)?).map(String::as_str)
    }
}

/// A short text in lower case, without memory of its own: every value of an event is looked up.
struct Lower {
    bytes: [u8; LONGEST],
    len: usize,
}

fn lower(text: &str) -> Option<Lower> {
    let mut bytes = [0; LONGEST];
    let len = text.len();
    bytes.get_mut(..len)?.copy_from_slice(text.as_bytes());
    bytes.make_ascii_lowercase();
    Some(Lower { bytes, len })
}

impl std::ops::Deref for Lower {
    type Target = str;

    fn deref(&self) -> &str {
        let text = self.bytes.get(..self.len).map(std::str::from_utf8);
        text.and_then(Result::ok).expect("the bytes of a text, with other ASCII letters")
    }
}

fn inverted(lists: &BTreeMap<String, Vec<String>>) -> QuickMap<String, String> {
    lists.iter().flat_map(|(word, others)| others.iter().map(|o| (o.clone(), word.clone()))).collect()
}
