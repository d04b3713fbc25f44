//! `--stats`: what a scan took, on standard error. Figures for people; no report depends on them.

use super::terminal;
use crate::model::{Counts, Effort, Times};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time since this was first asked.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the clock; no result depends on it")]
pub(crate) fn clock() -> Duration {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

/// Says how long loading rules and names took.
pub(crate) fn say_setup(took: Duration) {
    terminal::line("stats", &format!("set up in {} ms", took.as_millis()));
}

/// Says what the scan took.
pub(crate) fn say(effort: &Effort) {
    for line in lines(effort) {
        terminal::line("stats", &line);
    }
}

fn lines(effort: &Effort) -> [String; 2] {
    let Times { read, decoded, tagged, matched, merged } = effort.times;
    let ms = |time: Duration| time.as_millis();
    let times = format!(
        "read and cut {} ms, decoded {} ms, tagged {} ms, matched {} ms, merged {} ms (all threads together)",
        ms(read),
        ms(decoded),
        ms(tagged),
        ms(matched),
        ms(merged)
    );
    let Counts { events, fitting, tried, held, repeated, values, remembered, lines, skimmed, skimmed_bytes } =
        effort.counts;
    let counts = format!(
        "{skimmed} events of {skimmed_bytes} bytes passed over by their lines, {events} read; of these an event: {} rules fit, {} tried, {} held ({}% as before), {} lines and {} values looked through \
         ({}% known before)",
        each(fitting, events),
        each(tried, events),
        each(held, events),
        share(repeated, held),
        each(lines, events),
        each(values, events),
        share(remembered, values)
    );
    [times, counts]
}

/// So many of a hundred.
fn share(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0)
}

/// A mean with two digits behind the point.
fn each(sum: u64, count: u64) -> String {
    let hundredths = sum.saturating_mul(100).checked_div(count).unwrap_or(0);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_have_two_digits_and_nothing_divides_by_zero() {
        assert_eq!([each(7, 2), each(1, 3), each(5, 0)], ["3.50", "0.33", "0.00"]);
        let effort = Effort {
            counts: Counts {
                events: 4,
                fitting: 10,
                tried: 2,
                held: 2,
                repeated: 1,
                values: 3,
                remembered: 2,
                lines: 1,
                skimmed: 9,
                skimmed_bytes: 800,
            },
            times: Times { read: Duration::from_millis(12), ..Times::default() },
        };
        let [times, counts] = lines(&effort);
        assert!(times.starts_with("read and cut 12 ms, decoded 0 ms"), "{times}");
        assert!(counts.starts_with("9 events of 800 bytes passed over by their lines, 4 read;"), "{counts}");
        assert!(
            counts.contains("2.50 rules fit, 0.50 tried, 0.50 held (50% as before), 0.25 lines and 0.75 values"),
            "{counts}"
        );
        assert!(counts.ends_with("(66% known before)"), "{counts}");
    }
}
