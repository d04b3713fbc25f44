//! The `logsentry` binary: hands its arguments to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    logsentry::main()
}
