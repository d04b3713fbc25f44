//! Numbers as correlations add, average and order them: fixed point, nine decimals, in an `i128`.
//!
//! Exact for every 64-bit integer and for nanosecond fractions, and a sum takes back exactly what was added to it,
//! which a floating-point sum does not. What counts as a number is sigma-semantics.md 2.5. Left out: digits behind
//! the ninth decimal are rounded, and a value beyond [`Fixed::LIMIT`] counts as the limit.

use crate::sigma::Decimal;

/// A number times 10⁹.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fixed(pub(super) i128);

impl Fixed {
    /// Decimals kept.
    const DECIMALS: i64 = 9;
    /// The largest value: 4 · 10¹⁹, above any 64-bit integer. 2³² of them still add up within an `i128`, and
    /// so does one times the weights of a percentile.
    pub(super) const LIMIT: i128 = 40_000_000_000_000_000_000_000_000_000;

    /// Reads an event's value: all of `text` must be a number.
    pub(super) fn value(text: &str) -> Option<Fixed> {
        let (negative, rest) = sign(text.as_bytes());
        let at = rest.iter().position(|b| matches!(b, b'e' | b'E'));
        let (mantissa, exponent) = match at {
            Some(at) => (rest.get(..at)?, exponent(rest.get(at + 1..)?)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|b| *b == b'.') {
            Some(at) => (mantissa.get(..at)?, some_digits(mantissa.get(at + 1..)?)?),
            None => (mantissa, &b""[..]),
        };
        let digits = some_digits(whole)?.iter().chain(fraction).copied();
        let point = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
        let size = scaled(digits, point).min(Fixed::LIMIT);
        Some(Fixed(if negative { -size } else { size }))
    }

    /// Reads a bound of a rule.
    pub(super) fn bound(decimal: &Decimal) -> Fixed {
        let length = i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX);
        let size = scaled(decimal.digits.bytes(), length.saturating_add(decimal.exponent));
        Fixed(if decimal.negative { -size } else { size })
    }

    /// A count.
    pub(super) fn count(n: usize) -> Fixed {
        Fixed(i128::try_from(n).unwrap_or(i128::MAX).saturating_mul(10_i128.pow(9)))
    }
}

impl std::fmt::Display for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.unsigned_abs();
        let (whole, fraction) = (size / 1_000_000_000, size % 1_000_000_000);
        let fraction = format!("{fraction:09}");
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

/// `digits` with the decimal point behind `point` of them, times 10⁹, rounded half up; holds at the largest `i128`.
fn scaled(digits: impl Iterator<Item = u8>, point: i64) -> i128 {
    let mut wanted = point.saturating_add(Fixed::DECIMALS);
    let mut size = 0_i128;
    for digit in digits.map(|b| i128::from(b.saturating_sub(b'0'))) {
        if wanted <= 0 {
            return if wanted == 0 && digit >= 5 { size.saturating_add(1) } else { size };
        }
        size = size.saturating_mul(10).saturating_add(digit);
        wanted -= 1;
    }
    // Forty tens take any digit but zero to the top.
    if size > 0 {
        for _ in 0..wanted.clamp(0, 40) {
            size = size.saturating_mul(10);
        }
    }
    size
}

/// Whether there is a minus, and what follows the sign.
fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    }
}

fn some_digits(text: &[u8]) -> Option<&[u8]> {
    (!text.is_empty() && text.iter().all(u8::is_ascii_digit)).then_some(text)
}

/// An exponent that does not fit is as good as the largest.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, rest) = sign(text);
    let size = some_digits(rest)?.iter().fold(0_i64, |n, b| n.saturating_mul(10).saturating_add(i64::from(b - b'0')));
    Some(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<i128>) {
        assert_eq!(Fixed::value(text).map(|f| f.0), want, "{text}");
    }

    #[test]
    fn reads_whole_texts_that_are_numbers() {
        for (text, want) in [
            ("0", 0),
            ("400", 400_000_000_000),
            ("-0.5", -500_000_000),
            ("+1.25e2", 125_000_000_000),
            ("18446744073709551615", 18_446_744_073_709_551_615_000_000_000),
            ("9007199254740993", 9_007_199_254_740_993_000_000_000),
            ("0.0000000005", 1),
            ("0.00000000049", 0),
            ("5e-10", 1),
            ("123e-12", 0),
            ("1e40", Fixed::LIMIT),
            ("-1e999999999999999999999", -Fixed::LIMIT),
            ("0e99999999999999", 0),
        ] {
            check(text, Some(want));
        }
    }

    #[test]
    fn refuses_what_only_looks_like_a_number() {
        for text in ["", "-", "lots", " 1", "1 ", "0x10", "inf", "NaN", "1.", ".5", "1e", "1e+", "--1", "1,5", "1.2.3"]
        {
            check(text, None);
        }
    }

    #[test]
    fn numbers_are_shown_without_needless_zeros() {
        for text in ["0", "5", "-12.5", "0.000000001", "18446744073709551615"] {
            assert_eq!(Fixed::value(text).map(|n| n.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn bounds_and_values_of_one_text_are_equal() {
        let decimal = Decimal { negative: true, digits: "5005".into(), exponent: -1 };
        assert_eq!(Some(Fixed::bound(&decimal)), Fixed::value("-500.5"));
        assert_eq!(Fixed::bound(&Decimal { negative: false, digits: String::new(), exponent: 0 }), Fixed(0));
    }
}
