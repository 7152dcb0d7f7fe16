//! Credentials of an organization for other services: sealed in the database, opened only when they are used.

use model::{Code, OrganizationId};
use ports::envelope::{self, EnvelopeError};
use ports::files::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::error::{DomainError, Result};
use crate::kernel::Kernel;
use crate::tx::Tx;

/// Credentials that are sealed anew at once.
const BATCH: i64 = 100;

/// The keys that credentials are sealed by; the first one seals. Part of the kernel's states.
#[derive(Clone, Default)]
pub struct Vault(KeyRing);

impl Vault {
    /// A vault with these keys.
    pub const fn new(keys: KeyRing) -> Self {
        Self(keys)
    }

    /// Keeps a credential (`area.what`) in the place of the one before.
    ///
    /// # Errors
    /// `unavailable` if there is no key.
    pub async fn put(&self, kernel: &Kernel, tx: &mut Tx, organization: OrganizationId, name: &str, secret: &SecretString) -> Result<()> {
        let sealed = self.seal(kernel, organization, name, secret)?;
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

    /// Seals everything that is under an older key by the current one; gives how many there were. One that can't be opened is logged and
    /// stays as it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rotate(&self, kernel: &Kernel) -> Result<u64> {
        let (mut after, mut name, mut count) = (OrganizationId(Uuid::nil()), String::new(), 0);
        loop {
            let batch = kernel.store().credentials_after(after, &name, BATCH).await?;
            let Some((organization, last, _)) = batch.last() else { return Ok(count) };
            (after, name) = (*organization, last.clone());
            for (organization, name, sealed) in &batch {
                if envelope::is_current(&self.0, sealed) {
                    continue;
                }
                let anew = self.open(*organization, name, sealed).and_then(|secret| self.seal(kernel, *organization, name, &secret));
                match anew {
                    Ok(anew) => {
                        let mut tx = kernel.begin_own().await?;
                        count += u64::from(store::credentials::reseal(&mut tx, *organization, name, sealed, &anew).await?);
                        tx.commit().await?;
                    }
                    Err(error) => tracing::error!(%organization, name, error = %error.chain(), "a credential can't be sealed anew"),
                }
            }
        }
    }

    fn seal(&self, kernel: &Kernel, organization: OrganizationId, name: &str, secret: &SecretString) -> Result<String> {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&kernel.secret()[..12]);
        envelope::seal(&self.0, &context(organization, name), nonce, secret.expose_secret().as_bytes()).map_err(told)
    }

    fn open(&self, organization: OrganizationId, name: &str, sealed: &str) -> Result<SecretString> {
        let secret = envelope::open(&self.0, &context(organization, name), sealed).map_err(told)?;
        let secret = String::from_utf8(secret).map_err(|_| DomainError::Internal("a credential is no text".to_owned()))?;
        Ok(secret.into())
    }
}

fn context(organization: OrganizationId, name: &str) -> Vec<u8> {
    format!("{organization}/{name}").into_bytes()
}

fn told(error: EnvelopeError) -> DomainError {
    tracing::error!(%error, "vault");
    DomainError::new(Code::Unavailable, "This credential can't be opened: its key is not set up. Ask whoever runs the server.")
}
