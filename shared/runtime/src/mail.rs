//! Mail through the operator's SMTP server.
//!
//! Plain text, one recipient, a few seconds at most. Without a server nothing is sent and [`Mailer::is_configured`] says
//! so; whoever wants to send asks first and does something else then.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kernel::{Error, Result};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::config::{SecretUrl, Smtp};

const PATIENCE: Duration = Duration::from_secs(15);

/// A text for one person.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// Mail address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text; it may hold one-time links, so it is never printed.
    pub text: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Sends mails; clones share the connection's settings.
#[derive(Clone, Default)]
pub struct Mailer(Option<Arc<Server>>);

struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A mailer for the configured server; contacts nobody yet.
    pub fn new(settings: &Smtp) -> anyhow::Result<Self> {
        let Some(url) = &settings.url else { return Ok(Self::default()) };
        let from: Mailbox = settings.from.parse().with_context(|| format!("smtp.from = \"{}\"", settings.from))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
            .with_context(|| format!("smtp.url = {}", SecretUrl::masked(url)))?
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self(Some(Arc::new(Server { transport, from }))))
    }

    /// Whether mail can be sent at all.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Hands the mail to the server. `Unavailable` when there is none, or it does not take it now.
    pub async fn send(&self, mail: &Mail) -> Result<()> {
        let server = self.0.as_ref().ok_or_else(|| Error::unavailable("This installation sends no mail"))?;
        let refused = |error: &dyn std::fmt::Display| {
            Error::unavailable("The mail could not be sent. Try again in a minute.").with_source(error.to_string())
        };
        let to: Address = mail.to.parse().map_err(|error| refused(&error))?;
        let message = Message::builder()
            .from(server.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| refused(&error))?;
        server.transport.send(message).await.map_err(|error| refused(&error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    fn settings(url: Option<&str>, from: &str) -> Smtp {
        Smtp { url: url.map(SecretUrl::new), from: from.to_owned() }
    }

    fn mail() -> Mail {
        Mail { to: "jane@acme.example".into(), subject: "Hello".into(), text: "https://secret.example/x".into() }
    }

    #[tokio::test]
    async fn without_a_server_nothing_is_sent_and_a_wrong_setting_is_named() {
        let none = Mailer::new(&settings(None, "")).expect("no server");
        assert!(!none.is_configured() && none.send(&mail()).await.is_err());
        let text = |made: anyhow::Result<Mailer>| made.err().expect("refused").to_string();
        assert!(text(Mailer::new(&settings(Some("smtp://h"), "nobody"))).contains("smtp.from"));
        let wrong = text(Mailer::new(&settings(Some("http://user:hunter2@h"), "a@b.example")));
        assert!(wrong.contains("smtp.url") && !wrong.contains("hunter2"), "{wrong}");
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_an_error_that_may_be_tried_again() {
        let away = Mailer::new(&settings(Some("smtp://127.0.0.1:1"), "a@b.example")).expect("valid");
        assert!(away.send(&mail()).await.expect_err("nobody listens").is_transient());
    }

    #[test]
    fn a_mail_does_not_print_its_links() {
        assert!(!format!("{:?}", mail()).contains("secret"));
    }
}
