//! An S3 endpoint in this process over a folder, reached through the same client as any other S3.
//!
//! It trusts keys: `../` in one leaves the bucket. Only [`crate::objects::Objects`], whose keys are
//! built from checked parts, may talk to it; its access keys are random and never leave the process
//! but for `run.json`.

use std::fs::DirBuilder;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::Context;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::{TcpListener, TcpStream};

use crate::Tasks;
use crate::config::{S3, Secret};
use crate::secret_file;

/// Where objects are kept.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Base URL, or `aws`.
    pub url: String,
    /// Bucket.
    pub bucket: String,
    /// Region.
    pub region: String,
    /// Access key id; empty leaves credentials to the SDK's environment, for `aws`.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: Secret,
    /// What it is, for people.
    pub note: String,
}

impl Endpoint {
    /// The endpoint that the settings name.
    pub fn configured(settings: &S3) -> Self {
        let url = settings.url.clone().unwrap_or_default();
        Self {
            note: format!("{url}, bucket {} (s3.url)", settings.bucket),
            url,
            bucket: settings.bucket.clone(),
            region: settings.region.clone(),
            access_key: settings.access_key.clone(),
            secret_key: settings.secret_key.clone(),
        }
    }
}

/// Serves `data_dir/objects` on a free loopback port until shutdown.
pub async fn serve(settings: &S3, data_dir: &Path, tasks: &Tasks) -> anyhow::Result<Endpoint> {
    serve_on((Ipv4Addr::LOCALHOST, 0).into(), settings, data_dir, tasks).await
}

/// Serves `data_dir/objects` on `listen` until shutdown. Keys that the settings lack are generated.
pub async fn serve_on(listen: SocketAddr, settings: &S3, data_dir: &Path, tasks: &Tasks) -> anyhow::Result<Endpoint> {
    let root = data_dir.join("objects");
    // The bucket is a folder; making it here spares every start a request.
    let bucket = root.join(&settings.bucket);
    DirBuilder::new().recursive(true).mode(0o700).create(&bucket).with_context(|| root.display().to_string())?;
    let given = !settings.access_key.is_empty() && !settings.secret_key.expose().is_empty();
    let (access_key, secret_key) = if given {
        (settings.access_key.clone(), settings.secret_key.clone())
    } else {
        (secret_file::random_text(12)?, Secret::new(secret_file::random_text(30)?))
    };
    let files = s3s_fs::FileSystem::new(&root).map_err(|error| anyhow::anyhow!("{}: {error:?}", root.display()))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(access_key.clone(), secret_key.expose()));
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    tasks.spawn("s3", accept(listener, builder.build(), tasks.clone()));
    Ok(Endpoint {
        url: format!("http://{address}"),
        bucket: settings.bucket.clone(),
        region: settings.region.clone(),
        access_key,
        secret_key,
        note: format!("embedded on {address}, in {}", root.display()),
    })
}

async fn accept(listener: TcpListener, service: S3Service, tasks: Tasks) {
    let token = tasks.shutdown_token();
    loop {
        let accepted = tokio::select! {
            () = token.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (service, token) = (service.clone(), token.clone());
                tasks.spawn("s3 connection", async move {
                    tokio::select! {
                        () = token.cancelled() => {}
                        () = converse(stream, service) => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "the embedded S3 cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, service: S3Service) {
    // Without it every small answer waits for the peer's delayed acknowledgement: 40 ms a request.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "the embedded S3 runs without TCP_NODELAY");
    }
    let connection = Builder::new(TokioExecutor::new());
    if let Err(error) = connection.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(error = %error, "a connection to the embedded S3 broke off");
    }
}
