//! Children that are bound to this process, and not to the thread that asked for them.

use std::process::Stdio;
use std::time::Duration;

use nix::unistd::Pid;
use runtime::process::{Launcher, spawn_bound};
use runtime::sandbox::{Level, REPORT_FD};
use tokio::io::AsyncReadExt;

use crate::server::{executable, lives};

#[test]
fn a_child_survives_the_thread_that_asked_for_it() {
    let asked = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(async {
            let mut command = Launcher::at(executable()).command(Level::L0, "sleep");
            command.arg("30").kill_on_drop(false).stderr(Stdio::null());
            spawn_bound(command).await.expect("started").id().expect("lives")
        })
    });
    let child = Pid::from_raw(i32::try_from(asked.join().expect("thread")).expect("pid"));
    std::thread::sleep(Duration::from_millis(300));
    assert!(lives(child), "the death signal hangs on the forking thread, which must still live");
    nix::sys::signal::kill(child, nix::sys::signal::Signal::SIGKILL).expect("killed");
}

#[tokio::test]
async fn the_reached_level_is_reported_and_the_command_runs() {
    let mut command = Launcher::at(executable()).command(Level::L0, "sh");
    command.args(["-c", "echo hello; exit 3"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = spawn_bound(command).await.expect("started");
    let output = child.wait_with_output().await.expect("ended");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"hello\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "proscenium sandbox: {\"isolationLevel\":\"L0\"}\n");
}

#[tokio::test]
async fn the_level_goes_to_the_descriptor_that_was_named() {
    let mut command = Launcher::at(executable()).command(Level::L0, "sh");
    command.args(["-c", "true"]).env(REPORT_FD, "1").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn_bound(command).await.expect("started");
    let mut report = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut report).await.expect("read");
    assert_eq!(report, "{\"isolationLevel\":\"L0\"}\n");
    assert!(child.wait().await.expect("ended").success());
}

#[tokio::test]
async fn a_command_that_does_not_exist_says_so() {
    let mut command = Launcher::at(executable()).command(Level::L0, "/no/such/program");
    command.stderr(Stdio::piped());
    let output = spawn_bound(command).await.expect("started").wait_with_output().await.expect("ended");
    assert_eq!(output.status.code(), Some(126));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/no/such/program"));
}
