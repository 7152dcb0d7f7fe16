#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

#[derive(Clone, Debug, PartialEq)]
enum Wrong {
    Away(String),
    Refused,
}

impl Retryable for Wrong {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    fn unavailable(why: String) -> Self {
        Self::Away(why)
    }
}

struct Provider {
    asked: AtomicU32,
    guard: Guard,
}

impl Provider {
    fn new() -> Self {
        let patience = Patience { deadline: Duration::from_secs(5), tries: 3, failures: 4, ..Patience::default() };
        Self { asked: AtomicU32::new(0), guard: Guard::new("test", patience) }
    }

    /// Answers with what it says of the how-manieth call this is.
    async fn ask(&self, answer: impl Fn(u32) -> Result<u32, Wrong>) -> Result<u32, Wrong> {
        self.guard.call(|| async { answer(self.asked.fetch_add(1, Ordering::SeqCst) + 1) }).await
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn away<T>() -> Result<T, Wrong> {
    Err(Wrong::Away("away".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_and_what_stays_is_not() {
    let provider = Provider::new();
    assert_eq!(provider.ask(|call| if call < 3 { away() } else { Ok(call) }).await, Ok(3));
    assert_eq!(provider.ask(|_| Err(Wrong::Refused)).await, Err(Wrong::Refused));
    assert_eq!(provider.asked(), 4, "asked once");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_spared_and_tried_by_one() {
    let provider = Provider::new();
    assert!(provider.ask(|_| away()).await.is_err());
    let Err(Wrong::Away(why)) = provider.ask(|_| away()).await else { panic!("it is down") };
    assert!(why.contains("4 times in a row"), "{why}");
    assert_eq!(provider.asked(), 4);
    assert!(provider.ask(Ok).await.is_err(), "spared");
    assert_eq!(provider.asked(), 4, "nobody waits for it");
    tokio::time::advance(Duration::from_secs(31)).await;
    assert!(provider.ask(|_| Err(Wrong::Refused)).await.is_err());
    assert_eq!(provider.ask(Ok).await, Ok(6), "it answers again");
}

#[tokio::test(start_paused = true)]
async fn whoever_tries_and_stops_waiting_leaves_it_to_the_next() {
    let provider = Provider::new();
    for _ in 0..2 {
        assert!(provider.ask(|_| away()).await.is_err());
    }
    tokio::time::advance(Duration::from_secs(31)).await;
    let trial = provider.guard.call(std::future::pending::<Result<u32, Wrong>>);
    assert!(tokio::time::timeout(Duration::from_secs(1), trial).await.is_err(), "it was not waited for");
    assert!(provider.ask(Ok).await.is_ok(), "another one tries");
}

#[tokio::test(start_paused = true)]
async fn who_goes_on_is_not_spared_and_counts_as_an_answer_only() {
    let provider = Provider::new();
    let again = |answer: Result<u32, Wrong>| provider.guard.call_again(std::future::ready(answer));
    for _ in 0..100 {
        assert!(again(away()).await.is_err());
    }
    assert_eq!(provider.ask(Ok).await, Ok(1), "nobody else pays for it");
    for _ in 0..2 {
        assert!(provider.ask(|_| away()).await.is_err());
    }
    let asked = provider.asked();
    assert!(provider.ask(Ok).await.is_err() && provider.asked() == asked, "spared");
    assert_eq!(again(Ok(7)).await, Ok(7));
    assert!(provider.ask(Ok).await.is_ok(), "it answers");
}

#[tokio::test(start_paused = true)]
async fn work_may_have_a_deadline_of_its_own() {
    let provider = Provider::new();
    let slow = async |seconds| {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok::<_, Wrong>(seconds)
    };
    assert_eq!(provider.guard.call_within(Duration::from_secs(60), slow(50)).await, Ok(50));
    let Err(Wrong::Away(why)) = provider.guard.call_within(Duration::from_secs(60), slow(70)).await else { panic!("too long") };
    assert!(why.contains("longer than 60 s"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    let provider = Provider::new();
    let hung = provider.guard.call(|| async {
        provider.asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<Result<u32, Wrong>>().await
    });
    let start = Instant::now();
    let Err(Wrong::Away(why)) = hung.await else { panic!("it hangs") };
    assert!(why.contains("longer than 5 s") && start.elapsed() < Duration::from_secs(20), "{why}");
    assert_eq!(provider.asked(), 3);
}
