//! Wrapping by AWS KMS and by Vault's transit engine, against stand-ins that check what the real ones check: the
//! signature and the encryption context here, token, context and version there.

#![expect(clippy::unwrap_used, reason = "tests")]

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Clock as _, DataKey, DataKeyId, ErrorKind, FixedClock, KeyWrapper, TenantId};
use runtime::config::{AwsKms, Secret, Vault};
use runtime::key_service;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

type Answer = (u16, Value);

/// Serves each request on a connection of its own until the test ends.
fn serve(answer: impl Fn(Asked) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let mut first = line.split(' ').map(str::to_owned);
            let (method, path) = (first.next().unwrap(), first.next().unwrap_or_default());
            let mut headers = BTreeMap::new();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                let Some((name, value)) = line.trim().split_once(':') else { break };
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let (status, value) = answer(Asked { method, path, headers, body });
            let text = value.to_string();
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
            stream.get_mut().write_all(format!("{head}{text}").as_bytes()).unwrap();
        }
    });
    url
}

fn id() -> DataKeyId {
    DataKeyId { tenant: TenantId::generate(), key: Uuid::now_v7() }
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signature Version 4, written from the reference once more: whether the request is signed by our access key.
fn is_signed(asked: &Asked) -> bool {
    let authorization = &asked.headers["authorization"];
    let part = |name: &str| {
        let from = authorization.find(name)? + name.len();
        authorization[from..].split([',', ' ']).next()
    };
    let (Some(credential), Some(names), Some(given)) =
        (part("Credential="), part("SignedHeaders="), part("Signature="))
    else {
        return false;
    };
    let must = ["content-type", "host", "x-amz-date", "x-amz-target"];
    if must.iter().any(|name| !names.split(';').any(|signed| signed == *name)) {
        return false;
    }
    let date = &asked.headers["x-amz-date"];
    let scope = format!("{}/eu-central-1/kms/aws4_request", &date[..8]);
    let mut canonical = format!("{}\n{}\n\n", asked.method, asked.path);
    for name in names.split(';') {
        canonical += &format!("{name}:{}\n", asked.headers[name]);
    }
    canonical += &format!("\n{names}\n{}", hex(digest::digest(&digest::SHA256, &asked.body).as_ref()));
    let hashed = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let mac =
        |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec();
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for text in [&date[..8], "eu-central-1", "kms", "aws4_request"] {
        key = mac(&key, text);
    }
    let signature = hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}")));
    credential == format!("AKIDEXAMPLE/{scope}") && given == signature
}

/// What a ciphertext stands for: key, context, plaintext.
type Wrapped = Arc<Mutex<BTreeMap<String, (String, Value, Value)>>>;

fn wrap(wrapped: &Wrapped, key: &str, context: &Value, plaintext: &Value) -> Answer {
    let blob = STANDARD.encode(Uuid::new_v4().as_bytes());
    wrapped.lock().unwrap().insert(blob.clone(), (key.to_owned(), context.clone(), plaintext.clone()));
    (200, json!({ "CiphertextBlob": blob, "KeyId": key }))
}

fn kms(state: String) -> (String, Wrapped) {
    let wrapped = Wrapped::default();
    let kept = wrapped.clone();
    let url = serve(move |asked| {
        if !is_signed(&asked) {
            return (400, json!({ "__type": "com.amazonaws.kms#InvalidSignatureException" }));
        }
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let find = |context: &str| {
            let found = kept.lock().unwrap().get(body["CiphertextBlob"].as_str().unwrap()).cloned();
            found.filter(|(_, known, _)| *known == body[context])
        };
        let refused = (400, json!({ "__type": "InvalidCiphertextException", "message": "x" }));
        match asked.headers["x-amz-target"].as_str() {
            "TrentService.Encrypt" => {
                wrap(&kept, body["KeyId"].as_str().unwrap(), &body["EncryptionContext"], &body["Plaintext"])
            }
            "TrentService.Decrypt" => match find("EncryptionContext") {
                Some((key, _, plaintext)) => (200, json!({ "Plaintext": plaintext, "KeyId": key })),
                None => refused,
            },
            "TrentService.ReEncrypt" => match find("SourceEncryptionContext") {
                Some((_, _, plaintext)) => {
                    let key = body["DestinationKeyId"].as_str().unwrap();
                    wrap(&kept, key, &body["DestinationEncryptionContext"], &plaintext)
                }
                None => refused,
            },
            "TrentService.DescribeKey" => (200, json!({ "KeyMetadata": { "KeyState": state } })),
            _ => (400, json!({ "__type": "UnknownOperationException" })),
        }
    });
    (url, wrapped)
}

