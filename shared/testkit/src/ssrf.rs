//! Addresses that lead inside, in every disguise we know, and a canary that notices a connection.
//!
//! A path that takes a tenant's address is tried with [`battery`]: the closure asks the path for one address and says
//! whether it was refused. Each vector is tried as it is and as the target of a redirect from an allowed host.

use axum::Router;
use axum::response::Redirect;
use futures::future::BoxFuture;
use runtime::outbound::{Allow, Names, Outbound};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// Hosts that are this machine, in notations that URL parsers and resolvers understand.
const LOOPBACK: [&str; 73] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.1.",
    "127.000.000.001",
    "127.0.0.0x1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "0x0",
    "0.0.0.0.",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "１２７.０.０.１",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌｏｃａｌｈｏｓｔ",
    "any.localhost",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "loc\u{ad}alhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "127.0.0.2",
    "127.1.1.1",
    "127.65535",
    "2130706434",
    "0x7f.0.1",
    "0x7f000002",
    "0177.0.0.01",
    "017700000002",
    "0x00000000",
    "00000000000",
    "0.0.0.1",
    "①②⑦.1",
    "０x7f.1",
    "127%2E1",
    "LocalHost.",
    "[0:0:0:0:0:0:0:0]",
    "[::0]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:7f00:0001]",
    "[::ffff:127.0.0.2]",
    "[::7f00:1]",
    "[::ffff:0:7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]",
];

/// Hosts that are other inner addresses: clouds' metadata, private and reserved ranges.
const INNER: [&str; 82] = [
    "169.254.169.254",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "169。254。169。254",
    "１６９.254.169.254",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fd00:ec2::254]",
    "[fe80::a9fe:a9fe]",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "metadata",
    "instance-data",
    "10.0.0.1",
    "10.255.255.255",
    "012.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.1.1",
    "3232235777",
    "0xC0A80101",
    "0300.0250.1.1",
    "192.168.257",
    "100.64.0.1",
    "100.127.255.254",
    "198.18.0.1",
    "198.19.255.254",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "192.0.0.8",
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[fc00::1]",
    "[fd12:3456:789a::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "[::ffff:10.0.0.1]",
    "[2002:c0a8:101::]",
    "0xa9fea9fe",
    "169.16689662",
    "0251.254.169.254",
    "169%2e254%2e169%2e254",
    "[::a9fe:a9fe]",
    "[::ffff:100.100.100.200]",
    "10.1",
    "10.0.1",
    "0xa000001",
    "0x0a.0.0.1",
    "172.1048577",
    "0xac100001",
    "2886729729",
    "0254.020.0.1",
    "[::ffff:192.168.0.1]",
    "[::ffff:ac10:1]",
    "[64:ff9b::a00:1]",
    "[64:ff9b::c0a8:101]",
    "[2002:a00:1::]",
    "[2002:ac10:1::1]",
    "[fe80::1%25eth0]",
    "[ff05::1:3]",
    "[2001:2::1]",
    "[2001:10::1]",
];

/// Names whose addresses are inner ones; the resolver of [`names`] knows them.
const NAMES: [(&str, &[&str]); 12] = [
    ("loopback.test", &["127.0.0.1"]),
    ("127.0.0.1.nip.test", &["127.0.0.1"]),
    ("six.test", &["::1"]),
    ("mapped.test", &["::ffff:127.0.0.1"]),
    ("nat64.test", &["64:ff9b::7f00:1"]),
    ("six-to-four.test", &["2002:7f00:1::"]),
    ("metadata.test", &["169.254.169.254"]),
    ("private.test", &["10.0.0.1"]),
    ("unique-local.test", &["fd00::1"]),
    ("link-local.test", &["fe80::1"]),
    // One good address does not make a name good.
    ("mixed.test", &["2606:4700:4700::1111", "127.0.0.1"]),
    ("mixed-six.test", &["::1", "2606:4700:4700::1111"]),
];

/// Whole addresses, PORT being the canary's: what user names, backslashes, schemes and blanks can hide.
const WHOLE: [&str; 40] = [
    "http://example.com@127.0.0.1:PORT/",
    "http://example.com:80@127.0.0.1:PORT/",
    "http://example.com%23@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@example.test/",
    "http://:@127.0.0.1:PORT/",
    "http://@127.0.0.1:PORT/",
    "http://example.com\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@example.com/",
    "http://127.0.0.1:PORT#@example.com/",
    "http://127.0.0.1:PORT?@example.com/",
    "http://127.0.0.1:PORT/%2e%2e/",
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "\\\\127.0.0.1:PORT\\",
    "127.0.0.1:PORT",
    "HTTP://127.0.0.1:PORT/",
    " http://127.0.0.1:PORT/ ",
    "http://127.0.0.1:PORT\t/",
    "ht\ntp://127.0.0.1:PORT/",
    "http://127.0.\r\n0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[::1]%00.example.com:PORT/",
    "http://127.0.0.1%00.example.com:PORT/",
    "ws://127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET%20/",
    "dict://127.0.0.1:PORT/d",
    "ldap://127.0.0.1:PORT/",
    "tftp://127.0.0.1:PORT/x",
    "ssh://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "data:text/plain,x",
    "jar:http://127.0.0.1:PORT/!/",
    "view-source:http://127.0.0.1:PORT/",
    "unix:/var/run/docker.sock",
];

