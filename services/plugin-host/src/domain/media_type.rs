//! Media types of a remote's files, by the end of their names.

/// The media type; bytes that mean nothing to a browser when the name's end is unknown.
#[must_use]
pub fn of(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end).unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
