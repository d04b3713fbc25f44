//! One value of an event against one value of a rule (sigma-semantics.md 2, 6).
//!
//! Tests that ask about a field as a whole (null, exists, another field) are judged where all its values are known, in
//! `reference.rs`; the comparison of two fields is here too.

use super::compile::{FieldRef, Test};
use super::time_part;
use crate::model::Datum;
use crate::sigma::{Decimal, fold, folded};
use core::net::{IpAddr, Ipv6Addr};
use std::cmp::Ordering;
use std::collections::HashSet;

/// Whether objects offer their text to patterns (README decision 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objects {
    /// As compact JSON.
    Text,
    /// Never.
    Opaque,
}

/// Whether `value` passes a test that looks at one value.
pub(super) fn passes(test: &Test, value: &Datum<'_>, objects: Objects) -> bool {
    match test {
        Test::Pattern(pattern) => match value {
            Datum::Object(json) => objects == Objects::Text && pattern.matches(json),
            _ => value.text().is_some_and(|text| pattern.matches(text)),
        },
        Test::Something => !matches!(value, Datum::Null | Datum::NoItems),
        Test::Regex(regex) => value.text().is_some_and(|text| regex.is_match(text)),
        Test::Number(number) => numeric(value).is_some_and(|text| number.compare_to(text) == Some(Ordering::Equal)),
        Test::Bool(word) => match value {
            Datum::Bool(have) => have == word,
            Datum::Text(have) => have.eq_ignore_ascii_case(if *word { "true" } else { "false" }),
            _ => false,
        },
        Test::Cidr(net) => value.text().and_then(address).is_some_and(|address| net.contains(&address)),
        Test::Compare(how, bound) => numeric(value).is_some_and(|text| bound.admits(*how, text)),
        Test::TimePart(part, how, bound) => {
            time_part::part(value, *part).is_some_and(|number| bound.admits(*how, &number.to_string()))
        }
        // An empty element of an event payload is both empty text and null.
        Test::Null => matches!(value, Datum::Null | Datum::Empty),
        Test::Exists(present) => *present,
        Test::SameAs(_) => false,
    }
}

/// The text of a value that may be a number.
fn numeric<'v>(value: &'v Datum<'_>) -> Option<&'v str> {
    match value {
        Datum::Number(text) | Datum::Text(text) => Some(text),
        _ => None,
    }
}

/// An address; of an IPv6 address the zone is left off.
fn address(text: &str) -> Option<IpAddr> {
    match text.split_once('%') {
        Some((address, _zone)) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// Above this many pairs, values are put into a set instead of being compared one by one.
const PAIRS: usize = 256;

/// Whether some value on the left equals (or contains, starts or ends with) some value on the right.
pub(super) fn same(left: &[Datum<'_>], right: &[Datum<'_>], how: &FieldRef) -> bool {
    if how.starts || how.ends {
        return part_of(left, right, how);
    }
    if left.len().saturating_mul(right.len()) <= PAIRS {
        return left.iter().any(|a| right.iter().any(|b| equal(a, b, how.cased)));
    }
    let texts: HashSet<String> = right.iter().filter_map(|b| comparable(b, how.cased)).collect();
    let numbers = |values: &[Datum<'_>], typed: bool| -> HashSet<String> {
        let kept = values.iter().filter(|v| !typed || matches!(v, Datum::Number(_)));
        kept.filter_map(|v| numeric(v).and_then(Decimal::parse)).map(|n| written(&n)).collect()
    };
    left.iter().filter_map(|a| comparable(a, how.cased)).any(|text| texts.contains(&text))
        || !numbers(left, true).is_disjoint(&numbers(right, false))
        || !numbers(left, false).is_disjoint(&numbers(right, true))
}

/// Numbers by value where one of the two is typed, everything else as text.
fn equal(a: &Datum<'_>, b: &Datum<'_>, cased: bool) -> bool {
    let (Some(x), Some(y)) = (a.text(), b.text()) else { return false };
    if x == y || (!cased && x.chars().map(fold).eq(y.chars().map(fold))) {
        return true;
    }
    let typed = matches!(a, Datum::Number(_)) || matches!(b, Datum::Number(_));
    typed
        && match (numeric(a).and_then(Decimal::parse), numeric(b).and_then(Decimal::parse)) {
            (Some(x), Some(y)) => x == y,
            _ => false,
        }
}

fn part_of(left: &[Datum<'_>], right: &[Datum<'_>], how: &FieldRef) -> bool {
    let right: Vec<String> = right.iter().filter_map(|b| comparable(b, how.cased)).collect();
    left.iter().filter_map(|a| comparable(a, how.cased)).any(|whole| {
        right.iter().any(|part| match (how.starts, how.ends) {
            (true, true) => whole.contains(part.as_str()),
            (true, false) => whole.starts_with(part.as_str()),
            _ => whole.ends_with(part.as_str()),
        })
    })
}

fn comparable(value: &Datum<'_>, cased: bool) -> Option<String> {
    value.text().map(|text| if cased { text.to_owned() } else { folded(text) })
}

/// A spelling that equal numbers share.
pub(super) fn written(number: &Decimal) -> String {
    format!("{}{}e{}", if number.negative { "-" } else { "" }, number.digits, number.exponent)
}
