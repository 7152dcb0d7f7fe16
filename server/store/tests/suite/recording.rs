//! The recording on the call's timeline: every frame once, silence in between, any byte range.

use std::path::Path;

use model::wire::{Frame, FrameError};
use model::{Channel, Millis, TrackId};
use proptest::prelude::*;
use store::{Appended, CallWav, RecordingError, RecordingLog, RecordingReader, recording};
use tempfile::TempDir;

pub fn frame(sequence: u32, captured_at: i64, samples: usize) -> Frame {
    let pcm = (0..samples).flat_map(|at| ((sequence as i16 % 300 + 1) * 100 + at as i16 % 100).to_le_bytes()).collect();
    Frame { track: TrackId::usual(Channel::Rep), sequence, captured_at: Millis(captured_at), pcm }
}

fn write(path: &Path, frames: &[Frame]) {
    let mut log = RecordingLog::open(path, true).unwrap();
    let mut starts = Vec::new();
    for frame in frames {
        assert_eq!(log.append(frame).unwrap(), Appended::Written);
        starts.push(log.last_start());
    }
    log.sync().unwrap();
    assert_eq!(starts, read(path).iter().map(|frame| frame.captured_at).collect::<Vec<_>>(), "writer and reader agree");
}

pub fn read(path: &Path) -> Vec<Frame> {
    RecordingReader::open(path).unwrap().frames(TrackId::MICROPHONE).map(Result::unwrap).collect()
}

fn mono(path: &Path) -> CallWav {
    CallWav::open(&[vec![path]]).unwrap()
}

fn samples(wav: &[u8]) -> Vec<i16> {
    wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[test]
fn only_the_next_frame_is_taken() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("org/call/rep.log");
    let mut log = RecordingLog::open(&path, true).unwrap();
    assert_eq!((log.next(), log.end()), (0, Millis(0)));
    assert_eq!(log.append(&frame(1, 100, 1600)).unwrap(), Appended::Gap { expected: 0 });
    assert_eq!(log.append(&frame(0, 0, 1600)).unwrap(), Appended::Written);
    assert_eq!(log.append(&frame(0, 0, 1600)).unwrap(), Appended::Duplicate);
    assert_eq!(log.append(&frame(1, 100, 1600)).unwrap(), Appended::Written);
    assert_eq!((log.next(), log.end()), (2, Millis(200)));
    assert!(matches!(log.append(&frame(2, 0, 0)), Err(RecordingError::Frame(FrameError::Size(0)))));
    assert!(matches!(log.append(&frame(2, -5, 1600)), Err(RecordingError::Frame(FrameError::Time(-5)))));
    assert!(matches!(RecordingLog::open(&path, true), Err(RecordingError::InUse)));
    assert_eq!(read(&path), [frame(0, 0, 1600), frame(1, 100, 1600)], "readable while it is written");
    drop(log);
    let log = RecordingLog::open(&path, true).unwrap();
    assert_eq!((log.next(), log.end()), (2, Millis(200)), "the same after a restart");
}

#[test]
fn frames_stand_where_they_were_captured() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    let hours = |hours: i64| hours * 3_600_000;
    write(
        &path,
        &[
            frame(0, 30, 1600),             // within 40 ms of the start: at the start
            frame(1, 139, 1600),            // 39 ms late: contiguous
            frame(2, 300, 1600),            // a real pause
            frame(3, 250, 1600),            // the clock jumped back: at the running end
            frame(4, 500, 160),             // believable again: contiguous
            frame(5, hours(5), 1600),       // the clock jumped far forward
            frame(6, hours(5) + 100, 1600), // and stays there
            frame(7, 2_000, 1600),          // until it is set right
        ],
    );
    let places: Vec<i64> = read(&path).iter().map(|frame| frame.captured_at.0).collect();
    assert_eq!(places, [0, 100, 300, 400, 500, 510, 610, 2_000]);
    assert_eq!(RecordingLog::open(&path, true).unwrap().end(), Millis(2_100));
    assert_eq!(RecordingReader::open(&path).unwrap().duration(), Millis(2_100));
}

#[test]
fn a_wav_has_silence_where_nothing_was_captured() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    write(&path, &[frame(0, 0, 1600), frame(1, 300, 1600)]);
    let sound = mono(&path);
    assert!(sound.has_audio());
    let wav = sound.read(0..sound.len()).unwrap();
    assert_eq!(wav.len() as u64, sound.len());
    assert_eq!((&wav[..4], &wav[8..16], &wav[36..40]), (b"RIFF".as_slice(), b"WAVEfmt ".as_slice(), b"data".as_slice()));
    let word = |at: usize| u32::from_le_bytes(wav[at..at + 4].try_into().unwrap());
    assert_eq!((word(4), word(24), word(28), word(40)), (wav.len() as u32 - 8, 16_000, 32_000, wav.len() as u32 - 44));
    assert_eq!(wav[20..24], [1, 0, 1, 0], "PCM, one channel");
    let heard = samples(&wav);
    let (first, second) = (frame(0, 0, 1600), frame(1, 300, 1600));
    assert_eq!(heard[..1600], first.samples().collect::<Vec<_>>());
    assert!(heard[1600..4800].iter().all(|sample| *sample == 0));
    assert_eq!(heard[4800..], second.samples().collect::<Vec<_>>());
    assert_eq!(sound.read(sound.len()..u64::MAX).unwrap(), Vec::<u8>::new());
}

