//! What stays of a message when everything that changes from record to record is taken out (report.md 1).
//!
//! Time stamps, UUIDs, hexadecimal runs of 8 and more and digits become `#`. The result is part of fingerprints: changing
//! a line here makes known alerts new ones.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What stands in place of what changes.
const GAP: &str = "#";

static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?x)
        # 2024-03-01T10:00:00.123+01:00 and shorter forms
          [0-9]{4}-[0-9]{2}-[0-9]{2}
          (?: [Tt\x20] [0-9]{2}:[0-9]{2} (?: :[0-9]{2} (?: [.,][0-9]+ )? )?
              (?: Z\b | \x20?[+-][0-9]{2}:?[0-9]{2}\b )? )?
        # Fri Mar  1 10:00:00 2024, with or without its ends
        | (?: \b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\x20 )?
          \b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\x20{1,2}[0-9]{1,2}
          \x20[0-9]{2}:[0-9]{2}:[0-9]{2} (?: [.,][0-9]+ )? (?: \x20(?:19|20)[0-9]{2}\b )?
        # 01/Mar/2024:10:00:00 +0100
        | [0-9]{1,2}/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/[0-9]{4}
          (?: [:\x20][0-9]{2}:[0-9]{2}:[0-9]{2} (?: \x20[+-][0-9]{4} )? )?
        # 10:00:00.123
        | \b[0-9]{2}:[0-9]{2}:[0-9]{2} (?: [.,][0-9]+ )?\b
        | \b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b
        | \b0[xX][0-9A-Fa-f]+\b
        | \b[0-9A-Fa-f]{8,}\b
        | [0-9]+";
    Regex::new(pattern).expect("the pattern is fixed and tested")
});

/// The template of a message.
pub(super) fn template(message: &str) -> Cow<'_, str> {
    CHANGING.replace_all(message.trim(), GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, want: &str) {
        assert_eq!(template(message), want);
    }

    #[test]
    fn numbers_addresses_and_ids_become_gaps() {
        check(
            "Failed password for root from 203.0.113.9 port 50011 ssh2",
            "Failed password for root from #.#.#.# port # ssh#",
        );
        check("request 7b1d2c3e-0a0b-4c0d-8e0f-001122334455 done", "request # done");
        check("object 0x3e7 at 00007FF6DEADBEEF", "object # at #");
        check("facade, decade and deface stay", "facade, decade and deface stay");
    }

    #[test]
    fn stamps_of_every_spelling_become_one_gap() {
        for stamp in [
            "2024-03-01T10:00:00.123+01:00",
            "2024-03-01 10:00:00,5",
            "2024-03-01T10:00:00Z",
            "2024-03-01",
            "Mar  1 10:00:00",
            "Fri Mar 1 10:00:00 2024",
            "01/Mar/2024:10:00:00 +0100",
            "10:00:00.5",
        ] {
            check(&format!("at {stamp} it began"), "at # it began");
        }
    }

    #[test]
    fn surrounding_blanks_go_and_other_scripts_stay() {
        check("  Größe 12 MiB überschritten\n", "Größe # MiB überschritten");
        check("", "");
    }
}
