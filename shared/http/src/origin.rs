//! Where the client is, passed on from the gateway to whoever writes the audit row.
//!
//! Only the gateway says it: the header's name is one of ours, which it takes off every request that comes in.

use http::{HeaderMap, HeaderName, HeaderValue};
use store::audit::Origin;

/// The header that carries it: `ADDRESS;KIND OF PROGRAM`.
pub const CLIENT_HEADER: HeaderName = HeaderName::from_static("x-proscenium-client");

/// Says it to a service.
pub fn describe_client(headers: &mut HeaderMap, origin: &Origin) {
    if let Ok(line) = HeaderValue::from_str(&origin.line()) {
        headers.insert(CLIENT_HEADER, line);
    }
}

/// What a caller of ours said.
pub(crate) fn read(headers: &HeaderMap) -> Option<Origin> {
    headers.get(CLIENT_HEADER)?.to_str().ok().map(Origin::read)
}

/// Passes on that of the request which is being answered, unless the caller said another.
pub(crate) fn pass_on(headers: &mut HeaderMap) {
    if !headers.contains_key(CLIENT_HEADER)
        && let Some(origin) = Origin::current()
    {
        describe_client(headers, &origin);
    }
}
