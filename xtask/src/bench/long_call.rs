//! What a long call costs when it is over: `server/examples/long_call`. Its people say what those of the shared data's meetings did, where
//! these are beside the repository.

use std::env;
use std::process::Command;

use anyhow::Result;

use super::{Effort, Measure, key_values};
use crate::process::output;
use crate::workspace::{self, Mode};

pub fn measure(effort: Effort) -> Result<Vec<Measure>> {
    let example = Mode::Release.server_binary().with_file_name("examples").join(format!("long_call{}", env::consts::EXE_SUFFIX));
    let mut command = Command::new(example);
    command.env("CLOSEZLY_LOG", "warn").args(match effort {
        Effort::Quick => ["--minutes", "10,60", "--runs", "3"],
        Effort::Full => ["--minutes", "10,60,180", "--runs", "5"],
    });
    let conversations = workspace::root().join("../shared/data/conversations/qmsum_summaries/public/meetings.jsonl");
    if conversations.is_file() {
        command.arg("--conversations").arg(conversations);
    }
    Ok(key_values(&output(&mut command)?))
}
