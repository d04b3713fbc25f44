//! Exact decimal numbers, so that 9007199254740993 and ...992 stay apart and `4625` equals `4625.0`.
//!
//! What counts as a number in an event's text is sigma-semantics.md 2.5: `[+-]?digits[.digits][e±n]`, all of the
//! text. No hexadecimal, no blanks, no `inf`. An exponent that does not fit an `i64` is not read as a number.

use super::rule::{Comparison, Decimal};
use std::cmp::Ordering;

/// A decimal number as it stands in a text.
struct Digits<'a> {
    negative: bool,
    /// Before and after the point, leading zeros of the whole off.
    int: &'a str,
    frac: &'a str,
    exponent: i64,
}

impl<'a> Digits<'a> {
    fn read(text: &'a str) -> Option<Digits<'a>> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (rest.get(..at)?, exponent(rest.get(at + 1..)?)?),
            None => (rest, 0),
        };
        let (int, frac) = match mantissa.split_once('.') {
            Some((int, frac)) => (int, some_digits(frac)?),
            None => (mantissa, ""),
        };
        Some(Digits { negative, int: some_digits(int)?.trim_start_matches('0'), frac, exponent })
    }

    /// All digits, without leading zeros.
    fn significant(&self) -> impl Iterator<Item = u8> + '_ {
        let skip = if self.int.is_empty() { self.leading_zeros() } else { 0 };
        self.int.bytes().chain(self.frac.bytes().skip(skip))
    }

    /// Zeros right behind the point.
    fn leading_zeros(&self) -> usize {
        self.frac.bytes().take_while(|b| *b == b'0').count()
    }

    fn is_zero(&self) -> bool {
        self.significant().next().is_none()
    }

    /// Where the first significant digit stands: 1 for units, 2 for tens, 0 for tenths.
    fn magnitude(&self) -> i64 {
        let places = if self.int.is_empty() { -length(self.leading_zeros()) } else { length(self.int.len()) };
        places.saturating_add(self.exponent)
    }
}

/// A text's length as a signed number; texts are far shorter than 2^63.
fn length(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn some_digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

fn exponent(text: &str) -> Option<i64> {
    some_digits(text.strip_prefix(['+', '-']).unwrap_or(text))?;
    text.parse().ok()
}

impl Decimal {
    /// Reads a number that takes up all of `text`.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let read = Digits::read(text)?;
        let mut digits: String = read.significant().map(char::from).collect();
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, exponent: 0 });
        }
        let exponent = read.magnitude().saturating_sub(length(digits.len()));
        let kept = digits.trim_end_matches('0').len();
        let exponent = exponent.saturating_add(length(digits.len() - kept));
        digits.truncate(kept);
        Some(Decimal { negative: read.negative, digits, exponent })
    }

    /// How this number stands to the number in `text`; `None` when `text` is no number. Allocates nothing.
    pub(crate) fn compare_to(&self, text: &str) -> Option<Ordering> {
        let other = Digits::read(text)?;
        let ours = sign(self.negative, self.digits.is_empty());
        let theirs = sign(other.negative, other.is_zero());
        if ours != theirs || ours == 0 {
            return Some(ours.cmp(&theirs));
        }
        let size = self.magnitude().cmp(&other.magnitude()).then_with(|| {
            let kept = without_trailing_zeros(other.significant());
            self.digits.bytes().cmp(other.significant().take(kept))
        });
        Some(if self.negative { size.reverse() } else { size })
    }

    /// Whether the number in `text` stands to this one as `comparison` says: `text < self` for `Lt`.
    /// False when `text` is no number.
    pub(crate) fn admits(&self, comparison: Comparison, text: &str) -> bool {
        self.compare_to(text).is_some_and(|order| comparison.holds(order.reverse()))
    }

    /// Whether it has no fraction.
    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= 0 || self.digits.is_empty()
    }

    fn magnitude(&self) -> i64 {
        length(self.digits.len()).saturating_add(self.exponent)
    }
}

