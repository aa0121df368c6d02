//! A corpus of forgeries. Each differs from a good token in the one thing that its name says.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::{Algorithm as Alg, EncodingKey, Header};
use serde_json::{Value, json};

const ORIGIN: &str = "http://acme.localhost:7007";

struct Bench {
    tenant: TenantId,
    key: SigningKey,
    now: OffsetDateTime,
    good: Claims,
}

impl Bench {
    fn new() -> Self {
        let key = SigningKey::generate().unwrap();
        let tenant = TenantId::generate();
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let good = claims(tenant, ORIGIN, "user:default/jane", Uuid::now_v7(), now);
        Self { tenant, key, now, good }
    }

    fn accepts(&self, token: &str) -> bool {
        verify(token, self.tenant, ORIGIN, std::slice::from_ref(&self.key.public), self.now).is_some()
    }

    fn header(&self) -> Header {
        let mut header = Header::new(Alg::ES256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.key.public.id.to_string());
        header
    }

    /// Properly signed with the organisation's own key, with other claims.
    fn with_claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = serde_json::to_value(&self.good).unwrap();
        change(&mut claims);
        jsonwebtoken::encode(&self.header(), &claims, &EncodingKey::from_ec_der(self.key.private())).unwrap()
    }

    /// Properly signed over another header.
    fn with_header(&self, header: &Value) -> String {
        let head = URL_SAFE_NO_PAD.encode(header.to_string());
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_string(&self.good).unwrap());
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, self.key.private()).unwrap();
        let message = format!("{head}.{body}");
        let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn good_header(&self) -> Value {
        json!({ "typ": TYPE, "alg": "ES256", "kid": self.key.public.id.to_string() })
    }

    /// Signed with a shared secret that an attacker can know.
    fn hmac(&self, secret: &[u8]) -> String {
        let mut header = self.header();
        header.alg = Alg::HS256;
        jsonwebtoken::encode(&header, &self.good, &EncodingKey::from_secret(secret)).unwrap()
    }
}

fn parts(token: &str) -> (String, String, String) {
    let mut parts = token.split('.').map(str::to_owned);
    (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
}

fn set(header: &Value, name: &str, value: Value) -> Value {
    let mut header = header.clone();
    header[name] = value;
    header
}

fn forged_claims(bench: &Bench) -> Vec<(&'static str, String)> {
    let now = bench.now.unix_timestamp();
    let other = TenantId::generate();
    vec![
        ("expired", bench.with_claims(|claims| claims["exp"] = json!(now))),
        ("expired long ago", bench.with_claims(|claims| claims["exp"] = json!(0))),
        ("without expiry", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("exp")))),
        ("expiry as text", bench.with_claims(|claims| claims["exp"] = json!("9999999999"))),
        ("living for a year", bench.with_claims(|claims| claims["exp"] = json!(now + 31_536_000))),
        (
            "issued in the future",
            bench.with_claims(|claims| {
                claims["iat"] = json!(now + 3600);
                claims["exp"] = json!(now + 3900);
            }),
        ),
        ("for another audience", bench.with_claims(|claims| claims["aud"] = json!("plugin:catalog"))),
        ("without audience", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("aud")))),
        ("for several audiences", bench.with_claims(|claims| claims["aud"] = json!(["backstage", "x"]))),
        ("of another issuer", bench.with_claims(|claims| claims["iss"] = json!("http://evil.localhost:7007/api/auth"))),
        ("of the bare origin", bench.with_claims(|claims| claims["iss"] = json!(ORIGIN))),
        ("without issuer", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("iss")))),
        ("naming another tenant", bench.with_claims(|claims| claims["tenant"] = json!(other))),
        ("without tenant", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("tenant")))),
        ("without session", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sid")))),
        ("with a session that is no id", bench.with_claims(|claims| claims["sid"] = json!("' or 1=1 --"))),
        ("without subject", bench.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub")))),
        ("with an empty subject", bench.with_claims(|claims| claims["sub"] = json!(""))),
    ]
}

