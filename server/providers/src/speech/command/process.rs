//! One program's process: feeds it, reads it, and ends it with all its children.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use model::Millis;
use ports::{Audio, OpenStream, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::CommandPatience;
use super::protocol::{self, Line, excerpt};
use crate::speech::timeline::Timeline;
use crate::speech::{WAITING, millis_of, to_bytes};

type Events = mpsc::Sender<Result<RecognizerEvent, RecognizerError>>;

/// A line longer than this is a flood.
const LONGEST_LINE: usize = 1 << 20;
/// So are more lines than this in [`FLOOD_WINDOW`]: people speak some five words a second, programs print some ten lines.
const MOST_LINES: u32 = 1000;
const FLOOD_WINDOW: Duration = Duration::from_secs(5);
/// So many lines in a row may be unreadable: a stray print, a progress bar.
const TOLERATED_LINES: u32 = 5;
/// A program that has closed its output, or was left by a child holding it, gets this long to come to its end.
const END: Duration = Duration::from_secs(2);

/// Starts the program for one stream.
pub(super) fn start(argv: &[String], request: &OpenStream, patience: CommandPatience) -> Result<RecognizerStream, RecognizerError> {
    let mut command = tokio::process::Command::new(&argv[0]);
    command.args(&argv[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    // The server's own settings hold keys and passwords: they are nothing for other programs.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CLOSEZLY_") || name.contains("DATABASE_URL") {
            command.env_remove(&*name);
        }
    }
    let vocabulary: Vec<&str> = request.vocabulary.iter().map(AsRef::as_ref).collect();
    command
        .env("CLOSEZLY_CHANNEL", request.channel.as_str())
        .env("CLOSEZLY_TRACK", request.track.to_string())
        .env("CLOSEZLY_LANGUAGE", request.language.replace('\0', ""))
        .env("CLOSEZLY_VOCABULARY", vocabulary.join("\n").replace('\0', ""));
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => RecognizerError::NotConfigured(format!("the program {} isn't there", argv[0])),
        std::io::ErrorKind::PermissionDenied => RecognizerError::NotConfigured(format!("the program {} may not be run", argv[0])),
        _ => RecognizerError::Crashed(format!("it can't be started ({error})")),
    })?;
    let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(RecognizerError::Crashed("it has no input or output".to_owned()));
    };
    let (audio, audio_in) = mpsc::channel(WAITING);
    let (events_out, events) = mpsc::channel(WAITING);
    let process = Process {
        group: Group::new(child),
        stdin: Some(stdin),
        stdout,
        stderr,
        audio: audio_in,
        events: events_out,
        patience,
        language: request.language.clone(),
        finished: false,
        waiting: Vec::new(),
        taken: 0,
        status: None,
        heard: Heard::default(),
    };
    tokio::spawn(process.run());
    Ok(RecognizerStream { audio, events })
}

