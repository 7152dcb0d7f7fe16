//! `cargo xtask screenshots`: every page and state, at three widths, light and dark, into `docs/screenshots/`.

use anyhow::Result;

use crate::build;
use crate::process::run;
use crate::test::playwright;
use crate::workspace::{self, Mode};

pub fn screenshots() -> Result<()> {
    build::all(Mode::Dev)?;
    run(playwright()?
        .args(["test", "--project=screenshots"])
        .env("CLOSEZLY_BIN", Mode::Dev.server_binary())
        .env("CLOSEZLY_SITE_DIR", Mode::Dev.site())
        .env("CLOSEZLY_SCREENSHOTS", workspace::root().join("docs/screenshots")))
}
