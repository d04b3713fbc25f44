//! Forms of stamps and the instants they mean.

use super::*;
use proptest::prelude::*;

/// The instant, digits and quality as one text: `2021-09-15T21:17:10Z/0/exact`.
fn shown(stamp: Option<Stamp>) -> String {
    stamp.map_or_else(
        || "none".to_owned(),
        |s| format!("{}/{}/{}", s.rfc3339().unwrap_or_default(), s.decimals, s.quality.name()),
    )
}

#[track_caller]
fn check(text: &str, want: &str) {
    assert_eq!(shown(read(text, &Zone::default())), want, "{text}");
}

#[test]
fn iso_forms_are_read() {
    for text in [
        "2021-09-15T21:17:10Z",
        "2021-09-15 21:17:10+00:00",
        "2021-09-15t21:17:10z",
        "2021-09-15T23:17:10+0200",
        "2021-09-15T23:17:10+02",
        "2021-09-15 16:47:10 -0430",
        "2021-09-15 21:17:10 UTC",
        "2021-09-15T21:17:10-00:00",
        "20210915T211710Z",
        "2021-258T21:17:10Z",
        "2021-W37-3T21:17:10Z",
        "2021/09/15 21:17:10 GMT",
        "[2021-09-15T21:17:10Z]",
        "2021-09-15 21:17:10 +0000 UTC",
        "2021-09-15T23:17:10+02:00[Europe/Paris]",
        "Wed Sep 15 2021 23:17:10 GMT+0200",
        "Wed Sep 15 21:17:10 +0000 2021",
        "  2021-09-15T21:17:10Z ",
    ] {
        check(text, "2021-09-15T21:17:10Z/0/exact");
    }
    for text in [
        "2021-09-15T21:17:10",
        "2021-09-15  21:17:10",
        "2021/09/15 21:17:10",
        "2021.09.15 21:17:10",
        "2021-09-15 21:17:10 IST",
        "20210915T211710",
    ] {
        check(text, "2021-09-15T21:17:10Z/0/zone_assumed");
    }
    check("2021-09-15T21:17Z", "2021-09-15T21:17:00Z/0/exact");
    check("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z/0/exact");
    check("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z/0/exact");
}

#[test]
fn fractions_keep_the_digits_that_were_written() {
    check("2021-09-15T21:17:10.5Z", "2021-09-15T21:17:10.500Z/1/exact");
    check("2021-09-15T21:17:10,22Z", "2021-09-15T21:17:10.220Z/2/exact");
    check("2021-09-15T21:17:10.220731Z", "2021-09-15T21:17:10.220731Z/6/exact");
    check("2021-09-15T21:17:10.1234567899999+00:00", "2021-09-15T21:17:10.123456789Z/9/exact");
    check("20210915T211710.25Z", "2021-09-15T21:17:10.250Z/2/exact");
}

#[test]
fn forms_with_names_are_read() {
    for text in [
        "14/Nov/2023:22:13:20 +0000",
        "[14/Nov/2023:23:13:20 +0100]",
        "Tue Nov 14 22:13:20 UTC 2023",
        "Tue, 14 Nov 2023 22:13:20 +0000",
        "14 Nov 2023 22:13:20 GMT",
        "Nov 14 2023 22:13:20 UTC",
        "*Nov 14 2023 22:13:20 UTC",
    ] {
        check(text, "2023-11-14T22:13:20Z/0/exact");
    }
    for text in [
        "Tue Nov 14 22:13:20 2023",
        "Nov 14 22:13:20 2023",
        "Nov 14 2023 22:13:20",
        "2023 Nov 14 22:13:20",
        "14-Nov-2023 22:13:20",
        "Nov 14 2023 22:13:20 CET",
    ] {
        check(text, "2023-11-14T22:13:20Z/0/zone_assumed");
    }
    check("Mon Aug 31 09:30:48.958285 2015", "2015-08-31T09:30:48.958285Z/6/zone_assumed");
    check("19-Oct-2022 05:34:02.425", "2022-10-19T05:34:02.425Z/3/zone_assumed");
    check("Mon Aug  3 09:30:48 2015", "2015-08-03T09:30:48Z/0/zone_assumed");
}

