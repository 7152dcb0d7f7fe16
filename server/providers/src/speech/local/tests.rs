#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use model::{Channel, Millis};
use ports::{Audio, RecognizerEvent, Redaction};
use tempfile::TempDir;

use super::*;
use crate::conformance::{Speech, batch_conformance, english, play, recognizer_conformance, recording_of, sound};

/// The folder of the models, which `cargo xtask test` brings along.
fn folder(test: &str) -> Option<PathBuf> {
    match std::env::var_os("CLOSEZLY_TEST_MODELS") {
        Some(folder) => Some(folder.into()),
        None if std::env::var_os("CI").is_some() => panic!("CLOSEZLY_TEST_MODELS must name the folder that `cargo xtask models` makes"),
        None => {
            eprintln!("skipped: {test}: CLOSEZLY_TEST_MODELS names no folder with speech models");
            None
        }
    }
}

/// With models that are loaded once for all tests of a process.
fn local(test: &str) -> Option<Local> {
    static LOCAL: OnceLock<Local> = OnceLock::new();
    let folder = folder(test)?;
    Some(LOCAL.get_or_init(|| Local::new(LocalSpeechConfig::new(folder))).clone())
}

fn speech(channel: Channel) -> Speech {
    let samples = crate::sample::call().samples(channel).to_vec();
    Speech { samples, words: vec!["business", "plan", "cost", "hours", "months", "notes"], at_least: 4, listens: true }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_passes_the_suite() {
    let Some(local) = local("it_passes_the_suite") else { return };
    recognizer_conformance(|| Arc::new(local.clone()), &speech(Channel::Customer)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_recordings_pass_their_suite() {
    let Some(local) = local("whole_recordings_pass_their_suite") else { return };
    batch_conformance(|| Arc::new(local.clone()), &speech(Channel::Customer)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_hum_and_music_make_no_words() {
    let Some(local) = local("noise_hum_and_music_make_no_words") else { return };
    let mut random = 1_u32;
    let mut noise = move || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(random >> 8) / f64::from(1 << 23) - 1.0
    };
    let tone = |at: usize, hertz: f64| (at as f64 / 16_000.0 * hertz * std::f64::consts::TAU).sin();
    let hiss: Vec<f64> = (0..160_000).map(|_| noise() * 3_000.0).collect();
    let hum: Vec<f64> = (0..160_000).map(|at| tone(at, 50.0).mul_add(6_000.0, tone(at, 150.0) * 2_000.0)).collect();
    let chords = [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7]];
    let music: Vec<f64> = (0..160_000).map(|at| chords[at / 8_000 % 4].iter().map(|hertz| tone(at, *hertz) * 2_500.0).sum()).collect();
    let clicks: Vec<f64> = (0..160_000).map(|at| if at % 7_000 < 200 { noise() * 15_000.0 } else { 0.0 }).collect();
    for (name, sound) in [("hiss", hiss), ("hum", hum), ("music", music), ("clicks", clicks)] {
        let samples: Vec<i16> = sound.into_iter().map(|sample| sample as i16).collect();
        let said = play(local.open(english(Channel::Customer)).await.unwrap(), &samples).await;
        assert_eq!(said.text(), "", "{name}");
        let done = said.events.iter().rev().find_map(|event| if let RecognizerEvent::Done(until) = event { Some(*until) } else { None });
        assert_eq!(done, Some(Millis(10_000)), "{name} is worked through");
        let read = local.transcribe(recording_of(&samples, samples.len())).await.unwrap();
        assert_eq!(read, [], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_far_behind_gets_every_final() {
    let Some(local) = local("who_is_far_behind_gets_every_final") else { return };
    let samples = speech(Channel::Rep).samples;
    let said = play(local.open(english(Channel::Rep)).await.unwrap(), &samples).await;
    let finals = said.finals().count();
    let partials = said.events.iter().filter(|event| matches!(event, RecognizerEvent::Partial(_))).count();
    assert!(finals >= 3, "{:?}", said.events);
    assert!(partials < finals * 2, "{partials} partials of {finals} finals: what nobody waits for is left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_stream_ends_in_the_middle_of_a_pass() {
    let Some(local) = local("a_dropped_stream_ends_in_the_middle_of_a_pass") else { return };
    let stream = local.open(english(Channel::Rep)).await.unwrap();
    for piece in speech(Channel::Rep).samples.chunks(16_000).take(20) {
        stream.audio.send(sound(piece.to_vec())).await.unwrap();
    }
    let file = local.live("en").unwrap();
    drop(stream);
    let began = Instant::now();
    while local.shelf.users(&file).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(2), "it goes on for nobody");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_nobody_wants_any_more_is_let_go() {
    let Some(local) = local("a_recording_that_nobody_wants_any_more_is_let_go") else { return };
    let samples = speech(Channel::Rep).samples;
    let file = local.accurate("en").unwrap();
    local.shelf.get(&file).await.unwrap();
    let reading = tokio::time::timeout(Duration::from_millis(300), local.transcribe(recording_of(&samples, samples.len()))).await;
    assert!(reading.is_err(), "it takes longer");
    let began = Instant::now();
    while local.shelf.users(&file).await > 0 {
        // What the encoder is at can't be broken off: a pass over a whole window, on a machine that is busy.
        assert!(began.elapsed() < Duration::from_secs(40), "it goes on for nobody");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_let_go_when_nobody_uses_it_and_may_be_deleted_meanwhile() {
    let Some(folder) = folder("a_model_is_let_go_when_nobody_uses_it_and_may_be_deleted_meanwhile") else { return };
    let own = TempDir::new().unwrap();
    let file = own.path().join("ggml-tiny.en.bin");
    std::fs::copy(folder.join("ggml-tiny.en.bin"), &file).unwrap();
    let local = Local::new(LocalSpeechConfig { idle: Duration::from_millis(200), ..LocalSpeechConfig::new(own.path()) });
    assert_eq!(local.shelf.len().await, 0, "nothing is loaded before it is needed");
    assert_eq!(local.choice().unavailable, None);
    let stream = local.open(english(Channel::Customer)).await.unwrap();
    std::fs::remove_file(&file).unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(local.shelf.len().await, 1, "somebody uses it");
    assert!(play(stream, &speech(Channel::Customer).samples).await.finals().count() > 0, "it is in memory");
    let began = Instant::now();
    while local.shelf.len().await > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "it stays for nobody");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let gone = local.open(english(Channel::Customer)).await.unwrap_err();
    assert!(gone.to_string().contains("There is no speech model in") && !gone.is_retryable(), "{gone}");
    assert!(local.choice().unavailable.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_no_model_knows_is_refused() {
    let Some(folder) = folder("a_language_that_no_model_knows_is_refused") else { return };
    let only = LocalSpeechConfig { live: Some(folder.join("ggml-tiny.en.bin")), ..LocalSpeechConfig::new(&folder) };
    let german = OpenStream { language: "de-DE".to_owned(), ..english(Channel::Rep) };
    let refused = Local::new(only).open(german.clone()).await.unwrap_err();
    assert_eq!(refused, RecognizerError::Language("de-DE".to_owned()));
    let all = Local::new(LocalSpeechConfig::new(&folder));
    assert_eq!(all.live("de-DE").unwrap().label(), "Whisper base", "the one that knows it");
    assert_eq!(
        (all.live("en-GB").unwrap().label(), all.accurate("en-GB").unwrap().label()),
        ("Whisper tiny.en".into(), "Whisper base".into())
    );
    assert_eq!(all.live("und").unwrap().label(), "Whisper base", "only it tells languages apart");
    let made_up = OpenStream { language: "xx\0".to_owned(), ..german };
    assert!(matches!(all.open(made_up).await, Err(RecognizerError::Language(_))));
}

#[test]
fn languages_are_called_as_whisper_calls_them() {
    let file = ModelFile { path: "ggml-base.bin".into(), known: Some(KNOWN[3]), bytes: 1 };
    for (tag, language) in
        [("en-US", Some("en")), ("pt_BR", Some("pt")), ("nb-NO", Some("no")), ("cmn-Hans", Some("zh")), ("und", None), ("", None)]
    {
        assert_eq!(self::language(&file, tag), Ok(language), "{tag}");
    }
    for tag in ["german", "x", "e\0", "qqq", "🦀"] {
        assert!(language(&file, tag).is_err(), "{tag}");
    }
}

#[test]
fn words_to_expect_are_a_prompt() {
    assert_eq!(vocabulary(&Redaction::default().texts(&["Closezly", "SOC 2"])), "Closezly, SOC 2");
}

fn refused(path: &Path) -> String {
    ModelFile::at(path).and_then(|file| file.read().map(|_| ())).unwrap_err().to_string()
}

#[test]
fn bad_files_are_told_apart_in_sentences() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name)
    };
    let whole = format::tests::smallest();
    assert!(refused(&at("ggml-tiny.en.bin", &whole)).contains("its checksum is wrong. Delete it and get it again"));
    assert!(refused(&at("ggml-base.bin", &whole[..whole.len() / 2])).contains("is cut off after"));
    assert!(refused(&at("ggml-base.bin", b"")).contains("is cut off after 0 bytes"));
    assert!(refused(&at("ggml-small.bin", b"GGUF\x03\0\0\0")).contains("it is GGUF"));
    assert!(refused(&at("ggml-small.bin", b"<html>404")).contains("is no speech model of whisper.cpp"));
    assert!(refused(folder.path()).contains("it is a folder"));
    assert!(refused(&folder.path().join("ggml-gone.bin")).contains("is not there (any more)"));
    assert!(refused(&folder.path().join("ggml-base.bin/ggml-x.bin")).contains("can't be read"));
}

#[tokio::test]
async fn a_file_that_is_whole_and_no_model_is_refused_by_the_engine() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ggml-own.bin");
    std::fs::write(&file, format::tests::smallest()).unwrap();
    let error = Local::new(LocalSpeechConfig::new(folder.path())).open(english(Channel::Rep)).await.unwrap_err();
    assert!(error.to_string().contains("can't be loaded"), "{error}");
}

#[test]
fn a_folder_without_models_says_what_to_put_there() {
    let folder = TempDir::new().unwrap();
    let empty = find(folder.path()).unwrap_err();
    assert_eq!(empty, find(&folder.path().join("not/there")).map_err(|_| LocalModelError::NoModel(folder.path().to_owned())).unwrap_err());
    assert!(empty.to_string().contains("Put ggml-tiny.en.bin"));
    for name in ["ggml-silero-v6.2.0.bin", "model.bin", "ggml-base.bin.part", "notes.txt"] {
        std::fs::write(folder.path().join(name), b"x").unwrap();
    }
    assert_eq!(find(folder.path()).unwrap_err(), empty);
    std::fs::write(folder.path().join("ggml-own.bin"), b"xx").unwrap();
    std::fs::write(folder.path().join("ggml-tiny.en.bin"), b"x").unwrap();
    let found: Vec<String> = find(folder.path()).unwrap().iter().map(ModelFile::label).collect();
    assert_eq!(found, ["Whisper tiny.en", "own"], "the smallest first");
}

#[tokio::test]
async fn audio_that_is_pushed_after_the_finish_harms_nobody() {
    let Some(local) = local("audio_that_is_pushed_after_the_finish_harms_nobody") else { return };
    let RecognizerStream { audio, mut events } = local.open(english(Channel::Rep)).await.unwrap();
    audio.send(Audio::Finish).await.unwrap();
    let _ = audio.send(sound(vec![0; 1_600])).await;
    while let Some(event) = events.recv().await {
        assert!(matches!(event, Ok(RecognizerEvent::Done(_))), "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_is_not_told_is_detected() {
    let Some(local) = local("a_language_that_is_not_told_is_detected") else { return };
    let samples = &speech(Channel::Customer).samples[..12 * 16_000];
    let request = OpenStream { language: "und".to_owned(), ..english(Channel::Customer) };
    let said = play(local.open(request).await.unwrap(), samples).await;
    assert!(said.text().contains("plan") || said.text().contains("cost"), "{}", said.text());
}
