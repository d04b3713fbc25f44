//! How bad is it: alerts in, risk and verdict out.
//!
//! The formula is report.md section 2 and stands here; weights, floors and bands are data in `rules/scoring.yml`, compiled
//! in. Which alerts count is not decided here: suppressed and known ones are left out by the caller.

mod weights;

use crate::model::Level;
use weights::Scoring;

/// A judged scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Risk {
    /// 0 to 100.
    pub(crate) score: u8,
    /// `CLEAN`, `LOW_RISK`, `MODERATE`, `HIGH_RISK` or `CRITICAL`.
    pub(crate) verdict: &'static str,
}

/// Judges a scan by the severity and the number of alerts of each rule that raised any. The order of rules does not
/// matter, to the last bit.
pub(crate) fn judge(rules: &[(Level, u64)]) -> Risk {
    let scoring = Scoring::built_in();
    let mut alerting: Vec<(Level, u64)> = rules.iter().copied().filter(|(_, alerts)| *alerts > 0).collect();
    alerting.sort_unstable();
    let points: f64 = alerting.iter().map(|(level, alerts)| points(scoring.weight(*level), *alerts)).sum();
    let floor = alerting.last().map_or(0, |(worst, _)| scoring.floor(*worst));
    let score = share(points, scoring.half).max(floor).min(100);
    Risk { score, verdict: scoring.verdict(score) }
}

/// What one rule adds: the first alert its weight, and the same again for every doubling.
fn points(weight: u32, alerts: u64) -> f64 {
    // Counts beyond 2^53 lose their last digits; their logarithm does not notice.
    #[expect(clippy::cast_precision_loss, reason = "only the logarithm is used")]
    let doublings = (alerts as f64).log2();
    f64::from(weight) * (1.0 + doublings)
}

/// How far `points` go towards 100.
fn share(points: f64, half: u32) -> u8 {
    let way = 100.0 * (1.0 - (-points / f64::from(half)).exp2());
    // Between 0 and 100, so that the conversion is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded and clamped first")]
    let rounded = way.round().clamp(0.0, 100.0) as u8;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn alerts() -> impl Strategy<Value = Vec<(Level, u64)>> {
        let count = prop_oneof![0u64..5, 1u64..1_000_000, any::<u64>()];
        vec((select(&Level::ALL[..]), count), 0..40)
    }

    #[track_caller]
    fn check(rules: &[(Level, u64)], score: u8, verdict: &'static str) {
        assert_eq!(judge(rules), Risk { score, verdict }, "{rules:?}");
    }

    #[test]
    fn floors_and_bands_are_those_of_the_report() {
        check(&[], 0, "CLEAN");
        check(&[(Level::Critical, 0)], 0, "CLEAN");
        check(&[(Level::Informational, 1_000)], 0, "CLEAN");
        check(&[(Level::Low, 1)], 1, "LOW_RISK");
        check(&[(Level::Medium, 1)], 25, "MODERATE");
        check(&[(Level::High, 1)], 50, "HIGH_RISK");
        check(&[(Level::Critical, 1)], 75, "CRITICAL");
    }

    #[test]
    fn twenty_alerts_of_as_many_rules_are_critical() {
        let mut rules = vec![(Level::Critical, 1); 3];
        rules.extend([(Level::High, 1); 8]);
        rules.extend([(Level::Medium, 1), (Level::Low, 1), (Level::Informational, 1)].repeat(3));
        check(&rules, 93, "CRITICAL");
    }

    #[test]
    fn a_doubling_counts_as_much_as_the_first_alert() {
        // One rule of weight 12 with 32 alerts: 12 * (1 + 5) = 72 points.
        check(&[(Level::High, 32)], 56, "HIGH_RISK");
        check(&[(Level::High, 1); 6], 56, "HIGH_RISK");
    }

    proptest! {
        #[test]
        fn adding_an_alert_never_lowers_the_score(rules in alerts(), level in select(&Level::ALL[..]), at in any::<prop::sample::Index>()) {
            let before = judge(&rules).score;
            let mut of_a_new_rule = rules.clone();
            of_a_new_rule.push((level, 1));
            prop_assert!(judge(&of_a_new_rule).score >= before);
            if !rules.is_empty() {
                let mut of_a_known_rule = rules.clone();
                let known = at.get(&rules);
                let n = rules.iter().position(|rule| rule == known).expect("it was taken from there");
                of_a_known_rule[n].1 = of_a_known_rule[n].1.saturating_add(1);
                prop_assert!(judge(&of_a_known_rule).score >= before);
            }
        }

        #[test]
        fn excluding_a_rule_never_raises_the_score(rules in alerts(), at in any::<prop::sample::Index>()) {
            prop_assume!(!rules.is_empty());
            let mut fewer = rules.clone();
            fewer.remove(at.index(rules.len()));
            prop_assert!(judge(&fewer).score <= judge(&rules).score);
        }

        #[test]
        fn the_worst_severity_sets_a_floor(rules in alerts()) {
            let scoring = Scoring::built_in();
            let floor = rules.iter().filter(|(_, n)| *n > 0).map(|(level, _)| scoring.floor(*level)).max();
            prop_assert!(judge(&rules).score >= floor.unwrap_or(0));
        }

        #[test]
        fn the_order_of_rules_does_not_matter(rules in alerts()) {
            let mut reversed = rules.clone();
            reversed.reverse();
            prop_assert_eq!(judge(&rules), judge(&reversed));
        }
    }
}
