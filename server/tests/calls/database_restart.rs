//! PostgreSQL restarts under several servers: all their signs of life are gone with it, and whoever has a call keeps it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Channel::{Customer, Rep};
use model::wire::{Part, ServerMessage};
use store::testing::Cluster;

use crate::fleet::{Caller, Fleet, assert_recorded, assert_said};
use crate::page::{Page, hello, make, new_call};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_call_keeps_it_when_the_database_restarts() {
    let cluster = Arc::new(Cluster::start());
    let mut fleet = Fleet::on(cluster.url());
    fleet.add(None);
    fleet.add(None);
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let mut caller = Caller::new(make(&ann, new_call("Over a restart")).await);
    caller.connect(&fleet.at(0, &token)).await;
    assert!(caller.talk(30).await);
    caller.say().await;

    let restart = tokio::task::spawn_blocking({
        let cluster = Arc::clone(&cluster);
        move || cluster.restart()
    });
    while !restart.is_finished() {
        assert!(caller.talk(2).await, "sound is taken without the database");
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    restart.await.unwrap();
    caller.say().await;

    // Whoever asks the other server is carried to the owner, from the first moment on and after the time in which everybody is believed to live.
    let (until, mut seen) = (Instant::now() + Duration::from_secs(12), 0);
    while Instant::now() < until {
        // It may have no connection to the database yet, and says so.
        let mut viewer = Page::join(&fleet.at(1, &token), hello(caller.call, Part::Viewer, "viewer")).await;
        seen += u32::from(matches!(viewer.next().await, Some(ServerMessage::Welcome(_))));
        assert!(caller.talk(20).await, "its owner was told to let it go");
        caller.say().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(seen > 5, "only {seen} viewers were let in");
    let (call, captured, said) = (caller.call, caller.captured, caller.said);
    caller.end().await;
    for index in 0..2 {
        assert_recorded(&fleet.at(index, &token), call, Rep, captured[0]).await;
        assert_recorded(&fleet.at(index, &token), call, Customer, captured[1]).await;
        assert_said(&fleet.at(index, &token), call, said).await;
    }
}
