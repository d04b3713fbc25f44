//! The command line: what can be said, and nothing of what it means.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Scans logs with Sigma rules and correlations, offline.
#[derive(Debug, Parser)]
#[command(name = "logsentry", version, about, after_help = super::exit::help(), max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan logs and report alerts
    #[command(after_help = super::exit::help())]
    Scan(Box<ScanArgs>),
    /// List the rules a scan would load; show, check and test rules
    Rules(Box<RulesArgs>),
    /// Print the normalised records as JSON lines
    Events(Box<EventsArgs>),
    /// Tell why a rule matches an event, or why it does not
    Explain(Box<ExplainArgs>),
    /// Hash the inputs of a report again and tell which of them are still the same
    Verify(VerifyArgs),
    /// List the formats that can be read
    Formats(ListArgs),
    /// List the common names of fields, what they stand for and which logs give them
    Fields(ListArgs),
    /// Print the version
    Version(VersionArgs),
    /// Write a configuration and an ignore file with every key explained
    Init(InitArgs),
    /// Print a JSON Schema: of the configuration, the JSON report or the ignore file
    Schema(SchemaArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
    /// Panic, so that tests can see what a bug of ours looks like to the caller
    #[cfg(debug_assertions)]
    #[command(hide = true)]
    Bug,
}

/// Which configuration file counts.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file [default: .logsentry.yml here or above, up to the git work tree's top]
    #[arg(long, value_name = "PATH", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Load no configuration file
    #[arg(long)]
    pub(crate) no_config: bool,
}

/// Which rules are loaded and reported.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RuleArgs {
    /// Rule file or directory to load as well; repeatable, replaces the configured list
    #[arg(short = 'r', long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long)]
    pub(crate) no_builtin: bool,
    /// Do not report this rule (identity, id or exact title); repeatable, replaces the configured list
    #[arg(long, value_name = "ID")]
    pub(crate) exclude_rule: Vec<String>,
    /// Load rules of these levels only: LEVEL, LEVEL+ for that and worse, or a list; repeatable
    #[arg(long, value_name = "LEVEL")]
    pub(crate) rule_level: Vec<String>,
    /// Load rules of these statuses only: stable, test, experimental, deprecated, unsupported; repeatable
    #[arg(long, value_name = "STATUS")]
    pub(crate) rule_status: Vec<String>,
    /// Load rules with one of these tags only; `attack.t1059` takes attack.t1059.001 too; repeatable
    #[arg(long, value_name = "TAG")]
    pub(crate) rule_tag: Vec<String>,
    /// Load rules about these products only; repeatable
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) rule_product: Vec<String>,
    /// Values of placeholders in rules: YAML or JSON, name to list
    #[arg(long, value_name = "FILE")]
    pub(crate) placeholders: Option<PathBuf>,
}

/// Which rules a scan with the same arguments loads.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadedArgs {
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
}

