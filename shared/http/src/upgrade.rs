//! WebSocket: a request whose connection becomes a two-way stream, handed on hop by hop.
//!
//! `Connection` and `Upgrade` concern one hop and are taken off everywhere else; here each hop asks the next one for the
//! same and, when that agrees, joins the two connections. Services in one process are one hop: the client's side travels
//! with the request.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use runtime::Tasks;
use std::time::Duration;

/// The longest life of one stream; clients of WebSockets connect again.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// What both sides may take to switch.
const SWITCH: Duration = Duration::from_secs(10);

/// The client's side of a stream that is asked for, when this is a WebSocket's handshake.
#[must_use]
pub fn asked<B>(request: &Request<B>) -> Option<OnUpgrade> {
    let wants =
        request.headers().get(header::UPGRADE).is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let client = request.extensions().get::<OnUpgrade>().filter(|_| wants && request.method() == Method::GET);
    client.cloned()
}

/// Asks the next hop for a stream, or tells the one before that there is one.
pub fn ask(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Joins the client's side with that of whoever answered, if it agreed. `held` lives as long as the stream.
pub fn join(tasks: &Tasks, client: OnUpgrade, answer: &mut Response<Body>, held: impl Send + 'static) {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    ask(answer.headers_mut());
    // Without one the hop behind has joined them already: it is in this process and had the client's side.
    let Some(server) = answer.extensions_mut().remove::<OnUpgrade>() else { return };
    let shutdown = tasks.shutdown_token();
    tasks.spawn("websocket", async move {
        let _held = held;
        let stream = async {
            let both = tokio::time::timeout(SWITCH, async { tokio::try_join!(client, server) }).await;
            let Ok(Ok((client, server))) = both else { return };
            let (mut client, mut server) = (TokioIo::new(client), TokioIo::new(server));
            // Either side may break off at any time; that is how streams end.
            drop(tokio::time::timeout(LONGEST, tokio::io::copy_bidirectional(&mut client, &mut server)).await);
        };
        shutdown.run_until_cancelled(stream).await;
    });
}
