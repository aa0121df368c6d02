//! Tests of templates through the route that the editor calls.

use crate::house::House;
use http::StatusCode;
use serde_json::{Value, json};

const TEMPLATE: &str = r"apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: service, title: Service}
spec:
  type: service
  parameters:
    - required: [name]
      properties: {name: {type: string, minLength: 3}}
  steps:
    - id: fill
      name: Fill in
      action: fetch:template
      input: {url: ./skeleton, values: {name: '${{ parameters.name }}', owner: '${{ user.entity.metadata.name }}'}}
    - id: remote
      name: Remote
      action: fetch:plain:file
      input: {url: 'https://files.example/licence.txt', targetPath: LICENCE}
    - id: publish
      name: Publish
      action: publish:github
      input: {repoUrl: 'github.com?owner=acme&repo=${{ parameters.name }}', token: '${{ secrets.TOKEN }}'}
    - id: tell
      name: Tell
      if: ${{ parameters.tell }}
      action: debug:log
      input: {message: 'Made ${{ steps.publish.output.remoteUrl }}'}
  output:
    links:
      - {title: Repository, url: '${{ steps.publish.output.remoteUrl }}'}
    name: ${{ parameters.name }}
";

const TESTS: &str = r"cases:
  - name: makes a service
    values: {name: pay, tell: true}
    secrets: {TOKEN: hush-hush}
    user: {ref: user:default/jane, entity: {metadata: {name: jane}}}
    urls:
      https://files.example/licence.txt: All rights reserved
    actions:
      publish:github:
        - input: {repoUrl: 'github.com?owner=acme&repo=pay'}
          output: {remoteUrl: 'https://github.com/acme/pay'}
    expect:
      files:
        README.md: |
          # pay
          Owned by jane
        LICENCE: {contains: rights}
        src/main.txt: {matches: expected/main.txt}
        old.txt: null
      onlyTheseFiles: true
      output: {name: pay, links: [{title: Repository, url: 'https://github.com/acme/pay'}]}
      steps: {fill: completed, publish: completed, tell: completed}
      calls:
        - {action: publish:github, input: {token: hush-hush}}
      log: ['Made https://github.com/acme/pay']
  - name: refuses a short name
    values: {name: x}
    expect: {invalid: does not meet minimum length}
  - name: a host that says no
    values: {name: pay}
    urls: {'https://files.example/licence.txt': x}
    actions: {'publish:github': [{error: no such organisation}]}
    expect: {error: no such organisation, steps: {publish: failed, tell: skipped}}
";

fn files(tests: &str) -> Vec<Value> {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    [
        ("template.yaml", TEMPLATE),
        ("template.test.yaml", tests),
        ("skeleton/README.md", "# ${{ values.name }}\nOwned by ${{ values.owner }}\n"),
        ("skeleton/src/main.txt", "main of ${{ values.name }}"),
        ("expected/main.txt", "main of pay"),
    ]
    .map(|(path, text)| json!({"path": path, "base64Content": encode(text)}))
    .into()
}

async fn run(tests: &str) -> Value {
    let house = House::without_worker(|_| {}).await;
    let reply = house.post("/v1/template-tests/run", json!({"directoryContents": files(tests)})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn a_template_is_tried_in_a_world_that_is_written_down() {
    let report = run(TESTS).await;
    assert_eq!(report["mistakes"], json!([]));
    for case in report["cases"].as_array().unwrap() {
        assert_eq!(case["failures"], json!([]), "{case}");
    }
    assert_eq!((&report["passed"], report["cases"].as_array().unwrap().len()), (&json!(true), 3));
    assert_eq!(report["cases"][1]["line"], 26);
    let log = report["cases"][0]["log"].to_string();
    assert!(log.contains("Finished step Publish") && !log.contains("hush-hush"), "{log}");
}

#[tokio::test]
async fn what_differs_is_said_with_its_line() {
    let report = run(&TESTS.replace("# pay\n", "# pays\n").replace("tell: completed", "tell: skipped")).await;
    let failures = report["cases"][0]["failures"].as_array().unwrap();
    assert_eq!(report["passed"], false);
    let said: Vec<_> = failures
        .iter()
        .map(|failure| (failure["line"].as_u64().unwrap(), failure["message"].as_str().unwrap()))
        .collect();
    assert!(said.iter().any(|(line, message)| *line == 14 && message.contains("- # pays\n  + # pay")), "{said:?}");
    assert!(said.contains(&(22, "The step tell is completed, expected skipped")), "{said:?}");
}

#[tokio::test]
async fn what_is_not_recorded_is_asked_for() {
    let report = run("cases:\n  - name: nothing recorded\n    values: {name: pay}\n").await;
    let message = report["cases"][0]["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("records no file at 'https://files.example/licence.txt': add it under urls"), "{message}");
    let report = run(
        "cases:\n  - name: no action\n    values: {name: pay}\n    urls: {'https://files.example/licence.txt': x}\n",
    )
    .await;
    let message = report["cases"][0]["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("records no answer of the action publish:github"), "{message}");
}

#[tokio::test]
async fn mistakes_in_the_file_and_in_the_template_are_said_with_their_line() {
    let mistake = |report: &Value| {
        let found = &report["mistakes"][0];
        (
            found["file"].as_str().unwrap().to_owned(),
            found["line"].as_u64(),
            found["message"].as_str().unwrap().to_owned(),
        )
    };
    let (file, line, message) = mistake(&run("cases:\n  - name: a\n    valuess: {}\n").await);
    assert_eq!((file.as_str(), line), ("template.test.yaml", Some(3)));
    assert!(message.contains("valuess"), "{message}");
    let (file, line, _) = mistake(&run("template: none.yaml\ncases:\n  - name: a\n").await);
    assert_eq!((file.as_str(), line), ("none.yaml", None));
    let (_, _, message) = mistake(&run("template: ../../etc/passwd\ncases:\n  - name: a\n").await);
    assert!(message.contains("outside"), "{message}");
}

#[tokio::test]
async fn the_template_of_the_demo_is_as_its_tests_say() {
    let data = tempfile::tempdir().unwrap();
    let bench = House::without_worker(|config| config.workspaces = data.path().join("w")).await.state.bench(Vec::new());
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations/demo/templates");
    let demo = demo.canonicalize().unwrap();
    // On its own in the heap: its layout nests deeper than the compiler looks.
    let tried: std::pin::Pin<Box<dyn Future<Output = _>>> =
        Box::pin(scaffolder::trial::run_file(&bench, &demo, "template.test.yaml"));
    let report = tried.await;
    assert!(report.passed && report.cases.len() == 3, "{report:?}");
}
