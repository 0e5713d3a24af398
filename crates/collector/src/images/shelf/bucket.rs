//! Tiles as objects in a bucket of an S3-compatible store. Knows requests, not who refers to the objects; every one of them ends
//! within [`PATIENCE`], one that a visitor waits for within [`VISITORS_PATIENCE`], whatever the store does.

mod failure;

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientConfigKey, Error, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions,
    PutPayload, RetryConfig,
};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::time::timeout;

use self::failure::{Failure, is_not_implemented};
use super::{ShelfError, Stray, name};
use crate::images::place::BucketPlace;

/// Requests under way at once when there are many to make.
pub(super) const AT_ONCE: usize = 16;
/// How long a tile may take to be read, repetitions included.
const VISITORS_PATIENCE: Duration = Duration::from_secs(8);
/// How long anything else may take: an import that gives up has to begin anew.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long one request may take.
const REQUEST: &str = "8 seconds";
/// How long a connection may take to come about.
const CONNECT: &str = "2 seconds";
/// Requests after the first one, when the store is busy or a connection breaks.
const REPETITIONS: usize = 3;
/// The object that says whose pictures these are.
const OWNER: &str = "owner.txt";
/// Where credentials come from besides the machine they run on; one of these is set, or Amazon's own machines are asked.
const CREDENTIALS: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
];

/// A bucket, or what lies in it under a prefix. Clones share its connections.
#[derive(Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
    /// For people: bucket, prefix and, unless it is Amazon, where the store is.
    shown: Arc<str>,
    runtime: Handle,
}

