//! Accounts: domains, realms, distinguished names and well-known SIDs.

use super::super::words::Words;
use std::borrow::Cow;

/// `DOMAIN` of `DOMAIN\user`.
pub(super) fn domain<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let (domain, user) = text.trim().split_once('\\')?;
    (!words.is_placeholder(domain) && !user.is_empty()).then_some(Cow::Borrowed(domain))
}

/// What follows the last `@`.
pub(super) fn realm<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let (_, realm) = text.rsplit_once('@')?;
    (!realm.is_empty()).then_some(Cow::Borrowed(realm))
}

/// The first `CN=` of a distinguished name, its escapes undone; a name that is none of that as it is.
pub(super) fn common_name<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    if words.is_placeholder(text) {
        return None;
    }
    let Some(rest) = text.get(..3).filter(|start| start.eq_ignore_ascii_case("cn=")).and_then(|_| text.get(3..)) else {
        return Some(Cow::Borrowed(text));
    };
    let mut name = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            ',' => break,
            c => name.push(c),
        }
    }
    Some(Cow::Owned(name))
}

/// `DOMAIN\user` of domain, user and SID. Processes of the built-in service accounts are logged under the machine's name; the
/// SID says which account it was.
pub(super) fn account(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let arg = |n: usize| args.get(n).copied().flatten().filter(|t| !words.is_placeholder(t));
    match arg(2) {
        Some("S-1-5-18") => return Some("NT AUTHORITY\\SYSTEM".to_owned()),
        Some("S-1-5-19") => return Some("NT AUTHORITY\\LOCAL SERVICE".to_owned()),
        Some("S-1-5-20") => return Some("NT AUTHORITY\\NETWORK SERVICE".to_owned()),
        _ => {}
    }
    let user = arg(1)?;
    Some(arg(0).map_or_else(|| user.to_owned(), |domain| format!("{domain}\\{user}")))
}

/// The user of `user@REALM` when the realm is the domain of the second argument; any other user as it is.
pub(super) fn without_realm(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let user = args.first().copied().flatten().filter(|u| !words.is_placeholder(u))?;
    let domain = args.get(1).copied().flatten();
    let cut = user.rsplit_once('@').filter(|(_, realm)| domain.is_some_and(|d| d.eq_ignore_ascii_case(realm)));
    Some(cut.map_or(user, |(name, _)| name).to_owned())
}
