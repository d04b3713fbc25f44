//! Names: what rules ask for, and which names of a record may answer.

use super::cut;
use super::event::FormatId;
use super::hash::QuickMap;
use std::collections::HashMap;

/// An original name some view wants, interned without regard to case and to `_ - .` and blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FieldId(pub(crate) u32);

impl FieldId {
    /// A name nobody asked for; kept only where everything is wanted.
    pub(crate) const OTHER: FieldId = FieldId(u32::MAX);
}

/// Something a rule, a correlation or a report may ask of an event: a field name, as written, for
/// rules of one log source category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AskId(pub(crate) u32);

/// All questions that can be asked in this run. Filled in setup, then frozen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks {
    asked: Vec<(String, Option<String>)>,
    /// By name: the categories it was asked for in.
    ids: HashMap<String, Vec<(Option<String>, AskId)>>,
}

impl Asks {
    /// The id of field `name` as rules of `category` mean it (routes may rename for a category).
    pub(crate) fn intern(&mut self, name: &str, category: Option<&str>) -> AskId {
        let known = self.ids.get(name).into_iter().flatten().find(|(known, _)| known.as_deref() == category);
        if let Some((_, id)) = known {
            return *id;
        }
        let id = AskId(u32::try_from(self.asked.len()).expect("fewer than 2^32 field names fit in memory"));
        let category = category.map(str::to_owned);
        self.asked.push((name.to_owned(), category.clone()));
        self.ids.entry(name.to_owned()).or_default().push((category, id));
        id
    }

    /// Every question: its id, field name and category, in order of id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AskId, &str, Option<&str>)> {
        (0u32..).zip(&self.asked).map(|(n, (name, category))| (AskId(n), name.as_str(), category.as_deref()))
    }
}

/// The form under which names are compared loosely: lower case, without `_`, `-`, `.` and blanks.
pub(crate) fn loose(name: &str, into: &mut String) {
    into.clear();
    for c in name.chars() {
        match c {
            '_' | '-' | '.' | ' ' => {}
            'A'..='Z' => into.push(c.to_ascii_lowercase()),
            c if c.is_ascii() => into.push(c),
            c => into.extend(c.to_lowercase()),
        }
    }
}

/// Prefixes under which Windows event shippers nest what `EventData`, `UserData` or System hold; a name
/// with and without them is one name. In their [`loose`] spelling, longest first.
const WRAPPERS: [&str; 8] = [
    "eventeventdata",
    "winlogeventdata",
    "winloguserdata",
    "eventuserdata",
    "eventsystem",
    "eventdata",
    "userdata",
    "system",
];

/// The names decoders should keep. Built in setup by `taxonomy`, frozen for the scan.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldTable {
    everything: bool,
    ids: HashMap<String, FieldId>,
    /// Whose messages are of which declared format.
    heard: Vec<Heard>,
    /// How messages begin that are of some declared format, whoever says them.
    beginnings: Vec<String>,
    /// The bytes they begin with: a bit each.
    first_bytes: [u64; 4],
    /// Places in `heard` by the name of a program in small letters, and those that tell programs by how they begin.
    named: QuickMap<String, Vec<usize>>,
    begun: Vec<usize>,
}

/// Messages that are of a declared format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) format: FormatId,
    pub(crate) who: Speaker,
}

/// By what such messages are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// The program that says them; `*` stands for any ending.
    Program(String),
    /// How they begin, whoever says them.
    Anybody(String),
}

impl Speaker {
    /// False only when no message of the program can be meant by its program: with a path in front or not.
    pub(crate) fn may_be(&self, program: &str) -> bool {
        let Speaker::Program(row) = self else { return false };
        let leaf = cut::leaf(program);
        let starts = |name: &str, start: &str| name.get(..start.len()).is_some_and(|n| n.eq_ignore_ascii_case(start));
        match row.strip_suffix('*') {
            Some(start) => starts(program, start) || starts(leaf, start),
            None => row.eq_ignore_ascii_case(program) || row.eq_ignore_ascii_case(leaf),
        }
    }
}

impl FieldTable {
    /// A table that keeps every name, known or not (`events`, keyword rules).
    pub(crate) fn keep_everything(&mut self) {
        self.everything = true;
    }

    /// Says whose messages are of a declared format.
    pub(crate) fn hear(&mut self, heard: Heard) {
        if let Speaker::Anybody(beginning) = &heard.who {
            self.beginnings.push(beginning.clone());
            match beginning.bytes().next() {
                Some(first) => self.first_bytes[usize::from(first / 64)] |= 1 << (first % 64),
                None => self.first_bytes = [u64::MAX; 4],
            }
        }
        if let Speaker::Program(name) = &heard.who {
            let places = if name.ends_with('*') {
                &mut self.begun
            } else {
                self.named.entry(name.to_ascii_lowercase()).or_default()
            };
            places.push(self.heard.len());
        }
        self.heard.push(heard);
    }

