//! A small SMTP server that keeps what it is given, for tests that read mails.

use runtime::config::{SecretUrl, Smtp};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub struct Received {
    pub to: String,
    /// Headers and body, transfer encoding undone.
    pub text: String,
}

impl Received {
    /// The first address in the text that begins like this.
    pub fn link(&self, begin: &str) -> String {
        let from = self.text.find(begin).unwrap_or_else(|| panic!("no {begin} in {}", self.text));
        self.text[from..].split_whitespace().next().unwrap().to_owned()
    }
}

/// The server; it ends with the test's runtime.
pub struct PostOffice {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl PostOffice {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let office = Self { port: listener.local_addr().unwrap().port(), received: Arc::default() };
        let received = Arc::clone(&office.received);
        runtime::Tasks::new().spawn("post office", async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after the other is enough for tests.
                drop(serve(stream, &received).await);
            }
        });
        office
    }

    pub fn settings(&self) -> Smtp {
        let url = SecretUrl::new(format!("smtp://127.0.0.1:{}", self.port));
        Smtp { url: Some(url), from: "Proscenium <portal@localhost>".to_owned() }
    }

    /// The mails to this address, once there are so many.
    pub async fn mails_to(&self, address: &str, count: usize) -> Vec<Received> {
        for _ in 0..200 {
            let all = self.received.lock().unwrap().clone();
            let found: Vec<Received> = all.into_iter().filter(|mail| mail.to == address).collect();
            if found.len() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {count} mails to {address}: {:?}", self.received.lock().unwrap());
    }

    /// How many there are, after a moment in which more could have come.
    pub async fn count_after(&self, moment: Duration) -> usize {
        tokio::time::sleep(moment).await;
        self.received.lock().unwrap().len()
    }
}

async fn serve(stream: TcpStream, received: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut to = String::new();
    writer.write_all(b"220 post.example ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250 post.example",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 ok"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    text += line.strip_prefix('.').unwrap_or(&line);
                    text.push('\n');
                }
                received.lock().unwrap().push(Received { to: to.clone(), text: unquoted(&text) });
                "250 taken"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// Undoes quoted-printable as far as our texts use it.
fn unquoted(text: &str) -> String {
    if !text.contains("quoted-printable") {
        return text.to_owned();
    }
    text.replace("=\n", "").replace("=3D", "=")
}
