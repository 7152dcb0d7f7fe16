//! From words at the server to a card on the screen, in Chromium: `end2end/bench.ts`.

use anyhow::Result;

use super::{Measure, key_values};
use crate::process::output;
use crate::test::playwright;
use crate::workspace::Mode;

pub fn measure() -> Result<Vec<Measure>> {
    let text = output(
        playwright()?
            .args(["test", "--project=bench"])
            .env("CLOSEZLY_BIN", Mode::Release.server_binary())
            .env("CLOSEZLY_SITE_DIR", Mode::Release.site())
            .env("CLOSEZLY_LOAD", super::load::example("load"))
            .env("CLOSEZLY_BENCH", "1"),
    )?;
    Ok(key_values(&text).into_iter().filter(|measure| measure.name.starts_with("browser.")).collect())
}