fn aws(url: &str, key: &str) -> key_service::AwsKms {
    let settings = AwsKms {
        key_id: key.to_owned(),
        region: "eu-central-1".to_owned(),
        endpoint: Some(url.to_owned()),
        access_key: Some(Secret::new("AKIDEXAMPLE")),
        secret_key: Some(Secret::new(SECRET)),
        session_token: Some(Secret::new("a-session")),
    };
    let clock = FixedClock::at(time::OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap());
    key_service::AwsKms::new(&settings, Arc::new(clock)).unwrap()
}

#[tokio::test]
async fn kms_wraps_for_one_organisation_and_wraps_again_without_showing_the_key() {
    let (url, wrapped) = kms("Enabled".into());
    let (before, after, own) = (aws(&url, "alias/first"), aws(&url, "alias/second"), id());
    let key = DataKey::new([9; 32]);
    let blob = before.wrap_key(own, &key).await.unwrap();
    assert_eq!(before.unwrap_key(own, &blob).await.unwrap().expose(), key.expose());
    for other in [DataKeyId { tenant: TenantId::generate(), ..own }, DataKeyId { key: Uuid::now_v7(), ..own }] {
        let refused = before.unwrap_key(other, &blob).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Internal, "KMS compares the context");
        assert!(before.rewrap_key(other, &blob).await.is_err());
    }
    let again = after.rewrap_key(own, &blob).await.unwrap();
    assert_eq!(wrapped.lock().unwrap()[&STANDARD.encode(&again)].0, "alias/second");
    assert_eq!(after.unwrap_key(own, &again).await.unwrap().expose(), key.expose());
    after.health().await.unwrap();
}

#[tokio::test]
async fn kms_that_refuses_or_is_away_is_said_in_words_without_the_key() {
    let (url, _) = kms("Disabled".into());
    let kms = aws(&url, "alias/first");
    assert!(kms.health().await.unwrap_err().message.contains("Disabled"));
    let wrong = AwsKms {
        key_id: "k".into(),
        region: "eu-central-1".into(),
        endpoint: Some(url),
        access_key: Some(Secret::new("AKIDEXAMPLE")),
        secret_key: Some(Secret::new("not the key")),
        session_token: None,
    };
    let clock = Arc::new(kernel::SystemClock);
    assert!(clock.now().year() > 2000);
    let unsigned = key_service::AwsKms::new(&wrong, clock.clone()).unwrap();
    let refused = unsigned.wrap_key(id(), &DataKey::new([9; 32])).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unavailable);
    assert!(refused.message.contains("InvalidSignatureException"), "{}", refused.message);
    let nobody = AwsKms { endpoint: Some("http://127.0.0.1:1/".into()), ..wrong };
    let away = key_service::AwsKms::new(&nobody, clock).unwrap().wrap_key(id(), &DataKey::new([9; 32])).await;
    let away = away.unwrap_err();
    assert_eq!(away.kind, ErrorKind::Unavailable);
    assert!(!format!("{away:?}").contains(&STANDARD.encode([9; 32])));
}

