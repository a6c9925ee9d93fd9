//! The log: levels, form, and what never goes into it. No address, user agent, referrer, query text, variable, search term
//! or token may be logged, in any path. Other crates' events are let through from WARN up only, and those of crates that
//! see requests not at all.

use std::io;
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

/// Crates whose events can hold what a client sent, whatever their level.
const SILENT: [&str; 7] = ["hyper", "hyper_util", "h2", "rustls", "sqlx::query", "tungstenite", "tower_http"];
/// Longest cause in the log.
const CAUSE_CHARS: usize = 300;

/// The least severe events that are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Faults of ours.
    Error,
    /// And what an operator should look into.
    Warn,
    /// And starts, stops and jobs.
    #[default]
    Info,
    /// And one line for each request.
    Debug,
    /// And all else that this program says.
    Trace,
}

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line of text.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// What receives events and writes them to `writer`.
pub fn subscriber<W>(level: LogLevel, format: LogFormat, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let level = LevelFilter::from(level);
    let filter = SILENT.iter().fold(
        Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("solidarity", level),
        |filter, silent| filter.with_target(*silent, LevelFilter::OFF),
    );
    let layer = match format {
        LogFormat::Text => tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer).boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer().json().with_writer(writer).boxed(),
    };
    Registry::default().with(layer.with_filter(filter))
}

/// Logs to standard error from now on, panics included. Fails if a log is installed already.
pub fn init(level: LogLevel, format: LogFormat) -> Result<(), tracing::subscriber::SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(subscriber(level, format, io::stderr))?;
    hook_panics();
    Ok(())
}

/// From now on a panic logs where it happened and nothing of what it says, which may hold what a client sent.
pub fn hook_panics() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let at = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        tracing::error!(panic.location = at, "the program panicked");
    }));
}

/// A cause as the log may hold it: what stands in quotes can be data, and is left out; so is the end of a long text.
pub(crate) fn scrub(cause: &str) -> String {
    let mut scrubbed = String::new();
    let mut quote = None;
    for character in cause.chars().take(CAUSE_CHARS) {
        match quote {
            None => {
                scrubbed.push(if character.is_control() { ' ' } else { character });
                if matches!(character, '"' | '\'' | '`' | '(') {
                    quote = Some(if character == '(' { ')' } else { character });
                    scrubbed.push('…');
                }
            }
            Some(end) if character == end => {
                scrubbed.push(character);
                quote = None;
            }
            Some(_) => {}
        }
    }
    scrubbed
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A writer that a test can read.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LogLevel, say: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = subscriber(level, LogFormat::Text, move || writer.clone());
        tracing::subscriber::with_default(subscriber, say);
        String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn other_crates_are_heard_from_warnings_up_and_those_that_see_requests_never() {
        let log = logged(LogLevel::Trace, || {
            tracing::trace!(target: "solidarity::x", "ours");
            tracing::info!(target: "some_crate", "theirs");
            tracing::warn!(target: "some_crate", "their warning");
            tracing::error!(target: "hyper::proto", "a header");
            tracing::error!(target: "sqlx::query", "a statement");
        });
        let lines: Vec<&str> = log.lines().filter_map(|line| line.split_once(": ").map(|(_, said)| said)).collect();
        assert_eq!(lines, ["ours", "their warning"]);
        let quiet = logged(LogLevel::Error, || tracing::warn!(target: "some_crate", "their warning"));
        assert_eq!(quiet, "");
    }

    #[test]
    fn a_panic_tells_where_it_happened_and_not_what_it_says() {
        let log = logged(LogLevel::Error, || {
            let before = std::panic::take_hook();
            hook_panics();
            let caught = std::panic::catch_unwind(|| panic!("a secret"));
            std::panic::set_hook(before);
            assert!(caught.is_err());
        });
        assert!(log.contains("src/telemetry.rs:") && !log.contains("secret"), "{log}");
    }

    #[test]
    fn what_is_quoted_is_left_out_of_a_cause() {
        for (cause, expected) in [
            ("connection refused", "connection refused"),
            ("invalid value \"secret\" for 'x'", "invalid value \"…\" for '…'"),
            ("key (name)=(secret) exists", "key (…)=(…) exists"),
            ("near 'secret", "near '…"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(scrub(cause), expected);
        }
        assert_eq!(scrub(&"x".repeat(1_000)).len(), CAUSE_CHARS);
    }
}
