//! Which files a program of others reaches (Landlock): those of the system's programs to read, its own folder to write, no other. A
//! document may name files that it wants to be shown; on older kernels than 5.13 only the rights of the server's user are in its way.

use std::path::{Path, PathBuf};

use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules};

use crate::protocol::Program;

/// Programs, their libraries, fonts and settings. Not all of `/etc`, `/opt`, `/var` and `/proc`: servers keep secrets there.
const OF_THE_SYSTEM: [&str; 24] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/libreoffice",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/paper.config",
    "/etc/papersize",
    "/etc/passwd",
    "/var/cache/fontconfig",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
];

/// Confines this process and all that it starts.
///
/// # Errors
/// The system can't.
pub fn confine(program: &Program) -> Result<(), String> {
    match restrict(program) {
        Ok(RulesetStatus::NotEnforced) => Err("the kernel has no Landlock".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn restrict(program: &Program) -> Result<RulesetStatus, RulesetError> {
    let version = ABI::V5;
    let (read, all) = (AccessFs::from_read(version), AccessFs::from_all(version));
    // No links: whoever opens what it has written would open what they point at.
    let mut own = all;
    own.remove(AccessFs::MakeSym | AccessFs::MakeBlock | AccessFs::MakeChar);
    let real = program.path.canonicalize();
    let beside = around(&program.path).into_iter().chain(real.into_iter().flat_map(|path| around(&path)));
    let status = Ruleset::default()
        .handle_access(all)?
        // Nor does it signal or speak to a process that it hasn't started.
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(OF_THE_SYSTEM, read))?
        .add_rules(path_beneath_rules(beside, read))?
        .add_rules(path_beneath_rules(&program.readable, read))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_file(version)))?
        .add_rules(path_beneath_rules([&program.folder], own))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// What belongs to a program that is not among those of the system, by how such are laid out.
fn around(program: &Path) -> Vec<PathBuf> {
    let Some(folder) = program.parent() else { return Vec::new() };
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match (name, folder.parent()) {
        // LibreOffice's own packages: /opt/libreoffice24.8/program/soffice.
        ("program", Some(above)) => vec![above.to_owned()],
        // A prefix of its own. Not all of it: it may be somebody's home.
        ("bin", Some(above)) => ["bin", "lib", "lib64", "libexec", "share"].iter().map(|folder| above.join(folder)).collect(),
        _ => vec![program.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reaches_what_belongs_to_it_not_a_home() {
        assert_eq!(around(Path::new("/opt/libreoffice24.8/program/soffice")), [Path::new("/opt/libreoffice24.8")]);
        let beside = around(Path::new("/home/ann/bin/tesseract"));
        assert!(beside.contains(&PathBuf::from("/home/ann/share")) && !beside.contains(&PathBuf::from("/home/ann")), "{beside:?}");
        assert_eq!(around(Path::new("/home/ann/tesseract")), [Path::new("/home/ann/tesseract")]);
    }
}