fn forged_headers(bench: &Bench) -> Vec<(&'static str, String)> {
    let good = bench.good_header();
    let jwk = bench.key.public.jwk();
    vec![
        ("of another type", bench.with_header(&set(&good, "typ", json!("JWT")))),
        ("of the plugin type", bench.with_header(&set(&good, "typ", json!("vnd.backstage.plugin")))),
        ("without type", bench.with_header(&json!({ "alg": "ES256", "kid": bench.key.public.id.to_string() }))),
        ("without key id", bench.with_header(&json!({ "alg": "ES256", "typ": TYPE }))),
        ("with an unknown key id", bench.with_header(&set(&good, "kid", json!(Uuid::now_v7().to_string())))),
        ("with a path as key id", bench.with_header(&set(&good, "kid", json!("../../../../dev/null")))),
        ("with SQL as key id", bench.with_header(&set(&good, "kid", json!("' union select '")))),
        (
            "with an upper-case key id",
            bench.with_header(&set(&good, "kid", json!(bench.key.public.id.to_string().to_uppercase()))),
        ),
        ("saying ES384", bench.with_header(&set(&good, "alg", json!("ES384")))),
        ("saying RS256", bench.with_header(&set(&good, "alg", json!("RS256")))),
        ("saying HS256", bench.with_header(&set(&good, "alg", json!("HS256")))),
        ("saying none but signed", bench.with_header(&set(&good, "alg", json!("none")))),
        ("with its own key and no known one", bench.with_header(&set(&set(&good, "kid", json!("own")), "jwk", jwk))),
    ]
}

fn forged_signatures(bench: &Bench) -> Vec<(&'static str, String)> {
    let good = sign(&bench.key, &bench.good).unwrap();
    let (head, body, signature) = parts(&good);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = encode(&set(&bench.good_header(), "alg", json!("none")));
    let other = SigningKey::generate().unwrap();
    let masked = SigningKey::stored(bench.key.public.id, other.private().to_vec(), other.public.point.clone());
    let mut admin = bench.good.clone();
    admin.sub = "user:default/admin".into();
    let swapped = encode(&serde_json::to_value(&admin).unwrap());
    let foreign = |name: &str, value: Value| {
        let head = encode(&set(&bench.good_header(), name, value));
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, other.private()).unwrap();
        let message = format!("{head}.{body}");
        let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let der = {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, bench.key.private()).unwrap();
        let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), format!("{head}.{body}").as_bytes()).unwrap();
        format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    vec![
        ("unsigned", format!("{none}.{body}.")),
        ("unsigned with capitals", format!("{}.{body}.", encode(&set(&bench.good_header(), "alg", json!("nOnE"))))),
        ("with its signature cut off", format!("{head}.{body}.")),
        ("with two parts", format!("{head}.{body}")),
        ("with four parts", format!("{good}.x")),
        ("with other claims under the old signature", format!("{head}.{swapped}.{signature}")),
        ("with a zero signature", format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 64]))),
        ("signed by another key under our key id", sign(&masked, &bench.good).unwrap()),
        ("signed by another key under its own key id", sign(&other, &bench.good).unwrap()),
        ("signed by the key that it carries", foreign("jwk", other.public.jwk())),
        ("signed by a key at its own address", foreign("jku", json!("https://evil.example/keys.json"))),
        ("signed by a key of its own certificate", foreign("x5c", json!(["MIIB"]))),
        ("signed by a key of a certificate elsewhere", foreign("x5u", json!("https://evil.example/cert.pem"))),
        ("signed in the encoding of certificates", der),
        ("signed with the public point as secret", bench.hmac(&bench.key.public.point)),
        ("signed with the key's id as secret", bench.hmac(bench.key.public.id.to_string().as_bytes())),
        ("signed with an empty secret", bench.hmac(b"")),
        ("empty", String::new()),
        ("dots", "..".into()),
        ("longer than any of ours", format!("{good}{}", "A".repeat(5000))),
    ]
}

#[test]
fn the_good_token_is_accepted_so_the_corpus_means_something() {
    let bench = Bench::new();
    let good = sign(&bench.key, &bench.good).unwrap();
    assert!(bench.accepts(&good));
    assert!(bench.accepts(&bench.with_claims(|_| ())));
    assert!(bench.accepts(&bench.with_header(&bench.good_header())));
    assert_eq!(unverified_tenant(&good), Some(bench.tenant));
}

#[test]
fn no_forgery_is_accepted() {
    let bench = Bench::new();
    let corpus = [forged_claims(&bench), forged_headers(&bench), forged_signatures(&bench)].concat();
    assert_eq!(corpus.len(), 51, "forgeries; none may go unnoticed");
    for (why, token) in corpus {
        assert!(!bench.accepts(&token), "a token {why} was accepted");
    }
}

#[test]
fn a_good_token_is_nothing_to_another_organisation() {
    let bench = Bench::new();
    let good = sign(&bench.key, &bench.good).unwrap();
    let keys = [bench.key.public.clone()];
    let foreign = SigningKey::generate().unwrap().public;
    assert_eq!(verify(&good, TenantId::generate(), ORIGIN, &keys, bench.now), None, "other tenant, even with our keys");
    assert_eq!(verify(&good, bench.tenant, "http://other.localhost:7007", &keys, bench.now), None, "other origin");
    assert_eq!(verify(&good, bench.tenant, ORIGIN, &[foreign], bench.now), None, "other keys");
    assert_eq!(verify(&good, bench.tenant, ORIGIN, &[], bench.now), None, "no keys");
}
