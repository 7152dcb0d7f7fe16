//! wasm-opt, from PATH or from the npm packages of the browser tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::{run, which};
use crate::workspace::{self, Mode};

/// Where the modules are that ship: the optimized ones, if there are any.
pub fn modules(mode: Mode, scratch: &Path) -> PathBuf {
    let optimized = optimized(scratch);
    if mode == Mode::Release && optimized.is_dir() { optimized } else { scratch.to_owned() }
}

fn optimized(scratch: &Path) -> PathBuf {
    scratch.join("optimized")
}

/// Flattened code is built up anew from its branches, which `-Oz` makes 1 % smaller than what the compiler wrote.
const PASSES: [&str; 4] = ["--flatten", "--rereloop", "-Oz", "-Oz"];

/// Makes every module smaller; where there is no wasm-opt they stay as they are, and that is said.
pub fn optimize(scratch: &Path, fresh: bool) -> Result<()> {
    let to = optimized(scratch);
    if !fresh && to.is_dir() {
        return Ok(());
    }
    let _ = fs::remove_dir_all(&to);
    let Some(wasm_opt) = wasm_opt() else {
        println!("   no wasm-opt here: the WASM stays about twice as large (to get it: npm ci --prefix end2end)");
        return Ok(());
    };
    // Rust's target emits these features since 1.82; wasm-opt wants them named.
    let features = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"];
    let features = features.map(|feature| format!("--enable-{feature}"));
    let partial = scratch.join("optimized.partial");
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial)?;
    for entry in fs::read_dir(scratch)? {
        let module = entry?.path();
        let (Some(name), true) = (module.file_name(), module.extension().is_some_and(|kind| kind == "wasm")) else { continue };
        run(Command::new(&wasm_opt).args(PASSES).args(&features).arg(&module).arg("--output").arg(partial.join(name)))?;
    }
    fs::rename(partial, to)?;
    Ok(())
}

fn wasm_opt() -> Option<PathBuf> {
    let local = workspace::end2end().join("node_modules/.bin/wasm-opt");
    which("wasm-opt").or_else(|| local.exists().then_some(local))
}
