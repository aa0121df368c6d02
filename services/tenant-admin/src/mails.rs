//! What our mails say: plain text, one link, why it came, and what to do if it should not have.

use runtime::mail::Mail;

/// One line of a subject: names are any text.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn mail(to: &str, subject: &str, paragraphs: &[&str]) -> Mail {
    Mail { to: to.to_owned(), subject: line(subject), text: format!("{}\n", paragraphs.join("\n\n")) }
}

/// To somebody who was invited.
#[must_use]
pub fn invitation(to: &str, name: &str, organization: &str, url: &str) -> Mail {
    mail(
        to,
        &format!("Your invitation to the portal of {organization}"),
        &[
            &format!("Hello {name},"),
            &format!("You were invited to the developer portal of {organization}. Choose a password here:"),
            url,
            "The link works once and for seven days. If you do not know what this is about, ignore this mail.",
        ],
    )
}

/// To somebody who forgot their password, or for whom an administrator made a link.
#[must_use]
pub fn password_reset(to: &str, organization: &str, url: &str, hours: i64) -> Mail {
    mail(
        to,
        &format!("A new password for the portal of {organization}"),
        &[
            &format!(
                "You or an administrator asked for a new password for {to} at the portal of {organization}. Choose it here:"
            ),
            url,
            &format!(
                "The link works once and for {hours} hours. If you do not want a new one, ignore this mail: your password stays as it is."
            ),
        ],
    )
}

/// To somebody whose password was changed.
#[must_use]
pub fn password_changed(to: &str, organization: &str) -> Mail {
    mail(
        to,
        &format!("Your password for the portal of {organization} was changed"),
        &[
            &format!(
                "The password of {to} at the portal of {organization} was changed just now, and all sessions ended."
            ),
            "If it was not you, ask an administrator of the portal for help at once.",
        ],
    )
}

/// To somebody who signs an organisation up.
#[must_use]
pub fn sign_up(to: &str, name: &str, organization: &str, url: &str) -> Mail {
    mail(
        to,
        &format!("Confirm your mail address to open the portal of {organization}"),
        &[
            &format!("Hello {name},"),
            &format!("One step is left to open the developer portal of {organization}:"),
            url,
            "The link works for one hour. If you did not sign up, ignore this mail, and nothing will be made.",
        ],
    )
}

/// To somebody who asks for their portals.
#[must_use]
pub fn portals(to: &str, url: &str) -> Mail {
    mail(
        to,
        "Your portals",
        &[
            &format!("Somebody, probably you, asked which portals {to} belongs to. See and open them here:"),
            url,
            "The link works for fifteen minutes and opens each portal once. Do not pass it on.",
        ],
    )
}

/// To an address that belongs to no portal, for the same question.
#[must_use]
pub fn no_portals(to: &str, apex: &str) -> Mail {
    mail(
        to,
        "Your portals",
        &[
            &format!("Somebody, probably you, asked which portals {to} belongs to. There is none with this address."),
            &format!("You may have been invited under another address. A portal of your own can be opened at {apex}"),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_begin_another_header() {
        let sent = invitation("a@b.example", "Jane", "Acme\r\nBcc: all@acme.example", "https://x.example");
        assert!(!sent.subject.contains(['\r', '\n']), "{:?}", sent.subject);
        assert!(sent.text.contains("https://x.example"));
    }
}
