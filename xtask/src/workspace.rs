//! Where things are: the repository, its target folder, what a build leaves where.

use std::env;
use std::path::PathBuf;

/// The root of the repository.
pub fn root() -> PathBuf {
    // Cargo sets it for `cargo run`; the compiled-in value serves when the binary is started by hand.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
}

/// Cargo's target folder, `CARGO_TARGET_DIR` respected.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What the tests need and a fresh machine has not: a Python environment, PostgreSQL's data, reports.
pub fn test_tools() -> PathBuf {
    target().join("test-tools")
}

/// The journeys in a real browser, and the npm packages they need.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// For the loop at the desk, or for shipping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Dev,
    Release,
}

impl Mode {
    pub fn new(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// Cargo's profile of the browser's part.
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    /// Cargo's profile of the server, which is also its folder's name but for `dev`.
    pub fn server_profile(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// The folder that the server serves files from; one a mode, so that neither undoes the other.
    pub fn site(self) -> PathBuf {
        target().join(match self {
            Self::Dev => "site",
            Self::Release => "site-release",
        })
    }

    /// The server's binary.
    pub fn server_binary(self) -> PathBuf {
        let folder = match self {
            Self::Dev => "debug",
            Self::Release => "release",
        };
        target().join(folder).join(format!("closezly{}", env::consts::EXE_SUFFIX))
    }
}
