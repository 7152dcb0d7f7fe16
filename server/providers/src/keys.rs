//! Sources of keys: a file, a command, a file that is made at the first time.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ports::{KeySource, KeySourceError};
use secrecy::SecretString;

/// Tells what is being written by this process apart.
static TURN: AtomicU64 = AtomicU64::new(0);
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// No ring of keys is larger.
const LARGEST: u64 = 64 * 1024;

/// A file, as containers and service managers hand secrets over.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// What is in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

impl KeySource for KeyFile {
    fn read(&self) -> Result<SecretString, KeySourceError> {
        let refused = |source| KeySourceError::Read { path: self.0.clone(), source };
        let mut text = String::new();
        File::open(&self.0).and_then(|file| file.take(LARGEST).read_to_string(&mut text)).map_err(refused)?;
        trimmed(&text).ok_or_else(|| KeySourceError::Empty(self.0.display().to_string()))
    }
}

/// A command that prints it: a vendor's key store, `pass`, `systemd-creds`. It is run without a shell.
#[derive(Clone, Debug)]
pub struct KeyCommand {
    words: Vec<String>,
    patience: Duration,
}

impl KeyCommand {
    /// A command line, split as a POSIX shell does; no variables, globs or pipes.
    ///
    /// # Errors
    /// [`KeySourceError::Command`] if it can't be split, or names no program.
    pub fn new(line: &str) -> Result<Self, KeySourceError> {
        let refused = |reason: &str| KeySourceError::Command { program: String::new(), reason: reason.to_owned() };
        let words = shlex::split(line).ok_or_else(|| refused("has a quote that isn't closed, or ends in a backslash"))?;
        if words.first().is_none_or(String::is_empty) {
            return Err(refused("names no program"));
        }
        Ok(Self { words, patience: PATIENCE })
    }

    /// Its program, without the arguments, which may hold secrets.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn failed(&self, reason: impl Into<String>) -> KeySourceError {
        KeySourceError::Command { program: self.program().to_owned(), reason: reason.into() }
    }
}

impl KeySource for KeyCommand {
    fn read(&self) -> Result<SecretString, KeySourceError> {
        let mut command = Command::new(self.program());
        command.args(self.words.iter().skip(1)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.failed(format!("can't be run: {error}")))?;
        // Both are read aside, so that the command never waits for a full pipe.
        let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let status = wait(&mut child, self.patience)
            .map_err(|error| self.failed(format!("can't be waited for: {error}")))?
            .ok_or_else(|| self.failed(format!("did not end within {} seconds", self.patience.as_secs())))?;
        let text = |drained: std::thread::JoinHandle<String>| drained.join().unwrap_or_default();
        if !status.success() {
            let said = text(err);
            let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("and said nothing");
            return Err(self.failed(format!("failed ({status}): {}", said.chars().take(200).collect::<String>())));
        }
        trimmed(&text(out)).ok_or_else(|| self.failed("printed nothing"))
    }
}

fn drain(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.map(|stream| stream.take(LARGEST).read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Waits for a child's end; none, and the child is ended, if it takes too long.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let until = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A file that is made when nobody has made it, then only read. Nobody but the server's own user may look into it.
pub struct MadeOnce<F> {
    path: PathBuf,
    make: F,
}

impl<F: Fn() -> String + Send + Sync> MadeOnce<F> {
    /// `make` gives what is kept.
    pub fn new(path: impl Into<PathBuf>, make: F) -> Self {
        Self { path: path.into(), make }
    }
}

impl<F: Fn() -> String + Send + Sync> KeySource for MadeOnce<F> {
    fn read(&self) -> Result<SecretString, KeySourceError> {
        let file = KeyFile::new(&self.path);
        match file.read() {
            Err(KeySourceError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            read => return read,
        }
        match keep(&self.path, &(self.make)(), false) {
            // Another server was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(KeySourceError::Write { path: self.path.clone(), source }),
            Ok(()) => {}
        }
        file.read()
    }
}

/// Puts a secret in the place of what a file holds: all of it or nothing, and on the disk when this returns.
///
/// # Errors
/// [`KeySourceError::Write`].
pub fn replace(path: &Path, text: &str) -> Result<(), KeySourceError> {
    keep(path, text, true).map_err(|source| KeySourceError::Write { path: path.to_owned(), source })
}

fn keep(path: &Path, text: &str, replace: bool) -> std::io::Result<()> {
    let folder = path.parent().ok_or_else(|| Error::from(ErrorKind::NotADirectory))?;
    std::fs::create_dir_all(folder)?;
    // Beside it, so that the file is whole whenever somebody sees it.
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let whole = path.with_extension(format!("new-{}-{turn}", std::process::id()));
    let placed = write(&whole, text).and_then(|()| if replace { std::fs::rename(&whole, path) } else { std::fs::hard_link(&whole, path) });
    let _ = std::fs::remove_file(&whole);
    placed?;
    // What is sealed by it must not outlive it: its name is on the disk too.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn trimmed(text: &str) -> Option<SecretString> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned().into())
}

#[cfg(test)]
mod tests;
