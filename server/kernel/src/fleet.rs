//! This server among those on the same database: it says every few seconds that it is there, and knows who else is.

use std::time::Duration;

use store::servers::LEASE;
use store::{Engine, LivingServer};
use tokio::time::Instant;

use crate::error::{DomainError, Result};
use crate::kernel::Kernel;

/// How often the lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How long to wait before trying again what failed.
const PAUSE: Duration = Duration::from_millis(500);
/// How often servers that have long been gone are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

impl Kernel {
    /// Makes sure that the others know of this server: before it takes something that is one server's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_lease(&self) -> Result<()> {
        if self.own_lease().renewed().is_none_or(|renewed| renewed.elapsed() >= RENEW_EVERY) {
            self.renew_lease().await?;
        }
        Ok(())
    }

    /// The servers that are there, this one too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn living_servers(&self) -> Result<Vec<LivingServer>> {
        Ok(self.store().living_servers(self.now()).await?)
    }

    /// The servers that are there besides this one. None on SQLite, whose file is this server's alone: whoever had it before is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn other_servers(&self) -> Result<Vec<LivingServer>> {
        if self.store().engine() == Engine::Sqlite {
            return Ok(Vec::new());
        }
        let mut living = self.living_servers().await?;
        living.retain(|server| server.id != self.server());
        Ok(living)
    }

    /// Whether the others may take this server for gone: it could not renew its lease in time. Never where it is alone.
    pub fn is_cut_off(&self) -> bool {
        let lease = LEASE.to_std().unwrap_or_default();
        self.membership().is_some() && self.own_lease().renewed().is_some_and(|renewed| renewed.elapsed() > lease)
    }

    /// Stops being one of them, in order.
    pub async fn leave_fleet(&self) {
        if let Err(error) = self.store().forget_server(self.server()).await {
            DomainError::from(error).log("the other servers could not be told that this one stops");
        }
    }

    async fn renew_lease(&self) -> Result<()> {
        // From before the question: the lease may be shorter by how long the answer takes, and never longer.
        let asked = Instant::now();
        let address = self.membership().map(|membership| membership.address.as_str());
        self.store().renew_lease(self.server(), address, self.started_at(), self.now()).await?;
        self.own_lease().set(asked);
        Ok(())
    }
}

/// Says that this server is there for as long as this is polled. On PostgreSQL it holds a lock besides, on a connection of its own, which
/// is gone as soon as the process is.
pub async fn keep_lease(kernel: &Kernel) {
    let mut presence = None;
    let mut tidied: Option<Instant> = None;
    loop {
        let renewed = kernel.renew_lease().await;
        if let Some(held) = &mut presence
            && !store::Presence::holds(held).await
        {
            presence = None;
        }
        let present = match &presence {
            Some(_) => Ok(()),
            None => kernel.store().presence(kernel.server()).await.map(|taken| presence = taken).map_err(DomainError::from),
        };
        let failed = renewed.and(present).err();
        if let Some(error) = &failed {
            tracing::warn!(error = error.chain(), "the other servers could not be told that this one is there; trying again");
        } else if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY_EVERY) {
            tidied = Some(Instant::now());
            if let Err(error) = kernel.store().forget_gone_servers(kernel.server(), kernel.now()).await {
                DomainError::from(error).log("servers that are gone could not be forgotten");
            }
        }
        tokio::time::sleep(if failed.is_some() { PAUSE } else { RENEW_EVERY }).await;
    }
}
