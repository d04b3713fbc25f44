//! Which names stand for secrets, and which values are none even behind such a name.
//!
//! Names are compared without case and without anything but letters and digits, so `X-Api-Key`, `api_key` and
//! `cs(Cookie)` need no rows of their own.

use std::ops::Range;

/// A name that ends in one of these holds a secret: `db_password`, `accessToken`, `X-Api-Key`.
const ENDINGS: [&str; 27] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "motdepasse",
    "contrasena",
    "pwd",
    "secret",
    "secretstring",
    "token",
    "apikey",
    "accesskey",
    "accesskeyid",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "authkey",
    "sharedkey",
    "masterkey",
    "authorization",
    "cookie",
    "cookies",
    "credential",
    "credentials",
];

/// Names that hold a secret only when they are the whole name, or its last part: `pass`, `db.pass`, not `bypass`.
const WHOLE: [&str; 7] = ["pass", "jwt", "phpsessid", "jsessionid", "aspnetsessionid", "sig", "xamzsignature"];

/// Names that end like a secret and are none: assembly names carry a `PublicKeyToken`, parsers complain of a token.
const NEVER: [&str; 5] = ["publickeytoken", "unexpectedtoken", "elevatedtoken", "oldpwd", "nexttoken"];

/// Words that stand behind a name in sentences and settings, and are not the secret itself.
const ORDINARY: [&str; 64] = [
    "",
    "-",
    "accepted",
    "authentication",
    "auth",
    "bad",
    "basic",
    "bearer",
    "changed",
    "check",
    "correct",
    "default",
    "denied",
    "digest",
    "disabled",
    "empty",
    "enabled",
    "error",
    "expired",
    "fail",
    "failed",
    "failure",
    "false",
    "for",
    "from",
    "granted",
    "hidden",
    "incorrect",
    "invalid",
    "is",
    "locked",
    "method",
    "mismatch",
    "missing",
    "must",
    "n/a",
    "negotiate",
    "nil",
    "no",
    "none",
    "not",
    "ntlm",
    "null",
    "ok",
    "optional",
    "password",
    "publickey",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "set",
    "success",
    "token",
    "too",
    "true",
    "undefined",
    "unknown",
    "unset",
    "updated",
    "valid",
    "was",
    "yes",
];

/// For each last letter, the letters that stand before it at the end of some word of the tables: a bit each.
const ENDS: [u32; 26] = {
    let mut ends = [0; 26];
    let mut n = 0;
    while n < ENDINGS.len() + WHOLE.len() {
        let word = if n < ENDINGS.len() { ENDINGS[n] } else { WHOLE[n - ENDINGS.len()] }.as_bytes();
        ends[(word[word.len() - 1] - b'a') as usize] |= 1 << (word[word.len() - 2] - b'a');
        n += 1;
    }
    ends
};

/// Whether a word of the tables ends in two letters. Most names end otherwise, and are asked for with every value.
fn may_end(last: u8, before: u8) -> bool {
    let befores = ENDS.get(usize::from(last.wrapping_sub(b'a'))).copied().unwrap_or_default();
    befores.checked_shr(u32::from(before.wrapping_sub(b'a'))).is_some_and(|befores| befores & 1 == 1)
}

/// Whether a field of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    // Most names are told by their last two letters as they stand.
    if let Some([before, last]) = name.as_bytes().last_chunk()
        && before.is_ascii_lowercase()
        && last.is_ascii_lowercase()
        && !may_end(*last, *before)
    {
        return false;
    }
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
    let mut letters = name.bytes().rev().filter(is_letter).map(|byte| byte.to_ascii_lowercase());
    if !letters.clone().next().zip(letters.clone().nth(1)).is_some_and(|(last, before)| may_end(last, before)) {
        return false;
    }
    // The end of the name, backwards and loosely spelt: no word of the tables is longer.
    let mut end = [0; LONGEST];
    let len = end.iter_mut().zip(&mut letters).map(|(slot, letter)| *slot = letter).count();
    let end = end.get(..len).unwrap_or_default();
    let ends_in = |word: &str| end.len() >= word.len() && word.bytes().rev().eq(end.iter().copied().take(word.len()));
    let is_whole = |word: &str| ends_in(word) && name.bytes().filter(is_letter).count() == word.len();
    if NEVER.iter().any(|word| is_whole(word)) {
        return false;
    }
    if ENDINGS.iter().any(|ending| ends_in(ending)) {
        return true;
    }
    let last = name.rsplit(['.', '_', '-', ' ', '/']).next().unwrap_or(name);
    WHOLE.iter().any(|word| is_whole(word) || last.eq_ignore_ascii_case(word))
}

/// At least as long as the words of the tables, which a test holds to it.
const LONGEST: usize = 24;

/// Whether `value` may be the secret `name` announces. Switches, words about it and masks (`****`) are not, and a path
/// behind `PWD` is the working directory sudo writes down.
pub(super) fn may_be_secret(name: &str, value: &str) -> bool {
    let word = value.trim();
    let mask = word.chars().all(|c| matches!(c, '*' | '.' | '-' | '%' | '?' | '#'));
    // `%%1842` is the number of a text in a Windows message table.
    let message_number = word.strip_prefix("%%").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    if mask || message_number || word.starts_with(super::TOKEN) {
        return false;
    }
    if name.to_ascii_lowercase().ends_with("pwd") && is_path(word) {
        return false;
    }
    let lower = word.trim_end_matches(['.', ',', ':', '!']).to_ascii_lowercase();
    !ORDINARY.contains(&lower.as_str())
}

/// Whether a bare value behind `name:` may be meant as one. `passwd:` is a program or a PAM service, and after `token:`
/// or `pass:` prose goes on more often than a token follows: these want a value that looks made by a machine.
pub(super) fn may_follow_colon(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if lower == "passwd" || lower == "chpasswd" || lower == "sudo.pwd" {
        return false;
    }
    if lower.ends_with("password") || lower.ends_with("passphrase") {
        return true;
    }
    value.len() >= 8 && value.bytes().any(|b| b.is_ascii_digit())
}

/// The whole name around the part of it a pattern found: walks back over what names are made of.
pub(super) fn whole(text: &str, part: Range<usize>) -> &str {
    /// Longer names are not looked at further: the ending decides.
    const LONGEST: usize = 64;
    let before = text.as_bytes().get(..part.start).unwrap_or_default();
    let length =
        before.iter().rev().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
    text.get(part.start - length..part.end).unwrap_or_default()
}

fn is_path(value: &str) -> bool {
    let drive = value.as_bytes().get(1) == Some(&b':') && value.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    value.starts_with(['/', '~', '\\']) || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_has_room_for_every_word() {
        for word in NEVER.iter().chain(&ENDINGS).chain(&WHOLE) {
            assert!(word.len() <= LONGEST, "{word}");
            assert_eq!(is_secret(&word.to_ascii_uppercase()), !NEVER.contains(word), "{word}");
        }
        for name in ["bypass", "user", "", "é", "pass.x", "my_jwt_x"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
