//! What a process that reads a document gives away before it reads the first byte.
//!
//! On Linux: limits of the kernel on address space, processor time, open files, file size and core dumps; a low priority; and a
//! filter of system calls. [`Rights::Read`] can't open files, start programs, fork or touch a network: even a reader that was taken over
//! has its document and its standard streams, nothing else. [`Rights::Run`] is for the programs of others (`tesseract`, LibreOffice),
//! which need files and processes: it has the same limits, no network, and of the files those of the system's programs and its own folder
//! ([`reach`], by Landlock): a document that makes such a program open other files finds none. Elsewhere the limits of POSIX remain, and
//! the reply says so.

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

use crate::limits::Limits;
use crate::protocol::Program;

/// What a process keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Memory, time and the streams that are open.
    Read,
    /// Files and processes too, but no network.
    Run,
}

/// Gives away all files but those that a program of others needs. Comes before [`enter`]. What could not be given away is told.
pub fn reach(program: &Program) -> Option<String> {
    files::confine(program).err().map(|error| format!("files ({error})"))
}

/// Gives everything away but these rights. What could not be given away is told.
pub fn enter(limits: &Limits, rights: Rights) -> Vec<String> {
    let mut unenforced = Vec::new();
    let mut limit = |resource, soft: u64, hard: u64, what: &str| {
        // Never above what the process may have already.
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let wanted = Rlimit { current: Some(soft.min(most)), maximum: Some(hard.min(most)) };
        if setrlimit(resource, wanted).is_err() {
            unenforced.push(what.to_owned());
        }
    };
    let cpu = limits.cpu.as_secs().max(1);
    limit(Resource::As, limits.memory, limits.memory, "memory");
    // The soft limit ends the process with a signal of its own (SIGXCPU), the hard one a second later with SIGKILL.
    limit(Resource::Cpu, cpu, cpu + 1, "processor time");
    limit(Resource::Core, 0, 0, "core dumps");
    if rights == Rights::Read {
        limit(Resource::Nofile, limits.open_files, limits.open_files, "open files");
        limit(Resource::Fsize, 0, 0, "file size");
    } else {
        limit(Resource::Nofile, 256, 256, "open files");
        limit(Resource::Fsize, limits.unpacked, limits.unpacked, "file size");
    }
    if nice(i32::from(limits.niceness.min(19))).is_err() {
        unenforced.push("priority".to_owned());
    }
    if let Err(error) = filter::apply(rights) {
        unenforced.push(format!("system calls ({error})"));
    }
    unenforced
}

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod filter;

#[cfg(not(target_os = "linux"))]
mod files {
    pub fn confine(_: &crate::protocol::Program) -> Result<(), &'static str> {
        Err("not on this system")
    }
}

#[cfg(not(target_os = "linux"))]
mod filter {
    pub fn apply(_: super::Rights) -> Result<(), &'static str> {
        Err("not on this system")
    }
}
