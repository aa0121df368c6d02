//! Listening: HTTP/1.1 with graceful shutdown.

use anyhow::Context as _;
use axum::Router;
use runtime::Tasks;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Serves `router` until shutdown is requested and the last answers are out.
pub async fn listen(listener: TcpListener, router: Router, tasks: &Tasks) -> anyhow::Result<()> {
    let shutdown = tasks.shutdown_token();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move { shutdown.cancelled().await })
        .await
        .context("the listener failed")
}

/// Binds the address, saying who else may have it.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may have it (PROSCENIUM_LISTEN chooses another)")
    })
}
