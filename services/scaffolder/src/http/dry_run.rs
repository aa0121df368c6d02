//! Dry runs: a template that was sent along, with its files, run without a trace.

use super::body::{self, Kind};
use super::{answer, templates};
use crate::State;
use crate::actions::Services;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::run_spec;
use crate::domain::template::Template;
use crate::runner::journal::Journal;
use crate::runner::{Base, Durable, EngineHandle, Run, blocking, execute, pretty};
use crate::workspace::{Workspace, is_executable, walk, write_file};
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::{Method, Uri};
use http_shell::{Caller, Json, Result};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Reads base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A dry run as it was asked for.
struct Order {
    template: Template,
    values: Value,
    secrets: Map<String, Value>,
    files: Vec<(String, Vec<u8>)>,
}

/// Run a template that is sent along with its files, without effects.
///
/// Actions that would change the world are left out; their outputs are examples made from their schemas.
#[utoipa::path(post, path = "/api/scaffolder/v2/dry-run", request_body = Value,
    responses((status = 200, description = "{log, directoryContents, output, steps}", body = Value),
        (status = 400, description = "Wrong template or values")))]
pub(super) async fn dry_run(
    Shared(state): Shared<State>,
    caller: Caller,
    method: Method,
    uri: Uri,
    request: Request,
) -> Result<Response> {
    let properties = [
        ("template", Kind::Any, true),
        ("values", Kind::Object, true),
        ("secrets", Kind::Texts, false),
        ("directoryContents", Kind::List, true),
    ];
    let body = body::read(request, &properties).await?;
    let order = match Order::read(body) {
        Ok(order) => order,
        Err(failure) => return Ok(answer::failed(failure, &method, &uri)),
    };
    let secrets = Value::Object(order.secrets.clone());
    match templates::check_values(&state, &order.template, Some(&order.values), &secrets).await {
        Ok(None) => {}
        Ok(Some(refused)) => return Ok(refused),
        Err(failure) => return Ok(answer::failed(failure, &method, &uri)),
    }
    let services = Services::new(state.client.clone(), caller.clone());
    let initiator = templates::initiator(&services, &caller).await?;
    let mut spec = run_spec(&order.template, order.values.clone(), &initiator);
    let steps = spec["steps"].clone();
    spec["templateInfo"] =
        json!({"entityRef": "template:default/dry-run", "entity": {"metadata": order.template.metadata()}});
    match perform(&state, services, order, &spec).await {
        Ok(mut result) => {
            result["steps"] = steps;
            Ok(Json(result).into_response())
        }
        Err(failure) => Ok(answer::failed(failure, &method, &uri)),
    }
}

impl Order {
    fn read(mut body: Map<String, Value>) -> Outcome<Self> {
        let files = body["directoryContents"].as_array().into_iter().flatten().enumerate().map(|(index, file)| {
            let part = |name: &str| file[name].as_str().ok_or_else(|| malformed(index, name, file.get(name)));
            let (path, content) = (part("path")?, part("base64Content")?);
            // Whatever is not base64 is left out, as Node leaves it out.
            let content: String =
                content.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')).collect();
            Ok((path.to_owned(), BASE64.decode(content).unwrap_or_default()))
        });
        let files = files.collect::<Outcome<Vec<_>>>()?;
        Ok(Self {
            template: Template::of_document(body.remove("template").unwrap_or_default())?,
            values: body.remove("values").unwrap_or_default(),
            secrets: body.remove("secrets").and_then(|secrets| secrets.as_object().cloned()).unwrap_or_default(),
            files,
        })
    }
}

/// In the words of the library that checks such requests in the real one.
fn malformed(index: usize, name: &str, found: Option<&Value>) -> Failure {
    let received = match found {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::Array(_)) => "array",
        Some(_) => "object",
    };
    let message = if found.is_none() { "Required".to_owned() } else { format!("Expected string, received {received}") };
    let issue = json!([{"code": "invalid_type", "expected": "string", "received": received,
        "path": ["directoryContents", index, name], "message": message}]);
    Failure::input(format!("Malformed request: {}", pretty(&issue)))
}

async fn perform(state: &State, services: Services, order: Order, spec: &Value) -> Outcome<Value> {
    let id = Uuid::now_v7();
    let config = &state.config;
    let create = |name: &str| {
        Workspace::create(&config.workspaces, name, config.workspace)
            .map_err(|error| Failure::file(&error, "mkdir", &config.workspaces))
    };
    let content = create(&format!("dry-run-content-{id}"))?;
    let name = format!("dry-run-{id}");
    let workspace = create(&name)?;
    let root = workspace.root().to_path_buf();
    let base = Base::Directory(content.root().join("template.yaml"));
    let files = order.files;
    let content = blocking(move || {
        for (path, bytes) in &files {
            write_file(&content.child(path)?, bytes, false)?;
        }
        Ok(content)
    })
    .await?;
    let journal = Journal::recorded();
    let run = Run {
        spec,
        secrets: &order.secrets,
        name: &name,
        journal: &journal,
        engine: EngineHandle::load(config.engine).await?,
        workspace,
        services,
        base,
        dry_run: true,
        cancelled: CancellationToken::new(),
        durable: Durable::default(),
    };
    let output = execute(&run).await?;
    let contents = blocking(move || collect(&root)).await?;
    drop(run);
    drop(content);
    Ok(json!({"log": journal.into_lines(), "directoryContents": contents, "output": output}))
}

fn collect(root: &Path) -> Outcome<Vec<Value>> {
    let files = walk(root)?.into_iter().filter(|entry| !entry.is_dir && !entry.path.starts_with(".git/"));
    let shown = files.map(|entry| {
        let path = root.join(&entry.path);
        let bytes = fs::read(&path).map_err(|error| Failure::file(&error, "open", &path))?;
        Ok(json!({"path": entry.path, "executable": is_executable(&path), "base64Content": BASE64.encode(bytes)}))
    });
    shown.collect()
}
