//! What areas keep in the kernel's tables: flags, credentials, usage, answers to be given again.

use std::collections::BTreeMap;

use rstest::rstest;
use store::idempotency::{KeptAnswer, KeyOf};
use store::usage::UsageDay;
use store::{Engine, credentials, flags, testing, usage};

use crate::fixtures::{noon, tenant};

#[rstest]
#[tokio::test]
async fn a_members_own_flag_goes_before_the_organizations(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let set = async |member, share| {
        let mut tx = store.begin().await.unwrap();
        flags::set(&mut tx, ours.organization, "a.flag", member, share).await.unwrap();
        tx.commit().await.unwrap();
    };
    let flag = async |of: &crate::fixtures::Tenant, member| store.flag(of.organization, "a.flag", member).await.unwrap();
    assert_eq!(flag(&ours, Some(ours.member)).await, None);
    set(None, Some(30)).await;
    assert_eq!((flag(&ours, Some(ours.member)).await, flag(&ours, None).await), (Some(30), Some(30)));
    set(Some(ours.member), Some(100)).await;
    assert_eq!((flag(&ours, Some(ours.member)).await, flag(&ours, None).await), (Some(100), Some(30)));
    assert_eq!(flag(&theirs, Some(theirs.member)).await, None);
    assert_eq!(store.flags(ours.organization).await.unwrap().len(), 2);
    set(Some(ours.member), None).await;
    assert_eq!(flag(&ours, Some(ours.member)).await, Some(30));
}

#[rstest]
#[tokio::test]
async fn credentials_are_one_organizations(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    let mut tx = store.begin().await.unwrap();
    credentials::put(&mut tx, ours, "crm.token", "v1:a:x:y", noon(0)).await.unwrap();
    credentials::put(&mut tx, ours, "crm.token", "v1:a:z:y", noon(1)).await.unwrap();
    assert!(!credentials::delete(&mut tx, theirs, "crm.token").await.unwrap());
    assert!(!credentials::reseal(&mut tx, ours, "crm.token", "v1:a:x:y", "v1:b:x:y").await.unwrap(), "it was changed meanwhile");
    assert!(credentials::reseal(&mut tx, ours, "crm.token", "v1:a:z:y", "v1:b:z:y").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.credential(ours, "crm.token").await.unwrap().as_deref(), Some("v1:b:z:y"));
    assert_eq!(store.credential(theirs, "crm.token").await.unwrap(), None);
    assert_eq!(store.credential_names(ours).await.unwrap(), [("crm.token".to_owned(), noon(1))]);
    assert_eq!(store.credentials_after(model::OrganizationId(uuid::Uuid::nil()), "", 9).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn usage_adds_up_by_day(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await.organization;
    let day = noon(0).date_naive();
    let mut tx = store.begin().await.unwrap();
    for (day, amount) in [(day, 5), (day, 7), (day.succ_opt().unwrap(), 1)] {
        usage::add(&mut tx, ours, "calls.seconds", day, amount).await.unwrap();
    }
    tx.commit().await.unwrap();
    let used = store.usage(ours, day, day).await.unwrap();
    assert_eq!(used, [UsageDay { meter: "calls.seconds".into(), day: day.to_string(), amount: 12 }]);
}

#[rstest]
#[tokio::test]
async fn what_was_committed_under_a_key_is_not_done_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let of = KeyOf { organization: ours.organization, member: ours.member.0, key: "k" };
    assert!(store.begin_request(of, b"", noon(10), noon(0), noon(0)).await.unwrap());
    // A change that is taken back notes nothing.
    let mut tx = store.begin().await.unwrap();
    store::idempotency::done(&mut tx, of).await.unwrap();
    drop(tx);
    assert!(!store.known_request(of).await.unwrap().unwrap().done);
    assert!(store.begin_request(of, b"", noon(11), noon(0), noon(11)).await.unwrap(), "nothing was done");
    let mut tx = store.begin().await.unwrap();
    store::idempotency::done(&mut tx, of).await.unwrap();
    tx.commit().await.unwrap();
    let known = store.known_request(of).await.unwrap().unwrap();
    assert_eq!((known.done, known.answer, known.noted_at), (true, None, noon(11)));
    assert!(!store.begin_request(of, b"", noon(50), noon(0), noon(50)).await.unwrap(), "its server died, but it was done");
    assert!(!store.drop_request(of, false).await.unwrap(), "the key stays");
    assert!(store.begin_request(of, b"", noon(50), noon(50), noon(50)).await.unwrap(), "it is too old");
    assert!(!store.known_request(of).await.unwrap().unwrap().done);
    assert!(store.drop_request(of, true).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn an_answer_is_given_again_for_a_day(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let of = KeyOf { organization: ours.organization, member: ours.member.0, key: "k" };
    assert!(store.begin_request(of, b"", noon(10), noon(0), noon(0)).await.unwrap());
    assert!(!store.begin_request(of, b"", noon(11), noon(0), noon(10)).await.unwrap(), "it runs");
    store.touch_request(of, noon(20)).await.unwrap();
    assert!(!store.begin_request(of, b"", noon(21), noon(0), noon(19)).await.unwrap(), "it still runs");
    assert!(store.begin_request(of, b"", noon(22), noon(0), noon(21)).await.unwrap(), "its server died");
    assert_eq!(store.known_request(of).await.unwrap().unwrap().answer, None);
    let answer = KeptAnswer { status: 201, headers: BTreeMap::from([("location".into(), "/x".into())]), body: b"{}".to_vec() };
    store.finish_request(of, b"asked", &answer).await.unwrap();
    store.touch_request(of, noon(30)).await.unwrap();
    assert!(!store.begin_request(of, b"", noon(31), noon(21), noon(31)).await.unwrap(), "it is answered");
    let known = store.known_request(of).await.unwrap().unwrap();
    assert_eq!((known.fingerprint.as_slice(), known.answer), (b"asked".as_slice(), Some(answer)));
    assert!(store.begin_request(of, b"other", noon(100), noon(50), noon(50)).await.unwrap(), "it is too old");
    assert!(store.drop_request(of, false).await.unwrap());
    assert_eq!(store.known_request(of).await.unwrap(), None);
    assert!(store.begin_request(of, b"asked", noon(10), noon(0), noon(0)).await.unwrap());
    assert_eq!(store.forget_requests(noon(11)).await.unwrap(), 1);
}
