//! The identity provider: a Node process that ends with its standard input.

use runtime::outbound::{Allow, Exchange, Outbound};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

pub struct Idp {
    pub issuer: String,
    control: String,
    outbound: Outbound,
    child: Child,
}

impl Drop for Idp {
    fn drop(&mut self) {
        // Its own process, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Idp {
    pub fn start() -> Self {
        let own = Path::new(HERE).join("../.tools/node/bin/node");
        let node = if own.exists() { own } else { "node".into() };
        let folder = Path::new(HERE).join("e2e");
        assert!(folder.join("node_modules/oidc-provider").exists(), "run `make build` or `npm ci` in tests/e2e first");
        let mut command = Command::new(node);
        command.args(["--no-warnings", "idp/main.mjs"]).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // What the package says about itself comes first.
        let said: Value =
            lines.find_map(|line| serde_json::from_str(&line.unwrap()).ok()).expect("the provider starts");
        let (issuer, control) =
            (said["issuer"].as_str().unwrap().to_owned(), said["control"].as_str().unwrap().to_owned());
        let outbound = Outbound::new(Allow::parse(["127.0.0.1"]).unwrap()).unwrap();
        Self { issuer, control, outbound, child }
    }

    /// `host:port` for the operator's list of exceptions.
    pub fn address(&self) -> String {
        self.issuer.trim_start_matches("http://").to_owned()
    }

    async fn command(&self, command: Value) -> Value {
        let form = [("command".to_owned(), command.to_string())];
        let exchange = Exchange {
            url: &self.control,
            form: Some(&form),
            accept: "application/json",
            authorization: None,
            max_bytes: 1_000_000,
            deadline: Duration::from_secs(30),
        };
        let reply = self.outbound.exchange(exchange).await.unwrap();
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
        serde_json::from_slice(&reply.bytes).unwrap()
    }

    /// Registers clients, changes people, or says what to forge.
    pub async fn change(&self, mut changes: Value) {
        changes["name"] = json!("change");
        self.command(changes).await;
    }

    /// Signs with these keys from now on: algorithm and name of each, the first one signs.
    pub async fn set_keys(&self, keys: &[(&str, &str)]) {
        self.command(json!({ "name": "keys", "algorithms": keys })).await;
    }

    /// Goes through the provider as this person and comes back with the address that leads to the portal.
    pub async fn visit(&self, url: &str, person: &str) -> Result<String, String> {
        let came = self.command(json!({ "name": "visit", "url": url, "account": person })).await;
        came["location"].as_str().map(str::to_owned).ok_or_else(|| came["body"].to_string())
    }

    /// Requests for tokens since the last time, with what came of them.
    pub async fn token_requests(&self) -> Vec<Value> {
        self.command(json!({ "name": "requests" })).await.as_array().unwrap().clone()
    }
}
