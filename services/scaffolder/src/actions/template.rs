//! `fetch:template`, `workspace:template` and their variants for one file.

use super::glob::Patterns;
use super::{ActionContext, Outputs, appended, fetch};
use crate::domain::binary::is_binary;
use crate::domain::engine::{Engine, FileOptions, FilesId};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::paths;
use crate::runner::blocking;
use crate::workspace::{Entry, is_executable, walk, write_file};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Renders a fetched folder into the workspace.
pub(super) async fn fetch(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let settings = Settings::of(context)?;
    context.log.info("Fetching template content from remote URL").await?;
    let temporary = context.run.workspace.temporary(context.step_id)?;
    let source = temporary.path().join("template");
    fetch::contents(context, context.needed("url")?, &source).await?;
    render_folder(context, settings, source).await
}

/// Renders a folder of the workspace into another.
pub(super) async fn workspace(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let settings = Settings::of(context)?;
    let source = context.run.workspace.child(context.needed("sourcePath")?)?;
    if settings.target.starts_with(&source) {
        return Err(Failure::input("targetPath must not be within template path"));
    }
    render_folder(context, settings, source).await
}

/// Renders one fetched file into the workspace.
pub(super) async fn fetch_file(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let Some(target) = file_target(context).await? else { return Ok(Outputs::new()) };
    context.log.info("Fetching template file content from remote URL").await?;
    let temporary = context.run.workspace.temporary(context.step_id)?;
    let source = temporary.path().join("tmp");
    fetch::file(context, context.needed("url")?, &source).await?;
    render_one(context, source, target).await
}

/// Renders one file of the workspace into another.
pub(super) async fn workspace_file(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let Some(target) = file_target(context).await? else { return Ok(Outputs::new()) };
    let source = context.run.workspace.child(context.needed("sourcePath")?)?;
    render_one(context, source, target).await
}

/// How a folder is rendered.
#[derive(Debug)]
struct Settings {
    target: PathBuf,
    /// Only files with this ending are rendered, and lose it.
    extension: Option<String>,
    copied: Vec<String>,
    replace: bool,
    options: FileOptions,
    values: Option<Value>,
}

impl Settings {
    fn of(context: &ActionContext<'_>) -> Outcome<Self> {
        let target = context.run.workspace.child(context.text("targetPath").unwrap_or("./"))?;
        let patterns = &context.input["copyWithoutTemplating"];
        if !(patterns.is_null() || patterns.is_array()) {
            return Err(Failure::input("Fetch action input copyWithoutTemplating must be an Array"));
        }
        let extension = match &context.input["templateFileExtension"] {
            Value::Bool(true) => Some(".njk".to_owned()),
            Value::String(ending) if ending.is_empty() => None,
            Value::String(ending) if ending.starts_with('.') => Some(ending.clone()),
            Value::String(ending) => Some(format!(".{ending}")),
            _ => None,
        };
        let options = file_options(context);
        if extension.is_some() && (patterns.is_array() || options.cookiecutter_compat) {
            return Err(Failure::input(
                "Fetch action input extension incompatible with copyWithoutTemplating and cookiecutterCompat",
            ));
        }
        let copied = patterns.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let values = context.input.get("values").cloned();
        Ok(Self { target, extension, copied, replace: context.switch("replace"), options, values })
    }
}

fn file_options(context: &ActionContext<'_>) -> FileOptions {
    FileOptions {
        cookiecutter_compat: context.switch("cookiecutterCompat"),
        trim_blocks: context.switch("trimBlocks"),
        lstrip_blocks: context.switch("lstripBlocks"),
    }
}

async fn render_folder(context: &ActionContext<'_>, settings: Settings, source: PathBuf) -> Outcome<Outputs> {
    context.log.info("Listing files and directories in template").await?;
    let listed = source.clone();
    let entries = blocking(move || {
        // In the words of the package with which the real one lists them.
        if listed.is_file() {
            return Err(Failure::error("The `cwd` option must be a path to a directory"));
        }
        walk(&listed)
    })
    .await?;
    let shown = appended(settings.values.as_ref());
    let count = entries.len();
    context.log.info(format!("Processing {count} template files/directories with input values{shown}")).await?;
    let written = settings.target.display().to_string();
    let (lines, result) = context
        .run
        .engine
        .with(move |engine| {
            let mut lines = Vec::new();
            let result = render_entries(engine, &settings, &source, &entries, &mut lines);
            // What went wrong before is what people should hear of.
            let closed = engine.close_files();
            Ok((lines, result.and(closed)))
        })
        .await?;
    for line in lines {
        context.log.info(line).await?;
    }
    result?;
    context.log.info(format!("Template result written to {written}")).await?;
    Ok(Outputs::new())
}

