//! The recording when the server dies, the disk is full or the file is damaged.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::process::Command;

use model::wire::Frame;
use proptest::prelude::*;
use store::{Appended, RecordingError, RecordingLog};
use tempfile::TempDir;

use crate::recording::{frame, read};

/// Says the file that the limited child writes to.
const LIMITED: &str = "CLOSEZLY_TEST_LIMITED_LOG";

fn contiguous(count: u32) -> Vec<Frame> {
    (0..count).map(|number| frame(number, i64::from(number) * 100, 1600)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_any_crash_a_prefix_is_there_and_sending_again_completes_it(
        sizes in prop::collection::vec(1..60_usize, 1..30),
        crashes in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..50)), 0..4),
        keep_going in 1..8_usize,
    ) {
        let home = TempDir::new().unwrap();
        let path = home.path().join("rep.log");
        let frames: Vec<Frame> = sizes.iter().enumerate().map(|(number, size)| frame(number as u32, number as i64 * 100, *size)).collect();
        for (cut, torn) in crashes {
            let mut log = RecordingLog::open(&path, true).unwrap();
            let next = log.next() as usize;
            for frame in frames.iter().skip(next).take(keep_going) {
                prop_assert_eq!(log.append(frame).unwrap(), Appended::Written);
            }
            drop(log);
            // What the disk has after a crash: a part of the file, and perhaps a block of something else.
            let mut file = OpenOptions::new().write(true).open(&path).unwrap();
            let length = cut.index(file.metadata().unwrap().len() as usize + 1) as u64;
            file.set_len(length).unwrap();
            file.seek(SeekFrom::Start(length)).unwrap();
            file.write_all(&torn).unwrap();
            drop(file);
            let log = RecordingLog::open(&path, true).unwrap();
            let kept = read(&path);
            prop_assert_eq!(kept.len(), log.next() as usize);
            prop_assert!(kept.iter().zip(&frames).all(|(kept, sent)| kept.pcm == sent.pcm), "a prefix of what was sent");
            let whole: u64 = kept.iter().map(|frame| 28 + frame.pcm.len() as u64).sum();
            prop_assert_eq!(std::fs::metadata(&path).unwrap().len(), whole, "and nothing else");
            prop_assert!(kept.get(kept.len()..).is_some() && whole <= length);
            let next_size = frames.get(kept.len()).map_or(u64::MAX, |frame| 28 + frame.pcm.len() as u64);
            prop_assert!(length - whole < next_size, "no whole frame was thrown away");
        }
        let mut log = RecordingLog::open(&path, true).unwrap();
        for frame in &frames {
            // From the start: what is there already is a duplicate.
            log.append(frame).unwrap();
        }
        let kept = read(&path);
        prop_assert_eq!(kept.len(), frames.len());
        prop_assert!(kept.iter().zip(&frames).all(|(kept, sent)| kept.pcm == sent.pcm && kept.sequence == sent.sequence));
    }
}

#[test]
fn a_full_disk_takes_nothing_and_the_log_goes_on_when_there_is_space() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    symlink("/dev/full", &path).unwrap();
    let mut log = RecordingLog::open(&path, true).unwrap();
    for _ in 0..3 {
        assert!(matches!(log.append(&frame(0, 0, 1600)), Err(RecordingError::Full(_))));
        assert_eq!(log.next(), 0);
    }
    std::fs::remove_file(&path).unwrap();
    for frame in contiguous(3) {
        assert_eq!(log.append(&frame).unwrap(), Appended::Written);
    }
    assert_eq!(read(&path), contiguous(3));
}

#[test]
fn a_frame_that_fits_only_in_part_is_taken_back() {
    if let Some(path) = std::env::var_os(LIMITED) {
        // The child: its files may not grow beyond a few frames.
        let mut log = RecordingLog::open(path, true).unwrap();
        let refused = contiguous(9).iter().find_map(|frame| log.append(frame).err());
        assert!(matches!(refused, Some(RecordingError::Full(_))), "{refused:?}");
        let next = log.next();
        assert_eq!(log.append(&frame(next, i64::from(next) * 100, 1)).unwrap(), Appended::Written, "a small one still fits");
        return;
    }
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact recording_disk::a_frame_that_fits_only_in_part_is_taken_back"])
        .arg(std::env::current_exe().unwrap())
        .env(LIMITED, &path)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    let kept = read(&path);
    assert!((2..9).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last().unwrap().pcm.len(), 2);
    let mut log = RecordingLog::open(&path, true).unwrap();
    assert_eq!(log.next() as usize, kept.len());
    assert_eq!(log.append(&frame(log.next(), 9_000, 1600)).unwrap(), Appended::Written, "no limit, no trouble");
}

#[test]
fn damage_in_the_middle_loses_nothing_silently() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    let mut log = RecordingLog::open(&path, true).unwrap();
    for frame in contiguous(40) {
        log.append(&frame).unwrap();
    }
    drop(log);
    let record = 28 + 3200;
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(5 * record + 100)).unwrap();
    file.write_all(b"damage").unwrap();
    drop(file);
    let log = RecordingLog::open(&path, true).unwrap();
    assert_eq!(log.next(), 5);
    let beside = home.path().join(format!("rep.damaged-{}", 5 * record));
    assert_eq!(std::fs::metadata(beside).unwrap().len(), 35 * record);
}

#[test]
fn a_file_that_is_no_log_is_set_aside() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("rep.log");
    std::fs::write(&path, vec![0; 100_000]).unwrap();
    let mut log = RecordingLog::open(&path, true).unwrap();
    assert_eq!(log.append(&frame(0, 0, 1600)).unwrap(), Appended::Written);
    assert_eq!(std::fs::metadata(home.path().join("rep.damaged-0")).unwrap().len(), 100_000);
}
