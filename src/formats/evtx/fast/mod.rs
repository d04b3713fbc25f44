//! Reads the records of a chunk from their binary XML, without rendering it (MS-EVEN6 2.2.12).
//!
//! Each template is compiled once ([`program`]) into what an entry is called and which value of a record it holds; of a
//! record only the table of its values is walked then. What comes out is, entry by entry, what rendering the record with
//! the `evtx` crate and reading that as XML gives: the crate stays the judge of everything that is not plain. The first
//! record of a chunk that is not read here, and all behind it, are read by the crate, which goes through the chunk from
//! its beginning, so that whatever it counts on the way (names, sizes, how much it may render) is as if it had read all.
//!
//! Shared between chunks are only templates that say the same in every token and name ([`definition`]).

mod bytes;
mod chunk;
mod definition;
mod program;
mod run;
mod templates;
mod value;

pub(super) use run::read;
pub(super) use templates::Templates;

/// Where the records of a chunk begin, behind its header.
pub(super) const RECORDS: usize = 512;

/// How deep the elements of a record are followed; real ones are six deep.
const DEPTH: usize = 32;
