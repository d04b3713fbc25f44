//! Walks over the bytes of a stamp: digits, words, clock times and zones.

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'t> {
    bytes: &'t [u8],
    at: usize,
}

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// A time of day as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Nanoseconds since midnight; a second 60 is the start of the next minute.
    pub(super) nanos: i64,
    /// Digits of the second, 9 at most.
    pub(super) decimals: u8,
}

/// A zone as named behind a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// Seconds east of UTC.
    East(i32),
    /// An abbreviation of several zones.
    Unsure,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { bytes: text.as_bytes(), at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Whether a stamp may end here: at nothing that could belong to it.
    pub(super) fn is_at_edge(&self) -> bool {
        self.peek().is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'-' | b'/' | b'_'))
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    /// Eats one of `bytes`.
    pub(super) fn eat_any(&mut self, bytes: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|b| bytes.contains(b))?;
        self.at += 1;
        Some(byte)
    }

    /// Eats `word`.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let is_here = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// Eats blanks; whether there was one.
    pub(super) fn blanks(&mut self) -> bool {
        let start = self.at;
        while self.eat(b' ') {}
        self.at > start
    }

    /// Reads exactly `count` digits; more than 18 are refused.
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.bytes.get(self.at..self.at.checked_add(count)?).filter(|d| d.len() <= 18)?;
        let value = digits.iter().try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))?;
        self.at += count;
        Some(value)
    }

    /// How many digits follow.
    pub(super) fn count_digits(&self) -> usize {
        self.bytes.get(self.at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count())
    }

    /// Reads one or two digits.
    pub(super) fn one_or_two(&mut self) -> Option<i64> {
        Some(self.count_digits()).filter(|n| (1..=2).contains(n)).and_then(|n| self.digits(n))
    }

    /// Reads the first three letters of an English name out of `names`, which holds them one behind the other;
    /// gives its number from 1. No further letter may follow.
    pub(super) fn name(&mut self, names: &[u8]) -> Option<i64> {
        let word = self.bytes.get(self.at..self.at.checked_add(3)?)?;
        if self.bytes.get(self.at + 3).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let n = names.chunks_exact(3).position(|name| name.eq_ignore_ascii_case(word))?;
        self.at += 3;
        i64::try_from(n + 1).ok()
    }

    /// Reads `hh:mm:ss[.f]` or `hh:mm:ss,f`.
    pub(super) fn clock(&mut self) -> Option<Clock> {
        let hour = self.digits(2)?;
        let minute = self.eat(b':').then(|| self.digits(2))??;
        let second = self.eat(b':').then(|| self.digits(2))??;
        self.fraction_of(hour, minute, second)
    }

    /// Reads `Nov  2 15:40:14 ` as nearly all logs write it, the blank behind it left: what reading its parts one by one
    /// gives, and nothing where they are written in another way.
    pub(super) fn usual_stamp(&mut self, months: &[u8]) -> Option<(i64, i64, Clock)> {
        let text: &[u8; 16] = self.bytes.get(self.at..)?.first_chunk()?;
        let [a, b, c, b' ', day, of_day, b' ', hour, of_hour, b':', minute, of_minute, b':', second, of_second, b' '] =
            *text
        else {
            return None;
        };
        let two = |tens: u8, ones: u8| {
            let both = tens.is_ascii_digit() && ones.is_ascii_digit();
            both.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        };
        let day = if day == b' ' { two(b'0', of_day) } else { two(day, of_day) }?;
        let (hour, minute, second) = (two(hour, of_hour)?, two(minute, of_minute)?, two(second, of_second)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let month = months.chunks_exact(3).position(|name| name == [a, b, c])?;
        self.at += text.len() - 1;
        let nanos = ((hour * 60 + minute) * 60 + second) * SECOND;
        Some((i64::try_from(month + 1).ok()?, day, Clock { nanos, decimals: 0 }))
    }

    /// Whether a blank and a word follow that is neither a zone nor a year: most often the name of a host.
    pub(super) fn is_before_name(&self) -> bool {
        let behind = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk);
        // A zone is two capitals at least.
        matches!(behind, Some([b' ', b'a'..=b'z', _] | [b' ', b'A'..=b'Z', b'a'..=b'z']))
    }

    /// Puts a time of day together and reads its fraction.
    pub(super) fn fraction_of(&mut self, hour: i64, minute: i64, second: i64) -> Option<Clock> {
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let (fraction, decimals) = self.fraction();
        let fraction = if second == 60 { 0 } else { fraction };
        Some(Clock { nanos: ((hour * 60 + minute) * 60 + second) * SECOND + fraction, decimals })
    }

    /// Reads `.f` or `,f` as nanoseconds; digits beyond the ninth are dropped.
    fn fraction(&mut self) -> (i64, u8) {
        let mark = *self;
        if self.eat_any(b".,").is_none() || self.count_digits() == 0 {
            *self = mark;
            return (0, 0);
        }
        let (mut nanos, mut unit, mut decimals) = (0, SECOND / 10, 0);
        while let Some(digit) = self.digits(1) {
            nanos += digit * unit;
            unit /= 10;
            decimals = (decimals + 1).min(9);
        }
        (nanos, decimals)
    }

    /// Reads `±hh:mm`, `±hhmm` or `±hh` as seconds east of UTC.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let sign = if self.eat_any(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2)?;
        let minutes = if self.eat(b':') || self.count_digits() == 2 { self.digits(2)? } else { 0 };
        // Jiff's bound; the widest offset in use is +14:00.
        let seconds = (hours <= 25 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))?;
        i32::try_from(seconds).ok()
    }

    /// Reads a zone that follows a time, with or without a blank between: `Z`, an offset, `UTC`. Of other
    /// abbreviations only their place is known (`IST` is three zones): they are passed over, and `None` stands for
    /// the assumed zone.
    pub(super) fn zone(&mut self) -> Option<i32> {
        let mark = *self;
        let has_blank = self.blanks();
        let start = self.at;
        let found = match self.peek() {
            // ` Z` may be a word.
            Some(b'Z' | b'z') if !has_blank => {
                self.skip(1);
                self.is_at_edge().then_some(Named::East(0))
            }
            // ` -07` may be a number behind a dash.
            Some(b'+' | b'-') => self.offset().map(Named::East).filter(|_| !has_blank || self.at - start >= 5),
            Some(b'A'..=b'Z') => self.abbreviation(),
            _ => None,
        };
        match found {
            Some(Named::East(seconds)) => {
                self.annotation();
                Some(seconds)
            }
            Some(Named::Unsure) => None,
            None => {
                *self = mark;
                None
            }
        }
    }

    /// Passes over what only repeats an offset: ` UTC` as Go writes it, `[Europe/Paris]` as Java does (RFC 9557).
    fn annotation(&mut self) {
        let mark = *self;
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
        let repeats = if self.eat(b'[') {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let len = rest.iter().take_while(|b| is_name(b)).count();
            let has_slash = rest.get(..len).is_some_and(|name| name.contains(&b'/'));
            self.skip(len);
            has_slash && self.eat(b']')
        } else {
            self.blanks() && self.abbreviation().is_some()
        };
        if !repeats {
            *self = mark;
        }
    }

    /// Reads a zone's abbreviation, `GMT+0200` too.
    fn abbreviation(&mut self) -> Option<Named> {
        const UTC: [&[u8]; 3] = [b"UTC", b"GMT", b"UT"];
        const UNSURE: [&[u8]; 26] = [
            b"EST", b"EDT", b"CST", b"CDT", b"MST", b"MDT", b"PST", b"PDT", b"AKST", b"AKDT", b"HST", b"CET", b"CEST",
            b"EET", b"EEST", b"WET", b"WEST", b"BST", b"IST", b"MSK", b"JST", b"KST", b"AEST", b"AEDT", b"NZST",
            b"NZDT",
        ];
        let rest = self.bytes.get(self.at..)?;
        let word = rest.split(|b| !b.is_ascii_uppercase()).next()?;
        // No abbreviation is shorter or longer; most words behind a stamp are names of hosts.
        if !(2..=4).contains(&word.len()) {
            return None;
        }
        let (is_utc, is_unsure) = (UTC.contains(&word), UNSURE.contains(&word));
        let mark = *self;
        self.skip(word.len());
        let found = match self.peek() {
            Some(b'+' | b'-') if is_utc => self.offset().map(Named::East),
            None | Some(b' ' | b':' | b']' | b')' | b',') if is_utc => Some(Named::East(0)),
            None | Some(b' ' | b':' | b']' | b')' | b',') if is_unsure => Some(Named::Unsure),
            _ => None,
        };
        if found.is_none() {
            *self = mark;
        }
        found
    }
}
