//! Children that misbehave, for the tests of the parent: each is started like the real one and then does the worst.

use std::io::{self, Write};
use std::net::UdpSocket;
use std::process::{Command, ExitCode};
use std::time::Duration;

use model::{Passage, Place, PlaceKind};
use rustix::process::{Signal, getpid, getppid, kill_process};

use crate::protocol::{self, Extracted, Reply};
use crate::sandbox::{self, Rights};

/// Does what this word says, after it has given its rights away as a real child does.
pub fn misbehave(how: &str) -> ExitCode {
    if how == "deaf" {
        return ExitCode::SUCCESS;
    }
    let Ok(request) = protocol::read_request(io::stdin().lock()) else { return ExitCode::FAILURE };
    if how == "fault" {
        // Only a process without the filter can send itself this.
        let _ = kill_process(getpid(), Signal::SEGV);
    }
    let unenforced = sandbox::enter(request.limits(), Rights::Read);
    let mut out = io::stdout().lock();
    match how {
        "abort" => std::process::abort(),
        "hang" | "linger" => loop {
            std::thread::sleep(Duration::from_secs(60));
        },
        "spin" => loop {
            std::hint::spin_loop();
        },
        "flood" => loop {
            let _ = out.write_all(&[b'x'; 65_536]);
        },
        "complain" => {
            let _ = (0..2_000).try_for_each(|_| io::stderr().write_all(&[b'x'; 65_536]));
        }
        "rubbish" => drop(out.write_all(b"Segmentation fault, just kidding\n")),
        "truncated" => {
            let whole = protocol::encode(&reply(unenforced, 1, "Some text that is cut off.")).unwrap_or_default();
            let _ = out.write_all(&whole[..whole.len() / 2]);
        }
        "trailing" => {
            let whole = protocol::encode(&reply(unenforced, 1, "Some text with more behind it.")).unwrap_or_default();
            let _ = out.write_all(&whole).and_then(|()| out.write_all(b"more"));
        }
        "misnumbered" => drop(protocol::write(&reply(unenforced, 7, "The seventh passage is the first."), out)),
        "overlong" => drop(protocol::write(&reply(unenforced, 1, &"word ".repeat(1_000)), out)),
        "failing" => {
            let _ = protocol::write(&reply(unenforced, 1, "A sound answer, but the child failed."), out);
            return ExitCode::FAILURE;
        }
        "memory" => drop(fill()),
        "stack" => drop(protocol::write(&reply(unenforced, 1, &deep(1).to_string()), out)),
        "escape" => {
            let text = format!("Tried: {}.", attempts().join(", "));
            let _ = protocol::write(&reply(unenforced, 1, &text), out);
        }
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

fn reply(unenforced: Vec<String>, number: i64, text: &str) -> Reply<Extracted> {
    let place = Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() };
    let passages = vec![Passage { number, place, text: text.to_owned() }];
    let extracted = Extracted {
        format: "txt".into(),
        title: String::new(),
        language: String::new(),
        places: 1,
        notes: unenforced.clone(),
        passages,
        scanned: Vec::new(),
    };
    Reply { unenforced, result: Ok(extracted) }
}

fn fill() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        all.push(vec![1; 1 << 20]);
    }
}

#[allow(unconditional_recursion, reason = "it is to overflow the stack")]
fn deep(depth: u64) -> u64 {
    let page = std::hint::black_box([depth; 512]);
    deep(depth + 1) + page[(depth % 512) as usize]
}

/// What a reader that was taken over would try, and whether it could.
fn attempts() -> Vec<String> {
    let could = |what: &str, done: bool| format!("{what} {}", if done { "worked" } else { "refused" });
    vec![
        could("read file", std::fs::read("/etc/hostname").is_ok()),
        could("write file", std::fs::write("left-behind", "x").is_ok()),
        could("start program", Command::new("/bin/true").status().is_ok()),
        could("open socket", UdpSocket::bind("127.0.0.1:0").is_ok()),
        could("connect", std::net::TcpStream::connect("127.0.0.1:9").is_err_and(|error| error.kind() != io::ErrorKind::PermissionDenied)),
        could("signal parent", getppid().is_some_and(|parent| rustix::process::test_kill_process(parent).is_ok())),
        could("start thread", std::thread::spawn(|| 1).join().is_ok()),
        could("raise limits", raise()),
        format!("variables {}", std::env::vars_os().count()),
        format!("priority {}", rustix::process::getpriority_process(None).unwrap_or_default()),
    ]
}

fn raise() -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::As, Rlimit { current: None, maximum: None }).is_ok()
}
