//! Shapes of text that tell whose a record is where no field does: the mnemonics of network devices.

/// Whether a record's text has a shape.
pub(super) type IsShaped = fn(&[u8]) -> bool;

/// The shapes conditions may name. Each has a percent sign: what has none is not asked ([`Facts`](super::facts::Facts)).
static SHAPES: [(&str, IsShaped); 2] = [("cisco_mnemonic", has_cisco_mnemonic), ("huawei_vrp", has_huawei_mnemonic)];

/// The shape of a name.
pub(super) fn of(name: &str) -> Option<IsShaped> {
    SHAPES.iter().find(|(n, _)| *n == name).map(|(_, shape)| *shape)
}

/// `%SEC_LOGIN-5-LOGIN_SUCCESS:`, `%PIX-SP-5-X:`: a facility, a digit for the severity, a name with a letter in it. (ASA
/// numbers its messages instead.)
fn has_cisco_mnemonic(text: &[u8]) -> bool {
    // Nearly all texts have none, and this is asked of every line of syslog.
    memchr::memchr(b'%', text).is_some()
        && behind(text, b"%").any(|rest| {
            let word = word(rest, |b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
            let mut parts = word.rsplitn(3, |b| *b == b'-');
            let (name, severity, facility) = (parts.next(), parts.next(), parts.next());
            rest.get(word.len()) == Some(&b':')
                && name.is_some_and(|name| name.iter().any(u8::is_ascii_uppercase))
                && severity.is_some_and(|s| matches!(s, [b'0'..=b'7']))
                && facility.and_then(<[u8]>::first).is_some_and(u8::is_ascii_uppercase)
        })
}

/// `%%01BGP/4/BGP_AUTH_FAILED`: a version, a module, the severity.
fn has_huawei_mnemonic(text: &[u8]) -> bool {
    memchr::memchr(b'%', text).is_some()
        && behind(text, b"%%").any(|rest| {
            let word = word(rest, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/'));
            let mut parts = word.split(|b| *b == b'/');
            let (module, severity, name) = (parts.next(), parts.next(), parts.next());
            module.is_some_and(|m| matches!(m, [b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z', ..]))
                && severity.is_some_and(|s| matches!(s, [b'0'..=b'7']))
                && name.is_some_and(|n| !n.is_empty())
        })
}

/// The longest mnemonic that is looked at.
const LONGEST: usize = 96;

/// What follows each place of `mark`.
fn behind<'t>(text: &'t [u8], mark: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    memchr::memmem::find_iter(text, mark).filter_map(move |at| text.get(at + mark.len()..))
}

/// The bytes at the start of which `is_one` holds.
fn word(text: &[u8], is_one: fn(u8) -> bool) -> &[u8] {
    let len = text.iter().take(LONGEST).take_while(|b| is_one(**b)).count();
    text.get(..len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, cisco: bool, huawei: bool) {
        assert_eq!(
            (has_cisco_mnemonic(text.as_bytes()), has_huawei_mnemonic(text.as_bytes())),
            (cisco, huawei),
            "{text}"
        );
    }

    #[test]
    fn mnemonics_tell_whose_a_line_is() {
        check("*Mar  1 18:46:11: %SYS-5-CONFIG_I: Configured from console by vty0", true, false);
        check("x %PARSER-5-CFGLOG_LOGGEDCMD: User:a  logged command:no dot1x", true, false);
        check("%LINEPROTO-SP-5-UPDOWN: up", true, false);
        check("%ASA-6-302013: Built", false, false);
        check("100%-5-A: x", false, false);
        check("%SYS-9-X: y", false, false);
        check("%SYS-5-CONFIG_I no colon", false, false);
        check("Mar 1 2025 08:00:00 r1 %%01BGP/4/BGP_AUTH_FAILED(l)[1]:BGP session", false, true);
        check("%%BGP/4/X", false, false);
    }
}
