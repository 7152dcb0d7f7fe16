//! What `run`, `test`, `bench` and `release` all begin with: the site and the server.

use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::process::{cargo, output, run, which};
use crate::progress;
use crate::site;
use crate::step::Plan;
use crate::test::tools;
use crate::workspace::Mode;

pub const WASM: &str = "wasm32-unknown-unknown";

/// What makes the browser's part small (ADR 4): no text for `{:?}`, which nobody reads there, and no places for panics, which end everything
/// anyway. Both flags are unstable, so this one build may use them; besides, the setting of `.cargo/config.toml`.
const RELEASE_FLAGS: &str = "--cfg erase_components -Zfmt-debug=none -Zlocation-detail=none";

/// What runs on the machine itself, without this program. Features of shared dependencies depend on what is selected: whatever is to find
/// what another command has compiled names all of it.
pub const HOUSE: [&str; 5] = ["--workspace", "--exclude", "frontend", "--exclude", "xtask"];

/// What tests switch on, for what is no test: with it, the server of `run` is the one that `test` builds, crate for crate.
pub const LIKE_TESTS: [&str; 2] = ["--features", "documents/test-utils,ports/test-utils,providers/test-utils,store/test-utils"];

/// CPU seconds of a build from nothing (`docs/adr/0013-build-times.md`).
const FROM_NOTHING: usize = 1_000;

/// Builds the site and the server, each step with its time.
pub fn all(mode: Mode) -> Result<()> {
    tools::cmake()?;
    let is_first = !mode.server_binary().exists();
    if mode == Mode::Dev && is_first {
        println!("── Closezly is built for the first time: {}. The next time it takes seconds.", first_time());
    }
    // Of a change each side compiles one large crate after the other, on one core: they do it at the same time. Its errors come again below.
    let beside = (mode == Mode::Dev && !is_first).then(|| thread::spawn(move || progress::quietly(&mut server(mode))));
    let mut plan = Plan::new(BROWSER_STEPS + site::steps(mode) + 1);
    browser_steps(mode, &mut plan)?;
    plan.step("server", || {
        if let Some(server) = beside {
            let _ = server.join();
        }
        progress::run("server", &mut server(mode))
    })
}

/// `about 10 min on 2 cores`
fn first_time() -> String {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    // The large crates at the end are built one after the other, however many cores there are.
    let minutes = (FROM_NOTHING / cores / 60 + 1).max(4);
    format!("about {minutes} min on {cores} {}", if cores == 1 { "core" } else { "cores" })
}

/// The server as `run` starts it, or as it ships.
fn server(mode: Mode) -> Command {
    let mut command = cargo();
    command.args(["build", "--bin", "closezly", "--profile", mode.server_profile()]);
    match mode {
        Mode::Dev => command.args(HOUSE).args(LIKE_TESTS),
        Mode::Release => command.args(["--package", "server"]),
    };
    command
}

const BROWSER_STEPS: usize = 3;

/// Builds the browser's part and lays out the site folder.
pub fn browser_side(mode: Mode) -> Result<()> {
    browser_steps(mode, &mut Plan::new(BROWSER_STEPS + site::steps(mode)))
}

fn browser_steps(mode: Mode, plan: &mut Plan) -> Result<()> {
    plan.step("WASM target", wasm_target)?;
    plan.step("browser code", || progress::run("browser code", &mut browser_code(mode)))?;
    // The audio callback is tiny and in a hurry: it is always the optimized one.
    plan.step("audio worklet", || {
        progress::run(
            "audio worklet",
            cargo().args(["build", "--package", "worklet", "--lib", "--target", WASM, "--profile", "wasm-release"]),
        )
    })?;
    site::lay_out(mode, plan)
}

/// What pages run, before it is bound and cut apart.
pub fn browser_code(mode: Mode) -> Command {
    let mut command = cargo();
    command.args(["build", "--package", "frontend", "--lib", "--target", WASM, "--profile", mode.wasm_profile()]);
    if mode == Mode::Release {
        command.env("RUSTFLAGS", RELEASE_FLAGS).env("RUSTC_BOOTSTRAP", "1");
    }
    command
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