fn render_entries(
    engine: &Engine,
    settings: &Settings,
    source: &Path,
    entries: &[Entry],
    lines: &mut Vec<String>,
) -> Outcome<()> {
    let files = engine.open_files(settings.options, settings.values.as_ref())?;
    let copied = Patterns::new(settings.copied.iter().map(String::as_str), source).select(engine, entries)?;
    for (at, entry) in entries.iter().enumerate() {
        let location = if entry.is_dir { format!("{}/", entry.path) } else { entry.path.clone() };
        let (renders, name) = match &settings.extension {
            Some(ending) => {
                let renders = extension_of(&location) == ending;
                (renders, if renders { location[..location.len() - ending.len()].to_owned() } else { location.clone() })
            }
            None => (!copied.contains(&at), location.clone()),
        };
        let name = engine.render_file(files, &name)?;
        // A name that is rendered to nothing leaves the file or folder out.
        if name.is_empty() || name.starts_with('/') || name.contains("//") {
            continue;
        }
        let target = paths::child(&settings.target, &name)?;
        if target.exists() && !settings.replace {
            continue;
        }
        if !renders && settings.extension.is_none() {
            lines.push(format!("Copying file/directory {location} without processing."));
        }
        if entry.is_dir {
            lines.push(format!("Writing directory {location} to template output path."));
            fs::create_dir_all(&target).map_err(|error| Failure::file(&error, "mkdir", &target))?;
        } else {
            let file = source.join(&entry.path);
            render_file(engine, files, renders, &location, &file, &target, lines)?;
        }
    }
    Ok(())
}

fn render_file(
    engine: &Engine,
    files: FilesId,
    renders: bool,
    location: &str,
    source: &Path,
    target: &Path,
    lines: &mut Vec<String>,
) -> Outcome<()> {
    let content = fs::read(source).map_err(|error| Failure::file(&error, "open", source))?;
    let executable = is_executable(source);
    if is_binary(&content) {
        lines.push(format!("Copying file binary or symbolic link at {location}, to template output path."));
        return write_file(target, &content, executable);
    }
    let mode = fs::metadata(source).map_or(0, |metadata| metadata.permissions().mode());
    lines.push(format!("Writing file {location} to template output path with mode {mode}."));
    let text = String::from_utf8_lossy(&content);
    let rendered = if renders { engine.render_file(files, &text)? } else { text.into_owned() };
    write_file(target, rendered.as_bytes(), executable)
}

/// The last part of a name, from its last dot; none for names that begin with their only dot.
fn extension_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rfind('.') {
        Some(dot) if dot > 0 => &name[dot..],
        _ => "",
    }
}

/// Where a single file goes; none when it is there and must stay.
async fn file_target(context: &ActionContext<'_>) -> Outcome<Option<PathBuf>> {
    let path = context.needed("targetPath")?;
    let target = context.run.workspace.child(path)?;
    if target.exists() && !context.switch("replace") {
        context.log.info(format!("File {path} already exists in workspace, not replacing.")).await?;
        return Ok(None);
    }
    Ok(Some(target))
}

async fn render_one(context: &ActionContext<'_>, source: PathBuf, target: PathBuf) -> Outcome<Outputs> {
    let values = context.input.get("values").cloned();
    let shown = appended(values.as_ref());
    context.log.info(format!("Processing template file with input values{shown}")).await?;
    let options = file_options(context);
    let written = target.display().to_string();
    context
        .run
        .engine
        .with(move |engine| {
            let content = fs::read(&source).map_err(|error| Failure::file(&error, "open", &source))?;
            let files = engine.open_files(options, values.as_ref())?;
            let rendered = engine.render_file(files, &String::from_utf8_lossy(&content));
            let closed = engine.close_files();
            let rendered = rendered.and_then(|text| closed.map(|()| text))?;
            write_file(&target, rendered.as_bytes(), false)
        })
        .await?;
    context.log.info(format!("Template file has been written to {written}")).await?;
    Ok(Outputs::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_the_last_part_of_a_name() {
        assert_eq!(extension_of("a/b.txt.njk"), ".njk");
        assert_eq!(extension_of("a.d/b"), "");
        assert_eq!(extension_of(".njk"), "");
    }
}
