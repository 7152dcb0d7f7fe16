//! Runs a program while showing what it prints and reading along.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::line;

/// Gives every line of both outputs to `read`, and passes on to our own those of which it says so; ends the program when it takes
/// longer than `limit`.
pub fn tee(command: &mut Command, limit: Duration, mut read: impl FnMut(&str) -> bool) -> Result<ExitStatus> {
    let name = line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{name}`"))?;
    let (sender, lines) = mpsc::channel::<String>();
    for pipe in [child.stdout.take().map(boxed), child.stderr.take().map(boxed)].into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut buffer = Vec::new();
            while pipe.read_until(b'\n', &mut buffer).is_ok_and(|length| length > 0) {
                if sender.send(String::from_utf8_lossy(&buffer).into_owned()).is_err() {
                    return;
                }
                buffer.clear();
            }
        });
    }
    drop(sender);

    let deadline = Instant::now() + limit;
    let mut ended = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(text) => {
                if read(text.trim_end()) {
                    print!("{text}");
                    let _ = std::io::stdout().flush();
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait()?),
            // A grandchild that outlives the program would hold the pipe open: once the program is gone, silence is the end.
            Err(RecvTimeoutError::Timeout) => match ended {
                Some(status) => return Ok(status),
                None => ended = child.try_wait()?,
            },
        }
        if ended.is_none() && Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("`{name}` was still running after {} minutes and was ended", limit.as_secs() / 60);
        }
    }
}

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read_and_the_exit_code_is_told() {
        let mut lines = Vec::new();
        let status = tee(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), Duration::from_secs(20), |text| {
            lines.push(text.to_owned());
            true
        });
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
        assert_eq!(status.ok().and_then(|status| status.code()), Some(3));
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let start = Instant::now();
        let result = tee(Command::new("sleep").arg("60"), Duration::from_millis(300), |_| true);
        assert!(result.is_err_and(|error| error.to_string().contains("was ended")));
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_program_left_in_the_background_does_not_hold_the_run() {
        let start = Instant::now();
        let status = tee(Command::new("sh").args(["-c", "sleep 30 & exit 0"]), Duration::from_secs(60), |_| true);
        assert!(status.is_ok_and(|status| status.success()));
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
