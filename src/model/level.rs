//! Sigma's five severities.

use std::fmt;
use std::str::FromStr;

/// How bad a rule's author says a match is (Sigma `level`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For context and chaining only.
    Informational,
    /// Notable, rarely an incident.
    Low,
    /// Should be looked at.
    Medium,
    /// Needs prompt review.
    High,
    /// Needs a reaction now.
    Critical,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Level; 5] = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];

    /// The word of the Sigma specification.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The word is none of the five levels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected informational, low, medium, high or critical")]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;

    /// Takes the five words in any case, and `info`, `med`, `crit`.
    fn from_str(word: &str) -> Result<Level, UnknownLevel> {
        match word.trim().to_ascii_lowercase().as_str() {
            "informational" | "info" => Ok(Level::Informational),
            "low" => Ok(Level::Low),
            "medium" | "med" => Ok(Level::Medium),
            "high" => Ok(Level::High),
            "critical" | "crit" => Ok(Level::Critical),
            _ => Err(UnknownLevel),
        }
    }
}