/// A name that changes its mind between two look-ups: a public address first, this machine then.
const FLIPPING: &str = "flip.test";
const ELSEWHERE: &str = "2606:4700:4700::1111";

/// Every address, the canary's port in those that lead to this machine.
#[must_use]
pub fn vectors(port: u16) -> Vec<String> {
    let hosts = LOOPBACK.iter().chain(&INNER).copied().chain(NAMES.iter().map(|(name, _)| *name));
    let plain = hosts.map(|host| format!("http://{host}:{port}/"));
    let flipping = std::iter::once(format!("http://{FLIPPING}:{port}/"));
    let whole = WHOLE.iter().map(|url| url.replace("PORT", &port.to_string()));
    plain.chain(flipping).chain(whole).collect()
}

/// A resolver that knows the battery's names, and else only names of this machine.
#[derive(Debug, Default)]
struct BatteryNames {
    flips: AtomicUsize,
}

impl Names for BatteryNames {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let known: HashMap<&str, &[&str]> = NAMES.into_iter().collect();
        let texts: Vec<&str> = match name.as_str() {
            FLIPPING if self.flips.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) => vec![ELSEWHERE],
            FLIPPING => vec!["127.0.0.1"],
            "localhost" | "any.localhost" => vec!["127.0.0.1"],
            "metadata.google.internal" | "metadata" | "instance-data" => vec!["169.254.169.254"],
            name => known.get(name).map(|texts| texts.to_vec()).unwrap_or_default(),
        };
        let addresses = texts.iter().filter_map(|text| text.parse().ok()).collect();
        Box::pin(async move { Ok(addresses) })
    }
}

/// Counts who connects, and redirects from an allowed host to wherever it is told.
pub struct Canary {
    /// Its port on 127.0.0.1 and `::1`.
    pub port: u16,
    hits: Arc<AtomicUsize>,
    redirector: u16,
}

impl Canary {
    /// Listens.
    pub async fn start() -> Self {
        let hits = Arc::new(AtomicUsize::new(0));
        let four = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.expect("a port");
        let port = four.local_addr().expect("an address").port();
        count(four, hits.clone());
        // Where the machine has no IPv6 nothing can connect there either.
        if let Ok(six) = TcpListener::bind(("::1", port)).await {
            count(six, hits.clone());
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let redirector = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(|uri: http::Uri| async move { redirect(&uri) });
        tokio::spawn(async move { axum::serve(listener, router).await.expect("the redirector serves") });
        Self { port, hits, redirector }
    }

    /// A guarded client that may reach the redirector and nothing else of this machine.
    #[must_use]
    pub fn outbound(&self) -> Outbound {
        let allow = Allow::parse([format!("127.0.0.1:{}", self.redirector)]).expect("an entry");
        Outbound::with_names(allow, Arc::new(BatteryNames::default())).expect("a client")
    }

    /// How often something connected.
    #[must_use]
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    /// An allowed address that redirects to this one.
    #[must_use]
    pub fn redirecting_to(&self, target: &str) -> String {
        let target: String = target.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("http://127.0.0.1:{}/{target}", self.redirector)
    }
}

fn count(listener: TcpListener, hits: Arc<AtomicUsize>) {
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            hits.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
}

/// Sends on to the address that the path holds in hexadecimal digits; what cannot stand in a header is left as it is
/// typed in HTML and by careless servers: percent-encoded.
fn redirect(uri: &http::Uri) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    let digits = uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let bytes: Vec<u8> =
        (0..digits.len() / 2).filter_map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    let target: String = String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control()).collect();
    let ascii: String = target
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
            }
        })
        .collect();
    match http::HeaderValue::from_str(&ascii) {
        Ok(_) => Redirect::temporary(&ascii).into_response(),
        Err(_) => http::StatusCode::NO_CONTENT.into_response(),
    }
}

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It was refused, or is no address.
    Refused,
    /// Somebody was asked, or tried to be reached.
    Went,
}

/// Tries every vector on a path, plain and behind a redirect: none may connect, and none that is plain may be taken for an
/// address that could be asked. How many were tried.
///
/// # Panics
/// Saying which vector got through.
pub async fn battery(canary: &Canary, path: &str, probe: impl AsyncFn(&str) -> Tried) -> usize {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for vector in vectors(canary.port) {
        let before = canary.hits();
        let plain = probe(&vector).await;
        // The flipping name has a public address first, and a backslash ends the host: going there is right, and leads
        // nowhere here.
        let leads_elsewhere = vector.contains(FLIPPING) || vector.contains("example.com\\@");
        if plain == Tried::Went && !leads_elsewhere {
            wrong.push(format!("{vector:?} was not refused"));
        }
        probe(&canary.redirecting_to(&vector)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        tried += 2;
        if canary.hits() > before {
            wrong.push(format!("{vector:?} connected"));
        }
    }
    assert!(wrong.is_empty(), "{path}: {} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(canary.hits(), 0);
    tried
}

/// The canary works: a test of the test.
///
/// # Panics
/// When a connection is not noticed.
pub async fn canary_sings(canary: &Canary) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, canary.port));
    drop(tokio::net::TcpStream::connect(address).await.expect("the canary listens"));
    for _ in 0..200 {
        if canary.hits() > 0 {
            canary.hits.store(0, Ordering::SeqCst);
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("a connection was not noticed");
}
