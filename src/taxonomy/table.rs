//! The tables under `rules/taxonomy/` as they are written: their shapes, and one reading per process.
//!
//! Everything here is data about names; what the names mean for an event is worked out by the siblings. The tables are our
//! own and compiled in: one that does not read is a bug, found by the tests below. `build.rs` turns them into JSON, which is
//! read ten times as fast as YAML: of a short run that reading was the dearest part.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A table by its path below `rules/`, as `build.rs` left it.
macro_rules! table {
    ($path:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/tables/", $path, ".json"))
    };
}

/// The alias families, in the order a record without a profile looks through the others.
pub(super) static FAMILIES: [(&str, &str); 9] = [
    ("generic", table!("taxonomy/aliases/generic")),
    ("apps", table!("taxonomy/aliases/apps")),
    ("ecs", table!("taxonomy/aliases/ecs")),
    ("ocsf", table!("taxonomy/aliases/ocsf")),
    ("linux", table!("taxonomy/aliases/linux")),
    ("windows", table!("taxonomy/aliases/windows")),
    ("net", table!("taxonomy/aliases/net")),
    ("web", table!("taxonomy/aliases/web")),
    ("cloud", table!("taxonomy/aliases/cloud")),
];

/// The lists of profiles; tried in this order.
static PROFILES: [&str; 3] =
    [table!("taxonomy/profiles-windows"), table!("taxonomy/profiles"), table!("taxonomy/profiles-cloud")];

/// One line of `canonical.yml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) means: String,
    #[serde(default)]
    pub(super) ecs: Vec<String>,
    #[serde(default)]
    pub(super) ocsf: Vec<String>,
    #[serde(default)]
    pub(super) also: Vec<String>,
    #[serde(default)]
    pub(super) sigma: Vec<String>,
    pub(super) derive: Option<RawSource>,
}

/// One line of `any.yml`: a field that is several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAny {
    pub(super) name: String,
    pub(super) means: String,
    pub(super) of: Vec<String>,
}

/// Where a value stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum RawSource {
    /// A name.
    Name(String),
    /// The first that gives a value.
    First(Vec<RawSource>),
    /// Anything more.
    Take(Box<RawTake>),
}

/// A source that says more than a name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawTake {
    pub(super) from: Option<String>,
    pub(super) args: Vec<String>,
    pub(super) all: Vec<RawSource>,
    #[serde(rename = "const")]
    pub(super) constant: Option<Word>,
    pub(super) via: Option<String>,
    pub(super) nth: Option<usize>,
    pub(super) exact: bool,
    pub(super) set: Vec<String>,
    pub(super) unset: Vec<String>,
    pub(super) is: BTreeMap<String, Vec<String>>,
    pub(super) not: BTreeMap<String, Vec<String>>,
    pub(super) only: Vec<String>,
}

/// A condition on an event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawCondition {
    pub(super) format: Vec<String>,
    pub(super) payload: Vec<String>,
    pub(super) channel: Vec<String>,
    pub(super) event_id: Vec<u32>,
    pub(super) provider: Vec<String>,
    pub(super) program: Vec<String>,
    pub(super) facility: Vec<String>,
    pub(super) equals: BTreeMap<String, Vec<String>>,
    pub(super) has: Vec<String>,
    pub(super) any: Vec<RawCondition>,
    pub(super) contains: Vec<String>,
    pub(super) not_tagged: Vec<String>,
    pub(super) record_types: Vec<String>,
    pub(super) request_target: Option<String>,
    pub(super) shape: Option<String>,
    pub(super) path: Vec<String>,
    pub(super) zeek_path: Vec<String>,
    pub(super) declared: bool,
}

/// An entry of `logsources.yml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLogSource {
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) id: String,
    pub(super) product: Option<String>,
    pub(super) category: Option<String>,
    pub(super) service: Option<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// Whether rules of `SigmaHQ` state exactly this.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) sigmahq: bool,
    pub(super) routes: Vec<RawRoute>,
}

/// One way into a log source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) id: String,
    #[serde(default)]
    pub(super) when: RawCondition,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, RawSource>,
    #[serde(default)]
    #[allow(dead_code, reason = "part of the document, checked like the rest of it")]
    pub(super) absent: Vec<String>,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) later: Vec<String>,
    #[serde(default)]
    pub(super) disabled: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) confidence: String,
}

/// An entry of `profiles*.yml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawProfile {
    pub(super) id: String,
    pub(super) extends: Option<String>,
    #[serde(rename = "abstract")]
    pub(super) is_abstract: bool,
    pub(super) when: RawCondition,
    pub(super) families: Vec<String>,
    pub(super) prefixes: Vec<String>,
    pub(super) fields: BTreeMap<String, RawSource>,
    pub(super) times: Option<RawTimes>,
    pub(super) own_names: Option<bool>,
    pub(super) others: bool,
    pub(super) strict: Option<bool>,
    pub(super) spellings: Vec<String>,
}