impl Bucket {
    /// The bucket with credentials from the environment; nothing is sent yet. Called inside a runtime.
    ///
    /// # Errors
    /// [`ShelfError::Settings`].
    pub(super) fn open(place: &BucketPlace) -> Result<Self, ShelfError> {
        let wrong = |cause: String| ShelfError::Settings { place: place.to_string(), cause };
        let client = |key, value: &str| (AmazonS3ConfigKey::Client(key), value.to_owned());
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&place.bucket)
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: Duration::from_millis(100),
                    max_backoff: Duration::from_secs(1),
                    base: 2.0,
                },
                max_retries: REPETITIONS,
                retry_timeout: VISITORS_PATIENCE,
            });
        if let Some(endpoint) = &place.endpoint {
            // The environment may name another one for S3 alone: the settings win.
            builder = builder.with_endpoint(endpoint).with_config(AmazonS3ConfigKey::S3Endpoint, endpoint);
        }
        if let Some(region) = &place.region {
            builder = builder.with_region(region);
        }
        for (key, value) in
            [client(ClientConfigKey::ConnectTimeout, CONNECT), client(ClientConfigKey::Timeout, REQUEST)]
        {
            builder = builder.with_config(key, value);
        }
        let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
        let endpoint = endpoint.iter().find_map(|key| builder.get_config_value(key));
        if let Some(endpoint) = &endpoint {
            if CREDENTIALS.iter().all(|name| env::var_os(name).is_none()) {
                return Err(wrong("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment".to_owned()));
            }
            if endpoint.starts_with("http://") {
                let (key, value) = client(ClientConfigKey::AllowHttp, "true");
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.build().map_err(|error| wrong(failure::innermost(&error)))?;
        let prefix = Path::parse(&place.prefix).map_err(|error| wrong(error.to_string()))?;
        let shown = endpoint.map_or_else(|| place.to_string(), |endpoint| format!("{place} at {endpoint}"));
        let runtime = Handle::try_current().map_err(|_outside| ShelfError::Stopping)?;
        Ok(Self { store: Arc::new(store), prefix, shown: shown.into(), runtime })
    }

    /// Lists the bucket's first objects, and sees to it that it belongs to this owner.
    ///
    /// # Errors
    /// [`ShelfError::Refused`], [`ShelfError::Unreachable`] or [`ShelfError::Foreign`].
    pub(super) async fn check(&self, owner: Option<&str>) -> Result<(), ShelfError> {
        self.within(self.store.list(Some(&self.prefix)).try_next()).await?;
        let Some(owner) = owner else { return Ok(()) };
        let mark = self.path(OWNER);
        for _ in 0..2 {
            match attempt(self.content(&mark)).await {
                Ok(found) => return self.compare(owner, &found),
                Err(Failure::Store(Error::NotFound { .. })) => {}
                Err(failure) => return Err(self.told(failure)),
            }
            // Two collectors may do this at the same moment: the second one reads what the first one wrote.
            let put = |mode: PutMode| {
                let text = PutPayload::from(format!("{owner}\n"));
                attempt(self.store.put_opts(&mark, text, PutOptions::from(mode)))
            };
            match put(PutMode::Create).await {
                Ok(_) | Err(Failure::Store(Error::AlreadyExists { .. })) => {}
                Err(failure) if is_not_implemented(&failure) => {
                    put(PutMode::Overwrite).await.map_err(|failure| self.told(failure))?;
                }
                Err(failure) => return Err(self.told(failure)),
            }
        }
        Err(ShelfError::Unreachable { place: self.to_string(), cause: format!("{OWNER} is written and not there") })
    }

    fn compare(&self, owner: &str, found: &[u8]) -> Result<(), ShelfError> {
        let found = String::from_utf8_lossy(found);
        let found = found.trim();
        if found == owner {
            return Ok(());
        }
        Err(ShelfError::Foreign { place: self.to_string(), found: found.chars().take(200).collect() })
    }

    /// Stores a tile, which then is lasting, and returns its SHA-256.
    ///
    /// # Errors
    /// [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub(super) async fn put(&self, tile: Vec<u8>) -> Result<[u8; 32], ShelfError> {
        let digest = Sha256::digest(&tile).into();
        let path = self.path(&name(&digest));
        self.within(self.store.put(&path, PutPayload::from(tile))).await?;
        Ok(digest)
    }

    /// The content under this SHA-256, unchecked.
    ///
    /// # Errors
    /// [`ShelfError::Missing`], [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub(super) async fn read(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        let name = name(digest);
        let path = self.path(&name);
        match attempt_within(VISITORS_PATIENCE, self.content(&path)).await {
            Err(Failure::Store(Error::NotFound { source, .. })) if !failure::is_bucket_missing(&source.to_string()) => {
                Err(ShelfError::Missing { at: format!("{self}/{name}") })
            }
            outcome => outcome.map_err(|failure| self.told(failure)),
        }
    }

    /// The same for a thread that may wait. It is let go when the runtime ends.
    ///
    /// # Errors
    /// As [`Bucket::read`], and [`ShelfError::Stopping`].
    pub(super) fn read_waiting(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let (bucket, digest) = (self.clone(), *digest);
        self.runtime.spawn(async move { drop(sender.send(bucket.read(&digest).await)) });
        receiver.recv().map_err(|_ended| ShelfError::Stopping)?
    }

    /// The first of these tiles that is not there.
    ///
    /// # Errors
    /// [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub(super) async fn first_absent(&self, digests: BTreeSet<[u8; 32]>) -> Result<Option<[u8; 32]>, ShelfError> {
        let looks = stream::iter(digests).map(|digest| async move {
            let found = self.meta(&name(&digest)).await?;
            Ok::<_, ShelfError>(found.is_none().then_some(digest))
        });
        let absent = looks.buffer_unordered(AT_ONCE).try_filter_map(|absent| async move { Ok(absent) });
        Ok(absent.try_collect::<BTreeSet<_>>().await?.pop_first())
    }

    /// Tiles that are not among `referenced` and were stored before `put_before_ms`. What is not called as tiles are is left alone.
    ///
    /// # Errors
    /// [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub(super) async fn strays(
        &self,
        referenced: &BTreeSet<[u8; 32]>,
        put_before_ms: u64,
    ) -> Result<Vec<Stray>, ShelfError> {
        let names: BTreeSet<String> = referenced.iter().map(name).collect();
        let mut objects = self.store.list(Some(&self.prefix));
        let mut strays = Vec::new();
        // The patience is for each thousand objects, which come by one request.
        while let Some(object) = self.within(objects.try_next()).await? {
            let Some(found) = self.below(&object.location) else { continue };
            if is_tile(&found) && !names.contains(&found) && is_older(&object, put_before_ms) {
                strays.push(Stray(found));
            }
        }
        Ok(strays)
    }

    /// Deletes those of the strays that nobody has stored anew since; returns how many. A store deletes whatever is there, so
    /// each is looked at just before.
    ///
    /// # Errors
    /// [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub(super) async fn remove(&self, strays: &[Stray], put_before_ms: u64) -> Result<usize, ShelfError> {
        let mut n_removed = 0;
        for Stray(stray) in strays {
            if self.meta(stray).await?.is_some_and(|object| is_older(&object, put_before_ms)) {
                self.within(self.store.delete(&self.path(stray))).await?;
                n_removed += 1;
            }
        }
        Ok(n_removed)
    }

    async fn meta(&self, name: &str) -> Result<Option<ObjectMeta>, ShelfError> {
        match attempt(self.store.head(&self.path(name))).await {
            Ok(meta) => Ok(Some(meta)),
            Err(Failure::Store(Error::NotFound { .. })) => Ok(None),
            Err(failure) => Err(self.told(failure)),
        }
    }

    async fn content(&self, path: &Path) -> Result<Vec<u8>, Error> {
        Ok(self.store.get(path).await?.bytes().await?.into())
    }

    fn path(&self, name: &str) -> Path {
        let mut path = self.prefix.clone();
        for part in name.split('/') {
            path = path.join(part);
        }
        path
    }

    /// A path as its name below the prefix.
    fn below(&self, path: &Path) -> Option<String> {
        let parts = path.prefix_match(&self.prefix)?;
        Some(parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"))
    }

    async fn within<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, ShelfError> {
        attempt(request).await.map_err(|failure| self.told(failure))
    }

    fn told(&self, failure: Failure) -> ShelfError {
        failure.told_of(self.to_string())
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the client: it holds the credentials.
        write!(f, "Bucket({self})")
    }
}

async fn attempt<T>(request: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    attempt_within(PATIENCE, request).await
}

async fn attempt_within<T>(patience: Duration, request: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    timeout(patience, request).await.map_err(|_elapsed| Failure::Slow(patience))?.map_err(Failure::Store)
}

/// Whether an object is called as tiles are, `ab/ab….jpg`.
fn is_tile(name: &str) -> bool {
    let digest = name.split_once('/').filter(|(shard, file)| shard.len() == 2 && file.starts_with(shard));
    let digest = digest.and_then(|(_, file)| file.strip_suffix(".jpg"));
    digest.is_some_and(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_older(object: &ObjectMeta, put_before_ms: u64) -> bool {
    u64::try_from(object.last_modified.timestamp_millis()).is_ok_and(|put_ms| put_ms < put_before_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_like_a_tile_may_be_taken_for_one() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(is_tile(&format!("ba/{digest}.jpg")) && is_tile(&name(&[7; 32])));
        for other in [OWNER, "ba/x.jpg", &format!("bb/{digest}.jpg"), &format!("{digest}.jpg"), &format!("ba/{digest}")]
        {
            assert!(!is_tile(other), "{other}");
        }
    }
}
