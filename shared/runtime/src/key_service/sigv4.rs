//! AWS Signature Version 4 for requests without a query, as the AWS reference describes it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac};
use kernel::{Error, Result};
use time::OffsetDateTime;
use time::macros::format_description;

/// Who signs, for which service.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub access_key: &'a str,
    pub secret_key: &'a str,
    pub region: &'a str,
    pub service: &'a str,
}

/// `20150830T123600Z`
pub(super) fn timestamp(now: OffsetDateTime) -> Result<String> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    now.to_offset(time::UtcOffset::UTC).format(form).map_err(Error::internal)
}

impl Signer<'_> {
    /// The `Authorization` header. `headers` are in lower case and sorted, `x-amz-date` and `host` among them.
    pub(super) fn authorization(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        at: &str,
    ) -> String {
        let date = at.get(..8).unwrap_or_default();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let canonical = format!("{method}\n{path}\n\n{lines}\n{names}\n{}", hex(digest(&SHA256, body).as_ref()));
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let hashed = hex(digest(&SHA256, canonical.as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashed}");
        let secret = zeroize::Zeroizing::new(format!("AWS4{}", self.secret_key));
        let mut key = hmac(&Key::new(HMAC_SHA256, secret.as_bytes()), date.as_bytes());
        for part in [self.region, self.service, "aws4_request"] {
            key = hmac(&Key::new(HMAC_SHA256, key.as_ref()), part.as_bytes());
        }
        let signature = hex(hmac(&Key::new(HMAC_SHA256, key.as_ref()), to_sign.as_bytes()).as_ref());
        let who = self.access_key;
        format!("AWS4-HMAC-SHA256 Credential={who}/{scope}, SignedHeaders={names}, Signature={signature}")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the AWS Signature Version 4 test suite.
    const SIGNER: Signer<'static> = Signer {
        access_key: "AKIDEXAMPLE",
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
    };
    const HEADERS: [(&str, &str); 2] = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];

    #[test]
    fn signatures_are_those_of_the_published_suite() {
        let signed = |method| SIGNER.authorization(method, "/", &HEADERS, b"", "20150830T123600Z");
        let head = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                    SignedHeaders=host;x-amz-date, Signature=";
        // The cases get-vanilla and post-vanilla.
        let get = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        let post = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert_eq!(signed("GET"), format!("{head}{get}"));
        assert_eq!(signed("POST"), format!("{head}{post}"));
    }

    #[test]
    fn a_moment_is_written_as_the_header_wants_it() {
        let at = OffsetDateTime::from_unix_timestamp(1_440_938_160);
        assert_eq!(at.ok().and_then(|at| timestamp(at).ok()).as_deref(), Some("20150830T123600Z"));
    }
}