impl From<u64> for Decimal {
    fn from(n: u64) -> Decimal {
        Decimal::parse(&n.to_string()).expect("digits are a number")
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let ours = sign(self.negative, self.digits.is_empty());
        ours.cmp(&sign(other.negative, other.digits.is_empty())).then_with(|| {
            let size = self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { size.reverse() } else { size }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Comparison {
    /// Whether a left side that stands to its right side as `order` satisfies the comparison.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Eq => order.is_eq(),
            Comparison::Neq => order.is_ne(),
            Comparison::Lt => order.is_lt(),
            Comparison::Lte => order.is_le(),
            Comparison::Gt => order.is_gt(),
            Comparison::Gte => order.is_ge(),
        }
    }

    /// How it is written for people.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Neq => "≠",
            Comparison::Lt => "<",
            Comparison::Lte => "≤",
            Comparison::Gt => ">",
            Comparison::Gte => "≥",
        }
    }
}

fn sign(negative: bool, zero: bool) -> i8 {
    match (zero, negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }
}

/// How many digits there are up to the last one that is not zero.
fn without_trailing_zeros(digits: impl Iterator<Item = u8>) -> usize {
    digits.enumerate().filter(|(_, digit)| *digit != b'0').last().map_or(0, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn compare(a: &str, b: &str, want: Ordering) {
        let (left, right) = (Decimal::parse(a).unwrap(), Decimal::parse(b).unwrap());
        assert_eq!(left.cmp(&right), want, "{a} and {b}");
        assert_eq!(right.cmp(&left), want.reverse(), "{b} and {a}");
        assert_eq!(left.compare_to(b), Some(want), "{a} and the text {b}");
        assert_eq!(right.compare_to(a), Some(want.reverse()), "{b} and the text {a}");
        assert_eq!(left == right, want.is_eq(), "{a} = {b}");
    }

    #[test]
    fn numbers_equal_by_value_whatever_their_spelling() {
        for (a, b) in [
            ("4625", "4625.0"),
            ("4625", "+04625"),
            ("1e3", "1000"),
            ("1.5e1", "15"),
            ("0.05", "5e-2"),
            ("-0", "0.000"),
            ("0e99", "0"),
            ("120", "12e1"),
        ] {
            compare(a, b, Ordering::Equal);
        }
    }

    #[test]
    fn numbers_are_ordered_exactly() {
        for (a, b) in [
            ("9007199254740992", "9007199254740993"),
            ("-2", "-1"),
            ("-1", "0"),
            ("0", "0.0001"),
            ("9", "10"),
            ("0.09", "0.1"),
            ("1", "1.00000000000000000000000000001"),
            ("99", "1e2"),
            ("1e-400", "1e-399"),
            ("18446744073709551615", "18446744073709551616"),
        ] {
            compare(a, b, Ordering::Less);
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in
            ["", "-", "+", ".", "1.", ".5", "1e", "1e+", "0x10", " 1", "1 ", "inf", "NaN", "1_000", "١", "--1", "1.2.3"]
        {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
            assert_eq!(Decimal::from(1).compare_to(text), None, "{text:?}");
        }
        assert_eq!(Decimal::parse("1e99999999999999999999"), None);
    }

    #[test]
    fn comparisons_read_from_the_event_to_the_rule() {
        let ten = Decimal::from(10);
        for (comparison, nine, same, eleven) in [
            (Comparison::Lt, true, false, false),
            (Comparison::Lte, true, true, false),
            (Comparison::Gt, false, false, true),
            (Comparison::Gte, false, true, true),
            (Comparison::Eq, false, true, false),
            (Comparison::Neq, true, false, true),
        ] {
            let got = ["9", "10.0", "11"].map(|text| ten.admits(comparison, text));
            assert_eq!(got, [nine, same, eleven], "{comparison:?}");
        }
        assert!(!ten.admits(Comparison::Neq, "ten"), "text is not compared");
    }

    proptest! {
        #[test]
        fn integers_compare_as_integers(a: i64, b: i64) {
            compare(&a.to_string(), &b.to_string(), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", other in "[-+]?[0-9]{0,4}\\.?[0-9]{0,4}(e[-+]?[0-9]{0,20})?") {
            if let Some(number) = Decimal::parse(&other) {
                number.compare_to(&text);
                prop_assert_eq!(number.compare_to(&other), Some(Ordering::Equal));
            }
        }
    }
}