/// The child and, through its process group, its children: all end when this is dropped.
struct Group {
    child: Child,
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

impl Group {
    /// Takes the id down while it is known: after the child has been waited for, it no longer is.
    fn new(child: Child) -> Self {
        #[cfg(unix)]
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        Self {
            child,
            #[cfg(unix)]
            id,
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.id {
            // It fails when nobody of the group is left, which is fine.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

/// What was read, and what is still being read.
#[derive(Default)]
struct Heard {
    /// The beginning of a line whose end hasn't come.
    line: Vec<u8>,
    /// The last line on standard error.
    complaint: Vec<u8>,
    complaint_ended: bool,
    /// Unreadable lines in a row.
    unreadable: u32,
    /// Lines since the window began.
    lines: u32,
    window: Option<Instant>,
    timeline: Timeline,
}

struct Process {
    group: Group,
    /// None after the audio's end.
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: ChildStderr,
    audio: mpsc::Receiver<Audio>,
    events: Events,
    patience: CommandPatience,
    language: String,
    /// The host has said that no more audio will come.
    finished: bool,
    /// Bytes that the program hasn't taken yet.
    waiting: Vec<u8>,
    /// Bytes that it has taken.
    taken: u64,
    /// How it ended.
    status: Option<ExitStatus>,
    heard: Heard,
}

impl Process {
    async fn run(mut self) {
        if let Err(error) = self.serve().await {
            // If nobody listens any more, there is nobody to tell.
            let _ = self.events.send(Err(error)).await;
        }
    }

    /// Until the program has said everything, or can't go on.
    async fn serve(&mut self) -> Result<(), RecognizerError> {
        let (mut out, mut err) = (vec![0; 64 * 1024], vec![0; 4096]);
        let (mut reads_out, mut reads_err) = (true, true);
        // When the program has waited too long with something that it owes us.
        let mut deadline: Option<Instant> = None;
        loop {
            if !reads_out && self.status.is_some() {
                return self.verdict();
            }
            let owes = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                biased;
                () = self.events.closed() => return Ok(()),
                written = write(self.stdin.as_mut(), &self.waiting), if !self.waiting.is_empty() => match written {
                    Ok(count) => {
                        self.waiting.drain(..count);
                        self.taken += count as u64;
                        deadline = (!self.waiting.is_empty()).then(|| Instant::now() + self.patience.takes_audio);
                    }
                    // It has closed its input: what it says, or its end, tells why.
                    Err(_) => {
                        self.waiting.clear();
                        self.stdin = None;
                        deadline = Some(Instant::now() + END);
                    }
                },
                chunk = self.audio.recv(), if self.waiting.is_empty() && self.stdin.is_some() => match chunk {
                    Some(Audio::Samples(sound)) => {
                        self.waiting = to_bytes(sound.samples());
                        deadline = Some(Instant::now() + self.patience.takes_audio);
                    }
                    Some(Audio::Finish) | None => {
                        self.stdin = None;
                        self.finished = true;
                        deadline = Some(Instant::now() + self.patience.says_the_rest);
                    }
                },
                read = self.stdout.read(&mut out), if reads_out => match read {
                    Ok(0) | Err(_) => {
                        // A last line may have no end.
                        self.take_in(b"\n").await?;
                        reads_out = false;
                        deadline = Some(Instant::now() + END);
                    }
                    Ok(count) => {
                        self.take_in(&out[..count]).await?;
                        if self.stdin.is_none() && self.status.is_none() {
                            deadline = Some(Instant::now() + self.patience.says_the_rest);
                        }
                    }
                },
                read = self.stderr.read(&mut err), if reads_err => match read {
                    Ok(0) | Err(_) => reads_err = false,
                    Ok(count) => self.heard.complain(&err[..count]),
                },
                status = self.group.child.wait(), if self.status.is_none() => {
                    self.status = status.ok();
                    if self.status.is_none() {
                        return Err(RecognizerError::Crashed("its end can't be told".to_owned()));
                    }
                    // What it had printed is still in the pipe; a child of it may hold the pipe open for ever.
                    deadline = Some(Instant::now() + END);
                }
                () = tokio::time::sleep_until(owes), if deadline.is_some() => {
                    if self.status.is_some() {
                        return self.verdict();
                    }
                    return Err(RecognizerError::Hung);
                }
            }
        }
    }

    /// What the end of the program means.
    fn verdict(&self) -> Result<(), RecognizerError> {
        match self.status {
            Some(status) if status.success() && self.finished => Ok(()),
            Some(status) => {
                let complaint = excerpt(&self.heard.complaint);
                let how = if status.success() { "it stopped before the audio did".to_owned() } else { status.to_string() };
                Err(RecognizerError::Crashed(if complaint.is_empty() { how } else { format!("{how}: {complaint}") }))
            }
            None => Err(RecognizerError::Hung),
        }
    }

    /// Takes lines apart and passes on what they say.
    async fn take_in(&mut self, mut bytes: &[u8]) -> Result<(), RecognizerError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.heard.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.heard.line);
            self.heard.count_line()?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match protocol::parse(&line, &self.language) {
                Ok(Line::Event(event)) => {
                    self.heard.unreadable = 0;
                    let event = self.placed(event);
                    if self.events.send(Ok(event)).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(Line::GaveUp(error)) => return Err(error),
                Err(wrong) => self.heard.unreadable(wrong)?,
            }
        }
        self.heard.line.extend_from_slice(bytes);
        if self.heard.line.len() > LONGEST_LINE { Err(RecognizerError::Flooded) } else { Ok(()) }
    }

    fn placed(&mut self, event: RecognizerEvent) -> RecognizerEvent {
        let pushed = millis_of(self.taken / 2);
        match event {
            RecognizerEvent::Partial(said) => RecognizerEvent::Partial(self.heard.timeline.place(said, pushed, false)),
            RecognizerEvent::Final(said) => RecognizerEvent::Final(self.heard.timeline.place(said, pushed, true)),
            RecognizerEvent::Done(until) => RecognizerEvent::Done(Millis(until.0.clamp(0, pushed))),
        }
    }
}

impl Heard {
    fn count_line(&mut self) -> Result<(), RecognizerError> {
        let now = Instant::now();
        if self.window.is_none_or(|begun| now - begun > FLOOD_WINDOW) {
            (self.window, self.lines) = (Some(now), 0);
        }
        self.lines += 1;
        if self.lines > MOST_LINES { Err(RecognizerError::Flooded) } else { Ok(()) }
    }

    fn unreadable(&mut self, wrong: String) -> Result<(), RecognizerError> {
        self.unreadable += 1;
        tracing::warn!(wrong, "a line of the recognizer program can't be read");
        if self.unreadable > TOLERATED_LINES { Err(RecognizerError::Rubbish(wrong)) } else { Ok(()) }
    }

    /// Keeps the last line that isn't empty, at most its first 4 KB.
    fn complain(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.complaint_ended && !piece.trim_ascii().is_empty() {
                self.complaint.clear();
                self.complaint_ended = false;
            }
            let room = 4096_usize.saturating_sub(self.complaint.len());
            self.complaint.extend_from_slice(&piece[..piece.len().min(room)]);
            self.complaint_ended |= piece.ends_with(b"\n");
        }
    }
}

/// Writes to an input that may be gone.
async fn write(stdin: Option<&mut ChildStdin>, bytes: &[u8]) -> std::io::Result<usize> {
    match stdin {
        Some(stdin) => stdin.write(bytes).await,
        None => Err(std::io::ErrorKind::BrokenPipe.into()),
    }
}
