//! Cargo, with one line that says how far it is.
//!
//! Cargo draws its bar on a terminal only, and tells no time. Here it is asked to draw it always; what it draws is read and told in our words:
//! on a terminal one line in place, else a line every ten seconds. Warnings and errors pass as they are.

mod read;
mod state;

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::line;
use read::{Piece, Pieces};
use state::State;

/// How often a log is told.
const IN_A_LOG: Duration = Duration::from_secs(10);
/// How often a person is.
const ON_A_TERMINAL: Duration = Duration::from_millis(200);

/// Runs a cargo command to its end; an error unless it succeeds.
pub fn run(name: &str, command: &mut Command) -> Result<()> {
    let (status, _) = output(name, command)?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a cargo command to its end without a word.
pub fn quietly(command: &mut Command) -> Result<ExitStatus> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().with_context(|| format!("could not start `{}`", line(quiet)))
}

/// Runs a cargo command to its end, whatever that is; with what it wrote to its standard output.
pub fn output(name: &str, command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut screen = Screen::new(io::stderr().is_terminal());
    let mut child = ask(command, screen.terminal).spawn().with_context(|| format!("could not start `{}`", line(command)))?;
    let (sender, pieces) = mpsc::channel();
    let stdout = child.stdout.take().map(|pipe| {
        let sender = sender.clone();
        thread::spawn(move || read_stdout(pipe, &sender))
    });
    read_stderr(&mut child, sender);
    let result = follow(name, &mut child, &pieces, &mut screen);
    screen.clear();
    result?;
    let stdout = stdout.and_then(|reader: JoinHandle<String>| reader.join().ok()).unwrap_or_default();
    Ok((child.wait()?, stdout))
}

/// Sets what makes cargo draw its bar into a pipe; colours as a terminal would have had them.
fn ask(command: &mut Command, terminal: bool) -> &mut Command {
    if terminal && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "160");
    command.env_remove("CARGO_TERM_QUIET").stdout(Stdio::piped()).stderr(Stdio::piped())
}

fn follow(name: &str, child: &mut Child, pieces: &Receiver<Piece>, screen: &mut Screen) -> Result<()> {
    let start = Instant::now();
    let mut state = State::new(name);
    let mut ended = false;
    loop {
        match pieces.recv_timeout(Duration::from_millis(200)) {
            // Another cargo reads the same list of crates: a moment, and nothing to be told of.
            Ok(Piece::Text(text)) if text.ends_with("file lock on package cache") => {}
            Ok(Piece::Text(text)) => screen.pass(&text)?,
            Ok(piece) => state.take(piece, start.elapsed()),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            // What a build script left in the background would hold the pipe open.
            Err(RecvTimeoutError::Timeout) if ended => return Ok(()),
            Err(RecvTimeoutError::Timeout) => ended = child.try_wait()?.is_some(),
        }
        if screen.due() {
            screen.tell(&state.line(start.elapsed()))?;
        }
    }
}

/// All of it. Where it is JSON for programs, what the compiler says in it is shown as it comes.
fn read_stdout(pipe: impl Read, shown: &Sender<Piece>) -> String {
    let mut all = String::new();
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        if let Some(said) = rendered(&text) {
            let _ = shown.send(Piece::Text(said));
        }
        all.push_str(&text);
        line.clear();
    }
    all
}

/// What the compiler says in a message of cargo.
fn rendered(line: &str) -> Option<String> {
    if !line.starts_with("{\"reason\":\"compiler-message\"") {
        return None;
    }
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    message["message"]["rendered"].as_str().map(|text| text.trim_end().to_owned())
}

/// What cargo writes to its standard error, taken apart as it comes.
fn read_stderr(child: &mut Child, sender: Sender<Piece>) {
    if let Some(pipe) = child.stderr.take() {
        thread::spawn(move || {
            for piece in Pieces::of(BufReader::new(pipe)) {
                if sender.send(piece).is_err() {
                    return;
                }
            }
        });
    }
}

/// Where the line is told.
struct Screen {
    terminal: bool,
    /// There is a line of ours that the next one takes the place of.
    drawn: bool,
    told: Instant,
}

impl Screen {
    fn new(terminal: bool) -> Self {
        Self { terminal, drawn: false, told: Instant::now() }
    }

    fn due(&self) -> bool {
        self.told.elapsed() >= if self.terminal { ON_A_TERMINAL } else { IN_A_LOG }
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        self.told = Instant::now();
        let mut stderr = io::stderr().lock();
        if self.terminal {
            // Wider than the window it would wrap, and stay.
            let line: String = line.chars().take(79).collect();
            write!(stderr, "\r{line}\x1b[K")?;
            self.drawn = true;
        } else {
            writeln!(stderr, "{line}")?;
        }
        Ok(stderr.flush()?)
    }

    /// A line of cargo's own.
    fn pass(&mut self, text: &str) -> Result<()> {
        self.clear();
        Ok(writeln!(io::stderr().lock(), "{text}")?)
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K");
            let _ = stderr.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_prints_is_handed_over_and_its_end_told() {
        let mut good = Command::new("sh");
        good.args(["-c", "printf '    Building [=> ] 1/2: a\\r' >&2; echo '   Compiling a v1' >&2; echo json"]);
        let (status, text) = output("test", &mut good).unwrap_or_default();
        assert!(status.success());
        assert_eq!(text, "json\n");
        let error = run("test", Command::new("sh").args(["-c", "exit 3"])).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn what_the_compiler_says_to_programs_is_shown_to_people() {
        let said = r#"{"reason":"compiler-message","message":{"level":"warning","rendered":"warning: unused\n\n"}}"#;
        assert_eq!(rendered(said).as_deref(), Some("warning: unused"));
        assert_eq!(rendered(r#"{"reason":"compiler-artifact"}"#), None);
        assert_eq!(rendered("json"), None);
    }

    #[test]
    fn cargo_is_asked_for_its_bar_and_a_pipe_of_ours_gets_no_colours() {
        let mut command = Command::new("cargo");
        ask(&mut command, false);
        let set = |name: &str| command.get_envs().any(|(key, value)| key == name && value.is_some());
        assert!(set("CARGO_TERM_PROGRESS_WHEN") && set("CARGO_TERM_PROGRESS_WIDTH"));
        assert!(!set("CARGO_TERM_COLOR"));
    }
}
