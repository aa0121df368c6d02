//! WebSockets through the plugin host, over real connections.

use crate::host::{Host, quick};
use axum::extract::Request;
use http::HeaderValue;
use http_shell::TOKEN_HEADER;
use plugin_host::domain::lifecycle::Limits;
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{admin, key};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Serves the plugin host's routes as the gateway would call them.
async fn serve(host: &Host) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let caller = admin(host.tenant);
    let token = key().issue(Some(caller.tenant), &caller.principal).unwrap();
    let router = host.router.clone().layer(axum::middleware::map_request(move |mut request: Request| {
        request.headers_mut().insert(TOKEN_HEADER, HeaderValue::from_str(&token).unwrap());
        std::future::ready(request)
    }));
    let shutdown = host.tasks.shutdown_token();
    host.tasks.spawn("test server", async move {
        drop(axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await);
    });
    address
}

async fn shake_hands(address: SocketAddr, path: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let hello = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
    stream.write_all(hello.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(head).unwrap())
}

#[tokio::test]
async fn a_web_socket_reaches_the_worker_and_keeps_it_awake() {
    let idle = Duration::from_millis(500);
    let host = Host::with(|config| config.limits = Limits { idle, ..quick() }).await;
    host.probe("serve").await;
    let address = serve(&host).await;
    let (mut stream, head) = shake_hands(address, "/api/probe/socket").await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    for word in ["one", "two"] {
        stream.write_all(word.as_bytes()).await.unwrap();
        let mut answer = [0; 6];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, word.repeat(2).as_bytes());
        tokio::time::sleep(idle * 2).await;
        assert_eq!(host.worker("probe").await["state"], "ready", "it slept under an open stream");
    }
    drop(stream);
    host.wait_for("probe", "stopped").await;
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_that_wants_no_web_socket_answers_as_usual() {
    let host = Host::start().await;
    host.probe("serve").await;
    let address = serve(&host).await;
    let (_, head) = shake_hands(address, "/api/probe/upload").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    host.stop().await;
}
