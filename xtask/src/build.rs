//! What `run`, `test`, `bench` and `release` all begin with: the site and the server.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{cargo, output, run, which};
use crate::site;
use crate::step::step;
use crate::workspace::Mode;
use std::process::Command;

pub const WASM: &str = "wasm32-unknown-unknown";

/// What makes the browser's part small (ADR 4): no text for `{:?}`, which nobody reads there, and no places for panics, which end everything
/// anyway. Both flags are unstable, so this one build may use them; besides, the setting of `.cargo/config.toml`.
const RELEASE_FLAGS: &str = "--cfg erase_components -Zfmt-debug=none -Zlocation-detail=none";

/// Builds the site and the server, each step with its time.
pub fn all(mode: Mode) -> Result<()> {
    browser_side(mode)?;
    step("server", || run(cargo().args(["build", "--package", "server", "--bin", "closezly", "--profile", mode.server_profile()])))
}

/// Builds the browser's part and lays out the site folder.
pub fn browser_side(mode: Mode) -> Result<()> {
    step("WASM target", wasm_target)?;
    step("browser code", || {
        let mut command = cargo();
        command.args(["build", "--package", "frontend", "--lib", "--target", WASM, "--profile", mode.wasm_profile()]);
        if mode == Mode::Release {
            command.env("RUSTFLAGS", RELEASE_FLAGS).env("RUSTC_BOOTSTRAP", "1");
        }
        run(&mut command)
    })?;
    // The audio callback is tiny and in a hurry: it is always the optimized one.
    step("audio worklet", || run(cargo().args(["build", "--package", "worklet", "--lib", "--target", WASM, "--profile", "wasm-release"])))?;
    site::lay_out(mode)
}

/// Adds the compiler's WASM target where it is missing.
pub fn wasm_target() -> Result<()> {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    which("rustup").context("the compiler has no WASM target and rustup is not here to add it; install rustup, or your system's package of Rust's standard library for wasm32-unknown-unknown")?;
    run(Command::new("rustup").args(["target", "add", WASM]))
}
