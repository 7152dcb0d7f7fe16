//! Numbers mean little without the machine they were measured on.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use crate::process::output;

/// One line: day, processor, memory, system, compiler.
pub fn describe() -> String {
    let value = |file: &str, key: &str| {
        let text = fs::read_to_string(file).ok()?;
        text.lines().find(|line| line.starts_with(key))?.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let say = |command: &mut Command| output(command).map(|text| text.trim().to_owned()).ok();
    let memory = value("/proc/meminfo", "MemTotal").and_then(|text| text.trim_end_matches("kB").trim().parse::<u64>().ok());
    let facts = [
        say(Command::new("date").args(["-u", "+%Y-%m-%d"])),
        value("/proc/cpuinfo", "model name"),
        available_parallelism().ok().map(|count| format!("{count} processors")),
        memory.map(|kilobytes| format!("{} GiB memory", kilobytes / 1024 / 1024)),
        say(Command::new("uname").args(["-sr"])),
        say(Command::new("rustc").arg("--version")),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
