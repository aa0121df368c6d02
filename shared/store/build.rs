//! Rebuilds when a migration changes, since the list is compiled in.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
