//! The charts: alerts over time by severity, the entities most alerts are about.
//!
//! Alerts are drawn at their first event. Numbers are whole, so that the same report draws the same page.

use super::day_and_time;
use super::view::share;
use super::{counted, thousands};
use crate::model::{Alert, Level, Time};
use std::collections::BTreeMap;

/// Bars of the timeline at most.
const BARS: i64 = 60;
/// Entities that are listed.
const ENTITIES: usize = 8;
/// Height of the drawing, in its own units.
const HEIGHT: u64 = 100;
/// Width of a bar with its gap, in its own units.
const STEP: u64 = 10;

/// Widths a bar may stand for, in seconds.
const WIDTHS: [(i64, &str); 20] = [
    (1, "second"),
    (5, "5 seconds"),
    (10, "10 seconds"),
    (30, "30 seconds"),
    (60, "minute"),
    (300, "5 minutes"),
    (600, "10 minutes"),
    (1_800, "30 minutes"),
    (3_600, "hour"),
    (7_200, "2 hours"),
    (14_400, "4 hours"),
    (21_600, "6 hours"),
    (43_200, "12 hours"),
    (86_400, "day"),
    (172_800, "2 days"),
    (604_800, "week"),
    (2_419_200, "4 weeks"),
    (7_862_400, "13 weeks"),
    (31_449_600, "52 weeks"),
    (314_496_000, "520 weeks"),
];

/// Alerts over time.
pub(super) struct Timeline {
    pub(super) width: u64,
    pub(super) bars: Vec<Bar>,
    pub(super) most: String,
    pub(super) each: &'static str,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) busiest: String,
}

/// The part of a bar that is of one severity.
pub(super) struct Bar {
    pub(super) level: &'static str,
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) height: u64,
    pub(super) title: String,
}

/// The timeline, when some alert has a time.
pub(super) fn timeline(alerts: &[&Alert]) -> Option<Timeline> {
    let times: Vec<(i64, Level)> =
        alerts.iter().filter_map(|alert| Some((alert.first.time?.0.div_euclid(Time::SECOND), alert.level))).collect();
    let first = times.iter().map(|(time, _)| *time).min()?;
    let last = times.iter().map(|(time, _)| *time).max()?;
    let fits = |width: i64| last.div_euclid(width) - first.div_euclid(width) < BARS;
    let (width, each) = WIDTHS.into_iter().find(|(width, _)| fits(*width)).unwrap_or((i64::MAX, "bar"));
    let start = first.div_euclid(width);
    let mut counts: BTreeMap<i64, [u64; 5]> = BTreeMap::new();
    for (time, level) in times {
        let bar = counts.entry(time.div_euclid(width) - start).or_default();
        if let Some(n) = Level::ALL.iter().position(|l| *l == level).and_then(|at| bar.get_mut(at)) {
            *n += 1;
        }
    }
    let total = |bar: &[u64; 5]| bar.iter().sum::<u64>();
    let (busiest, most) = counts.iter().map(|(at, bar)| (*at, total(bar))).max_by_key(|(at, n)| (*n, -at))?;
    let label = |at: i64| day_and_time(Time((start + at).saturating_mul(width).saturating_mul(Time::SECOND)));
    let bars = counts.iter().flat_map(|(at, bar)| stack(*at, bar, most, &label(*at))).collect();
    Some(Timeline {
        width: u64::try_from(last.div_euclid(width) - start + 1).unwrap_or(1) * STEP,
        bars,
        most: thousands(most),
        each,
        start: label(0),
        end: label(last.div_euclid(width) - start),
        busiest: format!("{} from {}", counted(most, "alert", "alerts"), label(busiest)),
    })
}

/// One bar, the worst severity at the bottom.
fn stack(at: i64, counts: &[u64; 5], most: u64, label: &str) -> Vec<Bar> {
    let x = u64::try_from(at).unwrap_or(0) * STEP;
    let mut below = 0;
    let mut bars = Vec::new();
    for (level, count) in Level::ALL.into_iter().zip(*counts).rev().filter(|(_, count)| *count > 0) {
        let top = (below + count) * HEIGHT / most.max(1);
        let bottom = below * HEIGHT / most.max(1);
        below += count;
        let height = (top - bottom).max(1);
        bars.push(Bar {
            level: level.name(),
            x,
            y: HEIGHT - top,
            height,
            title: format!("{label}: {} {level}", thousands(count)),
        });
    }
    bars
}

/// An entity and what is known of it.
pub(super) struct EntityRow<'a> {
    pub(super) level: &'static str,
    pub(super) field: &'a str,
    pub(super) value: &'a str,
    pub(super) alerts: String,
    pub(super) share: u64,
}

/// The entities of most alerts, worst first among equals.
pub(super) fn entities<'a>(alerts: &[&'a Alert]) -> Vec<EntityRow<'a>> {
    let mut found: BTreeMap<(&'a str, &'a str), (u64, Level)> = BTreeMap::new();
    for alert in alerts {
        for pair in &alert.entity {
            let entry = found.entry((&pair.field, &pair.value)).or_insert((0, alert.level));
            *entry = (entry.0 + 1, entry.1.max(alert.level));
        }
    }
    let mut rows: Vec<_> = found.into_iter().collect();
    // Stable: equals stay in order of name.
    rows.sort_by_key(|(_, (alerts, level))| std::cmp::Reverse((*alerts, *level)));
    let most = rows.first().map_or(1, |(_, (alerts, _))| *alerts);
    let row = |((field, value), (alerts, level)): ((&'a str, &'a str), (u64, Level))| EntityRow {
        level: level.name(),
        field,
        value,
        alerts: thousands(alerts),
        share: share(alerts, most),
    };
    rows.into_iter().take(ENTITIES).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;
    use crate::model::Report;

    fn drawn(report: &Report) -> Timeline {
        let alerts: Vec<&Alert> = report.alerts.iter().collect();
        timeline(&alerts).expect("some alert has a time")
    }

    #[test]
    fn a_day_of_alerts_is_drawn_in_bars_of_half_an_hour() {
        let drawn = drawn(&sample::report());
        assert_eq!(drawn.each, "30 minutes");
        assert_eq!((drawn.start.as_str(), drawn.most.as_str()), ("14 Mar 2024 02:00:00", "2"));
        assert!(drawn.bars.iter().all(|bar| bar.x < drawn.width && bar.y + bar.height <= HEIGHT));
    }

    #[test]
    fn times_at_both_ends_of_what_we_can_say_still_fit() {
        let mut report = sample::crowd(2);
        report.alerts[0].first.time = Some(Time(i64::MIN));
        report.alerts[1].first.time = Some(Time(i64::MAX));
        assert!(drawn(&report).width <= u64::try_from(BARS).expect("it is positive") * STEP);
    }

    #[test]
    fn without_times_there_is_nothing_to_draw() {
        assert!(timeline(&[]).is_none());
    }
}
