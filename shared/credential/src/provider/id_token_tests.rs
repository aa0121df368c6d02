//! A corpus of forgeries of ID tokens. Each differs from a good token in the one thing that its name says.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::signing::SigningKey;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

const ISSUER: &str = "https://id.example.com";
const CLIENT: &str = "proscenium";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_800_000_000;

struct Bench {
    ec: SigningKey,
    rsa: RsaPair,
    keys: Keys,
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn good_claims() -> Value {
    json!({ "iss": ISSUER, "sub": "jane", "aud": CLIENT, "nonce": NONCE, "iat": NOW - 1, "exp": NOW + 3600 })
}

fn with(change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut claims = good_claims();
    change(claims.as_object_mut().unwrap());
    claims
}

fn set(name: &str, value: Value) -> Value {
    with(|claims| drop(claims.insert(name.to_owned(), value)))
}

fn without(name: &str) -> Value {
    with(|claims| drop(claims.remove(name)))
}

impl Bench {
    fn new() -> Self {
        let ec = SigningKey::generate().unwrap();
        let rsa = RsaPair::generate(KeySize::Rsa2048).unwrap();
        let keys = Keys::read(&json!({ "keys": [ec.public.jwk(), rsa_jwk(&rsa)] }).to_string()).unwrap();
        Self { ec, rsa, keys }
    }

    fn es256(&self, header: &Value, claims: &Value) -> String {
        sign_es256(&self.ec, header, claims)
    }

    fn rs256(&self, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": self.ec.public.id.to_string() })
    }

    fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        verify(token, &self.keys, expected(NOW))
    }
}

fn sign_es256(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header), encode(claims));
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.private()).unwrap();
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn rsa_jwk(pair: &RsaPair) -> Value {
    let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "RSA", "use": "sig", "kid": "rsa", "n": number(n.big_endian_without_leading_zero()),
        "e": number(e.big_endian_without_leading_zero()) })
}

fn expected(now: i64) -> Expected<'static> {
    let now = OffsetDateTime::from_unix_timestamp(now).unwrap();
    Expected { issuer: ISSUER, client_id: CLIENT, nonce: NONCE, now }
}

