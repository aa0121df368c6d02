//! The outside world as a worker reaches it: `CONNECT host:port`, for hosts on the plugin's list.
//!
//! Names are resolved here and every address is judged before it is connected to, so a name on the list that leads to a
//! private address or to a cloud's metadata leads nowhere. A worker of ours does not wait for the answer
//! (`x-proscenium-silent`): refused connections are closed, and the plugin's log says why. Connections to a host that is
//! taken off the list end.

use super::Post;
use crate::domain::egress::Rules;
use runtime::outbound::Outbound;
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;

/// Connections of one worker at once.
const CONNECTIONS: usize = 64;
/// Longest request.
const LONGEST: usize = 2048;
/// What a request may take, and what a connection may take to be made.
const ASKING: Duration = Duration::from_secs(10);
/// A connection on which nothing moves is closed.
const IDLE: Duration = Duration::from_secs(300);
/// What one connection may carry in both directions together.
const BYTES: u64 = 4 << 30;
/// Different refusals that are told to the administrator, for each process.
const TOLD: usize = 50;

/// The hosts that one plugin of one organisation may reach. It changes while workers run.
#[derive(Debug, Default)]
pub struct Reach(watch::Sender<Rules>);

impl Reach {
    /// Replaces the list.
    pub fn set(&self, rules: Rules) {
        self.0.send_replace(rules);
    }

    fn allows(&self, host: &str, port: u16) -> bool {
        self.0.borrow().allow(host, port)
    }

    /// Comes back when the plugin may not go there any more.
    async fn until_forbidden(&self, host: &str, port: u16) {
        // It is an error when the list is gone, and then so is the worker.
        drop(self.0.subscribe().wait_for(|rules| !rules.allow(host, port)).await);
    }
}

struct Door {
    reach: Arc<Reach>,
    outbound: Option<Outbound>,
    post: Post,
    told: Mutex<HashSet<String>>,
}

/// Serves one worker.
pub(super) async fn serve(listener: UnixListener, reach: Arc<Reach>, outbound: Option<Outbound>, post: Post) {
    let door = Arc::new(Door { reach, outbound, post, told: Mutex::default() });
    let pass_on = |stream| {
        let door = door.clone();
        async move { door.pass_on(stream).await }
    };
    door.post.accept(listener, CONNECTIONS, "a way out of", pass_on).await;
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    host: String,
    port: u16,
    silent: bool,
}

impl Door {
    async fn pass_on(&self, mut worker: UnixStream) -> io::Result<()> {
        let asked = tokio::time::timeout(ASKING, ask(&mut worker)).await??;
        let Some(asked) = asked else {
            return worker.write_all(b"HTTP/1.1 405 Only CONNECT host:port\r\nconnection: close\r\n\r\n").await;
        };
        let outside = match self.connect(&asked).await {
            Ok(outside) => outside,
            Err(why) => {
                self.tell(&asked, &why);
                if asked.silent {
                    return Ok(());
                }
                let text = format!(
                    "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{why}",
                    why.len()
                );
                return worker.write_all(text.as_bytes()).await;
            }
        };
        if !asked.silent {
            worker.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        }
        let left = AtomicU64::new(BYTES);
        let (from_worker, to_worker) = worker.into_split();
        let (from_outside, to_outside) = outside.into_split();
        let there = carry(from_worker, to_outside, &left);
        let back = carry(from_outside, to_worker, &left);
        tokio::select! {
            ended = async { tokio::try_join!(there, back) } => ended.map(drop),
            () = self.reach.until_forbidden(&asked.host, asked.port) => Ok(()),
        }
    }

    async fn connect(&self, asked: &Asked) -> Result<TcpStream, String> {
        let Asked { host, port, .. } = asked;
        if !self.reach.allows(host, *port) {
            return Err(format!(
                "{host}:{port} is not on this plugin's list of hosts. An administrator can add it to the plugin's settings."
            ));
        }
        let outbound = self.outbound.as_ref().ok_or("nothing outside can be reached from here.")?;
        let literal: Option<IpAddr> = host.parse().ok();
        let shown = literal.filter(IpAddr::is_ipv6).map_or_else(|| host.clone(), |address| format!("[{address}]"));
        let checked = outbound.check(&format!("https://{shown}:{port}/")).await.map_err(|failure| match failure {
            runtime::outbound::Failure::Refused { address, why, .. } => {
                format!("{host} leads to {address}, which is {why}.")
            }
            other => other.to_string(),
        })?;
        let addresses = if let Some(address) = literal { vec![address] } else { checked.addresses };
        let mut last = format!("{host}:{port} cannot be reached.");
        for address in addresses {
            match tokio::time::timeout(ASKING, TcpStream::connect(SocketAddr::new(address, *port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = format!("{host}:{port} cannot be reached: {error}."),
                Err(_) => last = format!("{host}:{port} does not answer."),
            }
        }
        Err(last)
    }

    /// Each refusal once: a plugin that tries for ever must not fill its log.
    fn tell(&self, asked: &Asked, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < TOLD && told.insert(format!("{}:{}", asked.host, asked.port)) {
            self.post.note(format!("a connection was refused: {why}"));
        }
    }
}

/// Reads the request to its end, byte by byte: what follows belongs to the connection.
async fn ask(worker: &mut UnixStream) -> io::Result<Option<Asked>> {
    let mut head = Vec::with_capacity(128);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST {
            return Ok(None);
        }
        head.push(worker.read_u8().await?);
    }
    Ok(parse(&String::from_utf8_lossy(&head)))
}

fn parse(head: &str) -> Option<Asked> {
    let mut lines = head.split("\r\n");
    let target = lines.next()?.strip_prefix("CONNECT ")?.strip_suffix(" HTTP/1.1")?;
    let (host, port) = target.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    let silent = lines.any(|line| line.eq_ignore_ascii_case("x-proscenium-silent: 1"));
    let fits = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
    fits.then_some(Asked { host, port: port.parse().ok()?, silent })
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, left: &AtomicU64) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::time::timeout(IDLE, from.read(&mut buffer)).await??;
        if read == 0 {
            return to.shutdown().await;
        }
        let size = u64::try_from(read).unwrap_or(u64::MAX);
        if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size)).is_err() {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        to.write_all(&buffer[..read]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_host_and_port_and_nothing_odd() {
        let asked = |host: &str, port, silent| Some(Asked { host: host.to_owned(), port, silent });
        for (head, expected) in [
            ("CONNECT Example.com.:443 HTTP/1.1\r\nhost: x\r\n\r\n", asked("example.com", 443, false)),
            ("CONNECT a.b:80 HTTP/1.1\r\nX-Proscenium-Silent: 1\r\n\r\n", asked("a.b", 80, true)),
            ("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n", asked("2001:db8::1", 443, false)),
            ("GET http://a.b/ HTTP/1.1\r\n\r\n", None),
            ("CONNECT a.b HTTP/1.1\r\n\r\n", None),
            ("CONNECT a.b:99999 HTTP/1.1\r\n\r\n", None),
            ("CONNECT u@a.b:443 HTTP/1.1\r\n\r\n", None),
            ("CONNECT :443 HTTP/1.1\r\n\r\n", None),
        ] {
            assert_eq!(parse(head), expected, "{head}");
        }
    }
}