#[test]
fn snorts_years_are_told_by_their_place() {
    check("21/12/28-12:55:38.765402", "2021-12-28T12:55:38.765402Z/6/zone_assumed");
    check("07/11/2022-12:55:38.765402", "2022-07-11T12:55:38.765402Z/6/zone_assumed");
}

#[test]
fn numbers_are_read_by_their_size() {
    check("1700000000", "2023-11-14T22:13:20Z/0/exact");
    check("1700000000000", "2023-11-14T22:13:20.000Z/3/exact");
    check("1700000000000000", "2023-11-14T22:13:20.000000Z/6/exact");
    check("1700000000123456789", "2023-11-14T22:13:20.123456789Z/9/exact");
    check("1700000000.25", "2023-11-14T22:13:20.250Z/2/exact");
    check("133444736000000000", "2023-11-14T22:13:20.000000000Z/7/exact");
    check("/Date(1700000000000)/", "2023-11-14T22:13:20.000Z/3/exact");
    check("\\/Date(1700000000000+0100)\\/", "2023-11-14T22:13:20.000Z/3/exact");
}

#[test]
fn tai64_labels_lose_their_leap_seconds() {
    check("@400000006553f1e500000000", "2023-11-14T22:16:32.000000000Z/9/exact");
    check("@40000000386d43a0", "2000-01-01T00:00:00Z/0/exact");
}

#[test]
fn what_is_no_instant_gives_none() {
    for text in [
        "",
        "null",
        "now",
        "NaN",
        "-1",
        "0",
        "0.0",
        "1e18",
        "1.7e9",
        "17000000000000000000000",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "99999-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:30:00+01:00",
        "2201-01-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2023-02-30T00:00:00Z",
        "2023-13-01T00:00:00Z",
        "2023-11-14T24:00:00Z",
        "2023-11-14T22:60:00Z",
        "2023-11-14T22:13:61Z",
        "2023-11-14T22:13:20+99:99",
        "2023-11-14T22:13:20Zulu",
        "2023-11-14",
        "2023-366T00:00:00Z",
        "2023-W54-1T00:00:00Z",
        "11/14/2023 10:13:20 PM",
        "14.11.2023 22:13:20",
        "Nov 14 22:13:20",
        "Nov 31 2023 22:13:20",
        "@4000",
        "@400000006553f1e5ffffffff",
        "/Date()/",
        "é",
    ] {
        check(text, "none");
    }
}

#[test]
fn a_prefix_ends_where_the_stamp_ends() {
    let taken = |text| read_prefix(text, &Zone::default()).map(|(s, n)| (shown(Some(s)), n));
    assert_eq!(taken("2021-09-15T21:17:10Z host x"), Some(("2021-09-15T21:17:10Z/0/exact".to_owned(), 20)));
    assert_eq!(taken("2021-09-15 21:17:10 - [x]").map(|t| t.1), Some(19));
    assert_eq!(taken("2021-09-15 21:17:10 -07 left").map(|t| t.1), Some(19));
    assert_eq!(taken("2021-09-15 21:17:10 ISTANBUL").map(|t| t.1), Some(19));
    assert_eq!(taken("2021-09-15T21:17:10Z[ERROR] x").map(|t| t.1), Some(20));
    assert_eq!(taken("[10/Oct/2000:13:55:36 -0700] \"").map(|t| t.1), Some(28));
    assert_eq!(taken("Nov 28 2014 12:59:03: %ASA").map(|t| t.1), Some(20));
    assert_eq!(taken("1700000000 x"), None);
    assert_eq!(taken("2021-09-15T21:17:10x"), None);
}

