//! Opens anything: finds the inputs, unpacks them, reads each in order.
//!
//! Content decides what a container is, never a name. Nothing is written to disk and nothing outside
//! the named paths is read. To add a compression: one file beside this one and one row in [`OPENERS`].
//!
//! Archives (tar, zip) hold several logs, each an input of its own: [`open`] gives a [`Walk`] that yields them one after
//! the other, or, for a zip file that can be read anywhere, the places of its members.

mod bzip2;
mod discover;
mod gzip;
mod hash;
mod members;
mod meter;
mod path;
mod stream;
mod tar;
mod unwrap;
mod walk;
mod xz;
mod zip;
mod zstd;

pub(crate) use discover::{Found, Place, discover};
pub(crate) use path::{Shower, logical, unspelt};
pub(crate) use stream::{OpenError, Opened, Stream, digest, open};
pub(crate) use unwrap::Bounds;
pub(crate) use walk::{Step, Walk};

use std::io::BufRead;

/// A reader the next layer can look into before it decides.
pub(crate) type Bytes = Box<dyn BufRead + Send>;

/// One row of [`OPENERS`]: a compression that wraps one stream of bytes.
pub(crate) struct Opener {
    /// The word in reports (`inputs[].container`).
    pub(crate) name: &'static str,
    /// Whether these first bytes are its own.
    pub(crate) knows: fn(&[u8]) -> bool,
    /// The time its header says the content was last changed, in seconds since 1970.
    pub(crate) changed: fn(&[u8]) -> Option<i64>,
    /// Unpacks; the reader gives all data it can before it gives an error.
    pub(crate) open: fn(Bytes) -> Bytes,
}

/// The compressions that can be read.
pub(crate) static OPENERS: &[Opener] = &[gzip::OPENER, zstd::OPENER, xz::OPENER, bzip2::OPENER];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_words() {
        for (at, opener) in OPENERS.iter().enumerate() {
            assert!(opener.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{}", opener.name);
            assert!(OPENERS[..at].iter().all(|other| other.name != opener.name), "{}", opener.name);
        }
    }
}
