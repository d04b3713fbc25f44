//! Stamps in the one form most logs write, told at once.

use super::Zone;
use super::civil::Civil;
use super::cursor::{Clock, SECOND};
use crate::model::time::Stamp;

/// The seconds since midnight that `15:40:14` says; a second 60 is none. All bytes are tried at once.
pub(crate) fn second_of_day(clock: [u8; 8]) -> Option<u32> {
    // What is left of digits is their value, and of colons nothing.
    let digits = u64::from_le_bytes(clock) ^ u64::from_le_bytes(*b"00:00:00");
    // What goes beyond 9, or beyond 5 where tens of minutes and seconds stand, reaches the upper half of its byte.
    let beyond = digits.checked_add(u64::from_le_bytes([6, 6, 15, 10, 6, 15, 10, 6]))?;
    if (digits | beyond) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let digit = |at: u32| (digits >> (8 * at)) as u32 & 15;
    let (hour, minute, second) = (digit(0) * 10 + digit(1), digit(3) * 10 + digit(4), digit(6) * 10 + digit(7));
    (hour <= 23).then_some((hour * 60 + minute) * 60 + second)
}

/// Reads `2021-09-15T21:17:10.220Z`, with a blank for the `T`, without the fraction or the zone: what reading its parts one
/// by one gives, and nothing where the text is written in another way.
pub(super) fn usual(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let (start, rest) = text.split_first_chunk::<19>()?;
    let [a, b, c, d, b'-', month, of_month, b'-', day, of_day, b'T' | b' ', clock @ ..] = *start else { return None };
    let number = |digits: &[u8]| {
        let digit = |n: i64, digit: &u8| digit.is_ascii_digit().then(|| n * 10 + i64::from(digit - b'0'));
        digits.iter().try_fold(0, digit)
    };
    let (year, month, day) = (number(&[a, b, c, d])?, number(&[month, of_month])?, number(&[day, of_day])?);
    let second = second_of_day(clock)?;
    let (digits, offset) = match rest {
        [digits @ .., b'Z'] => (digits, Some(0)),
        digits => (digits, None),
    };
    let (fraction, decimals) = match digits {
        [] => (0, 0),
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let decimals = u8::try_from(digits.len()).ok()?;
            (number(digits)? * 10_i64.pow(9 - u32::from(decimals)), decimals)
        }
        _ => return None,
    };
    let nanos = i64::from(second) * SECOND + fraction;
    Civil::new(year, month, day, nanos)?.stamp(Clock { nanos, decimals }, offset, zone)
}

#[cfg(test)]
mod tests {
    use super::super::{Cursor, iso};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_of_day_is_told_at_once() {
        for (clock, second) in
            [("00:00:00", Some(0)), ("23:59:59", Some(86_399)), ("09:05:07", Some(32_707)), ("24:00:00", None)]
        {
            assert_eq!(second_of_day(*clock.as_bytes().first_chunk().unwrap()), second, "{clock}");
        }
        // Every byte in every place.
        for (at, byte) in (0..8).flat_map(|at| (0..=255u8).map(move |byte| (at, byte))) {
            let mut clock = *b"01:23:45";
            clock[at] = byte;
            let is_it = match at {
                2 | 5 => byte == b':',
                0 => matches!(byte, b'0'..=b'2'),
                3 | 6 => matches!(byte, b'0'..=b'5'),
                _ => byte.is_ascii_digit(),
            };
            assert_eq!(second_of_day(clock).is_some(), is_it, "{clock:?}");
        }
    }

    proptest! {
        /// What is told at once is what reading it bit by bit gives.
        #[test]
        fn the_usual_form_means_what_it_says(
            text in "(19[67]|20[02]|22[01])[0-9]-(02|1[0-3]|0[0-9])-(0[0-9]|[123][0-9]|28)[T t-](0[0-9]|[12][0-9]|7a):[0-6][0-9]:[0-69][0-9]([.,][0-9]{0,11})?(Z|z| Z|[+]01:00|x|)"
        ) {
            for zone in ["UTC", "-03:30", "Europe/Berlin"].map(|zone| Zone::parse(zone).expect("it is one")) {
                let mut cursor = Cursor::new(&text);
                let slowly = iso::read(&mut cursor, &zone).filter(|_| cursor.is_at_end());
                if let Some(stamp) = usual(text.as_bytes(), &zone) {
                    prop_assert_eq!(Some(stamp), slowly, "{}", text);
                }
                let is_usual = !text.contains(['t', 'z', '+', 'x', ',', 'a']) && !text.contains(" Z");
                let is_short = text.split(['.', 'Z']).nth(1).is_none_or(|digits| digits.len() <= 9);
                if is_usual && is_short && !text.contains(":60") {
                    prop_assert_eq!(usual(text.as_bytes(), &zone), slowly, "{}", text);
                }
            }
        }
    }
}
