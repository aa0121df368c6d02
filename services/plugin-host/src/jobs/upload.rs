//! Builds what was uploaded: dependencies from npm, the signed bundle, the front end.

use super::install::{self, Bundle};
use crate::State;
use crate::bundles::Place;
use crate::store::package::Installed;
use crate::store::upload::{self, Built, Upload};
use crate::uploads::{archive_key, installed as installed_of};
use kernel::{Error, Result, TenantId};
use runtime::objects::LARGEST_OBJECT;
use store::queue::{self, Job};
use uuid::Uuid;

/// Writes down how building one upload went.
///
/// # Errors
/// Those of the database, which leave the job to be run again.
pub async fn finish(state: &State, job: &Job, outcome: Result<Option<Built>>) -> Result<()> {
    let Ok(id) = Uuid::try_parse(&job.key) else { return Ok(()) };
    let mut tx = state.db.tenant(job.tenant()).await?;
    match outcome {
        // It was deleted before its turn came.
        Ok(None) => {}
        Ok(Some(built)) => {
            upload::set_ready(&mut tx, id, &built).await?;
        }
        Err(error) => {
            tracing::warn!(tenant = %job.tenant(), upload = %id, %error, "upload not built");
            if error.is_transient() && job.attempts < super::TRIES {
                queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?;
                return tx.commit().await;
            }
            upload::set_failed(&mut tx, id, &super::words(error)).await?;
        }
    }
    queue::complete(&mut tx, job).await?;
    tx.commit().await?;
    state.previews_changed(job.tenant());
    Ok(())
}

/// Builds the upload that the job names; `None` when it is gone.
///
/// # Errors
/// Why it cannot be built, in plain words.
pub async fn build(state: &State, job: &Job) -> Result<Option<Built>> {
    let Ok(id) = Uuid::try_parse(&job.key) else { return Ok(None) };
    let mut tx = state.db.tenant(job.tenant()).await?;
    let found = upload::find(&mut tx, id).await?;
    tx.commit().await?;
    match found {
        Some(found) => built(state, job.tenant(), &found).await.map(Some),
        None => Ok(None),
    }
}

/// What an upload is installed as, built for the portal that is there.
///
/// # Errors
/// Why it cannot be built, in plain words.
pub async fn installed(state: &State, tenant: TenantId, id: Uuid) -> Result<Installed> {
    let mut tx = state.db.tenant(tenant).await?;
    let found = upload::find(&mut tx, id).await?.ok_or_else(upload::unknown)?;
    tx.commit().await?;
    let built = built(state, tenant, &found).await?;
    Ok(Installed { backend: built.backend, frontend: built.frontend, ..installed_of(&found) })
}

async fn built(state: &State, tenant: TenantId, found: &Upload) -> Result<Built> {
    if let Some(refusal) = state.uploads_refusal() {
        return Err(Error::input(refusal));
    }
    let place = Place::Upload(tenant, found.upload_id);
    let bundle = bundle(state, tenant, place, found).await?;
    install::check(&bundle.described)?;
    bundle.admit(state.config.advisories)?;
    let checks = state.bundles.manifest(place, &bundle.digest).await?.checks;
    Ok(Built {
        plugin_id: bundle.installed_as(),
        checks,
        backend: bundle.backend(),
        frontend: bundle.frontend(state, tenant).await?,
    })
}

/// The upload's bundle: as it was signed, else made of its archive.
async fn bundle(state: &State, tenant: TenantId, place: Place, found: &Upload) -> Result<Bundle> {
    if let Some(bundle) = install::placed_bundle(state, place, &found.package, &found.version).await? {
        return Ok(bundle);
    }
    let archive = state.objects.get(&archive_key(tenant, found.upload_id)?, LARGEST_OBJECT).await?;
    let archive = archive.ok_or_else(|| Error::input("Its archive is gone. Upload it again."))?;
    let name = place.folder(&found.package, &found.version);
    let folder = state.config.bundles().join(&name);
    // What a killed process left was not signed.
    drop(tokio::fs::remove_dir_all(&folder).await);
    let spec = format!("{}@{}", found.package, found.version);
    let described = install::make_of(state, &spec, Some(&archive.body), &folder).await?;
    if described.package != found.package || described.version != found.version {
        return Err(Error::input("What was installed is another package than its archive says."));
    }
    let digest = state.bundles.publish(place, &found.package, &found.version, &described).await?;
    Ok(Bundle { described, name, digest, upload: Some(found.upload_id) })
}
