//! What rules say about themselves: title, level, tags and the like. Wrong metadata is a warning, never an error: a
//! detection must not die of it. Only a title is required.

use super::diagnostic::{At, Code, DocNotes};
use super::modifiers::shorten;
use super::raw::{Entry, Kind, entry};
use super::rule::RuleMeta;
use crate::model::{Level, LogSource};

/// The words of the specification for `status`.
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

/// Reads the metadata of a document. The place and what depends on other documents is filled in by the caller.
pub(super) fn read(entries: &[Entry], at: &At<'_>, notes: &mut DocNotes<'_>) -> RuleMeta {
    let mut reader = Reader { entries, at, notes };
    let meta = RuleMeta {
        title: reader.title(),
        id: reader.text("id"),
        name: reader.text("name"),
        level: reader.level(),
        status: reader.status(),
        description: reader.text("description"),
        author: reader.text("author"),
        tags: reader.list("tags"),
        references: reader.list("references"),
        falsepositives: reader.list("falsepositives"),
        remediation: reader.joined("remediation"),
        fields: reader.list("fields"),
        ..RuleMeta::default()
    };
    reader.id(meta.id.as_deref());
    reader.tags();
    reader.date("date");
    reader.date("modified");
    meta
}

/// Reads `logsource`, which must state at least one attribute.
pub(super) fn logsource(entries: &[Entry], at: &At<'_>, notes: &mut DocNotes<'_>) -> LogSource {
    const HELP: &str = "state where the events come from: `category`, `product` or `service`";
    let mut found = LogSource::default();
    let Some(item) = entry(entries, "logsource") else {
        notes.say(&at.missing("logsource"), Code::MissingField, "there is no log source", HELP);
        return found;
    };
    let at = at.key(&item.key, item.line);
    let Some(attributes) = item.value.map() else {
        let (code, message) = match item.value.kind {
            Kind::Null => (Code::BadLogsource, "the log source is empty".to_owned()),
            _ => (Code::BadType, format!("a log source is a map, not {}", item.value.what())),
        };
        notes.say(&at, code, message, HELP);
        return found;
    };
    let mut refused = false;
    let slots = [("category", &mut found.category), ("product", &mut found.product), ("service", &mut found.service)];
    for (key, slot) in slots {
        let Some(attribute) = entry(attributes, key) else { continue };
        match &attribute.value.kind {
            Kind::Null => {}
            Kind::List(_) | Kind::Map(_) => {
                let message = format!("`{key}` is text, not {}", attribute.value.what());
                notes.say(&at.key(key, attribute.line), Code::BadType, message, "write one word");
                refused = true;
            }
            _ => *slot = attribute.value.text().filter(|text| !text.is_empty()).map(str::to_owned),
        }
    }
    if found == LogSource::default() && !refused {
        notes.say(&at, Code::BadLogsource, "the log source states no category, product or service", HELP);
    }
    found
}

struct Reader<'r, 'n> {
    entries: &'r [Entry],
    at: &'r At<'r>,
    notes: &'r mut DocNotes<'n>,
}

impl Reader<'_, '_> {
    fn warn(&mut self, item: &Entry, message: impl Into<String>, help: &str) {
        self.notes.say(&self.at.key(&item.key, item.line), Code::BadMetadata, message, help);
    }

    fn title(&mut self) -> String {
        let help = "give the rule a `title` that says in a few words what it finds";
        match entry(self.entries, "title") {
            Some(item) if matches!(item.value.kind, Kind::List(_) | Kind::Map(_)) => {
                let message = format!("a title is text, not {}", item.value.what());
                self.notes.say(&self.at.key("title", item.line), Code::BadType, message, help);
            }
            Some(item) => {
                if let Some(title) = item.value.text().filter(|title| !title.trim().is_empty()) {
                    return title.to_owned();
                }
                self.notes.say(&self.at.key("title", item.line), Code::MissingField, "the title is empty", help);
            }
            None => self.notes.say(&self.at.missing("title"), Code::MissingField, "there is no title", help),
        }
        String::new()
    }

