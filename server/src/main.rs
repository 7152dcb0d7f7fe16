//! The binary `closezly`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::command::run()
}