fn hmac(secret: &[u8], header: &Value, claims: &Value) -> String {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let text = format!("{}.{}", encode(header), encode(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(sign(&Key::new(HMAC_SHA256, secret), text.as_bytes())))
}

#[test]
fn good_tokens_of_both_kinds_are_accepted_so_the_corpus_means_something() {
    let bench = Bench::new();
    let es256 = bench.es256(&bench.header(), &good_claims());
    assert_eq!(bench.verify(&es256).unwrap().text("sub").as_deref(), Some("jane"));
    assert!(bench.verify(&bench.rs256(&json!({ "alg": "RS256", "kid": "rsa" }), &good_claims())).is_ok());
    // The only key of its kind needs no name.
    assert!(bench.verify(&bench.es256(&json!({ "alg": "ES256" }), &good_claims())).is_ok());
    for claims in [
        set("aud", json!([CLIENT])),
        with(|claims| {
            claims.insert("aud".into(), json!([CLIENT, "other"]));
            claims.insert("azp".into(), json!(CLIENT));
        }),
        set("exp", json!(NOW - 59)),
        set("iat", json!(NOW + 59)),
        set("nbf", json!(NOW + 59)),
        set("email", json!("jane@acme.example")),
    ] {
        assert!(bench.verify(&bench.es256(&bench.header(), &claims)).is_ok(), "{claims}");
    }
}

fn forged_claims() -> Vec<(&'static str, Value, Refusal)> {
    vec![
        ("of another issuer", set("iss", json!("https://evil.example")), Refusal::Issuer),
        ("of the issuer with a slash", set("iss", json!("https://id.example.com/")), Refusal::Issuer),
        ("of the issuer in capitals", set("iss", json!("HTTPS://ID.EXAMPLE.COM")), Refusal::Issuer),
        ("of several issuers", set("iss", json!([ISSUER])), Refusal::Issuer),
        ("of nobody", without("iss"), Refusal::Issuer),
        ("for another client", set("aud", json!("other")), Refusal::Audience),
        ("for no client", without("aud"), Refusal::Audience),
        ("for an empty list", set("aud", json!([])), Refusal::Audience),
        ("for a number", set("aud", json!(1)), Refusal::Audience),
        ("for a longer client", set("aud", json!("proscenium2")), Refusal::Audience),
        ("for several, asked for by nobody", set("aud", json!([CLIENT, "other"])), Refusal::Audience),
        ("for us, asked for by another", set("azp", json!("other")), Refusal::Audience),
        ("for us, asked for by a number", set("azp", json!(1)), Refusal::Audience),
        (
            "for several, asked for by another",
            with(|claims| {
                claims.insert("aud".into(), json!([CLIENT, "other"]));
                claims.insert("azp".into(), json!("other"));
            }),
            Refusal::Audience,
        ),
        ("with another nonce", set("nonce", json!("x")), Refusal::Nonce),
        ("without nonce", without("nonce"), Refusal::Nonce),
        ("with an empty nonce", set("nonce", json!("")), Refusal::Nonce),
        ("with a list of nonces", set("nonce", json!([NONCE])), Refusal::Nonce),
        ("expired", set("exp", json!(NOW - 60)), Refusal::Time),
        ("expired long ago", set("exp", json!(0)), Refusal::Time),
        ("without expiry", without("exp"), Refusal::Time),
        ("with expiry as text", set("exp", json!("1900000000")), Refusal::Time),
        ("of tomorrow", set("iat", json!(NOW + 61)), Refusal::Time),
        ("of an hour ago", set("iat", json!(NOW - 3600)), Refusal::Time),
        ("without birth", without("iat"), Refusal::Time),
        ("not valid yet", set("nbf", json!(NOW + 61)), Refusal::Time),
        ("valid from a word", set("nbf", json!("now")), Refusal::Time),
        ("about nobody", without("sub"), Refusal::Subject),
        ("about an empty word", set("sub", json!("")), Refusal::Subject),
        ("about a number", set("sub", json!(7)), Refusal::Subject),
        ("about a very long word", set("sub", json!("x".repeat(256))), Refusal::Subject),
    ]
}

fn forged_headers(bench: &Bench) -> Vec<(&'static str, String, Refusal)> {
    let good = good_claims();
    let with = |name: &str, value: Value| {
        let mut header = bench.header();
        header[name] = value;
        bench.es256(&header, &good)
    };
    let stranger = SigningKey::generate().unwrap();
    vec![
        ("saying none but signed", with("alg", json!("none")), Refusal::UnknownKey),
        ("saying HS256", with("alg", json!("HS256")), Refusal::UnknownKey),
        ("saying ES384", with("alg", json!("ES384")), Refusal::UnknownKey),
        ("saying PS256", with("alg", json!("PS256")), Refusal::UnknownKey),
        ("saying RS256 under the EC key's name", with("alg", json!("RS256")), Refusal::UnknownKey),
        ("saying es256", with("alg", json!("es256")), Refusal::UnknownKey),
        ("without algorithm", bench.es256(&json!({ "kid": bench.header()["kid"] }), &good), Refusal::UnknownKey),
        ("with an unknown key's name", with("kid", json!("x")), Refusal::UnknownKey),
        ("with a number as key's name", with("kid", json!(1)), Refusal::UnknownKey),
        ("with null as key's name", with("kid", Value::Null), Refusal::UnknownKey),
        ("with a path as key's name", with("kid", json!("../../dev/null")), Refusal::UnknownKey),
        ("with the other kind's key name", with("kid", json!("rsa")), Refusal::UnknownKey),
        ("with an extension that must be understood", with("crit", json!(["b64"])), Refusal::Malformed),
        ("with an unencoded payload", with("b64", json!(false)), Refusal::Malformed),
        (
            "signed by the key that it carries",
            sign_es256(&stranger, &json!({ "alg": "ES256", "jwk": stranger.public.jwk() }), &good),
            Refusal::Signature,
        ),
        (
            "signed by a stranger under our key's name",
            sign_es256(&stranger, &bench.header(), &good),
            Refusal::Signature,
        ),
    ]
}

fn forged_signatures(bench: &Bench) -> Vec<(&'static str, String, Refusal)> {
    let (good, header) = (good_claims(), bench.header());
    let token = bench.es256(&header, &good);
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (head, body) = text.split_once('.').unwrap();
    let swapped = encode(&set("sub", json!("admin")));
    let hs256 = json!({ "alg": "HS256", "kid": header["kid"] });
    let none = encode(&json!({ "alg": "none" }));
    let keyed = |secret: &[u8]| hmac(secret, &hs256, &good);
    let masked = |secret: &[u8]| hmac(secret, &header, &good);
    vec![
        ("unsigned", format!("{none}.{body}."), Refusal::UnknownKey),
        ("unsigned under a good header", format!("{head}.{body}."), Refusal::Signature),
        ("of two parts", text.to_owned(), Refusal::Malformed),
        ("of four parts", format!("{token}.x"), Refusal::Malformed),
        ("with other claims under the old signature", format!("{head}.{swapped}.{signature}"), Refusal::Signature),
        ("with a zero signature", format!("{text}.{}", URL_SAFE_NO_PAD.encode([0; 64])), Refusal::Signature),
        ("with the public point as secret", keyed(&bench.ec.public.point), Refusal::UnknownKey),
        ("with the public point as secret, saying ES256", masked(&bench.ec.public.point), Refusal::Signature),
        ("with the client's id as secret", keyed(CLIENT.as_bytes()), Refusal::UnknownKey),
        ("with an empty secret", keyed(b""), Refusal::UnknownKey),
        ("empty", String::new(), Refusal::Malformed),
        ("dots", "..".to_owned(), Refusal::Malformed),
        ("no JSON", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("x")), Refusal::Malformed),
        ("a list of claims", bench.es256(&header, &json!([good])), Refusal::Signature),
        ("longer than any", format!("{token}{}", "A".repeat(70_000)), Refusal::Malformed),
    ]
}

