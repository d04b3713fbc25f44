//! Suites over the corpora: rule vectors, truth sets of formats, hostile inputs. Left out without `CORPORA_DIR`.

mod formats;
mod nasty;
mod shippers;
mod sniffing;
mod truth;
mod vectors;
