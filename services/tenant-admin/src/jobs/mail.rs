//! Mails of an organisation: queued in the transaction of the change that they tell of, sent when it is committed, tried
//! again while the server is away. A mail may hold a one-time link, so it waits sealed.

use crate::state::TenantAdmin;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Error, Result};
use runtime::Tasks;
use runtime::mail::Mail;
use serde_json::json;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};
use uuid::Uuid;

const QUEUE: &str = "tenant-admin.mail";
const SCOPE: &str = "mail";
/// Longer than one mail may take.
const LEASE: Duration = Duration::from_secs(60);
/// How long a mail that another process queued can go unnoticed.
const PATIENCE: Duration = Duration::from_secs(5);
const BATCH: u16 = 8;

/// Queues a mail with the caller's transaction; `false` where this installation sends none. Ring with
/// `TenantAdmin::mail_queued` after the commit.
pub(crate) async fn queue_mail(admin: &TenantAdmin, tx: &mut TenantTx, mail: &Mail) -> Result<bool> {
    if !admin.ground.mailer.is_configured() {
        return Ok(false);
    }
    let key = Uuid::now_v7().to_string();
    let plain = serde_json::to_vec(mail).map_err(Error::internal)?;
    let sealed = STANDARD.encode(tx.seal(SCOPE, &key, &plain).await?);
    queue::enqueue(tx, NewJob::now(QUEUE, &key).with(json!({ "sealed": sealed }))).await?;
    Ok(true)
}

impl TenantAdmin {
    /// Sends what was queued now rather than in a moment.
    pub(crate) fn mail_queued(&self) {
        self.mail_waits.notify_one();
    }
}

/// Sends queued mails until shutdown, where there is a server for them.
pub fn start(admin: &TenantAdmin, tasks: &Tasks) {
    if !admin.ground.mailer.is_configured() {
        return;
    }
    let (admin, token) = (admin.clone(), tasks.shutdown_token());
    tasks.spawn("mails", async move {
        while !token.is_cancelled() {
            match queue::claim(&admin.db, QUEUE, BATCH, LEASE).await {
                Ok(jobs) if !jobs.is_empty() => {
                    for job in jobs {
                        if let Err(error) = send(&admin, &job).await {
                            tracing::warn!(tenant = %job.tenant(), %error, "a mail could not be sent");
                        }
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "queued mails cannot be read"),
            }
            tokio::select! {
                () = token.cancelled() => {}
                () = admin.mail_waits.notified() => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
    });
}

async fn send(admin: &TenantAdmin, job: &Job) -> Result<()> {
    let mut tx = admin.db.tenant(job.tenant()).await?;
    let mail = open(&mut tx, job).await;
    tx.rollback().await?;
    let sent = match mail {
        Ok(mail) => admin.ground.mailer.send(&mail).await,
        Err(error) => Err(error),
    };
    let mut tx = admin.db.tenant(job.tenant()).await?;
    match &sent {
        // Without the lease somebody else sends it once more, which is better than never.
        Ok(()) => {
            queue::complete(&mut tx, job).await?;
        }
        Err(error) => queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?,
    }
    tx.commit().await?;
    sent
}

async fn open(tx: &mut TenantTx, job: &Job) -> Result<Mail> {
    let sealed = job.payload["sealed"].as_str().and_then(|text| STANDARD.decode(text).ok());
    let sealed = sealed.ok_or_else(|| Error::internal("a queued mail is malformed"))?;
    let plain = tx.open(SCOPE, &job.key, &sealed).await?;
    serde_json::from_slice(&plain).map_err(Error::internal)
}
