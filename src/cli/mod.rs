//! Arguments in, exit code out. The only room that knows the clock, the environment and the terminal.
