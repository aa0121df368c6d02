//! What a client takes: pages or data, and in which encoding.

/// A way to send a file that was compressed at build time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Sibling file `.br`.
    Brotli,
    /// Sibling file `.gz`.
    Gzip,
}

impl Encoding {
    /// The `Content-Encoding` token.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The ending of the sibling file.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }
}

/// Encodings that the client takes, best first (RFC 9110 §12.5.3; our order among those it takes).
pub fn accepted_encodings(accept_encoding: &str) -> impl Iterator<Item = Encoding> + use<> {
    let weight = |wanted: &str| {
        let items = accept_encoding.split(',').map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let token = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            (token, quality.map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0)))
        });
        let items: Vec<_> = items.collect();
        let named = items.iter().find(|(token, _)| token == wanted);
        named.or_else(|| items.iter().find(|(token, _)| token == "*")).map_or(0.0, |(_, quality)| *quality)
    };
    let taken: Vec<Encoding> =
        [Encoding::Brotli, Encoding::Gzip].into_iter().filter(|encoding| weight(encoding.token()) > 0.0).collect();
    taken.into_iter()
}

/// Whether the client is a browser asking for a page rather than a program asking for data.
#[must_use]
pub fn wants_page(accept: &str) -> bool {
    accept.split(',').any(|item| {
        let media = item.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media == "text/html" || media == "application/xhtml+xml"
    })
}

/// The media type of a portal file, by its ending.
#[must_use]
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_follow_what_the_client_takes() {
        use Encoding::{Brotli, Gzip};
        for (header, expected) in [
            ("gzip, deflate, br, zstd", vec![Brotli, Gzip]),
            ("gzip", vec![Gzip]),
            ("br;q=0, gzip", vec![Gzip]),
            ("GZIP;q=0.5", vec![Gzip]),
            ("*", vec![Brotli, Gzip]),
            ("*;q=0", vec![]),
            ("br;q=oops", vec![]),
            ("identity", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(accepted_encodings(header).collect::<Vec<_>>(), expected, "{header}");
        }
    }

    #[test]
    fn only_a_client_that_names_html_gets_a_page() {
        assert!(wants_page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!wants_page("*/*"));
        assert!(!wants_page("application/json"));
        assert!(!wants_page(""));
    }
}
