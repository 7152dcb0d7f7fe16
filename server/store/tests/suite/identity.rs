//! Accounts, sessions, tokens.

use chrono::TimeDelta;
use model::{ApiToken, ApiTokenId, Session, SessionId};
use rstest::rstest;
use store::{Engine, NewAccount, PendingSignUp, RefreshToken, Refreshed, Store, StoreError, testing};
use uuid::Uuid;

use crate::fixtures::{account, noon, tenant, within};

/// Forgets everything that has expired.
async fn delete_expired(store: &Store, seconds: i64) -> u64 {
    let (now, mut tx) = (noon(seconds), store.begin().await.unwrap());
    let sessions = store::sessions::delete_expired(&mut tx, now).await.unwrap();
    let tokens = store::tokens::delete_expired(&mut tx, now).await.unwrap();
    let sign_ups = store::sign_ups::delete_expired(&mut tx, now).await.unwrap();
    tx.commit().await.unwrap();
    sessions + tokens + sign_ups
}

/// Makes the account of a sign-up; gives what was typed, too.
async fn confirm_sign_up(store: &Store, token: &[u8], now: i64, made: &NewAccount) -> store::Result<Option<PendingSignUp>> {
    let mut tx = store.begin().await?;
    let Some(pending) = store::sign_ups::take(&mut tx, token, noon(now)).await? else { return Ok(None) };
    store::identity::insert_account(&mut tx, made).await?;
    tx.commit().await?;
    Ok(Some(pending))
}

#[rstest]
#[tokio::test]
async fn a_mail_address_signs_up_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let first = account("a@example.com");
    within!(store, store::identity::insert_account, &first).await.unwrap();
    let again = account("a@example.com");
    assert!(matches!(within!(store, store::identity::insert_account, &again).await, Err(StoreError::Taken(_))));
    assert_eq!(store.profile(again.member).await.unwrap(), None, "a refused sign-up leaves nothing");

    let found = store.credentials("a@example.com").await.unwrap().unwrap();
    assert_eq!((found.person, found.password_hash, found.member), (first.person.clone(), first.password_hash, first.member));
    assert!(store.credentials("b@example.com").await.unwrap().is_none());
    let profile = store.profile(first.member).await.unwrap().unwrap();
    assert_eq!((profile.person, profile.organization, profile.role), (first.person, first.organization, first.role));
}

#[rstest]
#[tokio::test]
async fn names_settings_and_passwords_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    assert!(within!(store, store::identity::update_organization, ours.organization, "Initech", false).await.unwrap());
    assert!(within!(store, store::identity::update_person, ours.person, "Bo", "").await.unwrap());
    assert!(within!(store, store::tokens::set_password, ours.person, "new", None, false).await.unwrap());
    let profile = store.profile(ours.member).await.unwrap().unwrap();
    assert_eq!(
        (profile.organization.name.as_str(), profile.organization.keep_audio, profile.person.name.as_str()),
        ("Initech", false, "Bo")
    );
    assert_eq!(store.password_hash(ours.person).await.unwrap().as_deref(), Some("new"));
    let profile = store.profile(theirs.member).await.unwrap().unwrap();
    assert_eq!((profile.organization.name.as_str(), profile.person.name.as_str()), ("Acme", "Åsa Öberg"));
    assert_ne!(store.password_hash(theirs.person).await.unwrap().as_deref(), Some("new"));
}