#[test]
fn year_less_stamps_are_read_in_every_spelling() {
    let at = |hour: i64, minute: i64, second: i64| ((hour * 60 + minute) * 60 + second) * 1_000_000_000;
    let plain = Yearless { month: 11, day: 2, nanos: at(15, 40, 14), decimals: 0, weekday: None, offset: None };
    let cases = [
        ("Nov  2 15:40:14 host", plain, 15),
        ("Nov 2 15:40:14 host", plain, 14),
        ("Nov 02 15:40:14: x", plain, 15),
        ("Nov 2 15:40:14 CET host", plain, 18),
        ("Nov 2 15:40:14 UTC: x", Yearless { offset: Some(0), ..plain }, 18),
        ("Thu Nov  2 15:40:14 host", Yearless { weekday: Some(4), ..plain }, 19),
        ("*Nov  2 15:40:14.123: x", Yearless { nanos: plain.nanos + 123_000_000, decimals: 3, ..plain }, 20),
        (".Nov  2 15:40:14", plain, 16),
        ("Nov  2 15:40:14 2001:db8::1 app", plain, 15),
        ("11/02-15:40:14", plain, 14),
        ("Feb 29 00:00:00 h", Yearless { month: 2, day: 29, nanos: 0, ..plain }, 15),
    ];
    for (text, want, len) in cases {
        assert_eq!(read_yearless(text), Some((want, len)), "{text}");
    }
    for text in [
        "Nov 31 15:40:14 h",
        "Nov 2 2014 15:40:14",
        "Nov 2 15:40:14 2014 x",
        "Nov 2 15:40 h",
        "November 2 15:40:14",
        "Nov",
        "",
    ] {
        assert_eq!(read_yearless(text), None, "{text}");
    }
}

#[test]
fn a_year_less_stamp_needs_a_year_that_has_its_day() {
    let (leap_day, _) = read_yearless("Feb 29 12:00:00").expect("a stamp");
    assert_eq!(shown(Some(leap_day.in_year(2024, &Zone::default()))), "2024-02-29T12:00:00Z/0/year_inferred");
    assert_eq!(leap_day.in_year(2023, &Zone::default()), Stamp::default());
}

#[test]
fn assumed_zones_move_the_instant() {
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    assert_eq!(shown(read("2023-07-14 22:13:20", &zone)), "2023-07-14T20:13:20Z/0/zone_assumed");
    assert_eq!(shown(read("2023-11-14 22:13:20", &zone)), "2023-11-14T21:13:20Z/0/zone_assumed");
    // The hour that October has twice: the first of the two.
    assert_eq!(shown(read("2023-10-29 02:30:00", &zone)), "2023-10-29T00:30:00Z/0/zone_assumed");
    let zone = Zone::parse("-05:30").expect("an offset");
    assert_eq!(shown(read("2023-11-14 22:13:20", &zone)), "2023-11-15T03:43:20Z/0/zone_assumed");
    for text in ["+2", "+26:00", "Mars/Olympus", "", "+02:00x"] {
        assert!(Zone::parse(text).is_none(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "[-+0-9A-Za-z:./@*,\\[\\] é]{0,40}") {
        let zone = Zone::default();
        read(&text, &zone);
        prop_assert!(read_prefix(&text, &zone).is_none_or(|(_, n)| text.is_char_boundary(n)));
        prop_assert!(read_yearless(&text).is_none_or(|(_, n)| text.is_char_boundary(n)));
    }

    #[test]
    fn what_jiff_prints_is_read_back(nanos in 0i64..7_289_654_400_000_000_000) {
        let time = Time(nanos);
        prop_assert_eq!(read(&time.rfc3339(9), &Zone::default()), Some(Stamp::exact(time, 9)));
    }

    #[test]
    fn a_zone_by_name_and_by_offset_agree(second in 0i64..7_000_000_000) {
        let text = Time(second * 1_000_000_000).rfc3339(0).replace('Z', "");
        let by_name = Zone::parse("Etc/GMT-3").expect("a zone");
        let by_offset = Zone::parse("+03:00").expect("an offset");
        prop_assert_eq!(read(&text, &by_name), read(&text, &by_offset));
    }
}
