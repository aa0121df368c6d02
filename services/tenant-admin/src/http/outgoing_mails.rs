//! Mails that other services have for members.

use crate::jobs::queue_mail;
use crate::state::TenantAdmin;
use crate::store::member;
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use runtime::mail::Mail;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Members that one text goes to.
const MAX_MEMBERS: usize = 200;
/// Characters of a text.
const MAX_TEXT: usize = 10_000;

/// A text for members.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OutgoingMail {
    /// Keys of their entities; those of nobody are left out.
    user_refs: Vec<String>,
    /// One line.
    subject: String,
    /// The text.
    text: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queued {
    /// Mails that will be sent; 0 where this installation sends none.
    mails: usize,
}

/// Mail a text to members.
#[utoipa::path(post, path = "/internal/tenant-admin/v1/mails", request_body = OutgoingMail,
    responses((status = 200, body = Queued)))]
pub(crate) async fn send_mails(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(mail): Json<OutgoingMail>,
) -> Result<Json<Queued>> {
    if mail.user_refs.len() > MAX_MEMBERS || mail.text.chars().count() > MAX_TEXT {
        return Err(Error::input("A text of at most 10000 characters goes to at most 200 members").into());
    }
    let subject: String = mail.subject.chars().filter(|c| !c.is_control()).take(200).collect();
    let mut tx = admin.db.tenant_with_keys(caller.tenant).await?;
    let mut mails = 0;
    for to in member::list_addresses(&mut tx, &mail.user_refs).await? {
        let one = Mail { to, subject: subject.clone(), text: mail.text.clone() };
        mails += usize::from(queue_mail(&admin, &mut tx, &one).await?);
    }
    tx.commit().await?;
    admin.mail_queued();
    Ok(Json(Queued { mails }))
}