#[test]
fn both_sides_stand_left_and_right() {
    let home = TempDir::new().unwrap();
    let (rep, customer) = (home.path().join("rep.log"), home.path().join("customer.log"));
    write(&rep, &[frame(0, 0, 1600)]);
    write(&customer, &[frame(0, 200, 1600)]);
    let stereo = CallWav::open(&[vec![&rep], vec![&customer]]).unwrap();
    assert_eq!((stereo.len(), stereo.duration(), stereo.is_empty()), (44 + 4 * 4800, Millis(300), false));
    let heard = samples(&stereo.read(0..stereo.len()).unwrap());
    let side = |index: usize| heard.iter().skip(index).step_by(2).copied().collect::<Vec<_>>();
    let spoken: Vec<i16> = frame(0, 0, 1600).samples().collect();
    assert_eq!((&side(0)[..1600], &side(1)[3200..]), (spoken.as_slice(), spoken.as_slice()));
    assert!(side(0)[1600..].iter().chain(&side(1)[..3200]).all(|sample| *sample == 0));

    let alone = CallWav::open(&[vec![&rep], vec![&home.path().join("none.log")]]).unwrap();
    assert_eq!((alone.len(), alone.has_audio()), (44 + 4 * 1600, true));
    let nothing = CallWav::open::<&Path>(&[vec![], vec![]]).unwrap();
    assert_eq!((nothing.read(0..99).unwrap().len(), nothing.is_empty(), nothing.has_audio()), (44, true, false));
}

#[test]
fn the_tracks_of_a_side_are_mixed() {
    let home = TempDir::new().unwrap();
    let [rep, ana, ben] = ["rep.log", "customer.log", "track2.log"].map(|name| home.path().join(name));
    let sound =
        |captured_at, sample: i16| Frame { captured_at: Millis(captured_at), pcm: sample.to_le_bytes().repeat(1600), ..frame(0, 0, 1) };
    write(&rep, &[sound(0, 5)]);
    write(&ana, &[sound(0, 30_000)]);
    write(&ben, &[sound(50, 20_000)]);
    let wav = CallWav::open(&[vec![&rep], vec![&ana, &ben]]).unwrap();
    let heard = samples(&wav.read(0..wav.len()).unwrap());
    let at = |ms: usize| (heard[2 * 16 * ms], heard[2 * 16 * ms + 1]);
    assert_eq!(
        [at(0), at(49), at(50), at(99), at(100), at(149)],
        [(5, 30_000), (5, 30_000), (5, i16::MAX), (5, i16::MAX), (0, 20_000), (0, 20_000)]
    );
}

#[test]
fn without_keeping_audio_only_the_numbering_stays() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    let mut log = RecordingLog::open(&path, false).unwrap();
    for number in 0..10 {
        log.append(&frame(number, i64::from(number) * 100, 1600)).unwrap();
    }
    drop(log);
    assert!(std::fs::metadata(&path).unwrap().len() < 400, "no sound is on the disk");
    let log = RecordingLog::open(&path, false).unwrap();
    assert_eq!((log.next(), log.end()), (10, Millis(1_000)));
    let reader = RecordingReader::open(&path).unwrap();
    assert_eq!((reader.duration(), reader.has_audio(), reader.frames(TrackId::MICROPHONE).count()), (Millis(1_000), false, 0));
}

/// Two minutes and more: worth an index.
fn long(path: &Path, frames: u32) {
    let mut log = RecordingLog::open(path, true).unwrap();
    for number in log.next()..frames {
        assert_eq!(log.append(&frame(number, i64::from(number) * 100, 1600)).unwrap(), Appended::Written);
    }
}

#[test]
fn what_was_read_once_is_not_read_again() {
    let home = TempDir::new().unwrap();
    let (path, index) = (home.path().join("rep.log"), home.path().join("rep.index"));
    long(&path, 1_200);
    assert_eq!(RecordingReader::open(&path).unwrap().frame_count(), 1_200);
    assert!(std::fs::metadata(&index).unwrap().len() < 100, "sound without a pause is one run");
    let mut log = RecordingLog::open(&path, true).unwrap();
    // Sound that nobody reads may be anything; its place is known.
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[7; 100], 500 * 3_228 + 28).unwrap();
    let reader = RecordingReader::open(&path).unwrap();
    assert_eq!((reader.frame_count(), reader.duration()), (1_200, Millis(120_000)));
    assert_eq!(mono(&path).read(44 + 500 * 3_200..44 + 500 * 3_200 + 100).unwrap(), [7; 100]);
    // The call goes on.
    let next = frame(1_200, 130_000, 160);
    log.append(&next).unwrap();
    let reader = RecordingReader::open(&path).unwrap();
    assert_eq!((reader.frame_count(), reader.duration()), (1_201, Millis(130_010)));
    assert_eq!(reader.frames_from(TrackId::MICROPHONE, 1_200).next().unwrap().unwrap(), next);
    drop(log);
    // Who writes to it checks all of it, and cuts what is damaged.
    assert_eq!(RecordingLog::open(&path, true).unwrap().next(), 500);
    assert_eq!(RecordingReader::open(&path).unwrap().frame_count(), 500);
}

