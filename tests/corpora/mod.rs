//! Suites over the corpora: rule vectors, truth sets of formats and damaged copies of them, hostile inputs. Left out without `CORPORA_DIR`.

pub(crate) mod damage;
mod formats;
mod nasty;
mod shippers;
mod sniffing;
mod truth;
mod vectors;
