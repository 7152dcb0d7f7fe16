//! Credentials of an organization for other services: sealed in the database, opened only when they are used.

use model::{Code, OrganizationId};
use ports::Ids;
use ports::envelope::{self, EnvelopeError};
use ports::files::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use store::Store;
use uuid::Uuid;

use crate::error::{DomainError, Result};
use crate::kernel::Kernel;
use crate::tx::Tx;

/// Credentials that are looked at at once.
const BATCH: i64 = 100;

/// The keys that credentials are sealed by; the first one seals. Part of the kernel's states.
#[derive(Clone, Default)]
pub struct Vault(KeyRing);

/// What became of the credentials of all organizations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// How many there are.
    pub all: u64,
    /// How many were sealed anew.
    pub anew: u64,
    /// How many can't be opened by the keys that are there.
    pub lost: u64,
}

impl Kernel {
    /// The organizations' credentials.
    ///
    /// # Panics
    /// As [`Kernel::state`], if there is no vault among the states.
    pub fn vault(&self) -> &Vault {
        self.state()
    }
}

impl Vault {
    /// A vault with these keys.
    pub const fn new(keys: KeyRing) -> Self {
        Self(keys)
    }

    /// Keeps a credential (`area.what`) in the place of the one before. Whoever calls writes the line in the audit log.
    ///
    /// # Errors
    /// `unavailable` if there is no key.
    pub async fn put(&self, kernel: &Kernel, tx: &mut Tx, organization: OrganizationId, name: &str, secret: &SecretString) -> Result<()> {
        let sealed = self.seal(kernel.secret(), organization, name, secret)?;
        let at = tx.at();
        store::credentials::put(tx, organization, name, &sealed, at).await?;
        Ok(())
    }

    /// A credential; none if there is none.
    ///
    /// # Errors
    /// `unavailable` if its key is not there.
    pub async fn get(&self, kernel: &Kernel, organization: OrganizationId, name: &str) -> Result<Option<SecretString>> {
        let Some(sealed) = kernel.store().credential(organization, name).await? else { return Ok(None) };
        self.open(organization, name, &sealed).map(Some)
    }

    /// Seals something and opens it again.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn check(&self, ids: &dyn Ids) -> Result<(), EnvelopeError> {
        let sealed = envelope::seal(&self.0, b"check", nonce(ids.secret()), b"check")?;
        envelope::open(&self.0, b"check", &sealed).map(drop)
    }

    /// Counts the credentials, and those that can't be opened.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn examine(&self, store: &Store) -> Result<Sealed> {
        self.each(store, None).await
    }

    /// Seals everything that is under an older key by the current one. What can't be opened is logged and stays as it is.
    ///
    /// # Errors
    /// If the database fails; what was sealed anew by then stays so.
    pub async fn rotate(&self, store: &Store, ids: &dyn Ids) -> Result<Sealed> {
        self.each(store, Some(ids)).await
    }

    async fn each(&self, store: &Store, anew: Option<&dyn Ids>) -> Result<Sealed> {
        let (mut after, mut name, mut sealed) = (OrganizationId(Uuid::nil()), String::new(), Sealed::default());
        loop {
            let batch = store.credentials_after(after, &name, BATCH).await?;
            let Some((organization, last, _)) = batch.last() else { return Ok(sealed) };
            (after, name) = (*organization, last.clone());
            for (organization, name, envelope) in &batch {
                sealed.all += 1;
                let opened = match self.open(*organization, name, envelope) {
                    Ok(opened) => opened,
                    Err(error) => {
                        tracing::error!(%organization, name, error = %error.chain(), "a credential can't be opened");
                        sealed.lost += 1;
                        continue;
                    }
                };
                if let Some(ids) = anew
                    && !envelope::is_current(&self.0, envelope)
                {
                    let after = self.seal(ids.secret(), *organization, name, &opened)?;
                    let mut tx = store.begin().await?;
                    // One that was set meanwhile is under the current key already.
                    sealed.anew += u64::from(store::credentials::reseal(&mut tx, *organization, name, envelope, &after).await?);
                    tx.commit().await?;
                }
            }
        }
    }

    fn seal(&self, random: [u8; 32], organization: OrganizationId, name: &str, secret: &SecretString) -> Result<String> {
        envelope::seal(&self.0, &context(organization, name), nonce(random), secret.expose_secret().as_bytes())
            .map_err(|error| told(&error))
    }

    fn open(&self, organization: OrganizationId, name: &str, sealed: &str) -> Result<SecretString> {
        let secret = envelope::open(&self.0, &context(organization, name), sealed).map_err(|error| told(&error))?;
        let secret = String::from_utf8(secret).map_err(|_| DomainError::Internal("a credential is no text".to_owned()))?;
        Ok(secret.into())
    }
}

fn nonce(random: [u8; 32]) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&random[..12]);
    nonce
}

fn context(organization: OrganizationId, name: &str) -> Vec<u8> {
    format!("{organization}/{name}").into_bytes()
}

fn told(error: &EnvelopeError) -> DomainError {
    tracing::error!(%error, "vault");
    DomainError::new(Code::Unavailable, "This credential can't be opened: its key is not set up. Ask whoever runs the server.")
}
