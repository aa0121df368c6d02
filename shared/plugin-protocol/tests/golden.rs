//! Each golden message reads into its type and comes out the same. The Node worker's tests read the same files.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use plugin_protocol::{Boot, Line, control, extensions, limits, line::StopReason, log::LogLine, platform};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn golden(name: &str) -> Value {
    let path = format!("{}/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("golden file")).expect("golden JSON")
}

fn round_trips<T: DeserializeOwned + Serialize>(value: &Value) {
    let read: T = serde_json::from_value(value.clone()).expect("reads");
    assert_eq!(&serde_json::to_value(read).unwrap(), value);
}

fn boot_with(change: impl FnOnce(&mut Value)) -> Result<Boot, String> {
    let mut doc = golden("boot");
    change(&mut doc);
    Boot::parse(&doc.to_string()).map_err(|error| error.to_string())
}

#[test]
fn the_boot_document_round_trips_as_one_line() {
    let boot = boot_with(|_| {}).unwrap();
    let line = boot.to_line().unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    assert!(line.ends_with('\n'));
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), golden("boot"));
}

#[test]
fn another_protocol_is_refused_whatever_its_shape() {
    let error = Boot::parse(r#"{"protocol":"proscenium-worker/2","unheard":"of"}"#).unwrap_err();
    assert!(error.to_string().contains("proscenium-worker/2 is not supported"));
}

#[test]
fn a_boot_document_that_breaks_a_rule_is_refused_by_name() {
    let long = boot_with(|doc| doc["socket"] = json!("s".repeat(108))).unwrap_err();
    assert!(long.contains("socket"), "{long}");
    let both = boot_with(|doc| doc["gateway"]["socket"] = json!("/run/g.sock")).unwrap_err();
    assert!(both.contains("gateway"), "{both}");
    let none = boot_with(|doc| doc["plugins"] = json!([])).unwrap_err();
    assert!(none.contains("plugins"), "{none}");
    let missing = boot_with(|doc| {
        doc.as_object_mut().unwrap().remove("capability");
    });
    assert!(missing.unwrap_err().contains("capability"));
}

#[test]
fn unknown_fields_are_ignored_and_the_drain_has_a_default() {
    let boot = boot_with(|doc| {
        doc["later"] = json!(1);
        doc.as_object_mut().unwrap().remove("drainMs");
    });
    assert_eq!(u128::from(boot.unwrap().drain_ms), limits::DEFAULT_DRAIN.as_millis());
}

#[test]
fn debug_output_holds_no_secret() {
    let shown = format!("{:?}", boot_with(|_| {}).unwrap());
    for secret in ["one-time", "9b1c4e", "eyJhbGciOiJFUzI1NiJ9"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn protocol_lines_round_trip() {
    for value in golden("lines").as_array().unwrap() {
        let line = Line::parse(&value.to_string()).expect("reads");
        assert_eq!(serde_json::from_str::<Value>(&line.to_line().unwrap()).unwrap(), *value);
    }
}

#[test]
fn lines_of_a_later_minor_version_are_unknown_and_noise_is_nothing() {
    assert_eq!(Line::parse(r#"{"type":"progress","percent":3}"#), Some(Line::Unknown));
    assert_eq!(Line::parse("hello"), None);
    assert_eq!(Line::parse(&"x".repeat(limits::MAX_LINE_BYTES + 1)), None);
    let Some(Line::Stopped(stopped)) = Line::parse(r#"{"type":"stopped","reason":"drain","cutOff":2,"new":true}"#)
    else {
        panic!("a new field must not hide a line");
    };
    assert_eq!((stopped.reason, stopped.cut_off), (StopReason::Drain, 2));
}

#[test]
fn control_bodies_round_trip() {
    let bodies = golden("control");
    round_trips::<control::Health>(&bodies["health"]);
    round_trips::<control::Description>(&bodies["description"]);
    round_trips::<control::Renewal>(&bodies["renewal"]);
    round_trips::<control::TaskRun>(&bodies["taskRun"]);
    round_trips::<control::TaskDone>(&bodies["taskDone"]);
    round_trips::<control::Event>(&bodies["event"]);
    round_trips::<control::Delivered>(&bodies["delivered"]);
}

#[test]
fn bodies_of_extensions_and_of_the_platform_round_trip() {
    let bodies = golden("extensions");
    round_trips::<extensions::Run>(&bodies["run"]);
    round_trips::<Vec<extensions::RunLine>>(&bodies["runLines"]);
    round_trips::<extensions::ExtensionCall>(&bodies["extensionCall"]);
    round_trips::<extensions::ExtensionValue>(&bodies["extensionValue"]);
    round_trips::<extensions::Autocomplete>(&bodies["autocomplete"]);
    round_trips::<extensions::ProcessBatch>(&bodies["processBatch"]);
    round_trips::<extensions::ProcessedBatch>(&bodies["processedBatch"]);
    round_trips::<platform::Mutation>(&bodies["mutation"]);
    round_trips::<platform::Refresh>(&bodies["refresh"]);
    round_trips::<platform::Documents>(&bodies["documents"]);
    let later: extensions::RunLine = serde_json::from_value(json!({"event": "progress", "percent": 3})).unwrap();
    assert_eq!(later, extensions::RunLine::Unknown);
}

#[test]
fn limits_are_those_of_the_golden_file() {
    let expected = json!({
        "protocol": limits::PROTOCOL,
        "supported": limits::SUPPORTED,
        "capabilityHeader": limits::CAPABILITY_HEADER,
        "controlPrefix": limits::CONTROL_PREFIX,
        "platformPrefix": platform::PREFIX,
        "protocolFd": limits::PROTOCOL_FD,
        "maxLineBytes": limits::MAX_LINE_BYTES,
        "maxBootBytes": limits::MAX_BOOT_BYTES,
        "maxControlBodyBytes": limits::MAX_CONTROL_BODY_BYTES,
        "maxWorkspaceEntries": limits::MAX_WORKSPACE_ENTRIES,
        "maxWorkspaceBytes": limits::MAX_WORKSPACE_BYTES,
        "maxBatch": limits::MAX_BATCH,
        "startDeadlineMs": u64::try_from(limits::START_DEADLINE.as_millis()).unwrap(),
        "defaultDrainMs": u64::try_from(limits::DEFAULT_DRAIN.as_millis()).unwrap(),
        "maxSocketPathBytes": limits::MAX_SOCKET_PATH_BYTES,
        "exit": {
            "ok": limits::exit::OK,
            "refused": limits::exit::REFUSED,
            "failed": limits::exit::FAILED,
            "pipe": limits::exit::PIPE,
            "cutOff": limits::exit::CUT_OFF,
        },
    });
    assert_eq!(golden("limits"), expected);
}

#[test]
fn log_text_is_understood_when_it_is_ours_and_kept_when_it_is_not() {
    let ours = LogLine::parse("{\"level\":\"warn\",\"message\":\"low\",\"plugin\":\"badges\"}\n");
    assert_eq!((ours.level.as_str(), ours.message.as_str()), ("warn", "low"));
    let theirs = LogLine::parse("{\"level\":\"shout\",\"message\":\"x\"}");
    assert_eq!(theirs.level, "info");
    assert_eq!(LogLine::parse(&"é".repeat(40_000)).message.len(), limits::MAX_LINE_BYTES);
}
