use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::is_public;

/// Finds the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// If it has none or nobody answers.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the operating system resolves.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A name has addresses, none of them public.
#[derive(Debug, thiserror::Error)]
#[error("{0} leads to no public address")]
pub(super) struct NotPublic(pub String);

/// A name has no address. What the system says of it is for people who know the system.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no address")]
pub(super) struct Unknown(pub String);

/// Hands on public addresses only. A connection is made to what it hands on and to nothing else.
pub(super) struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    trusted: Arc<[(String, IpAddr)]>,
}

impl GuardedResolver {
    pub(super) fn new(lookup: Arc<dyn Lookup>, trusted: Vec<(String, IpAddr)>) -> Self {
        Self { lookup, trusted: trusted.into() }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, trusted) = (self.lookup.clone(), self.trusted.clone());
        Box::pin(async move {
            let name = name.as_str();
            let addresses = match trusted.iter().find(|(known, _)| known == name) {
                Some((_, address)) => vec![*address],
                None => {
                    let found = lookup.lookup(name).await.map_err(|error| {
                        tracing::debug!(name, %error, "a name can't be found");
                        Unknown(name.to_owned())
                    })?;
                    if found.is_empty() {
                        return Err(Unknown(name.to_owned()).into());
                    }
                    let public: Vec<IpAddr> = found.iter().copied().filter(|address| is_public(*address)).collect();
                    if public.is_empty() {
                        return Err(NotPublic(name.to_owned()).into());
                    }
                    public
                }
            };
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
