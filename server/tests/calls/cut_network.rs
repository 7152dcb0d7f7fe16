//! A server that is alive and reaches the database no more: its calls go on at another one, and what it still has to write is refused or whole.

#![allow(clippy::print_stdout, reason = "what it measures besides")]

use model::Channel::{Customer, Rep};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::fleet::{Caller, Fleet, assert_recorded, assert_said};
use crate::page::{make, new_call};

/// A way to a server that can be cut: then connections stay open, and nothing passes.
struct Wire {
    passes: watch::Sender<bool>,
    port: u16,
}

impl Wire {
    async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passes, state) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&target).await else { continue };
                let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(from_near, to_far, state.clone()));
                tokio::spawn(pass(from_far, to_near, state.clone()));
            }
        });
        Self { passes, port }
    }

    fn set(&self, passes: bool) {
        self.passes.send(passes).unwrap();
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<bool>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if state.wait_for(|passes| *passes).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Host and port of a database's address.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_a_server_that_is_cut_off_goes_on_at_another_and_nothing_is_lost_or_doubled() {
    let mut fleet = Fleet::start(1).await;
    let url = fleet.database_url().to_owned();
    let wire = Wire::to(place(&url).to_owned()).await;
    fleet.add(Some(url.replace(place(&url), &format!("127.0.0.1:{}", wire.port))));
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let mut caller = Caller::new(make(&ann, new_call("Cut off")).await);
    caller.connect(&fleet.at(1, &token)).await;
    assert!(caller.talk(30).await);
    caller.say().await;
    wire.set(false);
    // Nobody at the cut server knows yet: frames are taken, words can't be stored.
    caller.talk(10).await;
    caller.say().await;
    caller.page = None;
    let took = caller.connect(&fleet.at(0, &token)).await;
    println!("takeover.cut_off_ms={}", took.as_millis());
    assert!(caller.talk(30).await);
    caller.say().await;
    wire.set(true);
    // What comes back finds the call where it is now.
    caller.page = None;
    caller.connect(&fleet.at(1, &token)).await;
    assert!(caller.talk(30).await);
    caller.say().await;
    let (call, captured, said) = (caller.call, caller.captured, caller.said);
    caller.end().await;
    for index in 0..2 {
        assert_recorded(&fleet.at(index, &token), call, Rep, captured[0]).await;
        assert_recorded(&fleet.at(index, &token), call, Customer, captured[1]).await;
        assert_said(&fleet.at(index, &token), call, said).await;
    }
}
