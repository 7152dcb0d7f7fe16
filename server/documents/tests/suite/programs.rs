//! Programs that stand in for those of others, where the real ones would not misbehave.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use documents::{ChildReader, Limits, Programs};
use tempfile::TempDir;

use crate::made::{limits, reader};

/// Shell programs in a prefix of their own, as `bin` and `share` stand in `/usr`.
pub struct Fake {
    prefix: TempDir,
}

impl Fake {
    /// One that says that it reads English, and else does what this script says.
    pub fn tesseract(script: &str) -> Self {
        let listed = "case \"$1\" in --list-langs) printf 'List of available languages (1):\\neng\\n'; exit 0;; esac\n";
        Self::new().with("tesseract", "/bin/sh", &format!("{listed}{script}"))
    }

    /// One that does what this script says, with `$out` the folder where it is to write, `$into` what it is to make and `$file` its file.
    pub fn office(script: &str) -> Self {
        let arguments = "here=$(dirname \"$0\")\nwhile [ $# -gt 1 ]; do case \"$1\" in --outdir) out=$2;; --convert-to) into=$2;; esac; shift; done\nfile=$1\n";
        Self::new().with("soffice", "/bin/sh", &format!("{arguments}{script}"))
    }

    fn new() -> Self {
        let prefix = tempfile::tempdir().unwrap();
        for folder in ["bin", "share"] {
            fs::create_dir(prefix.path().join(folder)).unwrap();
        }
        Self { prefix }
    }

    pub fn with(self, name: &str, interpreter: &str, script: &str) -> Self {
        let path = self.bin().join(name);
        fs::write(&path, format!("#!{interpreter}\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A file that belongs to the program.
    pub fn sharing(self, name: &str, bytes: &[u8]) -> Self {
        fs::write(self.prefix.path().join("share").join(name), bytes).unwrap();
        self
    }

    fn bin(&self) -> PathBuf {
        self.prefix.path().join("bin")
    }

    pub fn reader(&self, limits: Limits) -> ChildReader {
        reader(&[], limits).with_programs(Programs::within(self.bin().as_os_str()))
    }
}

/// A program that hangs has no more than two seconds.
pub fn impatient() -> Limits {
    Limits { program_wall: Duration::from_secs(2), ..limits() }
}

/// The row of `tesseract`'s table for a word.
pub fn row(line: u32, word: &str) -> String {
    format!("printf '5\\t1\\t1\\t1\\t{line}\\t1\\t0\\t0\\t10\\t10\\t90\\t%s\\n' \"{word}\"")
}

/// The reader with the `tesseract` that is installed here; none, and it is said, if there is none.
pub fn real_tesseract(test: &str) -> Option<ChildReader> {
    let tesseract = Programs::on_path().tesseract;
    if tesseract.is_none() {
        eprintln!("skipped: {test}: tesseract isn't installed");
    }
    Some(reader(&[], limits()).with_programs(Programs { tesseract: Some(tesseract?), office: None }))
}

/// How many processes have this argument.
pub fn running(argument: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let has = |process: &Path| {
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|given| given == argument.as_bytes())
    };
    processes.filter(|process| has(process)).count()
}

#[test]
fn what_is_installed_is_told() {
    let fake = Fake::tesseract("exit 0");
    let reader = fake.reader(limits());
    let tesseract = fake.bin().join("tesseract");
    assert_eq!(reader.programs(), [("tesseract", Some(tesseract.as_path())), ("soffice", None)]);
}
