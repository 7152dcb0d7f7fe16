//! Mail addresses as they are kept and looked for.

use kernel::{Kernel, Result};
use model::validation;
use store::StoreError;
use unicode_normalization::UnicodeNormalization;

/// A mail address: of the ways to write a letter with a mark (RFC 6532, 3.1) always the same one.
///
/// # Errors
/// A problem of the field `email`.
pub(super) fn mail_address(typed: &str) -> Result<String> {
    Ok(validation::email(&composed(typed))?)
}

fn composed(address: &str) -> String {
    address.nfc().collect()
}

/// Writes those that a version before kept as they were typed like all others: nobody would find them any more. To be done at a start.
///
/// # Errors
/// If the database fails.
pub(super) async fn compose_all(kernel: &Kernel) -> Result<()> {
    for person in kernel.store().people_beyond_ascii().await? {
        let address = composed(&person.email);
        if address == person.email {
            continue;
        }
        let mut tx = kernel.begin_own().await?;
        match store::identity::set_address(&mut tx, person.id, &address).await {
            Ok(_) => tx.commit().await?,
            Err(StoreError::Taken(_)) => {
                tracing::warn!(person = %person.id, "two accounts have this mail address, written in two ways: this one can't be signed in to");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
