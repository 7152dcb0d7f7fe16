//! Credentials in the database, on both engines: sealed, for their owner only, moved to a new key.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use kernel::{Actor, Kernel, KernelParts, Sealed, Vault};
use model::{Code, MemberId, Organization, OrganizationId, Person, PersonId, Role};
use ports::files::KeyRing;
use ports::{Clock, Ids, SystemClock, SystemIds};
use secrecy::{ExposeSecret, SecretString};
use store::{NewAccount, Store, testing};

/// Keys by these names, the first one seals.
fn ring(names: &[&str]) -> KeyRing {
    let key = |name: &&str| format!("{name}:{}=", name.repeat(43).chars().take(42).chain(['A']).collect::<String>());
    KeyRing::parse(&names.iter().map(key).collect::<Vec<_>>().join(",").into()).unwrap()
}

fn kernel(store: &Store, names: &[&str]) -> Kernel {
    let parts = KernelParts::new(store.clone(), Arc::new(SystemClock), Arc::new(SystemIds), String::new());
    Kernel::new(parts.with(Vault::new(ring(names))))
}

async fn organization(store: &Store, email: &str) -> OrganizationId {
    let (now, ids) = (SystemClock.now(), SystemIds);
    let organization = Organization { id: OrganizationId(ids.uuid(now)), name: "Acme".into(), keep_audio: true, created_at: now };
    let person = Person { id: PersonId(ids.uuid(now)), email: email.into(), name: "Ann".into(), time_zone: String::new(), created_at: now };
    let id = organization.id;
    let account = NewAccount { organization, person, password_hash: String::new(), member: MemberId(ids.uuid(now)), role: Role::Owner };
    let mut tx = store.begin().await.unwrap();
    store::identity::insert_account(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn put(kernel: &Kernel, organization: OrganizationId, name: &str, secret: &str) -> kernel::Result<()> {
    let mut tx = kernel.begin(&Actor::system(organization, "a test")).await?;
    kernel.vault().put(kernel, &mut tx, organization, name, &SecretString::from(secret.to_owned())).await?;
    tx.commit().await
}

async fn get(kernel: &Kernel, organization: OrganizationId, name: &str) -> kernel::Result<Option<String>> {
    Ok(kernel.vault().get(kernel, organization, name).await?.map(|secret| secret.expose_secret().to_owned()))
}

#[tokio::test]
async fn a_credential_is_kept_sealed_and_is_its_organizations_alone() {
    for store in testing::stores().await {
        let (ours, theirs) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
        let kernel = kernel(&store, &["a"]);
        put(&kernel, ours, "crm.token", "SECRET").await.unwrap();
        put(&kernel, theirs, "crm.token", "THEIRS").await.unwrap();
        assert_eq!(get(&kernel, ours, "crm.token").await.unwrap().as_deref(), Some("SECRET"));
        assert_eq!(get(&kernel, ours, "mail.password").await.unwrap(), None);
        let sealed = store.credential(ours, "crm.token").await.unwrap().unwrap();
        assert!(sealed.starts_with("v1:a:") && !sealed.contains("SECRET"));

        // Somebody who can write to the database puts one organization's credential in another's place.
        let mut tx = store.begin().await.unwrap();
        store::credentials::put(&mut tx, theirs, "crm.token", &sealed, kernel.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(get(&kernel, theirs, "crm.token").await.unwrap_err().into_problem().code, Code::Unavailable);
        put(&kernel, ours, "crm.token", "NEWER").await.unwrap();
        assert_eq!(get(&kernel, ours, "crm.token").await.unwrap().as_deref(), Some("NEWER"));
    }
}

#[tokio::test]
async fn a_new_key_takes_everything_over_and_the_old_one_may_go() {
    for store in testing::stores().await {
        let ours = organization(&store, "a@example.com").await;
        let before = kernel(&store, &["a"]);
        for number in 0..230 {
            put(&before, ours, &format!("crm.{number}"), "SECRET").await.unwrap();
        }
        put(&kernel(&store, &["lost"]), ours, "crm.lost", "SECRET").await.unwrap();
        let both = kernel(&store, &["b", "a"]);
        assert_eq!(get(&both, ours, "crm.7").await.unwrap().as_deref(), Some("SECRET"));
        put(&both, ours, "crm.0", "NEWER").await.unwrap();
        assert_eq!(both.vault().examine(&store).await.unwrap(), Sealed { all: 231, anew: 0, lost: 1 });
        assert_eq!(both.vault().rotate(&store, &SystemIds).await.unwrap(), Sealed { all: 231, anew: 229, lost: 1 });
        assert_eq!(both.vault().rotate(&store, &SystemIds).await.unwrap(), Sealed { all: 231, anew: 0, lost: 1 });
        let after = kernel(&store, &["b"]);
        assert_eq!(get(&after, ours, "crm.229").await.unwrap().as_deref(), Some("SECRET"));
        assert_eq!(get(&after, ours, "crm.0").await.unwrap().as_deref(), Some("NEWER"));
        assert_eq!(get(&before, ours, "crm.7").await.unwrap_err().into_problem().code, Code::Unavailable);
        assert_eq!(get(&after, ours, "crm.lost").await.unwrap_err().into_problem().code, Code::Unavailable);
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_kept() {
    let store = testing::open(store::Engine::Sqlite).await;
    let ours = organization(&store, "a@example.com").await;
    let none = kernel(&store, &[]);
    assert_eq!(put(&none, ours, "crm.token", "SECRET").await.unwrap_err().into_problem().code, Code::Unavailable);
    assert!(store.credential(ours, "crm.token").await.unwrap().is_none());
    assert!(none.vault().check(&SystemIds).unwrap_err().to_string().contains("vault_keys"));
    kernel(&store, &["a"]).vault().check(&SystemIds).unwrap();
}
