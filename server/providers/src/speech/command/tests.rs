#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use ports::RecognizerEvent;
use tempfile::TempDir;

use super::*;
use crate::conformance::{Speech, english, play, recognizer_conformance, sound};

/// Short enough for a test, long enough for a busy machine.
const PATIENCE: CommandPatience =
    CommandPatience { takes_audio: Duration::from_secs(2), says_the_rest: Duration::from_secs(2), starts: Duration::from_secs(20) };

/// A recognizer out of a few lines of Python.
fn python(folder: &TempDir, program: &str) -> Command {
    let file = folder.path().join("program.py");
    std::fs::write(&file, format!("import sys, os, json, time, signal, subprocess\n{program}\n")).unwrap();
    Command::new(&format!("python3 -u {}", file.display()), "Test").unwrap().with_patience(PATIENCE)
}

/// Everything until the end, after playing a second of noise.
async fn outcome(recognizer: &Command) -> Vec<Result<RecognizerEvent, RecognizerError>> {
    let RecognizerStream { audio, mut events } = recognizer.open(english(Channel::Rep)).await.unwrap();
    tokio::spawn(async move {
        let _ = audio.send(sound(vec![1000; 16_000])).await;
        let _ = audio.send(Audio::Finish).await;
    });
    let mut all = Vec::new();
    while let Some(event) = tokio::time::timeout(Duration::from_secs(20), events.recv()).await.expect("it comes to an end") {
        all.push(event);
    }
    all
}

/// The error that it ends with.
async fn failure(program: &str) -> RecognizerError {
    let folder = TempDir::new().unwrap();
    outcome(&python(&folder, program)).await.pop().expect("an event").expect_err("an error")
}

/// Hears every sample that isn't zero as the word `noise`: a partial while it lasts, a final at its end.
const LOUDNESS: &str = r#"
at, start, buffer = 0, None, b""
def say(kind, start, end):
    print(json.dumps({"type": kind, "text": "noise", "start": start, "end": end, "words": [{"text": "noise", "start": start, "end": end}]}))
while True:
    block = os.read(0, 3200)
    buffer += block
    while len(buffer) >= 320 or (buffer and not block):
        frame, buffer = buffer[:320], buffer[320:]
        if any(frame):
            if start is None:
                start = at
                say("partial", start, at + 10)
        elif start is not None:
            say("final", start, at)
            start = None
        at += 10
    if not block:
        break
if start is not None:
    say("final", start, at)
"#;

#[tokio::test]
async fn a_good_program_passes_the_suite() {
    let folder = TempDir::new().unwrap();
    python(&folder, LOUDNESS);
    let mut samples = vec![0; 8000];
    samples.extend([500; 12_345]);
    samples.extend([0; 8000]);
    let line = format!("python3 -u {}", folder.path().join("program.py").display());
    let speech = Speech { samples, words: vec!["noise"], at_least: 1, listens: true };
    recognizer_conformance(|| Arc::new(Command::new(&line, "Loudness").unwrap()), &speech).await;
}

