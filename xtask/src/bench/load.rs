//! Many live two-channel calls against one server: `closezly-load --calls N --seconds S`, which prints `key=value` lines.

use std::process::Command;

use anyhow::Result;

use super::{Effort, Measure, key_values};
use crate::process::output;
use crate::workspace::Mode;

pub fn measure(effort: Effort) -> Result<Vec<Measure>> {
    let generator = Mode::Release.server_binary().with_file_name("closezly-load");
    if !generator.exists() {
        println!("   there is no load generator in this build");
        return Ok(Vec::new());
    }
    let (sizes, seconds): (&[u32], u32) = match effort {
        Effort::Quick => (&[10], 5),
        Effort::Full => (&[10, 100, 500], 30),
    };
    let mut measures = Vec::new();
    for calls in sizes {
        let mut command = Command::new(&generator);
        command.args(["--calls", &calls.to_string(), "--seconds", &seconds.to_string()]);
        command.env("CLOSEZLY_BIN", Mode::Release.server_binary()).env("CLOSEZLY_SITE_DIR", Mode::Release.site());
        let rows = key_values(&output(&mut command)?);
        measures.extend(rows.into_iter().map(|row| Measure::new(format!("load.{calls}_calls.{}", row.name), row.value)));
    }
    Ok(measures)
}