    /// Those of them who may be meant by a program's name, a name without a path, in order of preference.
    pub(crate) fn heard_of(&self, program: &str) -> impl Iterator<Item = &Heard> {
        let named = self.named.get(&program.to_ascii_lowercase()).map_or(&[][..], Vec::as_slice);
        let (mut named, mut begun) = (named.iter().peekable(), self.begun.iter().peekable());
        std::iter::from_fn(move || {
            let is_named = named.peek().is_some_and(|place| begun.peek().is_none_or(|other| *place < *other));
            let place = if is_named { named.next() } else { begun.next() };
            self.heard.get(*place?)
        })
    }

    /// Whether a message may be of a declared format by how it begins.
    pub(crate) fn is_beginning(&self, message: &str) -> bool {
        let may_be = |first: u8| self.first_bytes[usize::from(first / 64)] >> (first % 64) & 1 == 1;
        // Most messages begin with another byte than all of them.
        message.bytes().next().is_none_or(may_be)
            && self.beginnings.iter().any(|beginning| message.starts_with(beginning.as_str()))
    }

    /// How messages of declared formats begin, whoever says them.
    pub(crate) fn beginnings(&self) -> impl Iterator<Item = &str> {
        self.beginnings.iter().map(String::as_str)
    }

    /// Whose messages are of declared formats, in order of preference.
    pub(crate) fn heard(&self) -> &[Heard] {
        &self.heard
    }

    /// Adds `name` to what is kept and gives its id. Spellings that differ only in case, `_ - .`,
    /// blanks or a Windows wrapper share one.
    pub(crate) fn want(&mut self, name: &str) -> FieldId {
        let mut key = String::new();
        loose(name, &mut key);
        let key = unwrapped(&key, name).to_owned();
        let next = FieldId(u32::try_from(self.ids.len()).expect("fewer than 2^32 names fit in memory"));
        *self.ids.entry(key).or_insert(next)
    }

    /// The id of an original name (dotted path): `None` means nobody wants it.
    /// `memory` is overwritten.
    pub(crate) fn find(&self, name: &str, memory: &mut String) -> Option<FieldId> {
        loose(name, memory);
        match self.ids.get(unwrapped(memory, name)) {
            Some(id) => Some(*id),
            None if self.everything => Some(FieldId::OTHER),
            None => None,
        }
    }
}

/// Takes a Windows wrapper off a loose name; only where the name as written has a step to take off. Below `UserData` an
/// element of any name stands in between: there the last step is the name.
fn unwrapped<'a>(key: &'a str, name: &str) -> &'a str {
    let Some((_, last)) = name.rsplit_once('.') else { return key };
    let found =
        WRAPPERS.iter().find_map(|w| key.strip_prefix(w).filter(|rest| !rest.is_empty()).map(|rest| (*w, rest)));
    match found {
        Some((wrapper, rest)) if wrapper.ends_with("userdata") => {
            let mut own = String::new();
            loose(last, &mut own);
            rest.len().checked_sub(own.len()).and_then(|at| rest.get(at..)).filter(|r| !r.is_empty()).unwrap_or(rest)
        }
        Some((_, rest)) => rest,
        None => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_meant_by_a_program_is_found_in_order() {
        let mut table = FieldTable::default();
        let who = ["sshd", "ss*", "Cron", "sshd", "x*", "SSHD"];
        for (n, who) in (0..).zip(who) {
            table.hear(Heard { format: FormatId(n), who: Speaker::Program(who.to_owned()) });
            table.hear(Heard { format: FormatId(9), who: Speaker::Anybody(who.to_owned()) });
        }
        for program in ["sshd", "SSHD", "cron", "x", "nobody", ""] {
            let may_be = |heard: &&Heard| heard.who.may_be(program);
            let all: Vec<&Heard> = table.heard().iter().filter(may_be).collect();
            assert_eq!(table.heard_of(program).filter(may_be).collect::<Vec<_>>(), all, "{program}");
        }
    }

    #[test]
    fn spellings_of_one_name_share_an_id() {
        let mut table = FieldTable::default();
        let id = table.want("SourceIP");
        let mut memory = String::new();
        for name in ["source_ip", "Source IP", "source.ip", "Event.EventData.SourceIp", "winlog.event_data.SourceIp"] {
            assert_eq!(table.find(name, &mut memory), Some(id), "{name}");
        }
        assert_eq!(table.find("source_port", &mut memory), None);
        let channel = table.want("Channel");
        for name in ["Event.UserData.LogFileCleared.Channel", "Event.System.Channel", "winlog.user_data.Channel"] {
            assert_eq!(table.find(name, &mut memory), Some(channel), "{name}");
        }
    }
}