/// How inputs are read.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReadArgs {
    /// Format of all inputs: a name of `logsentry formats`, or jsonl, json, csv, syslog, kv [default: by content]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<String>,
    /// Year of stamps that have none [default: from dates in the input, else the reference time]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=2200))]
    pub(crate) year: Option<i16>,
    /// Zone of stamps that name none: +02:00, UTC, Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) tz: Option<String>,
    /// Stands in for the clock (RFC 3339): last resort for years
    #[arg(long, value_name = "TIME")]
    pub(crate) reference_time: Option<String>,
    /// Encoding of inputs without a byte order mark: windows-1252, utf-16le, gb18030, … [default: UTF-8, or by content]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// How lines make records in text logs: start=RE, sep=RE, lines=N, auto or off [default: auto]
    #[arg(long, value_name = "HOW")]
    pub(crate) multiline: Option<String>,
    /// Formats declared in YAML: patterns with named captures; repeatable, replaces the configured list
    #[arg(long, value_name = "FILE")]
    pub(crate) format_file: Vec<PathBuf>,
    /// Only events of this time: 2026-06, 2026-06-01,2026-06-03, 2026-06-01T10,2h, end,-1d, or 1d for the last day
    #[arg(long, value_name = "PERIOD", allow_hyphen_values = true)]
    pub(crate) time: Option<String>,
    /// Read only logs whose name or path fits (also in archives); repeatable, replaces the configured list
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out files, folders, archives and members whose name or path fits; repeatable, replaces the configured list
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// File that says where fields stand in records of a product, category or service; repeatable, replaces the
    /// configured list
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Vec<PathBuf>,
    /// Containers inside each other [default: 4]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) max_depth: Option<usize>,
    /// Members of one archive [default: 10000]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) max_members: Option<usize>,
    /// Unpacked bytes for each packed one, behind the first 64 MiB [default: 200]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) max_ratio: Option<usize>,
    /// Unpacked bytes of one input [default: no limit]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_unpacked: Option<String>,
    /// Bytes of an archive that is held in memory: on standard input, or a zip inside another container [default: 64M]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_held: Option<String>,
    /// What reports call standard input [default: stdin]
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_name: Option<String>,
    /// Reports show paths relative to this directory
    /// [default: the top of the git work tree here, else the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) sarif_root: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line do not depend on each other")]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Format of the primary report
    #[arg(long, value_name = "FORMAT", default_value = "console", value_parser = super::report_names())]
    pub(crate) format: String,
    /// Where the primary report goes; `-` is standard output
    #[arg(short, long, value_name = "PATH", default_value = "-")]
    pub(crate) output: PathBuf,
    /// A further report; repeatable, replaces the configured ones
    #[arg(long, value_name = "FORMAT=PATH", value_parser = super::report_target)]
    pub(crate) report: Vec<(String, PathBuf)>,
    #[command(flatten)]
    pub(crate) loaded: LoadedArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    /// Show alerts from this severity on: informational, low, medium, high, critical
    #[arg(long, value_name = "LEVEL")]
    pub(crate) min_severity: Option<String>,
    /// Exit with 1 when an alert has this severity or a worse one; `none` takes a configured gate away
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<String>,
    /// Rules that fail to load, unknown exclusions, unparsed and cut records, expired and unused ignore entries are failures
    #[arg(long)]
    pub(crate) strict: bool,
    /// Alerts of an earlier report (our JSON or SARIF, or a file of --write-baseline) neither fail nor show
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what this scan found, to be the baseline of later ones
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Show alerts of the baseline on the console, too
    #[arg(long)]
    pub(crate) show_known: bool,
    /// Matches to put aside, each with a reason and an end
    /// [default: .logsentryignore.yml, looked for where the configuration is]
    #[arg(long, value_name = "FILE", conflicts_with = "no_ignore")]
    pub(crate) ignore_file: Option<PathBuf>,
    /// Put nothing aside
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Show suppressed alerts on the console, too
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// A directory without any file is fine
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Blank secrets in reports: default, strict (people and inner addresses, too) or off
    #[arg(long, value_name = "MODE")]
    pub(crate) redact: Option<String>,
    /// Leave log lines out of SARIF
    #[arg(long)]
    pub(crate) no_snippets: bool,
    /// Show every alert on the console, not only the first 50 of a rule
    #[arg(long)]
    pub(crate) all: bool,
    /// Sample events kept with each alert [default: 20]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) samples: Option<usize>,
    /// Alerts kept in full [default: 100000]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) max_alerts: Option<usize>,
    /// Memory for correlations [default: 96M]
    #[arg(long, value_name = "SIZE")]
    pub(crate) correlation_memory: Option<String>,
    /// Results written to SARIF at most, 0 for all [default: 5000]
    #[arg(long, value_name = "N")]
    pub(crate) sarif_max_results: Option<usize>,
    /// `automationDetails.id` of the SARIF run
    #[arg(long, value_name = "NAME")]
    pub(crate) sarif_category: Option<String>,
    /// Rules SARIF lists: those with results, or all that were loaded [default: matched]
    #[arg(long, value_name = "WHICH")]
    pub(crate) sarif_rules: Option<String>,
    /// Write suppressed alerts into SARIF, marked as such (GitHub opens them all the same)
    #[arg(long)]
    pub(crate) sarif_include_suppressed: bool,
    /// Write no SARIF when the scan is incomplete, so that an upload cannot close alerts that still exist
    #[arg(long)]
    pub(crate) sarif_complete_only: bool,
    /// Say in JSON and SARIF when the scan ran: the one thing two runs do not share
    #[arg(long)]
    pub(crate) timestamps: bool,
    /// Worker threads; never changes the output [default: one a core]
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub(crate) threads: Option<usize>,
    /// Unpacked bytes a block of work holds; never changes the output
    #[arg(long, value_name = "BYTES", hide = true)]
    pub(crate) block_size: Option<usize>,
    /// Evaluation engine
    #[arg(long, value_name = "NAME", hide = true, value_parser = ["reference", "default"])]
    pub(crate) engine: Option<String>,
    /// Say on standard error how long each stage took, and how many rules were tried
    #[arg(long)]
    pub(crate) stats: bool,
    /// Accepted for the habit of it: there is no network code
    #[arg(long, hide = true)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) say: SayArgs,
}