#[test]
fn an_index_that_does_not_fit_is_no_index() {
    let home = TempDir::new().unwrap();
    let (path, index) = (home.path().join("rep.log"), home.path().join("rep.index"));
    long(&path, 400);
    let frames = read(&path);
    let kept = std::fs::read(&index).unwrap();
    for damaged in [Vec::new(), kept[..kept.len() - 1].to_vec(), [&kept[..20], &[kept[20] ^ 1], &kept[21..]].concat(), vec![0; 5_000]] {
        std::fs::write(&index, damaged).unwrap();
        assert_eq!(read(&path), frames);
        assert_eq!(std::fs::read(&index).unwrap(), kept, "made again");
    }
    // Of a longer log, and of another one of the same length.
    let other = home.path().join("other.log");
    long(&other, 401);
    assert_eq!(read(&other).len(), 401);
    std::fs::copy(home.path().join("other.index"), &index).unwrap();
    assert_eq!(read(&path), frames);
    write(&home.path().join("quiet.log"), &(0..400).map(|number| frame(number, i64::from(number) * 300, 1600)).collect::<Vec<_>>());
    assert_eq!(RecordingReader::open(home.path().join("quiet.log")).unwrap().frame_count(), 400);
    std::fs::copy(home.path().join("quiet.index"), &index).unwrap();
    assert_eq!(RecordingReader::open(&path).unwrap().duration(), Millis(40_000));
    // A folder that can't be written to, as in a backup.
    std::fs::remove_file(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    assert_eq!(read(&path), frames);
}

#[test]
fn where_there_is_speech_is_known_for_one_recording_only() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    long(&path, 20);
    let open = || RecordingReader::open(&path).unwrap();
    let stretches = [(Millis(0), Millis(480)), (Millis(900), Millis(1_500))];
    assert_eq!(open().voice(1), None);
    open().keep_voice(1, &stretches).unwrap();
    assert_eq!(open().voice(1).as_deref(), Some(stretches.as_slice()));
    assert_eq!(open().voice(2), None, "another detector");
    long(&path, 21);
    assert_eq!(open().voice(1), None, "the recording went on");
    open().keep_voice(1, &[]).unwrap();
    assert_eq!(open().voice(1), Some(Vec::new()), "nobody spoke");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    drop(RecordingLog::open(&path, true).unwrap());
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["rep.log"], "what was cut is not told of any more");
}

#[test]
fn recordings_are_deleted() {
    let home = TempDir::new().unwrap();
    let (organization, call) = (model::OrganizationId(uuid::Uuid::now_v7()), model::CallId(uuid::Uuid::now_v7()));
    let at = |track: u8| recording::path(home.path(), organization, call, TrackId(track));
    write(&at(0), &[frame(0, 0, 10)]);
    assert_eq!(read(&at(0)).len(), 1);
    RecordingReader::open(at(0)).unwrap().keep_voice(1, &[]).unwrap();
    assert!(recording::delete(home.path(), organization, call).unwrap());
    assert!(!recording::delete(home.path(), organization, call).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_range_of_a_wav_is_that_part_of_the_whole(
        gaps in prop::collection::vec((0..400_i64, 1..900_usize), 1..12), start: prop::sample::Index, length in 0..6_000_u64,
    ) {
        let home = TempDir::new().unwrap();
        let (rep, customer) = (home.path().join("rep.log"), home.path().join("customer.log"));
        let mut at = 0;
        let frames: Vec<Frame> = gaps.iter().enumerate().map(|(number, (gap, samples))| {
            at += gap;
            frame(number as u32, at, *samples)
        }).collect();
        write(&rep, &frames);
        write(&customer, &frames[..frames.len() / 2]);
        let mono = mono(&rep);
        let stereo = CallWav::open(&[vec![&rep], vec![&customer]]).unwrap();
        let (whole_mono, whole_stereo) = (mono.read(0..mono.len()).unwrap(), stereo.read(0..stereo.len()).unwrap());
        let from = start.index(whole_mono.len());
        let part = mono.read(from as u64..from as u64 + length).unwrap();
        prop_assert_eq!(&part[..], &whole_mono[from..(from + length as usize).min(whole_mono.len())]);
        let from = start.index(whole_stereo.len());
        let part = stereo.read(from as u64..from as u64 + length).unwrap();
        prop_assert_eq!(&part[..], &whole_stereo[from..(from + length as usize).min(whole_stereo.len())]);
    }
}
