//! The hours of the week in which alerts begin, in UTC: nights and weekends stand out.

use super::{counted, thousands};
use crate::model::Alert;

/// Shades of a cell above none.
const SHADES: u64 = 4;
/// Width and height of a cell with its gap, in units of the drawing.
const CELL: usize = 14;

/// Monday first, as ISO 8601 counts.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The drawing.
pub(super) struct Heat {
    pub(super) rows: Vec<HeatRow>,
    pub(super) busiest: String,
}

/// A day of the week.
pub(super) struct HeatRow {
    pub(super) day: &'static str,
    pub(super) y: usize,
    pub(super) cells: Vec<HeatCell>,
}

/// An hour of that day.
pub(super) struct HeatCell {
    pub(super) x: usize,
    /// 0 for none to [`SHADES`] for the most.
    pub(super) shade: u64,
    pub(super) title: String,
}

/// The heat map, when some alert has a time.
pub(super) fn heat(alerts: &[&Alert]) -> Option<Heat> {
    let mut counts = [[0u64; 24]; 7];
    for (day, hour) in alerts.iter().filter_map(|alert| day_and_hour(alert)) {
        if let Some(cell) = counts.get_mut(day).and_then(|row| row.get_mut(hour)) {
            *cell += 1;
        }
    }
    let cells =
        counts.iter().enumerate().flat_map(|(day, row)| row.iter().enumerate().map(move |(hour, n)| (*n, day, hour)));
    // Of equals the first of the week.
    let (most, day, hour) = cells.max_by_key(|(n, day, hour)| (*n, std::cmp::Reverse((*day, *hour))))?;
    if most == 0 {
        return None;
    }
    let label = |day: usize, hour: usize| format!("{} {hour:02}:00", DAYS.get(day).copied().unwrap_or_default());
    let row = |(at, (day, hours)): (usize, (&'static str, &[u64; 24]))| HeatRow {
        day,
        y: at * CELL,
        cells: hours
            .iter()
            .enumerate()
            .map(|(hour, n)| HeatCell {
                x: hour * CELL,
                shade: (n * SHADES).div_ceil(most),
                title: format!("{}: {}", label(at, hour), thousands(*n)),
            })
            .collect(),
    };
    Some(Heat {
        rows: DAYS.into_iter().zip(&counts).enumerate().map(row).collect(),
        busiest: format!("{} from {}", counted(most, "alert", "alerts"), label(day, hour)),
    })
}

/// Weekday from Monday and hour of an alert's first event.
fn day_and_hour(alert: &Alert) -> Option<(usize, usize)> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(alert.first.time?.0)).ok()?;
    let civil = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let day = civil.date().weekday().to_monday_zero_offset();
    Some((usize::try_from(day).ok()?, usize::try_from(civil.hour()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn a_thursday_night_is_the_darkest_cell_of_its_row() {
        let report = sample::report();
        let alerts: Vec<&Alert> = report.alerts.iter().collect();
        let heat = heat(&alerts).expect("some alerts have a time");
        assert_eq!(heat.busiest, "2 alerts from Thu 02:00");
        let shades: Vec<u64> = heat.rows[3].cells.iter().take(5).map(|cell| cell.shade).collect();
        assert_eq!(shades, [0, 0, SHADES, 2, 0]);
    }

    #[test]
    fn without_times_there_is_nothing_to_draw() {
        assert!(heat(&[]).is_none());
    }
}