/// Where stamps stand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawTimes {
    pub(super) utc: Vec<String>,
    pub(super) zoned: Vec<String>,
    pub(super) local: Vec<String>,
}

/// `formats.yml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFormats {
    pub(super) classes: BTreeMap<String, Vec<String>>,
    pub(super) windows: RawWindows,
    pub(super) syslog: RawSyslog,
    /// Names of members that tell a log of Zeek in JSON, by the log's name.
    pub(super) zeek: BTreeMap<String, Vec<String>>,
}

/// Where Windows events keep what decides about them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWindows {
    pub(super) channel: Vec<String>,
    pub(super) event_id: Vec<String>,
    pub(super) provider: Vec<String>,
    pub(super) channel_of: BTreeMap<String, String>,
}

/// Where syslog records keep what decides about them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSyslog {
    pub(super) program: Vec<String>,
    pub(super) priority: Vec<String>,
    pub(super) facility: Vec<String>,
}

/// `values.yml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValues {
    pub(super) placeholders: Vec<String>,
    pub(super) nameless: Vec<String>,
    pub(super) levels: BTreeMap<String, Vec<String>>,
    pub(super) facilities: Vec<String>,
    pub(super) transports: BTreeMap<String, String>,
    pub(super) transport_words: BTreeMap<String, String>,
    pub(super) with_ports: Vec<String>,
    pub(super) directions: BTreeMap<String, Vec<String>>,
    pub(super) verdicts: BTreeMap<String, Vec<String>>,
    pub(super) prefix_words: BTreeMap<String, Vec<String>>,
    pub(super) protocols: Vec<String>,
    pub(super) outcomes: Vec<String>,
    pub(super) actions: Vec<String>,
    pub(super) integrity: BTreeMap<String, String>,
}

/// What a sentence means.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Meaning {
    pub(super) action: Option<Word>,
    pub(super) outcome: Option<Word>,
    pub(super) reason: Option<Word>,
}

/// A word that is the value of some field. It lasts as long as the process, which reads the tables once, so that an event
/// may have it without memory of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) &'static str);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
        String::deserialize(deserializer).map(|word| Word(Box::leak(word.into_boxed_str())))
    }
}

/// Payload → sentence → meaning.
pub(super) type RawActions = BTreeMap<String, BTreeMap<String, Meaning>>;
/// Canonical field → sources.
pub(super) type RawFamily = BTreeMap<String, Vec<RawSource>>;

/// All tables.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) fields: Vec<RawField>,
    pub(super) any: Vec<RawAny>,
    pub(super) families: Vec<(&'static str, RawFamily)>,
    pub(super) profiles: Vec<RawProfile>,
    pub(super) logsources: Vec<RawLogSource>,
    pub(super) formats: RawFormats,
    pub(super) values: RawValues,
    pub(super) actions: RawActions,
}

impl Tables {
    /// Reads all tables.
    pub(super) fn read() -> Tables {
        Tables {
            fields: parse(table!("taxonomy/canonical")),
            any: parse(table!("taxonomy/any")),
            families: FAMILIES.iter().map(|(name, text)| (*name, parse(text))).collect(),
            profiles: PROFILES.iter().flat_map(|text| parse::<Vec<RawProfile>>(text)).collect(),
            logsources: parse(table!("taxonomy/logsources")),
            formats: parse(table!("taxonomy/formats")),
            values: parse(table!("taxonomy/values")),
            actions: parse(table!("taxonomy/actions")),
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the tables are compiled in and read by every test")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn written(path: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/taxonomy").join(path)).unwrap()
    }

    #[track_caller]
    fn says<T: DeserializeOwned + Debug>(path: &str, read: &T) {
        let wanted: T = serde_yaml::from_str(&written(path)).unwrap();
        assert_eq!(format!("{read:?}"), format!("{wanted:?}"), "{path}");
    }

    #[test]
    fn tables_say_what_their_yaml_says() {
        let tables = Tables::read();
        says("canonical.yml", &tables.fields);
        says("any.yml", &tables.any);
        for (name, family) in &tables.families {
            says(&format!("aliases/{name}.yml"), family);
        }
        says("logsources.yml", &tables.logsources);
        says("formats.yml", &tables.formats);
        says("values.yml", &tables.values);
        says("actions.yml", &tables.actions);
        let profiles = ["profiles-windows.yml", "profiles.yml", "profiles-cloud.yml"];
        let wanted = profiles.map(|path| serde_yaml::from_str::<Vec<RawProfile>>(&written(path)).unwrap()).concat();
        assert_eq!(format!("{:?}", tables.profiles), format!("{wanted:?}"));
        let families = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/taxonomy/aliases")).unwrap();
        let families: Vec<PathBuf> = families.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(families.len(), tables.families.len(), "{families:?}");
    }
}
