//! The guard of the outbound client: addresses in every notation, rebinding, redirects, limits.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]
//! The guard against every notation we know, and the client against a server of ours.

use super::*;
use crate::Tasks;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Addresses in every notation, all of which lead where no tenant may go.
const REFUSED: &[&str] = &[
    // loopback
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/x",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0177.0x0.0.1/",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://api.localhost/",
    "http://acme.localhost:7007/",
    "https://localhost/",
    "http://loc\talhost/",
    // this network, unspecified
    "http://0/",
    "http://0.0.0.0/",
    "http://0.1.2.3/",
    "http://00000000000/",
    "http://[::]/",
    // IPv4 inside IPv6
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::127.0.0.1]/",
    "http://[::7f00:1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[::ffff:0:127.0.0.1]/",
    // private
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.254/",
    "http://192.168.0.1/",
    "http://3232235521/",
    "http://0xc0a80001/",
    "http://0300.0250.0.1/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    // link-local, metadata
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.170.2/",
    "http://[fe80::1]/",
    "http://[febf::1]/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    // carrier, documentation, benchmarks, relays, multicast, reserved
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[fec0::1]/",
    "http://[4000::1]/",
    "http://[2001:10::1]/",
];

/// Texts that are no address of a web page to begin with.
const NO_WEB_ADDRESS: &[&str] = &[
    "",
    "x",
    "/etc/passwd",
    "//host/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_",
    "ftp://host/x",
    "dict://host:1/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:/run/x.sock",
    "jar:http://host!/x",
    "http://",
    "http:///",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://user@host/",
    "http://user:pw@host/",
    "http://:pw@host/",
    "http://127.0.0.1@host/",
    "http://host:99999/",
    "http://a b/",
    "ldap://host/",
];

fn get(url: &str) -> Get<'_> {
    Get { url, validator: None, max_bytes: 1000, deadline: Duration::from_secs(5), only: None }
}

fn allow(entries: &[&str]) -> Allow {
    Allow::parse(entries).unwrap()
}

#[tokio::test]
async fn no_notation_of_an_inner_address_is_connected_to() {
    let outbound = Outbound::new(Allow::default()).unwrap();
    assert!(REFUSED.len() + NO_WEB_ADDRESS.len() >= 100);
    for url in REFUSED {
        match outbound.get(get(url)).await {
            Err(Failure::Refused { .. }) => {}
            other => panic!("{url:?}: {other:?}"),
        }
    }
    for url in NO_WEB_ADDRESS {
        match outbound.get(get(url)).await {
            Err(Failure::NotAUrl { .. }) => {}
            other => panic!("{url:?}: {other:?}"),
        }
    }
}

#[test]
fn addresses_of_the_public_internet_pass() {
    for text in [
        "8.8.8.8",
        "1.1.1.1",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "192.0.1.1",
        "168.63.129.17",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "64:ff9b::808:808",
    ] {
        assert_eq!(forbidden(text.parse().unwrap()), None, "{text}");
    }
}

#[test]
fn exceptions_are_for_their_host_port_and_path_only() {
    let allow = allow(&["localhost:18099", "10.1.2.3", "[::1]:80", "apex.test:7007/demo-git/"]);
    for (url, expected) in [
        ("http://localhost:18099/a", true),
        ("http://LOCALHOST.:18099/a", true),
        ("http://localhost:18098/a", false),
        ("http://localhost/a", false),
        ("http://x.localhost:18099/", false),
        ("http://10.1.2.3:99/", true),
        ("http://10.1.2.4/", false),
        ("http://[::1]/", true),
        ("http://[0::1]:80/", true),
        ("http://[::1]:81/", false),
        ("http://apex.test:7007/demo-git/a/b", true),
        ("http://apex.test:7007/demo-git/../api/x", false),
        ("http://apex.test:7007/demo-git/%2e%2e/api", false),
        ("http://apex.test:7007/demo-gitx", false),
        ("http://apex.test:7007/api", false),
    ] {
        assert_eq!(allow.allows(&Url::parse(url).unwrap()), expected, "{url}");
    }
    for text in ["", "http://x", "a b", "user@host", "host?x"] {
        assert!(Allow::parse([text]).is_err(), "{text:?}");
    }
}

/// Answers look-ups from a list, each entry used up by one look-up; the last one stays.
struct Script(Mutex<HashMap<&'static str, Vec<Vec<IpAddr>>>>, AtomicUsize);

impl Names for Script {
    fn addresses(&self, host: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut script = self.0.lock().unwrap();
        let answers = script
            .get_mut(host.as_str())
            .map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        Box::pin(async move { answers.ok_or_else(|| std::io::Error::other("failed to lookup address information")) })
    }
}

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[tokio::test]
async fn every_address_of_a_name_is_checked_and_a_name_that_changes_its_mind_gains_nothing() {
    let script = HashMap::from([
        ("mixed.test", vec![ips(&["8.8.8.8", "127.0.0.1"])]),
        ("inner.test", vec![ips(&["10.0.0.1"])]),
        ("mapped.test", vec![ips(&["::ffff:169.254.169.254"])]),
        // Public for a checker that looks first, inner for a client that looks again.
        ("rebind.test", vec![ips(&["10.0.0.1"]), ips(&["8.8.8.8"])]),
    ]);
    let names = Arc::new(Script(Mutex::new(script), AtomicUsize::new(0)));
    let outbound = Outbound::with_names(Allow::default(), names.clone()).unwrap();
    for host in ["mixed.test", "inner.test", "mapped.test", "rebind.test"] {
        let before = names.1.load(Ordering::SeqCst);
        match outbound.get(get(&format!("http://{host}/"))).await {
            Err(Failure::Refused { host: named, .. }) => assert_eq!(named, format!("{host}:80")),
            other => panic!("{host}: {other:?}"),
        }
        if host != "rebind.test" {
            assert!(matches!(outbound.check(&format!("http://{host}/")).await, Err(Failure::Refused { .. })), "{host}");
            names.1.fetch_sub(1, Ordering::SeqCst);
        }
        assert_eq!(names.1.load(Ordering::SeqCst) - before, 1, "{host} was looked up more than once");
    }
    match outbound.get(get("http://unknown.test/")).await {
        Err(failure @ Failure::Unreachable { .. }) => {
            assert!(failure.to_string().contains("no host of this name is known"))
        }
        other => panic!("{other:?}"),
    }
}

/// A server that answers each path as told and remembers what it was asked.
async fn server(tasks: &Tasks, answers: fn(&str) -> String) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = seen.clone();
    tasks.spawn("server", async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4096];
            let length = stream.read(&mut buffer).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            requests.lock().unwrap().push(request);
            let _ = stream.write_all(answers(&path).as_bytes()).await;
        }
    });
    (address, seen)
}

