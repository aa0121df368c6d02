//! The plugins' database as a worker reaches it: one role, one database. The first message of a connection names both,
//! and nothing else is let through; from then on bytes are passed on.

use super::Post;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// Connections of one worker at once; its role has the same limit.
const CONNECTIONS: usize = 10;
/// Longest first message.
const LONGEST: u32 = 10_000;
/// What the first message may take.
const FIRST: Duration = Duration::from_secs(10);

const CANCEL: u32 = 80_877_102;
const TLS: u32 = 80_877_103;
const GSS: u32 = 80_877_104;
/// Major version of the protocol; minor versions differ in what follows.
const VERSION: u32 = 3;

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// Host and port.
    Tcp(String, u16),
    /// Its socket.
    Socket(PathBuf),
}

/// Whom a worker may be, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The server.
    pub server: Server,
    /// The port that the socket is named after.
    pub port: u16,
    /// The role.
    pub user: String,
    /// The database.
    pub database: String,
}

impl Target {
    /// As Postgres names sockets.
    #[must_use]
    pub fn socket_name(&self) -> String {
        format!(".s.PGSQL.{}", self.port)
    }
}

/// Serves one worker.
pub(super) async fn serve(listener: UnixListener, target: Target, post: Post) {
    let pass_on = |stream| {
        let target = target.clone();
        async move { pass_on(stream, &target).await }
    };
    post.accept(listener, CONNECTIONS, "a connection of", pass_on).await;
}

async fn pass_on(mut worker: UnixStream, target: &Target) -> io::Result<()> {
    let first = tokio::time::timeout(FIRST, first_message(&mut worker, target)).await??;
    match &target.server {
        Server::Tcp(host, port) => splice(worker, TcpStream::connect((host.as_str(), *port)).await?, &first).await,
        Server::Socket(path) => splice(worker, UnixStream::connect(path).await?, &first).await,
    }
}

async fn splice(
    mut worker: UnixStream,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
    first: &[u8],
) -> io::Result<()> {
    server.write_all(first).await?;
    copy_bidirectional(&mut worker, &mut server).await.map(drop)
}

/// The message that opens a connection, if it is for this role and database.
async fn first_message(worker: &mut UnixStream, target: &Target) -> io::Result<Vec<u8>> {
    loop {
        let length = worker.read_u32().await?;
        if !(8..=LONGEST).contains(&length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut rest = vec![0; usize::try_from(length).unwrap_or_default() - 4];
        worker.read_exact(&mut rest).await?;
        let (code, parameters) = rest.split_first_chunk::<4>().ok_or(io::ErrorKind::InvalidData)?;
        let whole = [&length.to_be_bytes()[..], &rest[..]].concat();
        match u32::from_be_bytes(*code) {
            // A socket needs no encryption.
            TLS | GSS => worker.write_all(b"N").await?,
            CANCEL => return Ok(whole),
            version if version >> 16 == VERSION && names(parameters, target) => return Ok(whole),
            _ => {
                worker.write_all(&refusal()).await?;
                return Err(io::ErrorKind::PermissionDenied.into());
            }
        }
    }
}

/// Whether pairs of texts, each ended by a zero, name this role and database, each once, and no way around them.
fn names(parameters: &[u8], target: &Target) -> bool {
    let texts: Vec<&[u8]> = parameters.split(|byte| *byte == 0).collect();
    let pairs: Vec<(&[u8], &[u8])> = texts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let only = |name: &str, value: &str| {
        let mut found = pairs.iter().filter(|(key, _)| *key == name.as_bytes());
        found.next().is_some_and(|(_, given)| *given == value.as_bytes()) && found.next().is_none()
    };
    only("user", &target.user)
        && only("database", &target.database)
        && !pairs.iter().any(|(key, _)| *key == b"replication")
}

fn refusal() -> Vec<u8> {
    let fields = b"SFATAL\0VFATAL\0C28000\0Ma plugin connects as its own role, to its own database\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap_or_default();
    [b"E", &length.to_be_bytes()[..], fields].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_granted_role_and_database_pass() {
        let target = Target { server: Server::Tcp("x".into(), 1), port: 1, user: "t_1_a".into(), database: "p".into() };
        for (parameters, passes) in [
            (&b"user\0t_1_a\0database\0p\0\0"[..], true),
            (b"user\0t_1_a\0database\0p\0application_name\0plugin a\0\0", true),
            (b"user\0postgres\0database\0p\0\0", false),
            (b"user\0t_1_a\0database\0proscenium\0\0", false),
            (b"user\0t_1_a\0\0", false),
            (b"user\0t_1_a\0database\0p\0user\0postgres\0\0", false),
            (b"user\0t_1_a\0database\0p\0replication\0true\0\0", false),
            (b"", false),
        ] {
            assert_eq!(names(parameters, &target), passes, "{}", String::from_utf8_lossy(parameters));
        }
    }
}
