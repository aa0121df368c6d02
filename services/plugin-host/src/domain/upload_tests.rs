//! Archives that are what they should be, and many that are not.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use flate2::read::GzDecoder;
use serde_json::json;

/// A file of an archive: its name as bytes, its kind, where it leads, its content.
struct File<'a> {
    path: &'a [u8],
    kind: EntryType,
    link: &'a str,
    content: Vec<u8>,
}

fn file<'a>(path: &'a str, content: &str) -> File<'a> {
    File { path: path.as_bytes(), kind: EntryType::Regular, link: "", content: content.as_bytes().to_vec() }
}

fn manifest(change: impl FnOnce(&mut Value)) -> String {
    let mut manifest = json!({ "name": "@acme/plugin-notes", "version": "1.2.3", "description": "Notes",
        "backstage": { "role": "frontend-plugin", "pluginId": "notes" }, "dependencies": { "lodash": "^4.17.0" } });
    change(&mut manifest);
    manifest.to_string()
}

/// Whatever the names are: the builder of the crate would refuse some.
fn tar(files: &[File<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for file in files {
        let mut header = Header::new_ustar();
        let field = &mut header.as_old_mut().name;
        field.iter_mut().zip(file.path).for_each(|(to, from)| *to = *from);
        header.as_old_mut().linkname.iter_mut().zip(file.link.as_bytes()).for_each(|(to, from)| *to = *from);
        header.set_entry_type(file.kind);
        header.set_mode(0o644);
        header.set_size(file.content.len() as u64);
        header.set_cksum();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(&file.content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.extend_from_slice(&[0; 1024]);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn judged(archive: &[u8]) -> (Result<Package>, Vec<u8>) {
    let mut copy = Vec::new();
    let package = repack(|| Ok(archive), &mut copy);
    (package, copy)
}

fn accepted(files: &[File<'_>]) -> (Package, Vec<u8>) {
    let (package, copy) = judged(&gzip(&tar(files)));
    (package.unwrap(), copy)
}

/// The fields of the refusal.
fn refused(archive: &[u8]) -> BTreeMap<String, String> {
    let error = judged(archive).0.unwrap_err();
    assert_eq!(error.kind, kernel::ErrorKind::Input, "{error}");
    assert!(!error.fields.is_empty(), "a refusal without a place: {error}");
    error.fields
}

fn names(archive: &[u8]) -> Vec<String> {
    let mut archive = Archive::new(GzDecoder::new(archive));
    archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect()
}

#[test]
fn what_npm_packs_is_accepted_and_packed_anew() {
    let text = manifest(|_| ());
    let folder = File { path: b"package/dist/", kind: EntryType::Directory, link: "", content: vec![] };
    let files = [file("package/package.json", &text), folder, file("package/dist/index.js", "export {}")];
    let (package, copy) = accepted(&files);
    assert_eq!((package.name.as_str(), package.version.as_str()), ("@acme/plugin-notes", "1.2.3"));
    assert_eq!((package.role.as_str(), package.plugin_id.as_str()), ("frontend-plugin", "notes"));
    assert_eq!(package.description.as_deref(), Some("Notes"));
    assert_eq!(names(&copy), ["package/package.json", "package/dist/index.js"]);
    assert_eq!(package.bytes, copy.len() as u64);
    assert_eq!(package.sha256, super::super::bundle::sha256(&copy));
    // The same files make the same archive, whatever the original's headers said.
    assert_eq!(judged(&copy).1, copy);
}

#[test]
fn nothing_but_plain_files_below_package_is_accepted() {
    let text = manifest(|_| ());
    let long = format!("package/{}", "x".repeat(90));
    for path in [
        "package/../../etc/cron.d/x",
        "../package/x",
        "/etc/passwd",
        "package//x",
        "package/./x",
        "package/..",
        "other/x.js",
        "x.js",
        "package/a\\b",
        "package/c:x",
        "package/a\nb",
        "package/node_modules/lodash/index.js",
        "package/dist/node_modules/x",
    ] {
        let fields = refused(&gzip(&tar(&[file("package/package.json", &text), file(path, "x")])));
        assert_eq!(fields.len(), 1, "{path:?}: {fields:?}");
    }
    let bytes = File { path: b"package/\xff\xfe", kind: EntryType::Regular, link: "", content: vec![] };
    assert!(
        refused(&gzip(&tar(&[file("package/package.json", &text), bytes])))["package/\u{fffd}\u{fffd}"]
            .contains("UTF-8")
    );
    for (kind, link) in [
        (EntryType::Symlink, "../../../etc/passwd"),
        (EntryType::Symlink, "index.js"),
        (EntryType::Link, "package/package.json"),
        (EntryType::Char, ""),
        (EntryType::Block, ""),
        (EntryType::Fifo, ""),
        (EntryType::GNUSparse, ""),
    ] {
        let odd = File { path: b"package/odd", kind, link, content: vec![] };
        let fields = refused(&gzip(&tar(&[file("package/package.json", &text), odd])));
        assert!(fields.contains_key("package/odd") || fields.contains_key("archive"), "{kind:?}: {fields:?}");
    }
    let twice = [
        file("package/package.json", &text),
        file("package/package.json", &manifest(|m| m["version"] = json!("9.9.9"))),
    ];
    assert!(refused(&gzip(&tar(&twice)))["package/package.json"].contains("twice"));
    accepted(&[file("package/package.json", &text), file(&long, "x")]);
}

#[test]
fn an_archive_that_is_cut_off_or_none_at_all_is_refused() {
    let text = manifest(|_| ());
    let whole = gzip(&tar(&[file("package/package.json", &text), file("package/x.js", &"x".repeat(5000))]));
    for archive in [&whole[..whole.len() / 2], &whole[..20], b"", b"PK\x03\x04 a zip", &tar(&[file("package/x", "")])] {
        assert!(refused(archive).contains_key("archive"), "{} bytes", archive.len());
    }
    assert!(refused(&gzip(&[0; 1024]))["archive"].contains("empty"));
    assert!(refused(&gzip(&tar(&[file("package/index.js", "")])))["package/package.json"].contains("missing"));
}

#[test]
fn a_second_part_behind_the_first_is_judged_too() {
    let text = manifest(|_| ());
    // Some readers of gzip stop after the first part, others go on.
    let mut first = tar(&[file("package/package.json", &text)]);
    first.truncate(first.len() - 1024);
    let second = tar(&[file("package/../../x", "x")]);
    let archive = [gzip(&first), gzip(&second)].concat();
    assert_eq!(refused(&archive).len(), 1);
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let text = manifest(|_| ());
    // Claims to be enormous, and is small.
    let mut header = Header::new_ustar();
    header.set_path("package/zeros").unwrap();
    header.set_entry_type(EntryType::Regular);
    header.set_size(MOST_UNPACKED + 1);
    header.set_cksum();
    let claims =
        gzip(&[tar(&[file("package/package.json", &text)])[..1024].to_vec(), header.as_bytes().to_vec()].concat());
    assert!(refused(&claims)["archive"].contains("256 MB"));
    let many: Vec<String> = (0..=MOST_ENTRIES).map(|number| format!("package/{number}")).collect();
    let many: Vec<File<'_>> = many.iter().map(|path| file(path, "")).collect();
    assert!(refused(&gzip(&tar(&many)))["archive"].contains("20000 entries"));
    // A header that a reader keeps in memory.
    let long = File { path: b"pax", kind: EntryType::XHeader, link: "", content: vec![b'x'; 100 << 10] };
    assert!(refused(&gzip(&tar(&[long, file("package/package.json", &text)])))["archive"].contains("64 kB"));
}

#[test]
fn the_manifest_says_what_it_must_and_all_mistakes_are_told_at_once() {
    let text = manifest(|manifest| *manifest = json!({ "name": "../x", "version": "latest", "backstage": {} }));
    let fields = refused(&gzip(&tar(&[file("package/package.json", &text)])));
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["backstage.pluginId", "backstage.role", "name", "version"]);
    for (field, value) in [
        ("name", json!("@Acme/X")),
        ("name", json!("proscenium:radar")),
        ("version", json!("1.2")),
        ("version", json!("1.2.3/../x")),
        ("version", json!(format!("1.2.3-{}", "x".repeat(80)))),
        ("backstage.role", json!("cli")),
        ("backstage.pluginId", json!("Notes")),
        ("backstage.pluginId", json!("")),
    ] {
        let text = manifest(|manifest| match field.split_once('.') {
            Some((outer, inner)) => manifest[outer][inner] = value.clone(),
            None => manifest[field] = value.clone(),
        });
        let fields = refused(&gzip(&tar(&[file("package/package.json", &text)])));
        assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{value}");
    }
    for text in ["", "[]", "{", "\"x\""] {
        assert!(refused(&gzip(&tar(&[file("package/package.json", text)]))).contains_key("package.json"), "{text:?}");
    }
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(1 << 20));
    assert!(refused(&gzip(&tar(&[file("package/package.json", &large)]))).contains_key("package.json"));
}

#[test]
fn dependencies_come_from_the_registry_and_from_nowhere_else() {
    for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
        for range in [
            "file:../../etc",
            "link:/etc",
            "/etc",
            "./x",
            "../x",
            "..",
            "~/x",
            "x.tgz",
            "X.TAR.GZ",
            "git+ssh://git@x/y",
            "github:a/b",
            "a/b",
            "https://x/y.tgz",
            "npm:@backstage/x@1",
            "workspace:*",
            "-g",
            "",
        ] {
            let text = manifest(|manifest| manifest[kind] = json!({ "x": range }));
            let judged = judged(&gzip(&tar(&[file("package/package.json", &text)]))).0;
            // Nothing at all is any version.
            assert_eq!(judged.is_err(), !range.is_empty(), "{kind} {range:?}");
        }
        let text = manifest(|manifest| manifest[kind] = json!({ "../x": "1.0.0" }));
        assert!(refused(&gzip(&tar(&[file("package/package.json", &text)]))).contains_key(&format!("{kind}.../x")));
        let text = manifest(|manifest| manifest[kind] = json!(["x"]));
        assert!(refused(&gzip(&tar(&[file("package/package.json", &text)]))).contains_key(kind));
        for range in ["1.2.3", "^1.2.0 || >=2 <3", "~1", "*", "latest", "1.x", "1.0.0 - 2.0.0", "0.0.0-nightly.1+b"] {
            let text = manifest(|manifest| manifest[kind] = json!({ "@a/x": range }));
            accepted(&[file("package/package.json", &text)]);
        }
    }
    let text = manifest(|manifest| manifest["bundledDependencies"] = json!(["x"]));
    assert!(refused(&gzip(&tar(&[file("package/package.json", &text)]))).contains_key("bundledDependencies"));
}