fn answer(path: &str) -> String {
    let plain = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    match path {
        "/file" => plain("200 OK", "etag: \"v1\"\r\ncontent-type: text/yaml\r\n", "a: 1"),
        "/dated" => plain("200 OK", "last-modified: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "a: 1"),
        "/unchanged" => plain("304 Not Modified", "", ""),
        "/moved" => plain("302 Found", "location: /file\r\n", ""),
        "/inner" => plain("302 Found", "location: http://10.0.0.1/secret\r\n", ""),
        "/other-port" => plain("301 Moved", "location: http://localhost:1/secret\r\n", ""),
        "/to-file" => plain("307 Moved", "location: file:///etc/passwd\r\n", ""),
        "/circle" => plain("302 Found", "location: /circle\r\n", ""),
        "/big" => plain("200 OK", "", &"x".repeat(1001)),
        "/endless" => format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(5000)),
        "/private" => plain("403 Forbidden", "", ""),
        "/broken" => plain("500 Oh", "", ""),
        "/cut" => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_owned(),
        _ => plain("404 Not Found", "", ""),
    }
}

#[tokio::test]
async fn content_comes_with_its_validator_and_the_validator_asks_for_changes_only() {
    let tasks = Tasks::new();
    let (address, seen) = server(&tasks, answer).await;
    let outbound = Outbound::new(allow(&[&format!("localhost:{}", address.port())])).unwrap();
    let at = |path: &str| format!("http://localhost:{}{path}", address.port());
    for (path, validator, content_type) in [
        ("/file", "\"v1\"", Some("text/yaml")),
        ("/moved", "\"v1\"", Some("text/yaml")),
        ("/dated", "modified:Wed, 21 Oct 2026 07:28:00 GMT", None),
    ] {
        let Answer::Content(content) = outbound.get(get(&at(path))).await.unwrap() else { panic!("{path}") };
        assert_eq!(
            (content.bytes.as_ref(), content.validator.as_deref()),
            (b"a: 1".as_ref(), Some(validator)),
            "{path}"
        );
        assert_eq!(content.content_type.as_deref(), content_type);
    }
    seen.lock().unwrap().clear();
    for validator in ["\"v1\"", "modified:Wed, 21 Oct 2026 07:28:00 GMT"] {
        let url = at("/unchanged");
        assert_eq!(outbound.get(Get { validator: Some(validator), ..get(&url) }).await, Ok(Answer::NotModified));
    }
    let seen = seen.lock().unwrap();
    assert!(seen[0].contains("if-none-match: \"v1\""), "{}", seen[0]);
    assert!(seen[1].contains("if-modified-since: Wed, 21 Oct 2026 07:28:00 GMT"), "{}", seen[1]);
    tasks.request_shutdown();
}

#[tokio::test]
async fn failures_name_the_address_and_the_remedy() {
    let tasks = Tasks::new();
    let (address, _) = server(&tasks, answer).await;
    let outbound = Outbound::new(allow(&[&format!("localhost:{}", address.port())])).unwrap();
    for (path, part) in [
        ("/nothing", "There is no file at 'http://localhost:PORT/nothing' (status 404)"),
        ("/private", "The host does not let us read 'http://localhost:PORT/private' (status 403)"),
        ("/broken", "The host answered with status 500"),
        ("/big", "'http://localhost:PORT/big' is larger than 1 kB. Split it into several files."),
        ("/endless", "'http://localhost:PORT/endless' is larger than 1 kB"),
        ("/circle", "redirects in circles"),
        ("/inner", "Reading from 'http://10.0.0.1/secret' is not allowed: 10.0.0.1 is a private address"),
        ("/other-port", "Reading from 'http://localhost:1/secret' is not allowed: 127.0.0.1 is a loopback address"),
        ("/to-file", "only http and https addresses can be read"),
        ("/cut", "cannot be reached"),
    ] {
        let url = format!("http://localhost:{}{path}", address.port());
        let text = outbound.get(get(&url)).await.expect_err(path).to_string();
        let part = part.replace("PORT", &address.port().to_string());
        assert!(text.contains(&part), "{path}: {text}");
    }
    tasks.request_shutdown();
}

#[tokio::test]
async fn a_host_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let outbound = Outbound::new(allow(&["localhost"])).unwrap();
    let url = format!("http://localhost:{port}/");
    let begun = std::time::Instant::now();
    let failure = outbound.get(Get { deadline: Duration::from_millis(200), ..get(&url) }).await.unwrap_err();
    assert!(matches!(failure, Failure::TimedOut { .. }), "{failure}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    drop(listener);
    let failure = outbound.get(get(&url)).await.unwrap_err();
    assert!(failure.to_string().contains("cannot be reached: connection refused"), "{failure}");
}
