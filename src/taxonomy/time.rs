//! Which of the stamps of a record counts (taxonomy.md 5.1).

use super::place::{Names, Place};
use super::table::RawTimes;
use crate::model::stamp::{self, Zone};
use crate::model::{Event, FieldId, Quality, Stamp};
use std::collections::BTreeSet;

/// The stamps of one profile, in order.
#[derive(Debug, Default)]
pub(super) struct TimePlan {
    utc: Vec<TimePlace>,
    zoned: Vec<TimePlace>,
    local: Vec<TimePlace>,
}

/// One stamp: the texts of these fields with a blank between.
type TimePlace = Vec<Place>;

impl TimePlan {
    /// Compiles the lists of a profile.
    pub(super) fn new(raw: &RawTimes, names: &mut Names) -> TimePlan {
        let mut places = |list: &[String]| -> Vec<TimePlace> {
            list.iter().map(|name| name.split('+').map(|part| Place::new(part, names)).collect()).collect()
        };
        let utc = places(&raw.utc);
        let zoned = places(&raw.zoned);
        let mut local = places(&raw.local);
        // What names no zone comes last, in the same order.
        local.extend(places(&raw.zoned));
        TimePlan { utc, zoned, local }
    }

    /// The stamp of an event: one whose definition says UTC, one that names its zone, the record's header, one without zone.
    pub(super) fn read(&self, event: &Event<'_>, zone: &Zone) -> Stamp {
        let utc = Zone::default();
        if let Some(found) = self.utc.iter().find_map(|place| text(place, event).and_then(|t| stamp::read(&t, &utc))) {
            return Stamp { quality: Quality::Exact, ..found };
        }
        let is_sure = |s: &Stamp| s.quality == Quality::Exact;
        if let Some(found) =
            self.zoned.iter().find_map(|p| text(p, event).and_then(|t| stamp::read(&t, zone)).filter(is_sure))
        {
            return found;
        }
        if event.header_time.time.is_some() {
            return event.header_time;
        }
        self.local.iter().find_map(|p| text(p, event).and_then(|t| stamp::read(&t, zone))).unwrap_or_default()
    }

    /// Whether the header's stamp counts, if there is one, for events with no other fields than these. `same` holds that
    /// very stamp, so it may go before it.
    pub(super) fn goes_by_header(&self, fields: &BTreeSet<FieldId>, same: Option<FieldId>) -> bool {
        let can_be = |place: &TimePlace| place.iter().all(|part| fields.contains(&part.field));
        let is_same = |place: &TimePlace| matches!(place.as_slice(), [part] if Some(part.field) == same);
        !self.utc.iter().any(can_be) && !self.zoned.iter().any(|place| can_be(place) && !is_same(place))
    }
}

fn text<'r>(place: &TimePlace, event: &Event<'r>) -> Option<std::borrow::Cow<'r, str>> {
    let (first, rest) = place.split_first()?;
    let mut text = first.text(event)?;
    for part in rest {
        let joined = format!("{text} {}", part.text(event)?);
        text = std::borrow::Cow::Owned(joined);
    }
    Some(text)
}
