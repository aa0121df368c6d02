//! AWS Signature Version 4 for one request with a body, as S3 and what speaks its API ask for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>. The vendor's client is not used here,
//! because it would connect by itself, past the guard.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// Who signs, and for where.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The public half.
    pub access_key: &'a str,
    /// The secret half.
    pub secret_key: &'a str,
    /// For example `eu-central-1`.
    pub region: &'a str,
    /// `s3`.
    pub service: &'a str,
}

/// Lower-case hexadecimal digits of the SHA-256.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `20150830T123600Z`.
#[must_use]
pub fn amz_date(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// A path as S3 signs it: each byte but the unreserved ones and slashes percent-encoded, once.
#[must_use]
pub fn canonical_path(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

impl Signer<'_> {
    /// The `Authorization` header. `headers` are those that are signed, in lower case and in order of name, `host` and
    /// `x-amz-date` among them; `path` is canonical already.
    #[must_use]
    pub fn authorization(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body_hash: &str,
        date: &str,
    ) -> String {
        let day = date.get(..8).unwrap_or(date);
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines = headers.iter().fold(String::new(), |lines, (name, value)| lines + name + ":" + value.trim() + "\n");
        let request = format!("{method}\n{path}\n\n{lines}\n{names}\n{body_hash}");
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256_hex(request.as_bytes()));
        let secret = format!("AWS4{}", self.secret_key);
        let key = [day, self.region, self.service, "aws4_request"].iter().fold(secret.into_bytes(), |key, part| {
            hmac(&Key::new(HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec()
        });
        let signature = hex(hmac(&Key::new(HMAC_SHA256, &key), to_sign.as_bytes()).as_ref());
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", self.access_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` of the suite that AWS publishes for implementers.
    #[test]
    fn the_published_example_gets_its_published_signature() {
        let signer = Signer {
            access_key: "AKIDEXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service",
        };
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
        let header = signer.authorization("GET", "/", &headers, &sha256_hex(b""), "20150830T123600Z");
        assert_eq!(
            header,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn paths_are_encoded_once() {
        assert_eq!(canonical_path("/a b/ü~.-_"), "/a%20b/%C3%BC~.-_");
    }
}
