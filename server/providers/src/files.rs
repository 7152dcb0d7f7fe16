//! Where files are stored: a directory, or a bucket of Amazon S3 (and whatever speaks its protocol), Google Cloud Storage or
//! Azure Blob Storage, opened by address.
//!
//! Credentials come from the environment as each vendor's own tools read them: `AWS_…`, `GOOGLE_…`, `AZURE_…`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, RetryConfig};
use url::Url;

/// How long a failing storage is asked again before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(20);
const RETRIES: usize = 4;
const CONNECT: Duration = Duration::from_secs(10);
/// For one request: a part of 8 MB over a slow line.
const REQUEST: Duration = Duration::from_secs(120);

/// Why a storage was not opened. Each is a sentence for whoever configures the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The address can't be read or has a scheme that nothing is known of.
    #[error(
        "“{0}” is no address of a storage; it must be like file:///var/lib/closezly/files, s3://bucket/folder, gs://bucket/folder or az://container/folder"
    )]
    Address(String),
    /// The address carries a password.
    #[error("the address must not hold a user or a password; credentials come from the environment (AWS_…, GOOGLE_…, AZURE_…)")]
    Credentials,
    /// An endpoint was given where it means nothing, or it is no http address.
    #[error("“{0}” can't be the endpoint: it must be like https://minio.example.com:9000, for s3://, gs:// or az://")]
    Endpoint(String),
    /// The folder can't be made.
    #[error("the folder {0} can't be used: {1}")]
    Folder(String, String),
    /// The vendor's client refuses the settings.
    #[error("the storage can't be opened: {0}")]
    Settings(String),
}

/// A folder of this computer, made if need be. What is written is on the disk itself when it counts as stored.
///
/// # Errors
/// [`OpenError::Folder`].
pub fn directory(folder: &Path) -> Result<Arc<dyn ObjectStore>, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Folder(folder.display().to_string(), error.to_string());
    std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(&error))?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// The storage of an address (see [`OpenError::Address`]); `endpoint` is another server that speaks the vendor's protocol.
/// Connects to nothing yet.
///
/// # Errors
/// [`OpenError`].
pub fn open(address: &str, endpoint: Option<&str>) -> Result<Arc<dyn ObjectStore>, OpenError> {
    open_with(address, endpoint, std::env::vars_os())
}

/// Checks an address without opening it.
///
/// # Errors
/// [`OpenError`].
pub fn check_address(address: &str, endpoint: Option<&str>) -> Result<(), OpenError> {
    let url = parse(address)?;
    endpoint.map_or(Ok(()), |endpoint| check_endpoint(&url, endpoint))
}

/// [`open`] with these variables for the environment.
///
/// # Errors
/// [`OpenError`].
pub fn open_with(
    address: &str,
    endpoint: Option<&str>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Arc<dyn ObjectStore>, OpenError> {
    let url = parse(address)?;
    if let Some(endpoint) = endpoint {
        check_endpoint(&url, endpoint)?;
    }
    if url.scheme() == "file" {
        let folder = url.to_file_path().map_err(|()| OpenError::Address(address.to_owned()))?;
        return directory(&folder);
    }
    let variables: Vec<(String, String)> =
        environment.into_iter().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST).with_allow_http(plain);
    // What is configured wins over the environment; the environment over defaults.
    let store: Result<Arc<dyn ObjectStore>, object_store::Error> = match url.scheme() {
        "s3" => {
            let mut builder = AmazonS3Builder::new().with_client_options(client);
            for (key, value) in settings(&variables, "AWS_") {
                builder = builder.with_config(key, value);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint).with_allow_http(plain);
            }
            builder.with_url(url.as_str()).with_retry(retry).build().map(arc)
        }
        "gs" => {
            let mut builder = GoogleCloudStorageBuilder::new().with_client_options(client);
            for (key, value) in settings(&variables, "GOOGLE_") {
                builder = builder.with_config(key, value);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_config(object_store::gcp::GoogleConfigKey::BaseUrl, endpoint);
            }
            builder.with_url(url.as_str()).with_retry(retry).build().map(arc)
        }
        _ => {
            let mut builder = MicrosoftAzureBuilder::new().with_client_options(client);
            for (key, value) in settings(&variables, "AZURE_") {
                builder = builder.with_config(key, value);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint.to_owned()).with_allow_http(plain);
            }
            builder.with_url(url.as_str()).with_retry(retry).build().map(arc)
        }
    };
    let store = store.map_err(|error| OpenError::Settings(error.to_string()))?;
    let folder = object_store::path::Path::from_url_path(url.path()).map_err(|_| OpenError::Address(address.to_owned()))?;
    Ok(if folder.as_ref().is_empty() { store } else { Arc::new(PrefixStore::new(store, folder)) })
}

fn arc<S: ObjectStore>(store: S) -> Arc<dyn ObjectStore> {
    Arc::new(store)
}

/// The settings that a vendor's client knows among the variables.
fn settings<'a, K: std::str::FromStr>(variables: &'a [(String, String)], prefix: &str) -> impl Iterator<Item = (K, &'a str)> {
    let ours = variables.iter().filter(move |(name, _)| name.starts_with(prefix));
    ours.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.as_str()))).collect::<Vec<_>>().into_iter()
}

fn parse(address: &str) -> Result<Url, OpenError> {
    let wrong = || OpenError::Address(address.to_owned());
    // Nothing is repeated of an address that may hold a password.
    if address.contains('@') {
        return Err(OpenError::Credentials);
    }
    let url = Url::parse(address).map_err(|_| wrong())?;
    let right = match url.scheme() {
        "file" => url.host().is_none() && url.path().len() > 1,
        "s3" | "gs" | "az" => url.host_str().is_some_and(|bucket| !bucket.is_empty()),
        _ => false,
    };
    if right && url.query().is_none() && url.fragment().is_none() && url.port().is_none() { Ok(url) } else { Err(wrong()) }
}

fn check_endpoint(url: &Url, endpoint: &str) -> Result<(), OpenError> {
    let parsed = Url::parse(endpoint).ok().filter(|endpoint| matches!(endpoint.scheme(), "http" | "https"));
    let right = parsed.is_some_and(|endpoint| endpoint.has_host() && endpoint.username().is_empty() && endpoint.password().is_none());
    if right && url.scheme() != "file" {
        Ok(())
    } else {
        Err(OpenError::Endpoint(endpoint.rsplit('@').next().unwrap_or_default().to_owned()))
    }
}

#[cfg(test)]
mod tests;
