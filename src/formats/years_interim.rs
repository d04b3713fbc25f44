//! Interim.
use crate::model::stamp::Yearless;
use jiff::civil::Date;
pub(crate) struct YearScan;
impl YearScan {
    pub(crate) fn new(_: fn(&[u8]) -> Option<Yearless>) -> YearScan { YearScan }
    pub(crate) fn feed(&mut self, _: &[u8]) {}
    pub(crate) fn first_year(&self, a: Date) -> Option<i16> { Some(a.year()) }
    pub(crate) fn has_stamps(&self) -> bool { true }
}
pub(crate) fn anchor_in_text(_: &str) -> Option<Date> { None }
pub(crate) fn anchor_in_name(_: &str) -> Option<Date> { None }
