//! The zones of stamps that name none: one for all, others for hosts that are known to be elsewhere.

use super::Zone;
use crate::model::{Quality, Stamp};

/// Which zone a stamp that names none is in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zones {
    usual: Zone,
    /// By host, in lower case.
    of_hosts: Vec<(String, Zone)>,
}

impl Zones {
    /// One zone for all, and those of some hosts.
    pub(crate) fn new(usual: Zone, of_hosts: impl IntoIterator<Item = (String, Zone)>) -> Zones {
        let of_hosts = of_hosts.into_iter().map(|(host, zone)| (plain(&host).to_ascii_lowercase(), zone)).collect();
        Zones { usual, of_hosts }
    }

    /// The zone stamps are read in before anybody knows their host.
    pub(crate) fn usual(&self) -> &Zone {
        &self.usual
    }

    /// Whether it depends on the host.
    pub(crate) fn differ(&self) -> bool {
        !self.of_hosts.is_empty()
    }

    /// What a stamp means that was read in the usual zone and stands in a record of this host: the same time of the day,
    /// where the host is. A stamp that named its zone stays what it is.
    pub(crate) fn at_host(&self, host: &str, stamp: Stamp) -> Stamp {
        let host = plain(host);
        let zone = self.of_hosts.iter().find(|(name, _)| name.eq_ignore_ascii_case(host)).map(|(_, zone)| zone);
        let assumed = matches!(stamp.quality, Quality::ZoneAssumed | Quality::YearInferred);
        let moved =
            zone.filter(|_| assumed).zip(stamp.time).and_then(|(zone, time)| zone.instant(self.usual.civil(time)?));
        moved.map_or(stamp, |time| Stamp { time: Some(time), ..stamp })
    }
}

/// A host's name without the dot that may end it.
fn plain(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stamp;

    #[track_caller]
    fn check(usual: &str, host: &str, text: &str, want: &str) {
        let zone = |name: &str| Zone::parse(name).expect("a zone");
        let zones = Zones::new(zone(usual), [("FW1.".to_owned(), zone("Europe/Berlin"))]);
        let stamp = stamp::read(text, zones.usual()).expect("a stamp");
        assert_eq!(zones.at_host(host, stamp).rfc3339().as_deref(), Some(want), "{usual} {host} {text}");
    }

    #[test]
    fn a_stamp_without_a_zone_is_in_that_of_its_host() {
        for usual in ["UTC", "+05:30", "America/New_York"] {
            check(usual, "fw1", "2024-07-01 12:00:00", "2024-07-01T10:00:00Z");
            check(usual, "Fw1.", "2024-01-01 12:00:00.25", "2024-01-01T11:00:00.250Z");
            check(usual, "fw1", "2024-07-01T12:00:00Z", "2024-07-01T12:00:00Z");
        }
        check("+01:00", "fw2", "2024-07-01 12:00:00", "2024-07-01T11:00:00Z");
        check("UTC", "", "2024-07-01 12:00:00", "2024-07-01T12:00:00Z");
    }
}
