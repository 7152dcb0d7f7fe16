//! The child that the tests start.

use std::process::ExitCode;

fn main() -> ExitCode {
    documents::child_main()
}
