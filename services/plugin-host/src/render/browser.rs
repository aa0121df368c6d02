//! Where the browser is, and what it reads of this machine.

use runtime::places::{is_executable, on_path};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where distributions put it; `chromium` on PATH is often a script around it.
const PLACES: [&str; 5] = [
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/usr/lib64/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
    "/usr/lib/chromium-browser/chrome",
];
/// What it reads beside its own folder.
const READ: [&str; 5] =
    ["/etc/fonts", "/usr/share/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig", "/usr/local/share/fonts"];

/// The executable: the operator's, else one in a usual place, else one on PATH that is no script.
#[must_use]
pub fn find(setting: Option<&Path>) -> Option<PathBuf> {
    if let Some(setting) = setting {
        return is_executable(setting).then(|| setting.to_owned());
    }
    let usual = PLACES.iter().map(PathBuf::from);
    let named = ["chromium", "chromium-browser", "google-chrome"].into_iter().filter_map(on_path);
    usual.chain(named).find(|file| is_executable(file) && !is_script(file))
}

fn is_script(file: &Path) -> bool {
    let mut start = [0; 2];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_err() || &start == b"#!"
}

/// Its folder, and fonts.
#[must_use]
pub fn readable(executable: &Path) -> Vec<PathBuf> {
    let real = executable.canonicalize().unwrap_or_else(|_| executable.to_owned());
    let shared = ["/usr/bin", "/bin", "/usr/local/bin"].map(Path::new);
    let folder = real.parent().filter(|folder| !shared.contains(folder)).map(Path::to_owned);
    let fonts = READ.iter().map(PathBuf::from).filter(|path| path.exists());
    [folder.unwrap_or_else(|| real.clone()), real].into_iter().chain(fonts).collect()
}
