//! Somebody who has just signed up.

use domain::identity::{self, SignUp, SignedUp};
use domain::{Actor, Client, Kernel};

/// The owner of a new organization.
pub async fn signed_up(services: &Kernel) -> Actor {
    let form = SignUp {
        name: "Ada".into(),
        email: "ada@example.com".into(),
        organization: "Acme".into(),
        password: "correct horse battery".into(),
    };
    match identity::sign_up_program(services, &Client::default(), form).await.unwrap() {
        SignedUp::In(actor) => actor,
        SignedUp::ByMail(email) => panic!("a mail went to {email}"),
    }
}
