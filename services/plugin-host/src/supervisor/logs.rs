//! The last lines that a worker wrote: untrusted text, bounded in length, number and rate.

use kernel::Redaction;
use plugin_protocol::limits::MAX_LINE_BYTES;
use plugin_protocol::log::LogLine;
use runtime::redaction::redact;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::time::Instant;

/// Lines that are kept.
const KEPT: usize = 200;
/// Lines that are taken within one second; what is beyond is counted and dropped.
const PER_SECOND: u32 = 500;

/// Bytes of one pipe that are read in one turn, and how long a turn takes: a worker that writes faster has to wait.
const PER_TURN: usize = 512 << 10;
const TURN: std::time::Duration = std::time::Duration::from_millis(100);

/// Sets of secrets that are masked: those of the last processes, for an older one may still be writing.
const SETS: usize = 4;

/// One line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was read.
    pub at: OffsetDateTime,
    /// `stdout`, `stderr`, or `host` for what the plugin host itself has to say.
    pub stream: &'static str,
    /// `error`, `warn`, `info` or `debug`.
    pub level: String,
    /// Its text.
    pub text: String,
}

/// A bounded memory of lines; it outlives the processes that wrote them.
#[derive(Debug, Default)]
pub struct Logs(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    lines: VecDeque<Line>,
    second: Option<OffsetDateTime>,
    taken: u32,
    dropped: u32,
    masks: VecDeque<Redaction>,
}

impl Logs {
    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.iter().cloned().collect()
    }

    /// Masks these secrets from now on.
    pub fn mask(&self, secrets: &Redaction) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.masks.len() == SETS {
            memory.masks.pop_front();
        }
        if !secrets.is_empty() {
            memory.masks.push_back(secrets.clone());
        }
    }

    /// Whether a worker of this slot was given secrets.
    #[must_use]
    pub fn masks_secrets(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).masks.is_empty()
    }

    /// A text of a worker without the secrets that it was given.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).masked(text)
    }

    /// Adds a line of a worker, unless it writes too fast.
    pub fn write(&self, at: OffsetDateTime, stream: &'static str, raw: &str) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.second.is_none_or(|second| at - second >= Duration::SECOND) {
            let dropped = std::mem::take(&mut memory.dropped);
            if dropped > 0 {
                memory.push(host(at, format!("{dropped} lines were left out: the worker wrote too fast")));
            }
            memory.second = Some(at);
            memory.taken = 0;
        }
        if memory.taken >= PER_SECOND {
            memory.dropped = memory.dropped.saturating_add(1);
            return;
        }
        memory.taken += 1;
        // Before it is parsed: a structured line is masked in every field.
        let LogLine { level, message } = LogLine::parse(&memory.masked(raw));
        // Control characters could repaint the terminal of whoever reads the log.
        let text: String = message.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
        // Once more: what was escaped in the line is plain now.
        let text = memory.masked(&text);
        memory.push(Line { at, stream, level, text });
    }

    /// Adds a line of the plugin host.
    pub fn note(&self, at: OffsetDateTime, text: impl AsRef<str>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = memory.masked(text.as_ref());
        memory.push(host(at, text));
    }
}

fn host(at: OffsetDateTime, text: String) -> Line {
    Line { at, stream: "host", level: "info".to_owned(), text }
}

impl Memory {
    /// Without the secrets that the worker was started with, and those of the runs that go on.
    fn masked(&self, text: &str) -> String {
        self.masks.iter().fold(redact(text).into_owned(), |text, mask| mask.apply(&text))
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// Calls `each` with every line of a pipe until it ends. A line beyond the limit is cut, and never held whole.
pub async fn read_lines(pipe: impl AsyncRead + Unpin, mut each: impl FnMut(&str)) {
    let mut reader = BufReader::new(pipe);
    let mut line: Vec<u8> = Vec::new();
    let (mut turn, mut read) = (Instant::now(), 0);
    loop {
        let (used, ended) = match reader.fill_buf().await {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
                let room = MAX_LINE_BYTES.saturating_sub(line.len()).min(text.len());
                line.extend_from_slice(text.get(..room).unwrap_or_default());
                (end.map_or(bytes.len(), |end| end + 1), end.is_some())
            }
        };
        reader.consume(used);
        read += used;
        if read > PER_TURN {
            tokio::time::sleep_until(turn + TURN).await;
            (turn, read) = (Instant::now(), 0);
        }
        if ended {
            each(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    if !line.is_empty() {
        each(&String::from_utf8_lossy(&line));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn the_last_lines_are_kept_and_a_flood_is_counted() {
        let logs = Logs::default();
        for number in 0..10_000 {
            logs.write(NOW, "stdout", &format!("line {number}"));
        }
        assert_eq!(logs.lines().len(), KEPT);
        assert_eq!(logs.lines().last().unwrap().text, "line 499");
        logs.write(NOW + Duration::SECOND, "stdout", "after");
        let texts: Vec<String> = logs.lines().into_iter().rev().take(2).map(|line| line.text).collect();
        assert_eq!(texts, ["after", "9500 lines were left out: the worker wrote too fast"]);
    }

    #[test]
    fn escape_sequences_do_not_reach_a_terminal() {
        let logs = Logs::default();
        logs.write(NOW, "stderr", "\u{1b}[2Jgone");
        assert_eq!(logs.lines()[0].text, "\u{fffd}[2Jgone");
    }

    #[tokio::test]
    async fn whoever_floods_the_log_has_to_wait() {
        let flood = vec![b'\n'; PER_TURN * 4];
        let (begun, mut lines) = (Instant::now(), 0);
        read_lines(flood.as_slice(), |_| lines += 1).await;
        assert_eq!(lines, flood.len());
        assert!(begun.elapsed() >= TURN * 3, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_at_the_limit() {
        let mut input = vec![b'x'; MAX_LINE_BYTES * 3];
        input.extend_from_slice(b"\nnext\nlast");
        let mut lengths = Vec::new();
        read_lines(input.as_slice(), |line| lengths.push(line.len())).await;
        assert_eq!(lengths, [MAX_LINE_BYTES, 4, 4]);
    }
}
