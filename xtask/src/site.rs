//! The folder that the server serves files from.
//!
//! ```text
//! manifest.json                         what is called what: see below
//! pkg/closezly.<hash>.js                wasm-bindgen's glue, an ES module
//! pkg/closezly_bg.<hash>.wasm           the browser's part: what every page needs
//! pkg/closezly_chunks.<hash>.js         fetches chunks; the glue imports it
//! pkg/split_<chunk>.<hash>.wasm         the chunk of a page, or of pages that belong together (`lazy_pages!`, `app/src/lazy.rs`)
//! pkg/chunk_<n>.<hash>.wasm             what several of them share
//! pkg/snippets/…                        JavaScript that crates carry along, if any
//! capture/worklet.wasm                  the audio callback: plain WASM without bindgen
//! …                                     everything of `public/`, as it is
//! *.br, *.gz                            precompressed neighbours (release only)
//! ```
//!
//! **`manifest.json`** is the contract with the server: `{"js": "/pkg/closezly.<hash>.js", "wasm": "/pkg/closezly_bg.<hash>.wasm",
//! "loader": "/pkg/closezly_chunks.<hash>.js", "chunks": {"<chunk>": ["/pkg/chunk_<n>.<hash>.wasm", …]},
//! "worklet": "/capture/worklet.wasm"}`, paths from the site's root. A page in a chunk loads its files besides the main module; pages in
//! none load no more. Names under `/pkg/` that are in the manifest carry a hash of their content, so they may be cached for
//! ever; all other files are served with an ETag. The glue already names the hashed WASM file and the loader, so
//! `import init, {hydrate} from manifest.js; await init(); await hydrate();` works with and without passing the WASM's path. Without a
//! manifest there is nothing to hydrate with: the server then serves pages as plain HTML, and `closezly doctor` says so.

mod bindgen;
mod compress;
mod layout;
mod names;
mod optimize;
mod split;

use anyhow::Result;
pub use compress::brotli;
pub use layout::copy_folder;
use sha2::{Digest, Sha256};

use crate::step::Plan;
use crate::workspace::{self, Mode};

/// How many steps [`lay_out`] has.
pub fn steps(mode: Mode) -> usize {
    match mode {
        Mode::Dev => 2,
        Mode::Release => 4,
    }
}

/// Turns what cargo built into the site folder; steps whose input is unchanged are skipped.
pub fn lay_out(mode: Mode, plan: &mut Plan) -> Result<()> {
    let scratch = workspace::target().join("bindgen").join(mode.wasm_profile());
    let fresh = plan.step("JavaScript bindings", || bindgen::generate(mode, &scratch))?;
    if mode == Mode::Release {
        plan.step("WASM optimization", || optimize::optimize(&scratch, fresh))?;
    }
    plan.step("site folder", || layout::lay_out(mode, &scratch))?;
    if mode == Mode::Release {
        plan.step("compression", || compress::compress(&mode.site()))?;
    }
    Ok(())
}

/// The first 16 hexadecimal digits of the content's SHA-256: enough for a file's name.
fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hash_is_sixteen_digits_of_the_content() {
        assert_eq!(super::hash(b"abc"), "ba7816bf8f01cfea");
    }
}
