//! The binary `closezly`.

use std::process::ExitCode;

fn main() -> ExitCode {
    keep_private();
    give_memory_back();
    server::command::run()
}

/// Whatever this process and its programs write, nobody else on this computer can read: recordings, the database, its copies.
#[cfg(unix)]
fn keep_private() {
    use rustix::fs::Mode;

    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

#[cfg(not(unix))]
fn keep_private() {}

/// Has the system's allocator give large pieces back as soon as they are free.
///
/// By itself glibc learns from the first large piece that is freed to keep the next ones, each thread's for itself: twenty sign-ins, which
/// take 19 MiB each for their passwords, left 400 MB with the server for good, and large documents would do the same.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_memory_back() {
    const LARGE: libc::c_int = 1 << 20;
    #[allow(unsafe_code, reason = "the allocator's settings have no safe door")]
    // SAFETY: sets a number, before there is any other thread.
    let set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
    debug_assert_eq!(set, 1, "glibc knows the setting");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_memory_back() {}
