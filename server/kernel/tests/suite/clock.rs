//! Whatever the clock does: nothing is done twice, nothing is lost.

use std::time::Duration;

use chrono::TimeDelta;
use kernel::{Actor, relay_once, run_due_jobs, tick};
use ports::Clock;
use rstest::rstest;
use store::Engine;

use crate::house::{TestApp, kernel};
use crate::shop::{Delivered, SHOP};

#[rstest]
#[tokio::test]
async fn a_clock_that_goes_back_an_hour_does_nothing_twice_and_loses_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.order("held").await;
    let held = house.store.claim("shop", "w", house.clock.now(), Duration::from_secs(30)).await.unwrap().unwrap();
    house.order("waits").await;
    house.later(-3_600);
    house.order("new").await;
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1, "what is new is done at once, what is held is not taken");
    assert_eq!(house.done(), ["new"]);
    // The worker that was at it holds on, and finishes once.
    assert!(house.store.extend(held.id, held.fence, house.clock.now() + TimeDelta::seconds(30)).await.unwrap());
    let lease = kernel::Lease { job: held.id, fence: held.fence, attempt: held.attempts, last_attempt: false };
    let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
    tx.emit(&Delivered { what: "held".into() }).await.unwrap();
    tx.finish(&lease).await.unwrap();
    tx.commit().await.unwrap();
    relay_once(&house.kernel, &house.registry).await.unwrap();
    // What waited from before is not lost: its time comes once more.
    house.later(3_600);
    while run_due_jobs(&house.kernel, &house.registry).await.unwrap() > 0 {}
    relay_once(&house.kernel, &house.registry).await.unwrap();
    let told = house.store.events_of(house.organization, 0, 9).await.unwrap();
    let order: Vec<(i64, &str)> = told.iter().map(|event| (event.position, event.subject.as_str())).collect();
    assert_eq!(order, [(1, "new"), (2, "held"), (3, "waits")], "in the order in which it happened, whatever the clock said");
    assert_eq!(house.done().iter().filter(|done| !done.starts_with("shop.delivered")).count(), 2, "{:?}", house.done());
    assert!(house.dead().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_schedule_runs_once_an_hour_whatever_the_clock_does(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    let start = house.clock.now();
    let due = SHOP.schedules[0].next(start).unwrap();
    house.store.declare_schedule("shop.sweep", "0 * * * *", due).await.unwrap();
    let other = kernel(&house.store, &house.shop, &house.clock);
    let look = async || {
        tick(&house.kernel, &house.registry).await.unwrap();
        tick(&other, &house.registry).await.unwrap();
        run_due_jobs(&house.kernel, &house.registry).await.unwrap()
    };
    assert_eq!(look().await, 0, "not yet");
    house.later((due - start).num_seconds());
    assert_eq!(look().await, 1, "once, though two servers looked");
    house.later(-3_600);
    assert_eq!(look().await, 0, "the clock went back: it was done");
    house.later(3_600 + 59 * 60);
    assert_eq!(look().await, 0);
    house.later(60);
    assert_eq!(look().await, 1);
    house.later(86_400);
    assert_eq!(look().await, 1, "what was missed is done once");
    assert!(house.store.schedules().await.unwrap()[0].1 - house.clock.now() <= TimeDelta::hours(1));
}
