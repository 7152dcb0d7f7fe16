//! Events: told in one order, none lost, none twice.

use std::time::Duration;

use kernel::{Actor, Registry, relay_events, relay_once, run_due_jobs, run_jobs};
use rstest::rstest;
use store::Engine;
use tokio_util::sync::CancellationToken;

use crate::house::{TestApp, kernel_on, until};
use crate::shop::{Delivered, MANNERS, SHOP};

#[rstest]
#[tokio::test]
async fn an_order_wakes_a_worker_and_an_event_reaches_a_stream(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    // Nobody looks by themselves for an hour: what is done, a bell told.
    house.kernel.look_only_when_woken();
    let mut stream = house.kernel.hub().subscribe(house.organization);
    let stop = CancellationToken::new();
    let work = async {
        tokio::join!(run_jobs(&house.kernel, &house.registry, &stop), relay_events(&house.kernel, &house.registry, &stop));
    };
    let orders = async {
        // Each when all is done, so that everybody sleeps again.
        for number in 1..=5 {
            let what = number.to_string();
            house.order(&what).await;
            let event = tokio::time::timeout(Duration::from_secs(60), stream.recv()).await.expect("somebody is woken").unwrap();
            assert_eq!((event.position, event.name.as_str()), (number, "shop.delivered"));
            let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
            assert_eq!((json["subject"].as_str(), json["data"]["what"].as_str()), (Some(what.as_str()), Some(what.as_str())));
            until("the other area heard of it", || house.done().len() as i64 == 2 * number).await;
        }
        stop.cancel();
    };
    tokio::join!(work, orders);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_at_any_moment_loses_no_event_and_doubles_no_job(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const KILLS: usize = 30;
    const EACH: usize = 5;
    let house = TestApp::new(engine).await;
    let mut random = 0x9e37_79b9_u32;
    for kill in 0..KILLS {
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        for number in 0..EACH {
            tx.emit(&Delivered { what: format!("{}", kill * EACH + number) }).await.unwrap();
        }
        tx.commit().await.unwrap();
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // With connections of its own, which end with it.
        let store = match engine {
            Engine::Sqlite => house.store.store(),
            Engine::Postgres => store::Store::connect(house.store.url()).await.unwrap(),
        };
        let (kernel, registry) = (kernel_on(store, &house.shop, &house.clock), Registry::new(&[SHOP, MANNERS]).unwrap());
        // Somebody listens, so that it is killed while it hands events on too.
        let stream = kernel.hub().subscribe(house.organization);
        let relay = tokio::spawn(async move { relay_events(&kernel, &registry, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_micros(u64::from(random >> 16) % 8_000)).await;
        relay.abort();
        let _ = relay.await;
        drop(stream);
    }
    relay_once(&house.kernel, &house.registry).await.unwrap();
    let told = house.store.events_of(house.organization, 0, 5_000).await.unwrap();
    let order: Vec<(i64, usize)> = told.iter().map(|event| (event.position, event.subject.parse().unwrap())).collect();
    assert!(order.iter().copied().eq((1..).zip(0..KILLS * EACH)), "one order without gaps, none twice: {order:?}");
    // What the other area does about each of them.
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), KILLS * EACH);
    let mut done: Vec<usize> = house.done().iter().map(|done| done.strip_prefix("shop.delivered ").unwrap().parse().unwrap()).collect();
    done.sort_unstable();
    assert!(done.iter().copied().eq(0..KILLS * EACH), "each once: {done:?}");
}

#[rstest]
#[tokio::test]
async fn an_outbox_of_many_rows_is_told_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    let registry = Registry::new(&[SHOP]).unwrap();
    for batch in 0..4 {
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        for number in 0..500 {
            tx.emit(&Delivered { what: format!("{}", batch * 500 + number) }).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    assert_eq!(relay_once(&house.kernel, &registry).await.unwrap(), 2_000);
    let told = house.store.events_of(house.organization, 0, 5_000).await.unwrap();
    let order: Vec<usize> = told.iter().map(|event| event.subject.parse().unwrap()).collect();
    assert!(order.iter().copied().eq(0..2_000), "one order, none twice, none missing");
}