#[tokio::test]
async fn the_program_is_told_what_it_listens_to_and_no_secrets() {
    let folder = TempDir::new().unwrap();
    let program = python(
        &folder,
        r#"
names = sorted(name for name in os.environ if name.startswith("CLOSEZLY_"))
text = " ".join(names) + "|" + os.environ["CLOSEZLY_CHANNEL"] + "|" + os.environ["CLOSEZLY_LANGUAGE"] + "|" + os.environ["CLOSEZLY_VOCABULARY"].replace("\n", ",")
sys.stdin.buffer.read()
print(json.dumps({"type": "final", "text": text, "start": 0, "end": 1}))"#,
    );
    let request = OpenStream { vocabulary: ports::Redaction::default().texts(&["Closezly", "Gong"]), ..english(Channel::Customer) };
    let said = play(program.open(request).await.unwrap(), &[0; 1600]).await;
    assert_eq!(
        said.finals().next().unwrap().text,
        "CLOSEZLY_CHANNEL CLOSEZLY_LANGUAGE CLOSEZLY_TRACK CLOSEZLY_VOCABULARY|customer|en-US|Closezly,Gong"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_not_configured() {
    let absent = Command::new("/nowhere/recognizer --fast", "Absent").unwrap();
    assert!(
        matches!(absent.open(english(Channel::Rep)).await, Err(RecognizerError::NotConfigured(why)) if why.contains("/nowhere/recognizer"))
    );
    assert_eq!(absent.choice().unavailable.as_deref(), Some("The program /nowhere/recognizer isn't there."));
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "not a program").unwrap();
    let text = Command::new(&file.display().to_string(), "Text").unwrap();
    assert!(matches!(text.open(english(Channel::Rep)).await, Err(RecognizerError::NotConfigured(why)) if why.contains("may not be run")));
}

#[tokio::test]
async fn a_crash_names_the_code_and_the_last_complaint() {
    for program in [
        "sys.stderr.write('loading\\nno model in /models\\n\\n'); sys.exit(7)",
        "os.read(0, 100); sys.stderr.write('x' * 50000 + '\\nno model in /models'); sys.stderr.flush(); os._exit(7)",
    ] {
        let RecognizerError::Crashed(why) = failure(program).await else { panic!("not a crash") };
        assert!(why.contains("exit status: 7") && why.ends_with("no model in /models"), "{why}");
    }
    assert!(matches!(failure("os.kill(os.getpid(), signal.SIGSEGV)").await, RecognizerError::Crashed(why) if why.contains("signal: 11")));
    // Leaving in peace before the audio's end is a crash too: words would be missing without a word.
    let folder = TempDir::new().unwrap();
    let RecognizerStream { audio: _kept, mut events } = python(&folder, "sys.exit(0)").open(english(Channel::Rep)).await.unwrap();
    assert!(matches!(events.recv().await, Some(Err(RecognizerError::Crashed(why))) if why.contains("before the audio did")));
}

#[tokio::test]
async fn what_was_said_before_a_crash_is_kept() {
    let folder = TempDir::new().unwrap();
    let all = outcome(&python(&folder, "print('{\"type\":\"final\",\"text\":\"yes\",\"start\":0,\"end\":0}'); sys.exit(1)")).await;
    assert!(matches!(&all[..], [Ok(RecognizerEvent::Final(said)), Err(RecognizerError::Crashed(_))] if said.text == "yes"), "{all:?}");
}

#[tokio::test]
async fn a_program_that_takes_no_audio_or_never_ends_hangs() {
    let folder = TempDir::new().unwrap();
    let deaf = python(&folder, "time.sleep(600)");
    let RecognizerStream { audio, mut events } = deaf.open(english(Channel::Rep)).await.unwrap();
    audio.send(sound(vec![0; 200_000])).await.unwrap();
    assert_eq!(events.recv().await, Some(Err(RecognizerError::Hung)));
    assert_eq!(events.recv().await, None);
    assert_eq!(failure("sys.stdin.buffer.read(); time.sleep(600)").await, RecognizerError::Hung);
}

#[tokio::test]
async fn a_slow_program_that_keeps_talking_is_not_hung() {
    let folder = TempDir::new().unwrap();
    let program = "sys.stdin.buffer.read()\nfor i in range(6):\n    time.sleep(0.6); print('{\"type\":\"partial\",\"text\":\"a\",\"start\":0,\"end\":1}')";
    let all = outcome(&python(&folder, program)).await;
    assert!(all.len() == 6 && all.iter().all(Result::is_ok), "{all:?}");
}

#[tokio::test]
async fn a_flood_is_stopped() {
    let many = "while True: print('{\"type\":\"partial\",\"text\":\"a\",\"start\":0,\"end\":1}')";
    assert_eq!(failure(many).await, RecognizerError::Flooded);
    assert_eq!(failure("while True: sys.stdout.write('a' * 65536)").await, RecognizerError::Flooded);
}

#[tokio::test]
async fn rubbish_is_tolerated_for_a_few_lines_only() {
    let rubbish = |count: usize| format!("for i in range({count}): sys.stdout.buffer.write(b'\\xff loading\\n')\nsys.stdout.flush()");
    let final_line = "\nsys.stdin.buffer.read(); print('{\"type\":\"final\",\"text\":\"yes\",\"start\":0,\"end\":1}', end='')";
    let folder = TempDir::new().unwrap();
    let all = outcome(&python(&folder, &(rubbish(5) + final_line))).await;
    assert!(matches!(&all[..], [Ok(RecognizerEvent::Final(said))] if said.text == "yes"), "{all:?}");
    assert!(matches!(failure(&(rubbish(6) + final_line)).await, RecognizerError::Rubbish(why) if why.contains("loading")));
}

#[tokio::test]
async fn times_are_kept_within_the_audio() {
    let folder = TempDir::new().unwrap();
    let all =
        outcome(&python(&folder, "sys.stdin.buffer.read(); print('{\"type\":\"final\",\"text\":\"a\",\"start\":500,\"end\":90000}')"))
            .await;
    assert!(matches!(&all[..], [Ok(RecognizerEvent::Final(said))] if (said.start.0, said.end.0) == (500, 1000)), "{all:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn dropping_the_stream_ends_the_program_and_its_children() {
    let folder = TempDir::new().unwrap();
    let pids = folder.path().join("pids");
    let program = format!(
        "child = subprocess.Popen(['sleep', '600'])\nopen({pids:?}, 'w').write(f'{{os.getpid()}} {{child.pid}} .')\ntime.sleep(600)"
    );
    let stream = python(&folder, &program).open(english(Channel::Rep)).await.unwrap();
    let written = loop {
        let text = std::fs::read_to_string(&pids).unwrap_or_default();
        if text.ends_with('.') {
            break text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let ids: Vec<i32> = written.split(' ').filter_map(|id| id.parse().ok()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| runs(*id)));
    drop(stream);
    for _ in 0..200 {
        if !ids.iter().any(|id| runs(*id)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{ids:?} still run");
}

/// Whether a process is there and isn't only waiting to be collected.
#[cfg(unix)]
fn runs(id: i32) -> bool {
    let Some(id) = rustix::process::Pid::from_raw(id) else { return false };
    let zombie = std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    rustix::process::test_kill_process(id).is_ok() && !zombie
}

#[cfg(unix)]
#[tokio::test]
async fn a_child_that_keeps_the_output_open_does_not_keep_the_stream_open() {
    let folder = TempDir::new().unwrap();
    let program = python(&folder, "subprocess.Popen(['sleep', '600']); sys.stdin.buffer.read()");
    assert_eq!(outcome(&program).await, []);
}

#[tokio::test]
async fn the_check_tells_what_is_wrong_and_the_choice_repeats_it() {
    let folder = TempDir::new().unwrap();
    let broken = python(&folder, "print('{\"type\":\"error\",\"code\":\"setup\",\"message\":\"The model is missing.\"}'); sys.exit(2)");
    assert!(broken.choice().unavailable.is_none());
    assert!(broken.check().await.unwrap_err().contains("The model is missing."));
    assert!(broken.choice().unavailable.unwrap().contains("The model is missing."));
    assert!(python(&folder, LOUDNESS).check().await.unwrap().contains("starts and ends"));
}

#[test]
fn the_configuration_names_a_program_or_the_bundled_one() {
    let folder = TempDir::new().unwrap();
    let own = Command::from_config("/opt/asr/recognize --fast", folder.path(), "python3").unwrap();
    assert_eq!((own.choice().label.as_str(), own.argv.len()), ("recognize", 2));
    let data = folder.path().join("data");
    let bundled = Command::from_config(" pocketsphinx ", &data, "python3").unwrap();
    assert_eq!(bundled.choice().label, "PocketSphinx");
    assert_eq!(std::fs::read_to_string(data.join("pocketsphinx.py")).unwrap(), POCKETSPHINX);
    assert!(Command::from_config("", folder.path(), "python3").unwrap_err().contains("names no program"));
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(Command::from_config("pocketsphinx", &file, "python3").unwrap_err().contains("can't be written"));
}

/// The Python that has PocketSphinx. Without it these tests are skipped, except where everything must run.
fn pocketsphinx(folder: &TempDir) -> Option<Command> {
    match std::env::var("CLOSEZLY_TEST_PYTHON") {
        Ok(python) => Some(Command::pocketsphinx(folder.path(), &python).unwrap()),
        Err(_) if std::env::var_os("CI").is_some() => panic!("CLOSEZLY_TEST_PYTHON must name a Python that has PocketSphinx"),
        Err(_) => {
            eprintln!("skipped: CLOSEZLY_TEST_PYTHON names no Python that has PocketSphinx");
            None
        }
    }
}

#[tokio::test]
async fn pocketsphinx_passes_the_suite() {
    let folder = TempDir::new().unwrap();
    if pocketsphinx(&folder).is_none() {
        return;
    }
    let call = crate::sample::call();
    // “Tuesday at ten works for me. I will send you the list of pilot users by Monday.”
    let turn = call.turns.iter().find(|turn| turn.text.starts_with("Tuesday at ten")).unwrap();
    let samples = call.samples(turn.channel)[turn.start.0 as usize * 16 - 8000..turn.end.0 as usize * 16 + 16_000].to_vec();
    let speech = Speech {
        samples,
        words: vec!["tuesday", "ten", "works", "will", "send", "list", "of", "by", "monday"],
        at_least: 3,
        listens: true,
    };
    recognizer_conformance(|| Arc::new(pocketsphinx(&folder).unwrap()), &speech).await;
    assert!(pocketsphinx(&folder).unwrap().check().await.is_ok());
}

#[tokio::test]
async fn pocketsphinx_hears_stretches_that_follow_each_other_directly() {
    let folder = TempDir::new().unwrap();
    let Some(recognizer) = pocketsphinx(&folder) else { return };
    let call = crate::sample::call();
    let mut samples = Vec::new();
    for turn in call.turns_of(Channel::Customer).filter(|turn| turn.text.len() > 40).take(3) {
        let audio = call.samples(Channel::Customer);
        samples.extend_from_slice(&audio[(turn.start.0 - 300) as usize * 16..(turn.end.0 + 100) as usize * 16]);
        samples.extend([0; 700 * 16]);
    }
    let said = play(recognizer.open(english(Channel::Customer)).await.unwrap(), &samples).await;
    assert!(said.finals().count() >= 3, "{said:?}");
    assert!(
        said.finals().all(|said| !said.words.is_empty() && said.text.chars().all(|c| c.is_alphabetic() || " '-.".contains(c))),
        "{said:?}"
    );
}

#[tokio::test]
async fn pocketsphinx_without_its_module_or_language_says_so() {
    let folder = TempDir::new().unwrap();
    // -S and -E hide every installed module.
    let file = folder.path().join("pocketsphinx.py");
    std::fs::write(&file, POCKETSPHINX).unwrap();
    let bare = Command::new(&format!("python3 -S -E {}", file.display()), "Bare").unwrap();
    assert!(bare.check().await.unwrap_err().contains("pip install pocketsphinx"));
    let german = OpenStream { language: "de-DE".into(), ..english(Channel::Rep) };
    let RecognizerStream { audio: _kept, mut events } = bare.open(german).await.unwrap();
    assert_eq!(events.recv().await, Some(Err(RecognizerError::Language("de-DE".into()))));
}
