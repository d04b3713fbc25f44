//! What tells of people and of the inside of a network: blanked besides secrets where a report is to leave the house
//! (`--redact strict`).
//!
//! E-mail addresses, card numbers (whose check digit is right), telephone numbers that start with `+`, hardware addresses,
//! and the last number of addresses of private networks (RFC 1918), whose beginning tells machines of one net apart from
//! those of another. What we leave out: names of users and hosts, without which no alert could be read.

use regex::bytes::Regex;
use std::ops::Range;

/// One row of [`FORMS`].
struct Form {
    /// The group `part` is what is blanked.
    regex: &'static str,
    /// Whether what was found is one.
    is_one: fn(&str) -> bool,
}

/// All forms.
static FORMS: &[Form] = &[
    Form { regex: r"(?i)\b(?<part>[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})", is_one: |_| true },
    Form { regex: r"\b(?<part>(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2})\b", is_one: |_| true },
    Form { regex: r"\b(?<part>[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})\b", is_one: |_| true },
    Form { regex: r"\b(?<part>[2-6](?:[ -]?[0-9]){12,18})\b", is_one: is_card },
    Form { regex: r"(?<part>\+[1-9](?:[ ()./-]{0,2}[0-9]){7,14})\b", is_one: |_| true },
    Form {
        regex: concat!(
            r"\b(?:10\.[0-9]{1,3}\.[0-9]{1,3}|192\.168\.[0-9]{1,3}|172\.(?:1[6-9]|2[0-9]|3[01])\.[0-9]{1,3})",
            r"\.(?<part>[0-9]{1,3})\b"
        ),
        is_one: |_| true,
    },
];

/// The forms, compiled.
#[derive(Debug)]
pub(super) struct People(Vec<Regex>);

impl People {
    pub(super) fn new() -> People {
        let compiled = FORMS.iter().map(|form| {
            let regex = regex::bytes::RegexBuilder::new(form.regex).unicode(false).build();
            regex.expect("a test compiles every row")
        });
        People(compiled.collect())
    }

    /// Each form, and which part of a match of it is to go.
    pub(super) fn forms(
        &self,
    ) -> impl Iterator<Item = (&Regex, impl Fn(&regex::bytes::Captures<'_>, &str) -> Vec<Range<usize>>)> {
        self.0.iter().zip(FORMS).map(|(regex, form)| {
            let part = |found: &regex::bytes::Captures<'_>, text: &str| {
                let part = found.name("part").map(|part| part.range());
                part.filter(|range| text.get(range.clone()).is_some_and(form.is_one)).into_iter().collect()
            };
            (regex, part)
        })
    }
}

/// Luhn's check digit, as on every payment card.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().rev().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(n, digit)| if n % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;

    #[test]
    fn people_and_inner_addresses_go_and_the_rest_stays() {
        let redactor = Redactor::strict(&[]).expect("there is no pattern of its own");
        let cases = [
            ("mail from <anna.o'x@mail.example.org>, ok", "mail from <anna.o'[REDACTED]>, ok"),
            ("bob@example.org logged in", "[REDACTED] logged in"),
            ("DHCPACK on 10.1.2.3 to 00:1B:44:11:3a:b7", "DHCPACK on 10.1.2.[REDACTED] to [REDACTED]"),
            ("port 001b.4411.3ab7", "port [REDACTED]"),
            ("card 4111 1111 1111 1111 was refused", "card [REDACTED] was refused"),
            ("card 4111 1111 1111 1112 is none", "card 4111 1111 1111 1112 is none"),
            ("call +49 (89) 123456-78 now", "call [REDACTED] now"),
            (
                "192.168.7.1 and 172.16.0.9 but 172.32.0.9, 203.0.113.9",
                "192.168.7.[REDACTED] and 172.16.0.[REDACTED] but 172.32.0.9, 203.0.113.9",
            ),
            (
                "2026-03-02T09:00:00+02:00 1710382270123 password=x1",
                "2026-03-02T09:00:00+02:00 1710382270123 password=[REDACTED]",
            ),
            ("fe80::1 2001:db8::1 root web1", "fe80::1 2001:db8::1 root web1"),
        ];
        for (line, want) in cases {
            assert_eq!(redactor.apply(line), want);
            assert_eq!(redactor.apply(&redactor.apply(line)), want, "a second time");
        }
    }
}