    /// A scalar as text.
    fn text(&mut self, key: &str) -> Option<String> {
        let item = entry(self.entries, key)?;
        match item.value.text() {
            Some(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
            None if item.value.is_null() => None,
            None => {
                let message = format!("`{key}` is text, not {}", item.value.what());
                self.warn(item, message, "write one text");
                None
            }
        }
    }

    /// A list of texts. One text is taken for a list of one.
    fn list(&mut self, key: &str) -> Vec<String> {
        let (Some(item), found) = (entry(self.entries, key), self.texts(key)) else { return Vec::new() };
        if item.value.text().is_some() {
            self.warn(item, format!("`{key}` is a list, not one text"), "write it as a list: `- text`");
        }
        found
    }

    /// A text, or a list of lines.
    fn joined(&mut self, key: &str) -> Option<String> {
        Some(self.texts(key).join("\n")).filter(|text| !text.is_empty())
    }

    fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(item) = entry(self.entries, key) else { return Vec::new() };
        let items = match &item.value.kind {
            Kind::Null => return Vec::new(),
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&item.value),
        };
        let found: Vec<String> = items.iter().filter_map(|node| node.text().map(str::to_owned)).collect();
        if found.len() < items.len() {
            self.warn(item, format!("`{key}` is a list of texts; what is none is left out"), "write a list of texts");
        }
        found
    }

    fn level(&mut self) -> Option<Level> {
        let item = entry(self.entries, "level")?;
        let level = item.value.text().and_then(|word| word.parse().ok());
        if level.is_none() && !item.value.is_null() {
            let word = item.value.text().map_or_else(|| item.value.what().to_owned(), shorten);
            let names = Level::ALL.map(Level::name).join(", ");
            self.warn(item, format!("unknown level `{word}`"), &format!("the levels are {names}"));
        }
        level
    }

    fn status(&mut self) -> Option<String> {
        let status = self.text("status")?;
        if !STATUSES.contains(&status.as_str())
            && let Some(item) = entry(self.entries, "status")
        {
            let message = format!("unknown status `{}`", shorten(&status));
            self.warn(item, message, &format!("the words are {}", STATUSES.join(", ")));
        }
        Some(status)
    }

    fn id(&mut self, id: Option<&str>) {
        if let Some(id) = id
            && !is_uuid(id)
            && let Some(item) = entry(self.entries, "id")
        {
            let help = "use a random UUID such as uuidgen prints; a word to refer to is a `name`";
            self.warn(item, format!("the id '{}' is no UUID", shorten(id)), help);
        }
    }

    fn tags(&mut self) {
        let Some(item) = entry(self.entries, "tags") else { return };
        let Kind::List(tags) = &item.value.kind else { return };
        let at = self.at.key(&item.key, item.line);
        for (index, node) in tags.iter().enumerate() {
            let Some(tag) = node.text() else { continue };
            let has_namespace = tag.split_once('.').is_some_and(|(space, name)| !space.is_empty() && !name.is_empty());
            if !has_namespace {
                let message = format!("the tag '{}' has no namespace", shorten(tag));
                self.notes.say(&at.index(index, node.line), Code::BadMetadata, message, "write it as `namespace.name`");
            }
        }
    }

    fn date(&mut self, key: &str) {
        let Some(item) = entry(self.entries, key) else { return };
        if !item.value.is_null() && !item.value.text().is_some_and(is_date) {
            let shown = item.value.text().map_or_else(|| item.value.what().to_owned(), shorten);
            self.warn(item, format!("`{key}` is no date: {shown}"), "write it as YYYY-MM-DD");
        }
    }
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `YYYY-MM-DD`, or with slashes as before version 2.
fn is_date(text: &str) -> bool {
    let mark = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(mark).collect();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let [year, month, day] = parts.as_slice() else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !parts.iter().all(|part| digits(part)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u16>(), month.parse::<u8>(), day.parse::<u8>()) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

impl RuleMeta {
    /// The other of name and id than the identity; what reports call `uuid`.
    pub(crate) fn other_name(&self) -> Option<&str> {
        match (&self.name, &self.id) {
            (Some(_), Some(id)) => Some(id),
            _ => None,
        }
    }

    /// ATT&CK technique ids of the tags, upper case, sorted: `T1110.001`.
    pub(crate) fn techniques(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.attack_tags().filter(|tag| is_technique(tag)).map(str::to_ascii_uppercase).collect();
        found.sort();
        found.dedup();
        found
    }

    /// ATT&CK tactic names of the tags in their order, lower case with hyphens: `credential-access`.
    pub(crate) fn tactics(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for tag in self.attack_tags().filter(|tag| is_tactic(tag)) {
            let name = tag.to_ascii_lowercase().replace('_', "-");
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    fn attack_tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().filter_map(|tag| {
            let (space, name) = tag.split_once('.')?;
            space.eq_ignore_ascii_case("attack").then_some(name)
        })
    }
}

/// `t1110` or `t1110.001`.
fn is_technique(tag: &str) -> bool {
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    let Some(number) = tag.strip_prefix(['t', 'T']) else { return false };
    match number.split_once('.') {
        None => digits(number, 4),
        Some((number, sub)) => digits(number, 4) && digits(sub, 3),
    }
}

/// A name in words; groups (`g0016`), software (`s0002`) and other numbered things of ATT&CK are none.
fn is_tactic(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_and_dates_are_checked_by_shape() {
        assert!(is_uuid("7e1f0c11-2222-4c3d-8a00-0000000000A1"));
        for text in ["my-rule-7", "7e1f0c11-2222-4c3d-8a00-0000000000g1", "7e1f0c1122224c3d8a000000000000a1", ""] {
            assert!(!is_uuid(text), "{text}");
        }
        assert!(is_date("2024-02-29") && is_date("2023/12/31"));
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2024-1-1",
            "01-02-2024",
            "2024-01/02",
            "today",
            "+024-01-01",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn tags_give_techniques_and_tactics() {
        let tags = [
            "attack.t1110.001",
            "attack.T1078",
            "attack.credential_access",
            "attack.initial-access",
            "attack.credential-access",
            "attack.g0016",
            "attack.ta0006",
            "attack.t11",
            "cve.2021.44228",
            "detection.threat-hunting",
        ];
        let meta = RuleMeta { tags: tags.map(str::to_owned).to_vec(), ..RuleMeta::default() };
        assert_eq!(meta.techniques(), ["T1078", "T1110.001"]);
        assert_eq!(meta.tactics(), ["credential-access", "initial-access"]);
    }
}
