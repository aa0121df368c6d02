//! The `sandbox` verb as a program of its own: two of these stay beside each worker, and the whole platform's executable
//! would cost 8 MB each time.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    // The same arguments as the platform's executable takes.
    args.next_if(|verb| verb == "sandbox");
    sandbox::exec(args)
}
