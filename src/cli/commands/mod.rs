//! One file a command: options in, exit code out.

pub(super) mod about;
pub(super) mod events;
pub(super) mod explain;
pub(super) mod fields;
pub(super) mod formats;
pub(super) mod init;
pub(super) mod rules;
pub(super) mod scan;
mod setup;
pub(super) mod verify;
pub(super) mod version;