/// What the system lets the process do.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SandboxArgs {
    /// Let the process open files other than its inputs and outputs [default: not where Linux can keep it from that]
    #[arg(long)]
    pub(crate) no_sandbox: bool,
}

/// What is said on standard error, and how.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SayArgs {
    /// Colours on the console
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Errors only on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say what each input was taken for, and which rules were silenced, replaced or left out
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` says otherwise.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RulesCommand>,
    #[command(flatten)]
    pub(crate) loaded: LoadedArgs,
    /// How the list is printed
    #[arg(long, default_value = "table", value_parser = ["table", "json", "csv"])]
    pub(crate) format: String,
    #[command(flatten)]
    pub(crate) say: SayArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Show one rule: what it looks for, its fields, references and techniques
    Show {
        /// Identity, id or exact title
        id: String,
        #[command(flatten)]
        loaded: LoadedArgs,
    },
    /// Count the loaded rules by level, status, product, category, service and tactic
    Stat(StatisticsArgs),
    /// List the log sources rules state, how many do, and whether logs of them are recognised
    Logsources(StatisticsArgs),
    /// List the fields rules test, how many do, and the canonical field each stands for
    Fields(StatisticsArgs),
    /// Load rules and list every mistake; exit 3 if there is an error
    Check {
        /// Rule files and directories
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Values of placeholders in rules
        #[arg(long, value_name = "FILE")]
        placeholders: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        sandbox: SandboxArgs,
        /// How the mistakes are printed
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Hold events against rules and print what matches
    Test {
        /// A rule file
        rules: PathBuf,
        /// Events, one JSON object a line
        #[arg(long, value_name = "FILE")]
        events: PathBuf,
        /// Take the events as they are: no mapping, no normalising, no log source check
        #[arg(long)]
        raw: bool,
        /// Values of placeholders in rules
        #[arg(long, value_name = "FILE")]
        placeholders: Option<PathBuf>,
        #[command(flatten)]
        sandbox: SandboxArgs,
        /// How the result is printed
        #[arg(long, default_value = "json", value_parser = ["json"])]
        format: String,
    },
}

/// What the tables of the rules are about.
#[derive(Debug, Args)]
pub(crate) struct StatisticsArgs {
    #[command(flatten)]
    pub(crate) loaded: LoadedArgs,
    /// How the table is printed
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    pub(crate) format: String,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Files and directories; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
    /// Say what each input was taken for
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Identity, id or exact title of the rule
    pub(crate) rule: String,
    /// A file, and the line or record to look at; `-` is standard input.
    /// Without a number: the first event that matches, else the nearest
    #[arg(value_name = "FILE[:LINE|#RECORD]", allow_hyphen_values = true)]
    pub(crate) place: PathBuf,
    #[command(flatten)]
    pub(crate) loaded: LoadedArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    /// Blank secrets: default or off
    #[arg(long, value_name = "MODE")]
    pub(crate) redact: Option<String>,
    /// How the answer is printed
    #[arg(long, default_value = "console", value_parser = ["console", "json"])]
    pub(crate) format: String,
}

/// How the lists of what is built in are printed.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// How the list is printed
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    pub(crate) format: String,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A report of `scan --format json`
    pub(crate) report: PathBuf,
    /// Where the paths of the report begin
    /// [default: the top of the git work tree here, else the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
    /// Print only what is not the same
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// Print a JSON object with commit, target and rule counts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// What of
    #[arg(value_parser = ["config", "report", "ignore"])]
    pub(crate) of: String,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The page of a command, instead of the one of all
    pub(crate) command: Option<String>,
}
