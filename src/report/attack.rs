//! What ATT&CK calls techniques and tactics: `rules/taxonomy/attack.yml`, compiled in, so that reports need no network.
//!
//! An id the table lacks is shown bare. Read when a report first asks.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Where techniques are described.
pub(super) const SITE: &str = "https://attack.mitre.org/";

#[derive(serde::Deserialize)]
pub(super) struct Attack {
    /// The release the names were taken from.
    pub(super) version: String,
    /// By short name: id and name.
    tactics: BTreeMap<String, (String, String)>,
    /// By id: name, then the short names of its tactics.
    techniques: BTreeMap<String, Vec<String>>,
}

/// The table.
pub(super) fn attack() -> &'static Attack {
    static TABLE: OnceLock<Attack> = OnceLock::new();
    TABLE.get_or_init(|| {
        serde_yaml::from_str(include_str!("../../rules/taxonomy/attack.yml"))
            .expect("a test reads the compiled-in table")
    })
}

impl Attack {
    /// `Password Guessing` for `T1110.001`.
    pub(super) fn technique(&self, id: &str) -> Option<&str> {
        self.techniques.get(id)?.first().map(String::as_str)
    }

    /// `Credential Access` for `credential-access`.
    pub(super) fn tactic(&self, short: &str) -> Option<&str> {
        self.tactics.get(short).map(|(_, name)| name.as_str())
    }

    /// Short names of the tactics a technique serves.
    pub(super) fn tactics_of(&self, technique: &str) -> &[String] {
        self.techniques.get(technique).and_then(|row| row.get(1..)).unwrap_or_default()
    }

    /// Where a technique is described: sub-techniques have a page below their technique's.
    pub(super) fn page(id: &str) -> String {
        format!("{SITE}techniques/{}/", id.replace('.', "/"))
    }
}

/// The tactics in the order of an intrusion, as ATT&CK lists them.
pub(super) const ORDER: [&str; 14] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_and_tactics_have_names() {
        let table = attack();
        assert_eq!(table.technique("T1110.001"), Some("Password Guessing"));
        assert_eq!(table.technique("T9999"), None);
        assert_eq!(table.tactics_of("T1110.001"), ["credential-access"]);
        assert_eq!(Attack::page("T1110.001"), "https://attack.mitre.org/techniques/T1110/001/");
        assert!(table.version.starts_with(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn every_tactic_has_its_place_in_the_order() {
        let table = attack();
        assert_eq!(table.tactics.len(), ORDER.len());
        for (short, tactics) in &table.techniques {
            for tactic in tactics.iter().skip(1) {
                assert!(ORDER.contains(&tactic.as_str()) && table.tactic(tactic).is_some(), "{short}: {tactic}");
            }
        }
    }
}
