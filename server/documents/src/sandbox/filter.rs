//! The filter of system calls (seccomp). It refuses with an error instead of killing, so that a library which merely asks goes on without.

use std::collections::BTreeMap;

use rustix::process::getpid;
use seccompiler::{
    BackendError, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare, SeccompCondition as Condition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::Rights;

// Numbers of the kernel's interface, which never change. `libc` is not needed for more.
const EPERM: u32 = 1;
const ENOSYS: u32 = 38;
const AF_UNIX: u64 = 1;
const W_OK: u64 = 2;
const CLONE_THREAD: u64 = 0x0001_0000;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Filters the calls of this process from now on; its threads and programs inherit it.
pub fn apply(rights: Rights) -> Result<(), String> {
    let mut rules = Rules::new();
    for call in NEVER {
        rules.insert(*call, Vec::new());
    }
    let mut only_if = |call: i64, argument: u8, length: Length, compare: Compare, value: u64| -> Result<(), BackendError> {
        rules.insert(call, vec![SeccompRule::new(vec![Condition::new(argument, length, compare, value)?])?]);
        Ok(())
    };
    let conditions = |only_if: &mut dyn FnMut(i64, u8, Length, Compare, u64) -> Result<(), BackendError>| -> Result<(), BackendError> {
        // Limits may be asked for, not changed: root could raise them.
        only_if(libc::SYS_prlimit64, 2, Length::Qword, Compare::Ne, 0)?;
        if rights == Rights::Run {
            // Landlock does not answer whether a file may be written. No: who asks instead of trying, LibreOffice, then looks for another
            // place than the folder of all for what it needs.
            #[cfg(target_arch = "x86_64")]
            only_if(libc::SYS_access, 1, Length::Dword, Compare::Eq, W_OK)?;
            only_if(libc::SYS_faccessat, 2, Length::Dword, Compare::Eq, W_OK)?;
            return only_if(libc::SYS_socket, 0, Length::Dword, Compare::Ne, AF_UNIX);
        }
        // Threads, no processes; a signal to itself, to nobody else.
        only_if(libc::SYS_clone, 0, Length::Qword, Compare::MaskedEq(CLONE_THREAD), 0)?;
        only_if(libc::SYS_tgkill, 0, Length::Dword, Compare::Ne, getpid().as_raw_nonzero().get() as u64)
    };
    conditions(&mut only_if).map_err(|error| error.to_string())?;
    if rights == Rights::Read {
        for call in ONLY_TO_RUN {
            rules.insert(*call, Vec::new());
        }
        // The C library then starts threads by `clone`, whose flags a filter can see.
        install(Rules::from([(libc::SYS_clone3, Vec::new())]), ENOSYS)?;
    }
    install(rules, EPERM)
}

fn install(rules: Rules, error: u32) -> Result<(), String> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let filter =
        SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error), architecture).map_err(|error| error.to_string())?;
    let program: seccompiler::BpfProgram = filter.try_into().map_err(|error: BackendError| error.to_string())?;
    apply_filter(&program).map_err(|error| error.to_string())
}

/// What neither a reader nor a program that it runs needs.
const NEVER: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_setrlimit,
];

/// What only programs need: files, programs, sockets, other processes.
const ONLY_TO_RUN: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_open_by_handle_at,
    libc::SYS_truncate,
    libc::SYS_unlinkat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_memfd_create,
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_creat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_link,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_symlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rmdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mknod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
];
