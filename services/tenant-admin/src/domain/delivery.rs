//! What is sent to an organisation's own log archive, and when.
//!
//! Rows go in the order of commits, each as one line of JSON with its number and hash. Whoever gets a batch twice (a
//! process died after sending and before noting it) sees the same numbers.

use super::sigv4::{Signer, amz_date, canonical_path, sha256_hex};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::time::Duration;
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

/// Most rows of one delivery.
pub const MOST_ROWS: i64 = 1_000;
/// Bytes of JSON after which a delivery takes no further row.
pub const MOST_BYTES: usize = 4 << 20;
/// How long S3 waits for more rows, so that objects do not become tiny.
pub const GATHERING: time::Duration = time::Duration::seconds(60);

const FIRST_RETRY: Duration = Duration::from_secs(5);
const LAST_RETRY: Duration = Duration::from_secs(15 * 60);

/// A request that delivers a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// In lower case.
    pub headers: Vec<(String, String)>,
    /// What.
    pub body: Vec<u8>,
}

/// The numbers of a batch's first and last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First.
    pub first: i64,
    /// Last.
    pub last: i64,
}

/// What a webhook's key begins with, as shown and as stored.
const KEY_PREFIX: &str = "whsec_";

/// A key in the spelling that libraries for Standard Webhooks take: the prefix and the bytes in base64.
#[must_use]
pub fn webhook_key(bytes: &[u8; 32]) -> String {
    format!("{KEY_PREFIX}{}", STANDARD.encode(bytes))
}

/// The bytes of such a key.
#[must_use]
pub fn webhook_key_bytes(key: &str) -> Option<Vec<u8>> {
    STANDARD.decode(key.strip_prefix(KEY_PREFIX)?).ok()
}

/// A post signed as [Standard Webhooks](https://www.standardwebhooks.com) asks: HMAC-SHA256 over id, time and body.
#[must_use]
pub fn webhook(url: &str, secret: &[u8], stream: Uuid, span: Span, lines: Vec<u8>, now: OffsetDateTime) -> Delivery {
    let id = format!("audit_{}_{}_{}", stream.simple(), span.first, span.last);
    let timestamp = now.unix_timestamp().to_string();
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(&lines);
    let signature = STANDARD.encode(sign(&Key::new(HMAC_SHA256, secret), &signed).as_ref());
    let headers = [
        ("content-type", "application/x-ndjson".to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", format!("v1,{signature}")),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Delivery { method: "POST", url: url.to_owned(), headers, body: lines }
}

/// Where objects go.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'a> {
    /// The endpoint, `https://s3.eu-central-1.amazonaws.com`; buckets are addressed by path.
    pub endpoint: &'a Url,
    /// Its name.
    pub bucket: &'a str,
    /// What keys begin with; empty or ending in a slash.
    pub prefix: &'a str,
}

/// Stores the lines as one compressed object, named by day and numbers: the same batch is the same object.
#[must_use]
pub fn s3_object(
    place: &Bucket<'_>,
    signer: &Signer<'_>,
    span: Span,
    written_at: OffsetDateTime,
    lines: &[u8],
    now: OffsetDateTime,
) -> Delivery {
    let day = written_at.date();
    let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
    let Bucket { endpoint, bucket, prefix } = place;
    let key = format!("{prefix}{year:04}/{month:02}/{day:02}/{:020}-{:020}.ndjson.gz", span.first, span.last);
    let base = endpoint.path().trim_end_matches('/');
    let path = canonical_path(&format!("{base}/{bucket}/{key}"));
    let host = endpoint.host_str().unwrap_or_default();
    let host = endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let body = compressed(lines);
    let (body_hash, date) = (sha256_hex(&body), amz_date(now));
    let signed = [("host", host.as_str()), ("x-amz-content-sha256", body_hash.as_str()), ("x-amz-date", date.as_str())];
    let authorization = signer.authorization("PUT", &path, &signed, &body_hash, &date);
    let headers = [
        ("authorization", authorization),
        ("content-type", "application/gzip".to_owned()),
        ("x-amz-content-sha256", body_hash.clone()),
        ("x-amz-date", date.clone()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Delivery { method: "PUT", url: format!("{}://{host}{path}", endpoint.scheme()), headers, body }
}

fn compressed(lines: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail; an empty object would be noticed by its reader.
    let _ = encoder.write_all(lines);
    encoder.finish().unwrap_or_default()
}

/// When to try again after failing for so long: soon at first, every fifteen minutes in the end.
#[must_use]
pub fn retry_in(failing_for: time::Duration) -> Duration {
    let half = u64::try_from(failing_for.whole_seconds() / 2).unwrap_or(0);
    Duration::from_secs(half).clamp(FIRST_RETRY, LAST_RETRY)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Read as _;

    fn at() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
    }

    #[test]
    fn a_webhook_is_signed_over_id_time_and_body() {
        let stream = Uuid::from_u128(7);
        let sent =
            webhook("https://siem.example/in", b"key", stream, Span { first: 3, last: 4 }, b"{}\n{}\n".to_vec(), at());
        let header = |name: &str| sent.headers.iter().find(|(known, _)| known == name).unwrap().1.clone();
        let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), "{}\n{}\n");
        let expected = STANDARD.encode(sign(&Key::new(HMAC_SHA256, b"key"), signed.as_bytes()).as_ref());
        assert_eq!(header("webhook-signature"), format!("v1,{expected}"));
        assert_eq!(header("webhook-id"), format!("audit_{}_3_4", stream.simple()));
    }

    #[test]
    fn an_object_is_named_by_day_and_numbers_below_the_prefix() {
        let endpoint = Url::parse("http://127.0.0.1:9000/base/").unwrap();
        let place = Bucket { endpoint: &endpoint, bucket: "logs", prefix: "audit log/" };
        let signer = Signer { access_key: "A", secret_key: "S", region: "us-east-1", service: "s3" };
        let sent = s3_object(&place, &signer, Span { first: 1, last: 2 }, at(), b"{}\n", at());
        assert_eq!(
            sent.url,
            "http://127.0.0.1:9000/base/logs/audit%20log/2027/01/15/00000000000000000001-00000000000000000002.ndjson.gz"
        );
        let mut text = String::new();
        flate2::read::GzDecoder::new(&sent.body[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "{}\n");
        assert!(!format!("{:?}", sent.headers).contains("S,"), "the secret is not among them");
    }

    #[test]
    fn retries_come_soon_at_first_and_never_rarer_than_a_quarter_of_an_hour() {
        for (failing, expected) in [(0, 5), (60, 30), (7_200, 900), (-5, 5)] {
            assert_eq!(retry_in(time::Duration::seconds(failing)), Duration::from_secs(expected));
        }
    }
}
