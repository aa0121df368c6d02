//! How the operator gets in: whoever may run a command beside the server gets a link for a browser.

use crate::store::operator;
use ::store::operator::{COMMAND_LINE, Deed, record};
use ::store::{Db, SystemReason};
use credential::OneTimeCode;
use kernel::{Error, Result, SharedClock};
use serde::Serialize;
use serde_json::json;
use time::Duration;

/// How long a link works.
const LINK_LIVES: Duration = Duration::seconds(60);
/// Longest name, in characters.
const NAME: usize = 80;

/// A link that signs one browser in, once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatorLink {
    /// The address. What opens it stands behind `#`, so that no server's log ever sees it.
    pub url: String,
    /// How long it works.
    pub expires_in_seconds: i64,
}

/// Makes a link to the operator's page below `apex`, an origin.
///
/// # Errors
/// `Input` when the name is none; those of the database.
pub async fn operator_link(db: &Db, clock: &SharedClock, apex: &str, name: &str) -> Result<OperatorLink> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(
            Error::input(format!("The name must have 1 to {NAME} characters.")).with_field("name", "not a name")
        );
    }
    let (code, now) = (OneTimeCode::generate()?, clock.now());
    let mut tx = db.system(SystemReason::Operator).await?;
    operator::insert_link(&mut tx, code.digest(), name, now, now + LINK_LIVES).await?;
    record(&mut tx, &Deed { actor: COMMAND_LINE, action: "operator.link", target: name, details: json!({}) }).await?;
    tx.commit().await?;
    let url = format!("{apex}/operator#{}", code.reveal());
    Ok(OperatorLink { url, expires_in_seconds: LINK_LIVES.whole_seconds() })
}

/// Signs every browser of the operator's out and makes unopened links worthless; how many sessions were ended.
///
/// # Errors
/// Those of the database.
pub async fn operator_sign_out(db: &Db, clock: &SharedClock) -> Result<u64> {
    let mut tx = db.system(SystemReason::Operator).await?;
    let ended = operator::revoke_all(&mut tx, clock.now()).await?;
    let details = json!({ "sessions": ended });
    record(&mut tx, &Deed { actor: COMMAND_LINE, action: "operator.sign-out-all", target: "everybody", details })
        .await?;
    tx.commit().await?;
    Ok(ended)
}