#[test]
fn no_forgery_is_accepted_and_each_is_refused_for_its_own_reason() {
    let bench = Bench::new();
    let claims =
        forged_claims().into_iter().map(|(why, claims, refusal)| (why, bench.es256(&bench.header(), &claims), refusal));
    let corpus: Vec<_> = claims.chain(forged_headers(&bench)).chain(forged_signatures(&bench)).collect();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    for (why, token, refusal) in corpus {
        assert_eq!(bench.verify(&token), Err(refusal), "a token {why}");
    }
}

#[test]
fn a_key_set_gives_only_keys_for_signatures_that_are_taken() {
    let bench = Bench::new();
    let token = bench.es256(&bench.header(), &good_claims());
    let counts = |change: fn(&mut Value)| {
        let mut jwk = bench.ec.public.jwk();
        change(&mut jwk);
        let keys = Keys::read(&json!({ "keys": [jwk] }).to_string()).unwrap();
        verify(&token, &keys, expected(NOW)).is_ok()
    };
    assert!(counts(|_| ()));
    for change in [
        (|jwk: &mut Value| jwk["use"] = json!("enc")) as fn(&mut Value),
        |jwk| jwk["alg"] = json!("ES384"),
        |jwk| jwk["crv"] = json!("P-384"),
        |jwk| jwk["kty"] = json!("oct"),
        |jwk| jwk["x"] = json!("!"),
    ] {
        assert!(!counts(change));
    }
    assert!(Keys::read("<html>").is_none() && Keys::read("{}").is_none());
    // Two keys of a kind, and a token that names none of them: which is meant cannot be said.
    let two = json!({ "keys": [bench.ec.public.jwk(), SigningKey::generate().unwrap().public.jwk()] });
    let unnamed = bench.es256(&json!({ "alg": "ES256" }), &good_claims());
    assert_eq!(verify(&unnamed, &Keys::read(&two.to_string()).unwrap(), expected(NOW)), Err(Refusal::UnknownKey));
}
