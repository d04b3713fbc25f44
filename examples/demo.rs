//! Scans the bundled incident through the library and prints the verdict and every alert.
#![expect(clippy::print_stdout, reason = "it is what an example does")]

use logsentry::{Analyzer, Config};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::default();
    config.year = Some(2026);
    let analysis = Analyzer::new(config)?.analyze_paths(&["examples/sample_logs"])?;
    println!("{} {}", analysis.verdict(), analysis.risk_score());
    for alert in analysis.alerts() {
        let entity: Vec<String> = alert.entity().map(|(field, value)| format!("{field}={value}")).collect();
        // Debug output escapes what a log may have put into a value.
        println!("{} {} {:?} {}", alert.level(), alert.rule_id(), entity.join(", "), alert.techniques().join(" "));
    }
    Ok(())
}
