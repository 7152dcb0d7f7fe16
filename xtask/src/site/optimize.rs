//! wasm-opt, from PATH or from the npm packages of the browser tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::bindgen::STEM;
use crate::process::{run, which};
use crate::workspace;

/// What an optimized WASM is called beside the one it was made from.
pub fn optimized(scratch: &Path) -> PathBuf {
    scratch.join("optimized.wasm")
}

/// Makes the WASM smaller; where there is no wasm-opt it stays as it is, and that is said.
pub fn optimize(scratch: &Path, fresh: bool) -> Result<()> {
    let to = optimized(scratch);
    if !fresh && to.exists() {
        return Ok(());
    }
    let from = scratch.join(format!("{STEM}_bg.wasm"));
    let Some(wasm_opt) = wasm_opt() else {
        println!("   no wasm-opt here: the WASM stays about twice as large (to get it: npm ci --prefix end2end)");
        let _ = fs::remove_file(&to);
        return Ok(());
    };
    // Rust's target emits these features since 1.82; wasm-opt wants them named.
    let features = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"];
    let features = features.map(|feature| format!("--enable-{feature}"));
    let partial = scratch.join("optimized.partial");
    run(Command::new(wasm_opt).arg("-Oz").args(features).arg(from).arg("--output").arg(&partial))?;
    fs::rename(partial, to)?;
    Ok(())
}

fn wasm_opt() -> Option<PathBuf> {
    let local = workspace::end2end().join("node_modules/.bin/wasm-opt");
    which("wasm-opt").or_else(|| local.exists().then_some(local))
}
