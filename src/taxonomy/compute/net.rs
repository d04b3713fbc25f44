//! Addresses, hardware addresses, ports and transports.

use super::super::words::Words;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;

/// An address in any of the ways logs write it: brackets, zone id and port are taken off, an IPv4 address inside IPv6
/// comes out. Leading zeros are refused, they might be octal.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        return (after.is_empty() || after.starts_with(':')).then(|| bare(inside)).flatten();
    }
    if let Some(found) = bare(text) {
        return Some(found);
    }
    let (host, port) = text.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    // An IPv6 address written with its port and no brackets is only told apart behind its eighth group.
    if !is_port || (host.contains(':') && host.matches(':').count() != 7) {
        return None;
    }
    bare(host)
}

fn bare(text: &str) -> Option<IpAddr> {
    if let Ok(v4) = text.parse::<Ipv4Addr>() {
        return Some(IpAddr::V4(v4));
    }
    let text = text.split_once('%').map_or(text, |(address, _zone)| address);
    let v6 = text.parse::<Ipv6Addr>().ok()?;
    Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4))
}

/// The canonical spelling of an address (RFC 5952 for IPv6), borrowed when it is written so already.
pub(super) fn ip(text: &str) -> Option<Cow<'_, str>> {
    // What is read as one has neither leading zeros nor blanks: it is written as it would be.
    if text.parse::<Ipv4Addr>().is_ok() {
        return Some(Cow::Borrowed(text));
    }
    let canonical = address(text)?.to_string();
    Some(if canonical == text { Cow::Borrowed(text) } else { Cow::Owned(canonical) })
}

/// A name where an address or a name may stand.
pub(super) fn name_not_ip<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let name = text.trim();
    (!words.is_nameless(name) && address(name).is_none()).then_some(Cow::Borrowed(name))
}

/// The port behind `host:port`.
pub(super) fn port_part<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let is_bare_v6 = host.contains(':') && !host.ends_with(']') && host.matches(':').count() != 7;
    (!is_bare_v6 && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())).then_some(Cow::Borrowed(port))
}

pub(super) fn first_part<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    part(text, 0)
}

pub(super) fn second_part<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    part(text, 1)
}

pub(super) fn third_part<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    part(text, 2)
}

pub(super) fn fourth_part<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    part(text, 3)
}

/// What stands between colons or slashes: `10.0.0.1:443:X1`, `tcp/https`.
fn part(text: &str, n: usize) -> Option<Cow<'_, str>> {
    text.trim().split([':', '/']).nth(n).filter(|part| !part.is_empty()).map(Cow::Borrowed)
}

/// Twelve hexadecimal digits in lower case with colons, from `:`, `-` or Cisco's dots.
pub(super) fn mac(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let is_mac =
        digits.len() == 12 && text.len() <= 17 && text.bytes().all(|b| b.is_ascii_hexdigit() || b":-.".contains(&b));
    is_mac.then(|| {
        let pair = |p: &[u8]| p.iter().map(|b| char::from(b.to_ascii_lowercase())).collect::<String>();
        digits.chunks(2).map(pair).collect::<Vec<_>>().join(":")
    })
}

/// Netfilter writes a whole Ethernet header: receiver, sender, type.
pub(super) fn mac_receiver<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    text.get(..17).and_then(mac).map(Cow::Owned)
}

pub(super) fn mac_sender<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    text.get(18..35).and_then(mac).map(Cow::Owned)
}

pub(super) fn transport<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    words.transport(text.trim()).map(Cow::Borrowed)
}

pub(super) fn known_protocol<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    words.protocol(text.trim()).map(Cow::Borrowed)
}

/// A name without the dot that marks it absolute.
pub(super) fn no_last_dot<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    Some(text.strip_suffix('.').unwrap_or(text)).filter(|t| !t.is_empty()).map(Cow::Borrowed)
}

/// Every member of a list written with commas or semicolons.
pub(super) fn each(_: &Words, text: &str, out: &mut dyn FnMut(String)) {
    for part in text.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        out(part.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        assert_eq!(ip(text).as_deref(), want, "{text}");
    }

    #[test]
    fn every_spelling_of_an_address_is_one() {
        check("10.0.0.1", Some("10.0.0.1"));
        check("::ffff:172.18.39.5", Some("172.18.39.5"));
        check("::FFFF:AC12:2705", Some("172.18.39.5"));
        check("10.0.0.1:443", Some("10.0.0.1"));
        check("[2001:DB8:0::1]:443", Some("2001:db8::1"));
        check("fe80::1%eth0", Some("fe80::1"));
        check("2001:db8:0:0:0:0:0:1:55012", Some("2001:db8::1"));
    }

    proptest! {
        #[test]
        fn addresses_are_written_as_the_standard_library_writes_them(text in "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9.: ]{0,9}") {
            let want = address(&text).map(|address| address.to_string());
            prop_assert_eq!(ip(&text).map(Cow::into_owned), want);
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "-",
            "010.0.0.1",
            "1.2.3",
            "ec2.amazonaws.com",
            "ec2.amazonaws.com:443",
            "[1.2.3.4",
            "1.2.3.4]",
            ":",
            "::1:x",
            "é",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn reads_hardware_addresses() {
        assert_eq!(mac("00-C8-8B-E2-D6-87").as_deref(), Some("00:c8:8b:e2:d6:87"));
        assert_eq!(mac("00c8.8be2.d687").as_deref(), Some("00:c8:8b:e2:d6:87"));
        assert_eq!(mac("00:c8:8b:e2:d6"), None);
    }
}
