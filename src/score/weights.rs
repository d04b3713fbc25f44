//! The numbers of the score: `rules/scoring.yml`, read once.

use crate::model::Level;
use serde::Deserialize;
use std::sync::LazyLock;

static BUILT_IN: LazyLock<Scoring> = LazyLock::new(|| {
    serde_yaml::from_str(include_str!("../../rules/scoring.yml")).expect("a test reads the file that is compiled in")
});

/// What `rules/scoring.yml` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scoring {
    weights: ByLevel,
    floors: ByLevel,
    pub(super) half: u32,
    verdicts: Vec<Band>,
}

/// A number for each severity.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByLevel {
    informational: u8,
    low: u8,
    medium: u8,
    high: u8,
    critical: u8,
}

impl ByLevel {
    fn get(self, level: Level) -> u8 {
        match level {
            Level::Informational => self.informational,
            Level::Low => self.low,
            Level::Medium => self.medium,
            Level::High => self.high,
            Level::Critical => self.critical,
        }
    }
}

/// A verdict and the score it begins at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    from: u8,
    name: String,
}

impl Scoring {
    /// The numbers that are compiled in.
    pub(super) fn built_in() -> &'static Scoring {
        &BUILT_IN
    }

    pub(super) fn weight(&self, level: Level) -> u32 {
        u32::from(self.weights.get(level))
    }

    pub(super) fn floor(&self, level: Level) -> u8 {
        self.floors.get(level)
    }

    pub(super) fn verdict(&self, score: u8) -> &str {
        self.verdicts.iter().rev().find(|band| band.from <= score).map_or("", |band| &band.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_with_severity_and_bands_cover_every_score() {
        let scoring = Scoring::built_in();
        for pair in Level::ALL.windows(2) {
            assert!(scoring.weight(pair[0]) < scoring.weight(pair[1]));
            assert!(scoring.floor(pair[0]) < scoring.floor(pair[1]));
        }
        assert!(scoring.half > 0);
        assert!(scoring.verdicts.is_sorted_by(|a, b| a.from < b.from));
        assert!((0..=100).all(|score| !scoring.verdict(score).is_empty()));
    }
}
