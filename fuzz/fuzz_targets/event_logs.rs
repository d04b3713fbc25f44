#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| logsentry::fuzzing::run("event_logs", bytes));
