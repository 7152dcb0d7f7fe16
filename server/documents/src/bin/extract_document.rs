//! The child that the tests start: the real one, or one that misbehaves as its argument says.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1) {
        None => documents::child_main(),
        Some(how) => documents::misbehave(&how),
    }
}
