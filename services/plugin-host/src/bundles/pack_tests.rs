//! A folder, its list, its parts and back; and each way in which a copy can differ.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("node_modules/x/lib")).unwrap();
    std::fs::create_dir_all(at("node_modules/.bin")).unwrap();
    std::fs::create_dir_all(at("remote-1234")).unwrap();
    std::fs::write(at("remote-1234/built.js"), "built").unwrap();
    std::fs::write(at("node_modules/x/package.json"), r#"{"license":"MIT","scripts":{"install":"evil"}}"#).unwrap();
    std::fs::write(at("node_modules/x/lib/big.js"), vec![b'x'; PART_BYTES + 17]).unwrap();
    std::fs::write(at("node_modules/x/lib/empty.js"), "").unwrap();
    std::fs::write(at("node_modules/x/binding.gyp"), "{}").unwrap();
    std::os::unix::fs::symlink("../x/lib/big.js", at("node_modules/.bin/x")).unwrap();
    folder
}

fn listed(folder: &Path) -> Manifest {
    list(folder, ("x".to_owned(), "1.0.0".to_owned()), String::new()).unwrap().manifest
}

#[test]
fn a_folder_comes_back_from_its_parts_as_it_was() {
    let from = folder();
    let manifest = Arc::new(listed(from.path()));
    assert_eq!((manifest.parts.len(), manifest.files.len()), (2, 5));
    assert_eq!(manifest.checks.licences, [("MIT".to_owned(), 1)].into());
    assert_eq!(
        (&manifest.checks.native[..], &manifest.checks.install_scripts[..]),
        (&["x".to_owned()][..], &["x".to_owned()][..])
    );
    let to = tempfile::tempdir().unwrap();
    let target = to.path().join("copy");
    let mut reader = Reader::new(from.path().to_owned(), manifest.clone());
    let mut unpacking = Unpacking::new(target.clone(), manifest.clone());
    for part in &manifest.parts {
        let bytes = reader.part().unwrap();
        assert_eq!(sha256(&bytes), *part);
        unpacking.write(&bytes).unwrap();
    }
    unpacking.finish().unwrap();
    verify(&target, &manifest).unwrap();
    assert_eq!(listed(&target), *manifest);
}

#[test]
fn every_difference_is_found() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("other content", |at| std::fs::write(at.join("node_modules/x/package.json"), "{}").unwrap()),
        ("one file more", |at| std::fs::write(at.join("node_modules/x/more.js"), "").unwrap()),
        ("one file less", |at| std::fs::remove_file(at.join("node_modules/x/lib/empty.js")).unwrap()),
        ("executable", |at| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(at.join("node_modules/x/lib/empty.js"), mode).unwrap();
        }),
        ("another link", |at| {
            std::fs::remove_file(at.join("node_modules/.bin/x")).unwrap();
            std::os::unix::fs::symlink("../x/package.json", at.join("node_modules/.bin/x")).unwrap();
        }),
        ("a link for a file", |at| {
            std::fs::remove_file(at.join("node_modules/x/lib/empty.js")).unwrap();
            std::os::unix::fs::symlink("/dev/null", at.join("node_modules/x/lib/empty.js")).unwrap();
        }),
    ];
    for (name, change) in changes {
        let folder = folder();
        let manifest = listed(folder.path());
        let before = verify(folder.path(), &manifest).unwrap();
        change(folder.path());
        assert!(verify(folder.path(), &manifest).is_err(), "{name}");
        assert_ne!(stamp(folder.path()).unwrap(), before, "{name}: its metadata");
    }
    let folder = folder();
    let before = stamp(folder.path()).unwrap();
    assert_eq!(stamp(folder.path()).unwrap(), before);
}

#[test]
fn a_link_that_leads_out_is_refused() {
    let folder = folder();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("node_modules/x/secret")).unwrap();
    let refused = list(folder.path(), ("x".to_owned(), "1".to_owned()), String::new());
    assert!(refused.is_err_and(|error| error.message.contains("leads out")));
}