#[rstest]
#[tokio::test]
async fn sessions_come_and_go(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let session = |seconds: i64| Session {
        id: SessionId(Uuid::now_v7()),
        person_id: ours.person,
        member_id: ours.member,
        user_agent: "Firefox".into(),
        address: "127.0.0.1".into(),
        created_at: noon(seconds),
        last_seen_at: noon(seconds),
        expires_at: noon(seconds + 100),
    };
    let (first, second) = (session(0), session(10));
    within!(store, store::sessions::insert, &first, b"one").await.unwrap();
    within!(store, store::sessions::insert, &second, b"two").await.unwrap();
    assert!(matches!(within!(store, store::sessions::insert, &session(0), b"two").await, Err(StoreError::Taken(_))));

    assert_eq!(store.session(b"one", noon(50)).await.unwrap(), Some(first.clone()));
    assert_eq!(store.session(b"one", noon(100)).await.unwrap(), None, "expired");
    assert_eq!(store.sessions(ours.person, noon(105)).await.unwrap(), std::slice::from_ref(&second));
    store.touch_session(first.id, noon(60), first.expires_at).await.unwrap();
    assert_eq!(store.sessions(ours.person, noon(70)).await.unwrap()[0].id, first.id, "last used first");
    assert!(within!(store, store::sessions::rotate, first.id, b"three").await.unwrap());
    assert_eq!(store.session(b"one", noon(50)).await.unwrap(), None);
    assert_eq!(store.session(b"three", noon(50)).await.unwrap().map(|session| session.id), Some(first.id));

    assert!(!within!(store, store::sessions::delete, theirs.person, first.id).await.unwrap(), "another person's");
    assert_eq!(within!(store, store::sessions::delete_all, ours.person, Some(second.id)).await.unwrap(), 1);
    assert_eq!(store.session(b"three", noon(50)).await.unwrap(), None);
    assert!(within!(store, store::sessions::delete, ours.person, second.id).await.unwrap());
    assert_eq!(within!(store, store::sessions::delete_all, ours.person, None).await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn a_password_reset_works_once_and_only_the_newest(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    within!(store, store::sessions::insert_password_reset, ours.person, b"old", noon(100)).await.unwrap();
    within!(store, store::sessions::insert_password_reset, ours.person, b"new", noon(100)).await.unwrap();
    assert_eq!(within!(store, store::sessions::take_password_reset, b"old", noon(1)).await.unwrap(), None);
    assert_eq!(within!(store, store::sessions::take_password_reset, b"new", noon(100)).await.unwrap(), None, "expired");
    assert_eq!(within!(store, store::sessions::take_password_reset, b"new", noon(1)).await.unwrap(), Some(ours.person));
    assert_eq!(within!(store, store::sessions::take_password_reset, b"new", noon(1)).await.unwrap(), None, "used");
}

#[rstest]
#[tokio::test]
async fn a_refresh_token_used_twice_revokes_its_family(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let family = Uuid::now_v7();
    let token = RefreshToken {
        id: Uuid::now_v7(),
        family,
        member: ours.member,
        expires_at: noon(100),
        user_agent: "curl/8".into(),
        address: "192.0.2.1".into(),
        signed_in_at: noon(0),
    };
    within!(store, store::tokens::insert_refresh, &token, b"one").await.unwrap();
    let rotate = |old: &'static [u8], new: &'static [u8], now: i64| {
        let store = store.store();
        async move {
            within!(store, store::tokens::rotate_refresh, old, noon(now), Uuid::now_v7(), new, noon(now) + TimeDelta::seconds(100))
                .await
                .unwrap()
        }
    };
    assert_eq!(rotate(b"none", b"x", 1).await, Refreshed::Unknown);
    assert_eq!(rotate(b"one", b"two", 1).await, Refreshed::Ok { member: ours.member, family });
    assert_eq!(rotate(b"two", b"three", 2).await, Refreshed::Ok { member: ours.member, family });
    assert_eq!(rotate(b"one", b"thief", 3).await, Refreshed::Reused { family, ended: true });
    assert_eq!(rotate(b"three", b"four", 4).await, Refreshed::Reused { family, ended: false }, "the newest is revoked with it");
    assert_eq!(rotate(b"three", b"four", 500).await, Refreshed::Unknown, "expired");

    let other = RefreshToken { id: Uuid::now_v7(), family: Uuid::now_v7(), ..token.clone() };
    within!(store, store::tokens::insert_refresh, &other, b"other").await.unwrap();
    let whose = within!(store, store::tokens::whose_family, other.family).await.unwrap().unwrap();
    assert_eq!((whose.organization_id, whose.member_id, whose.person_id), (ours.organization, ours.member, ours.person));
    assert_eq!(within!(store, store::tokens::family_of, b"other", noon(5)).await.unwrap(), Some(other.family));
    assert!(within!(store, store::tokens::revoke_family, other.family).await.unwrap());
    assert!(!within!(store, store::tokens::revoke_family, other.family).await.unwrap(), "it ended");
    assert_eq!(rotate(b"other", b"x", 5).await, Refreshed::Reused { family: other.family, ended: false });
    assert_eq!(delete_expired(&store, 1000).await, 4);
}

#[rstest]
#[tokio::test]
async fn api_tokens_belong_to_their_member(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let mut token = ApiToken {
        id: ApiTokenId(Uuid::now_v7()),
        member_id: ours.member,
        name: "Import".into(),
        prefix: "cz_ab".into(),
        scope: model::TokenScope::All,
        created_at: noon(0),
        expires_at: None,
        last_used_at: None,
    };
    assert!(matches!(
        within!(store, store::tokens::insert_api_token, &token, theirs.organization, b"t").await,
        Err(StoreError::Missing(_))
    ));
    within!(store, store::tokens::insert_api_token, &token, ours.organization, b"t").await.unwrap();
    store.touch_api_token(token.id, noon(9)).await.unwrap();
    token.last_used_at = Some(noon(9));
    assert_eq!(store.api_token(b"t").await.unwrap(), Some(token.clone()));
    assert_eq!(store.api_tokens(ours.member).await.unwrap(), std::slice::from_ref(&token));
    assert_eq!(store.api_tokens(theirs.member).await.unwrap(), []);
    assert!(!within!(store, store::tokens::delete_api_token, theirs.member, token.id).await.unwrap());
    assert!(within!(store, store::tokens::delete_api_token, ours.member, token.id).await.unwrap());
    assert_eq!(store.api_token(b"t").await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_sign_up_is_confirmed_once_and_only_the_newest(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let pending = |organization: &str, expires: i64| PendingSignUp {
        email: "a@example.com".into(),
        name: "Åsa Öberg".into(),
        organization: organization.into(),
        password_hash: "$argon2id$…".into(),
        expires_at: noon(expires),
    };
    let made = account("a@example.com");
    let confirm = |token: &'static [u8], now: i64| confirm_sign_up(&store, token, now, &made);
    within!(store, store::sign_ups::insert, &pending("Old", 100), b"old", noon(0)).await.unwrap();
    within!(store, store::sign_ups::insert, &pending("New", 100), b"new", noon(0)).await.unwrap();
    for (token, now, why) in [(&b"none"[..], 1, "unknown"), (b"old", 1, "replaced"), (b"new", 100, "expired")] {
        assert_eq!(confirm(token, now).await.unwrap(), None, "{why}");
    }
    assert_eq!(store.profile(made.member).await.unwrap(), None);
    assert_eq!(confirm(b"new", 1).await.unwrap(), Some(pending("New", 100)));
    let profile = store.profile(made.member).await.unwrap().unwrap();
    assert_eq!((profile.person, profile.organization), (made.person.clone(), made.organization.clone()));
    assert_eq!(confirm(b"new", 1).await.unwrap(), None, "used");
}

#[rstest]
#[tokio::test]
async fn a_waiting_sign_up_gets_the_token_of_its_mail(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let pending = PendingSignUp {
        email: "a@example.com".into(),
        name: "Ann".into(),
        organization: "Acme".into(),
        password_hash: "$argon2id$…".into(),
        expires_at: noon(100),
    };
    let set = |token: &'static [u8], now: i64| {
        let store = store.store();
        async move { within!(store, store::sign_ups::set_token, "a@example.com", token, noon(now + 50), noon(now)).await.unwrap() }
    };
    assert!(!set(b"early", 0).await, "nobody signed up");
    within!(store, store::sign_ups::insert, &pending, b"none yet", noon(0)).await.unwrap();
    assert!(store.is_sign_up_pending("a@example.com", noon(99)).await.unwrap());
    assert!(!store.is_sign_up_pending("a@example.com", noon(100)).await.unwrap());
    assert!(!store.is_sign_up_pending("b@example.com", noon(1)).await.unwrap());
    assert!(set(b"first", 10).await && set(b"second", 20).await);
    for replaced in [b"none yet".as_slice(), b"first"] {
        assert_eq!(within!(store, store::sign_ups::take, replaced, noon(21)).await.unwrap(), None);
    }
    let taken = within!(store, store::sign_ups::take, b"second", noon(69)).await.unwrap().unwrap();
    assert_eq!(taken, PendingSignUp { expires_at: noon(70), ..pending.clone() });
    assert!(!set(b"late", 60).await, "it is used");
    within!(store, store::sign_ups::insert, &pending, b"again", noon(0)).await.unwrap();
    assert!(!set(b"late", 100).await, "it has expired");
    assert!(within!(store, store::sign_ups::delete_of, "a@example.com").await.unwrap());
    assert!(!within!(store, store::sign_ups::delete_of, "a@example.com").await.unwrap());
}

#[rstest]
#[tokio::test]
async fn a_sign_up_of_an_address_that_got_an_account_makes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let pending = |email: &str, expires: i64| PendingSignUp {
        email: email.into(),
        name: "Eve".into(),
        organization: "Evil".into(),
        password_hash: "$argon2id$…".into(),
        expires_at: noon(expires),
    };
    within!(store, store::sign_ups::insert, &pending("a@example.com", 100), b"late", noon(0)).await.unwrap();
    tenant(&store, "a@example.com").await;
    let again = account("a@example.com");
    let confirmed = confirm_sign_up(&store, b"late", 1, &again).await;
    assert!(matches!(confirmed, Err(StoreError::Taken(_))), "{confirmed:?}");
    assert_eq!(store.profile(again.member).await.unwrap(), None, "all or nothing");
    within!(store, store::sign_ups::delete, b"late").await.unwrap();
    assert!(confirm_sign_up(&store, b"late", 1, &again).await.unwrap().is_none(), "used up all the same");

    within!(store, store::sign_ups::insert, &pending("b@example.com", 100), b"b", noon(0)).await.unwrap();
    within!(store, store::sign_ups::insert, &pending("c@example.com", 300), b"c", noon(200)).await.unwrap();
    assert_eq!(delete_expired(&store, 200).await, 0, "the expired one went when the next came");
    assert_eq!(delete_expired(&store, 300).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_new_password_ends_what_was_signed_in_with_the_old_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let session = |whose: &crate::fixtures::Tenant| Session {
        id: SessionId(Uuid::now_v7()),
        person_id: whose.person,
        member_id: whose.member,
        user_agent: String::new(),
        address: String::new(),
        created_at: noon(0),
        last_seen_at: noon(0),
        expires_at: noon(1000),
    };
    let (kept, other, strange) = (session(&ours), session(&ours), session(&theirs));
    for (session, secret) in [(&kept, b"kept".as_slice()), (&other, b"other"), (&strange, b"strange")] {
        within!(store, store::sessions::insert, session, secret).await.unwrap();
    }
    let program = |whose: &crate::fixtures::Tenant, at| RefreshToken {
        id: Uuid::now_v7(),
        family: Uuid::now_v7(),
        member: whose.member,
        expires_at: noon(1000),
        user_agent: "curl/8".into(),
        address: "192.0.2.1".into(),
        signed_in_at: noon(at),
    };
    let (one, two, strange_program) = (program(&ours, 1), program(&ours, 2), program(&theirs, 3));
    for (program, secret) in [(&one, b"one".as_slice()), (&two, b"two"), (&strange_program, b"three")] {
        within!(store, store::tokens::insert_refresh, program, secret).await.unwrap();
    }
    within!(store, store::tokens::rotate_refresh, b"one", noon(9), Uuid::now_v7(), b"one again", noon(1000)).await.unwrap();
    let listed = store.program_sign_ins(ours.person, noon(10)).await.unwrap();
    let listed: Vec<_> =
        listed.iter().map(|listed| (listed.id.0, listed.user_agent.as_str(), listed.signed_in_at, listed.last_seen_at)).collect();
    assert_eq!(listed, [(one.family, "curl/8", noon(1), noon(9)), (two.family, "curl/8", noon(2), noon(2))]);
    assert!(!within!(store, store::tokens::end_program_sign_in, theirs.person, two.family).await.unwrap(), "another person's");
    assert!(within!(store, store::tokens::end_program_sign_in, ours.person, two.family).await.unwrap());
    assert!(!within!(store, store::tokens::end_program_sign_in, ours.person, two.family).await.unwrap(), "it ended");
    assert_eq!(store.living_family(one.family, noon(10)).await.unwrap(), Some(noon(1)));
    assert_eq!(store.living_family(two.family, noon(10)).await.unwrap(), None);
    let standing = store.standing_of_family(one.family, noon(10)).await.unwrap().unwrap();
    assert_eq!((standing.organization_id, standing.role), (ours.organization, model::Role::Owner));
    let token = ApiToken {
        id: ApiTokenId(Uuid::now_v7()),
        member_id: ours.member,
        name: "Import".into(),
        prefix: "czl_abc".into(),
        scope: model::TokenScope::All,
        created_at: noon(0),
        expires_at: None,
        last_used_at: None,
    };
    within!(store, store::tokens::insert_api_token, &token, ours.organization, b"token").await.unwrap();
    within!(store, store::sessions::insert_password_reset, ours.person, b"link", noon(1000)).await.unwrap();
    // The secret of the kept one is replaced meanwhile: it is still the same sign-in.
    let next = Session { id: SessionId(Uuid::now_v7()), ..kept.clone() };
    within!(store, store::sessions::insert_successor, &next, kept.id, b"next").await.unwrap();
    let sign_in = store.sign_in_of(next.id).await.unwrap().unwrap();
    assert_eq!(Some(sign_in), store.sign_in_of(kept.id).await.unwrap());

    assert!(within!(store, store::tokens::set_password, ours.person, "new", Some(next.id), false).await.unwrap());
    assert_eq!(within!(store, store::sessions::take_password_reset, b"link", noon(10)).await.unwrap(), None);
    assert!(store.session(b"other", noon(10)).await.unwrap().is_none() && store.session(b"next", noon(10)).await.unwrap().is_some());
    assert!(store.standing_of_sign_in(sign_in, noon(10)).await.unwrap().is_some());
    assert_eq!(store.standing_of_family(one.family, noon(10)).await.unwrap(), None);
    assert!(store.standing_of_api_token(ours.organization, token.id, noon(10)).await.unwrap().is_some());
    assert!(within!(store, store::tokens::set_password, ours.person, "newer", None, true).await.unwrap());
    assert_eq!(store.standing_of_sign_in(sign_in, noon(10)).await.unwrap(), None);
    assert_eq!(store.standing_of_api_token(ours.organization, token.id, noon(10)).await.unwrap(), None);
    assert!(store.session(b"strange", noon(10)).await.unwrap().is_some(), "another person's stay");
    assert!(store.living_family(strange_program.family, noon(10)).await.unwrap().is_some());
    assert!(!within!(store, store::tokens::set_password, model::PersonId(Uuid::now_v7()), "x", None, false).await.unwrap());
}
