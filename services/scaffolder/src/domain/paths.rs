//! Paths that stay inside a directory.
//!
//! [`child`] decides by the text of a path; whether a link on disk leads elsewhere is checked by the workspace, which
//! opens what this module allows.

use super::failure::{Failure, Outcome};
use std::path::{Component, Path, PathBuf};

/// The sentence that Backstage answers with.
const OUTSIDE: &str = "Relative path is not allowed to refer to a directory outside its parent";

/// `path` taken relative to `base`, `.` and `..` resolved.
///
/// # Errors
/// `NotAllowedError` when the result is not `base` or below it.
pub fn child(base: &Path, path: &str) -> Outcome<PathBuf> {
    if path.contains('\0') {
        return Err(Failure::input("A path must not hold a zero byte"));
    }
    let resolved = resolve(base, path);
    // Backstage looks at the first two characters only, so it refuses names like `..x` as well.
    let inside = resolved.strip_prefix(base).is_ok_and(|rest| !rest.as_os_str().as_encoded_bytes().starts_with(b".."));
    if inside { Ok(resolved) } else { Err(Failure::not_allowed(OUTSIDE)) }
}

/// `path` relative to `base`, or itself where it is absolute, without `.` and `..`.
#[must_use]
pub fn resolve(base: &Path, path: &str) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn paths_below_the_base_are_resolved() {
        let base = Path::new("/w/task");
        assert_eq!(child(base, "./a/../b").unwrap(), Path::new("/w/task/b"));
        assert_eq!(child(base, "").unwrap(), base);
        assert_eq!(child(base, "/w/task/c").unwrap(), Path::new("/w/task/c"));
    }

    #[test]
    fn paths_out_of_the_base_are_refused() {
        for path in ["..", "../task2", "a/../../x", "/etc/passwd", "/w/task2", "a\0b", "..x", "..\\a"] {
            assert!(child(Path::new("/w/task"), path).is_err(), "{path:?} was allowed");
        }
    }
}
