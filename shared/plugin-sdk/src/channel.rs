//! The two pipes to the supervisor: the lifeline (standard input) and the protocol lines (descriptor 3).

use std::io;

use plugin_protocol::limits::{MAX_BOOT_BYTES, PROTOCOL_FD, exit};
use plugin_protocol::{Boot, Line};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Stdin};
use tokio::net::unix::pipe::{self, Sender};

/// The rest of standard input, after the boot document.
pub struct Lifeline(BufReader<Stdin>);

impl Lifeline {
    /// Reads the boot line.
    pub async fn open() -> Result<(Boot, Self), String> {
        let mut input = BufReader::new(tokio::io::stdin());
        let mut line = Vec::new();
        let limit = u64::try_from(MAX_BOOT_BYTES).unwrap_or(u64::MAX);
        (&mut input)
            .take(limit)
            .read_until(b'\n', &mut line)
            .await
            .map_err(|error| format!("standard input: {error}"))?;
        if line.last() != Some(&b'\n') {
            return Err("standard input ended before the boot document did".into());
        }
        let text = std::str::from_utf8(&line).map_err(|error| error.to_string())?;
        let boot = Boot::parse(text).map_err(|error| error.to_string())?;
        Ok((boot, Self(input)))
    }

    /// Waits until the supervisor's end is closed. What is written meanwhile is ignored.
    pub async fn ended(mut self) {
        let mut sink = [0; 512];
        while !matches!(self.0.read(&mut sink).await, Ok(0) | Err(_)) {}
    }
}

/// Descriptor 3.
pub struct Lines(Sender);

impl Lines {
    /// Opens the pipe, once and early: opened by name, because taking over a descriptor by number is not safe code,
    /// and a pipe whose reader has gone cannot be opened any more.
    pub fn open() -> io::Result<Self> {
        pipe::OpenOptions::new().open_sender(format!("/proc/self/fd/{PROTOCOL_FD}")).map(Self)
    }

    /// Writes a protocol line. A worker that nobody listens to has no reason to live.
    pub async fn say(&mut self, line: &Line) {
        let written = match line.to_line() {
            Ok(text) => self.0.write_all(text.as_bytes()).await,
            Err(error) => Err(error.into()),
        };
        if written.is_err() {
            std::process::exit(exit::PIPE);
        }
    }
}
