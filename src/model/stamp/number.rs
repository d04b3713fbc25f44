//! Stamps that are numbers: seconds since 1970 and their fractions, FILETIME, TAI64N, .NET's `/Date(…)/`.

use super::civil::in_range;
use super::cursor::{Cursor, SECOND};
use crate::model::time::Stamp;

/// Reads a whole text as a number: seconds, milliseconds, microseconds or nanoseconds by its size, seconds when it
/// has a decimal point. 18 digits beginning with 13 are FILETIME (as nanoseconds they would be the year 1974). Zero
/// is no stamp.
pub(super) fn read(text: &str) -> Option<Stamp> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let is_digits = |t: &str| !t.is_empty() && t.len() <= 19 && t.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|f| f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let (nanos, decimals) = match (fraction, number) {
        (Some(fraction), _) => {
            let digits = fraction.len().min(9);
            let value: i64 = fraction.get(..digits)?.parse().ok()?;
            let unit = 10i64.pow(u32::try_from(9 - digits).ok()?);
            (number.checked_mul(SECOND)?.checked_add(value * unit)?, u8::try_from(digits).ok()?)
        }
        (None, ..100_000_000_000) => (number.checked_mul(SECOND)?, 0),
        (None, ..100_000_000_000_000) => (number.checked_mul(1_000_000)?, 3),
        (None, ..100_000_000_000_000_000) => (number.checked_mul(1_000)?, 6),
        (None, _) if whole.len() == 18 && whole.starts_with("13") => (filetime(number)?, 7),
        (None, _) => (number, 9),
    };
    (nanos > 0).then_some(())?;
    in_range(nanos).map(|time| Stamp::exact(time, decimals))
}

/// Nanoseconds since 1970 of 100 ns steps since 1601.
fn filetime(steps: i64) -> Option<i64> {
    steps.checked_sub(116_444_736_000_000_000)?.checked_mul(100)
}

/// Reads `/Date(1700000000000)/` and `/Date(1700000000000+0100)/` (the offset only says where it was written),
/// escaped slashes or not.
pub(super) fn dot_net(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    cursor.eat(b'\\');
    cursor.eat_word(b"/Date(").then_some(())?;
    let digits = cursor.count_digits();
    let millis = cursor.digits(digits).filter(|_| (1..=15).contains(&digits))?;
    cursor.offset();
    cursor.eat_word(b")").then_some(())?;
    cursor.eat(b'\\');
    cursor.eat(b'/').then_some(())?;
    in_range(millis.checked_mul(1_000_000)?).map(|time| Stamp::exact(time, 3))
}

/// The first second (of UTC) of each step of TAI - UTC since 1972, when it was 10 s; every step added one.
/// International Earth Rotation Service, Bulletin C; no step was announced since 2017.
const LEAP_SECONDS: [i64; 28] = [
    63_072_000,
    78_796_800,
    94_694_400,
    126_230_400,
    157_766_400,
    189_302_400,
    220_924_800,
    252_460_800,
    283_996_800,
    315_532_800,
    362_793_600,
    394_329_600,
    425_865_600,
    489_024_000,
    567_993_600,
    631_152_000,
    662_688_000,
    709_948_800,
    741_484_800,
    773_020_800,
    820_454_400,
    867_715_200,
    915_148_800,
    1_136_073_600,
    1_230_768_000,
    1_341_100_800,
    1_435_708_800,
    1_483_228_800,
];

/// Reads `@4000000065535f1a00000000`, with or without nanoseconds.
pub(super) fn tai64(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    cursor.eat(b'@').then_some(())?;
    let label = hex(cursor, 16)?;
    let (nanos, decimals) = match hex(cursor, 8) {
        Some(nanos) if nanos < SECOND => (nanos, 9),
        Some(_) => return None,
        None => (0, 0),
    };
    // Labels count from 2^62; 1970 began 10 s after that label.
    let tai = label.checked_sub(1 << 62)?;
    let steps = (0i64..).zip(LEAP_SECONDS).take_while(|(n, from)| tai - 10 - n >= *from).count();
    let behind = 9 + i64::try_from(steps).ok()?.max(1);
    in_range(tai.checked_sub(behind)?.checked_mul(SECOND)?.checked_add(nanos)?).map(|time| Stamp::exact(time, decimals))
}

/// Reads exactly `count` hexadecimal digits (16 at most) into a positive number.
fn hex(cursor: &mut Cursor<'_>, count: u32) -> Option<i64> {
    let mark = *cursor;
    let mut value = 0u64;
    for _ in 0..count {
        let digit = cursor.peek().and_then(|b| char::from(b).to_digit(16));
        let Some(digit) = digit else {
            *cursor = mark;
            return None;
        };
        value = value << 4 | u64::from(digit);
        cursor.skip(1);
    }
    i64::try_from(value).ok()
}