/// Versions of the transit key by number; a ciphertext is `vault:vN:` and what it stands for.
fn transit(newest: Arc<Mutex<u32>>, health: u16) -> String {
    let kept: Arc<Mutex<BTreeMap<String, (Value, Value)>>> = Arc::default();
    serve(move |asked| {
        if asked.path == "/v1/sys/health" {
            return (health, json!({}));
        }
        if asked.headers.get("x-vault-token").map(String::as_str) != Some("a-token")
            || asked.headers.get("x-vault-namespace").map(String::as_str) != Some("team")
        {
            return (403, json!({ "errors": ["permission denied"] }));
        }
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let encrypt = |plaintext: &Value| {
            let text = format!("vault:v{}:{}", newest.lock().unwrap(), Uuid::new_v4().simple());
            kept.lock().unwrap().insert(text.clone(), (body["context"].clone(), plaintext.clone()));
            (200, json!({ "data": { "ciphertext": text } }))
        };
        let open = || {
            let found = kept.lock().unwrap().get(body["ciphertext"].as_str().unwrap_or_default()).cloned();
            found.filter(|(context, _)| *context == body["context"]).map(|(_, plaintext)| plaintext)
        };
        match (asked.path.as_str(), open()) {
            ("/v1/transit/encrypt/proscenium", _) => encrypt(&body["plaintext"]),
            ("/v1/transit/decrypt/proscenium", Some(plaintext)) => (200, json!({ "data": { "plaintext": plaintext } })),
            ("/v1/transit/rewrap/proscenium", Some(plaintext)) => encrypt(&plaintext),
            _ => (400, json!({ "errors": ["cipher: message authentication failed"] })),
        }
    })
}

fn vault(url: &str) -> Vault {
    Vault {
        url: url.to_owned(),
        namespace: Some("team".to_owned()),
        mount: "transit".to_owned(),
        key: "proscenium".to_owned(),
        token: Some(Secret::new("a-token")),
        token_file: None,
    }
}

#[tokio::test]
async fn vault_wraps_for_one_organisation_and_wraps_again_under_a_newer_version() {
    let newest = Arc::new(Mutex::new(1));
    let url = transit(newest.clone(), 200);
    let (vault, own) = (key_service::VaultTransit::new(&vault(&url)).unwrap(), id());
    let key = DataKey::new([7; 32]);
    let first = vault.wrap_key(own, &key).await.unwrap();
    assert!(first.starts_with(b"vault:v1:"));
    assert_eq!(vault.unwrap_key(own, &first).await.unwrap().expose(), key.expose());
    let others = [DataKeyId { tenant: TenantId::generate(), ..own }, DataKeyId { key: Uuid::now_v7(), ..own }];
    for other in others {
        assert!(vault.unwrap_key(other, &first).await.is_err(), "context, or the ids within");
    }
    *newest.lock().unwrap() = 2;
    let second = vault.rewrap_key(own, &first).await.unwrap();
    assert!(second.starts_with(b"vault:v2:"));
    assert_eq!(vault.unwrap_key(own, &second).await.unwrap().expose(), key.expose());
    vault.health().await.unwrap();
}

#[tokio::test]
async fn the_token_of_vault_is_read_anew_from_its_file() {
    let url = transit(Arc::new(Mutex::new(1)), 503);
    let file = tempfile::NamedTempFile::new().unwrap();
    let token_file = Some(file.path().to_string_lossy().into_owned());
    let vault = key_service::VaultTransit::new(&Vault { token: None, token_file, ..vault(&url) }).unwrap();
    std::fs::write(file.path(), "an old one\n").unwrap();
    let refused = vault.wrap_key(id(), &DataKey::new([7; 32])).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unavailable, "{}", refused.message);
    std::fs::write(file.path(), "a-token\n").unwrap();
    vault.wrap_key(id(), &DataKey::new([7; 32])).await.unwrap();
    assert!(vault.health().await.unwrap_err().message.contains("sealed"));
}
