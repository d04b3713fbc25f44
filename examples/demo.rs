//! Scans the bundled incident through the library and prints what the command prints.

use logsentry::{Analyzer, Config};
use std::io;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::default();
    config.year = Some(2026);
    let analysis = Analyzer::new(config)?.analyze_paths(&["examples/sample_logs"])?;
    analysis.write("console", &mut io::stdout().lock())?;
    Ok(())
}
