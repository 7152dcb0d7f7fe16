#![allow(clippy::unwrap_used)]

use secrecy::ExposeSecret;

use super::*;

fn said(source: &impl KeySource) -> Result<String, String> {
    source.read().map(|text| text.expose_secret().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn a_file_is_read_without_its_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    assert!(said(&KeyFile::new(&path)).unwrap_err().contains("key can't be read"));
    std::fs::write(&path, " \n").unwrap();
    assert!(said(&KeyFile::new(&path)).unwrap_err().contains("holds nothing"));
    std::fs::write(&path, "a:SECRET\n").unwrap();
    assert_eq!(said(&KeyFile::new(&path)).unwrap(), "a:SECRET");
}

#[cfg(unix)]
#[test]
fn a_command_is_run_without_a_shell() {
    let command = |line: &str| said(&KeyCommand::new(line).unwrap());
    assert_eq!(command("printf '%s\\n' 'a:SECRET $HOME'").unwrap(), "a:SECRET $HOME");
    assert!(command("true").unwrap_err().contains("“true” printed nothing"));
    assert!(command("/no/such/program --token SECRET").unwrap_err().contains("can't be run"));
    let failed = command("sh -c 'echo no such key >&2; exit 3' SECRET").unwrap_err();
    assert!(failed.contains("no such key") && failed.contains('3') && !failed.contains("SECRET"), "{failed}");
    for (line, reason) in [("", "no program"), ("'a", "isn't closed")] {
        assert!(KeyCommand::new(line).unwrap_err().to_string().contains(reason));
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_does_not_end_is_ended_and_one_that_says_much_is_not_waited_for() {
    let slow = KeyCommand { patience: Duration::from_millis(200), ..KeyCommand::new("sleep 60").unwrap() };
    let started = Instant::now();
    assert!(said(&slow).unwrap_err().contains("did not end"));
    assert!(started.elapsed() < Duration::from_secs(10));
    let much = KeyCommand::new("sh -c 'head -c 300000 /dev/zero >&2; echo a'").unwrap();
    assert_eq!(said(&much).unwrap(), "a");
}

#[test]
fn what_is_made_once_is_the_same_for_everybody_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets/vault.key");
    let made = std::sync::atomic::AtomicU32::new(0);
    let source = MadeOnce::new(&path, || made.fetch_add(1, Ordering::SeqCst).to_string());
    let all: Vec<String> = std::thread::scope(|scope| {
        let reading: Vec<_> = (0..8).map(|_| scope.spawn(|| said(&source).unwrap())).collect();
        reading.into_iter().map(|reading| reading.join().unwrap()).collect()
    });
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    replace(&path, "b").unwrap();
    assert_eq!(said(&source).unwrap(), "b");
    assert_eq!(path.parent().unwrap().read_dir().unwrap().count(), 1, "nothing is left beside it");
    let nowhere = MadeOnce::new(path.join("below/a/file"), String::new);
    assert!(said(&nowhere).is_err());
}
