//! Many live two-channel calls, or open event streams, against one server: `server/examples/{load,streams}.rs`, which start it and print
//! `key=value` lines.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{Effort, Measure, key_values};
use crate::process::output;
use crate::workspace::Mode;

pub fn measure(effort: Effort) -> Result<Vec<Measure>> {
    let server = Mode::Release.server_binary();
    let generator = example("load");
    let (sizes, seconds): (&[u32], u32) = match effort {
        Effort::Quick => (&[10], 5),
        Effort::Full => (&[10, 100, 500, 1_000], 30),
    };
    let mut measures = Vec::new();
    for calls in sizes {
        let mut command = Command::new(&generator);
        command.arg("--server").arg(&server).args(["--calls", &calls.to_string(), "--seconds", &seconds.to_string()]);
        command.env("CLOSEZLY_SITE_DIR", Mode::Release.site());
        measures.extend(rows(*calls, key_values(&output(&mut command)?)));
    }
    Ok(measures)
}

/// Many open event streams: `server/examples/streams.rs`.
pub fn measure_streams(effort: Effort) -> Result<Vec<Measure>> {
    let streams = match effort {
        Effort::Quick => 1_000,
        // Each is an open file of the server's too.
        Effort::Full => 10_000,
    };
    let mut command = Command::new(example("streams"));
    command.arg("--server").arg(Mode::Release.server_binary()).args(["--streams", &streams.to_string()]);
    Ok(key_values(&output(command.env("CLOSEZLY_SITE_DIR", Mode::Release.site()))?))
}

pub fn example(name: &str) -> PathBuf {
    Mode::Release.server_binary().with_file_name("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// `load.ack_p95_ms` of 100 calls becomes `load.100_calls.ack_p95_ms`.
fn rows(calls: u32, printed: Vec<Measure>) -> impl Iterator<Item = Measure> {
    let short = |name: &str| name.strip_prefix("load.").unwrap_or(name).to_owned();
    let printed = printed.into_iter().map(move |row| Measure::new(short(&row.name), row.value));
    printed.filter(|row| row.name != "calls").map(move |row| Measure::new(format!("load.{calls}_calls.{}", row.name), row.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_calls_is_in_the_name_and_not_a_row() {
        let rows: Vec<_> = rows(100, key_values("load.calls=100\nload.ack_p95_ms=1.40\n")).map(|row| (row.name, row.value)).collect();
        assert_eq!(rows, [("load.100_calls.ack_p95_ms".to_owned(), "1.40".to_owned())]);
    }
}
