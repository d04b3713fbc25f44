//! Ways to say it: one reporter a format, all from the same report. Escapes log text, once per sink.
