//! Numeric comparisons, and the parts of a timestamp that can be compared.

use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work};
use crate::sigma::raw::Kind;
use crate::sigma::rule::{Comparison, Decimal, TimePart};

pub(super) const LT: Modifier = Modifier {
    name: "lt",
    summary: "the field is less than the number",
    shape: Shape::Comparison,
    after: &[Stage::Value, Stage::TimePart],
    makes: Some(Stage::Number),
    place: "a comparison stands alone, or behind a part of a timestamp such as `hour`",
    apply: Apply::Each(lt),
};

pub(super) const LTE: Modifier =
    Modifier { name: "lte", summary: "the field is at most the number", apply: Apply::Each(lte), ..LT };

pub(super) const GT: Modifier =
    Modifier { name: "gt", summary: "the field is greater than the number", apply: Apply::Each(gt), ..LT };

pub(super) const GTE: Modifier =
    Modifier { name: "gte", summary: "the field is at least the number", apply: Apply::Each(gte), ..LT };

pub(super) const MINUTE: Modifier = Modifier {
    name: "minute",
    summary: "the minute of the timestamp",
    shape: Shape::Transform,
    after: &[Stage::Value],
    makes: Some(Stage::TimePart),
    place: "a part of a timestamp comes first; `lt`, `lte`, `gt` or `gte` may follow it",
    apply: Apply::Each(minute),
};

pub(super) const HOUR: Modifier =
    Modifier { name: "hour", summary: "the hour of the timestamp", apply: Apply::Each(hour), ..MINUTE };

pub(super) const DAY: Modifier =
    Modifier { name: "day", summary: "the day of the month of the timestamp", apply: Apply::Each(day), ..MINUTE };

pub(super) const WEEK: Modifier =
    Modifier { name: "week", summary: "the ISO 8601 week of the timestamp", apply: Apply::Each(week), ..MINUTE };

pub(super) const MONTH: Modifier =
    Modifier { name: "month", summary: "the month of the timestamp", apply: Apply::Each(month), ..MINUTE };

pub(super) const YEAR: Modifier =
    Modifier { name: "year", summary: "the year of the timestamp", apply: Apply::Each(year), ..MINUTE };

fn lt(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    bound(draft, LT.name, Comparison::Lt)
}

fn lte(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    bound(draft, LTE.name, Comparison::Lte)
}

fn gt(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    bound(draft, GT.name, Comparison::Gt)
}

fn gte(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    bound(draft, GTE.name, Comparison::Gte)
}

fn minute(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, MINUTE.name, TimePart::Minute)
}

fn hour(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, HOUR.name, TimePart::Hour)
}

fn day(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, DAY.name, TimePart::Day)
}

fn week(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, WEEK.name, TimePart::Week)
}

fn month(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, MONTH.name, TimePart::Month)
}

fn year(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    part(draft, YEAR.name, TimePart::Year)
}

fn bound(draft: Draft, name: &str, comparison: Comparison) -> Result<Vec<Draft>, Misuse> {
    let (part, number) = match draft {
        Draft::Bound(part @ Some(_), _, number) => (part, number),
        other => (None, number(other, name)?),
    };
    Ok(vec![Draft::Bound(part, comparison, number)])
}

fn part(draft: Draft, name: &str, part: TimePart) -> Result<Vec<Draft>, Misuse> {
    Ok(vec![Draft::Bound(Some(part), Comparison::Eq, number(draft, name)?)])
}

fn number(draft: Draft, name: &str) -> Result<Decimal, Misuse> {
    let Draft::Scalar(value) = draft else { return Err(Misuse::out_of_place(name)) };
    let number = match &value {
        Kind::Number(digits) => Decimal::parse(digits),
        _ => None,
    };
    number.ok_or_else(|| Misuse::value_type(name, "a number without quotes", &value))
}
