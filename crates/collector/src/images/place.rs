//! Where tiles are kept, as an operator writes it: in the data folder, or in a bucket of an S3-compatible store. Opens nothing,
//! and knows no credentials: they are no setting.

use std::fmt;

use serde::Deserialize;

/// Where tiles are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "PlaceTable")]
pub enum Place {
    /// In `images` inside the data folder.
    #[default]
    Folder,
    /// In a bucket.
    Bucket(BucketPlace),
}

/// A bucket and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPlace {
    /// The bucket's name.
    pub bucket: String,
    /// What names of objects begin with, without a slash at either end; may be empty.
    pub prefix: String,
    /// The store's address; Amazon's own when absent, unless `AWS_ENDPOINT_URL` names one.
    pub endpoint: Option<String>,
    /// The region; from `AWS_REGION` when absent.
    pub region: Option<String>,
}

impl fmt::Display for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix, .. } = self;
        if prefix.is_empty() { write!(f, "s3://{bucket}") } else { write!(f, "s3://{bucket}/{prefix}") }
    }
}

/// The same as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PlaceTable {
    /// `s3://BUCKET/PREFIX`.
    place: Option<BucketUrl>,
    /// Such as `https://s3.example.net`.
    endpoint: Option<Endpoint>,
    /// Such as `eu-central-1`.
    region: Option<Region>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct BucketUrl {
    bucket: String,
    prefix: String,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Endpoint(String);

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Region(String);

/// A place that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum PlaceError {
    #[error(
        "a place for pictures reads like s3://BUCKET/PREFIX: the bucket 3 to 63 small letters, digits, dots and hyphens, the \
         prefix letters, digits, dots, hyphens and underscores between slashes; leave it out to keep pictures in the data folder"
    )]
    Bucket,
    #[error(
        "a store's address reads like https://s3.example.net or http://127.0.0.1:9000; credentials belong into \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    Endpoint,
    #[error("a region reads like eu-central-1")]
    Region,
    #[error("[images] has an endpoint or a region but no place: add place = \"s3://BUCKET/PREFIX\"")]
    NoPlace,
}

impl TryFrom<String> for BucketUrl {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        let path = text.strip_prefix("s3://").ok_or(PlaceError::Bucket)?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let bucket_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let prefix_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(prefix_byte);
        let is_bucket = (3..=63).contains(&bucket.len()) && bucket.bytes().all(bucket_byte);
        let is_prefix = prefix.is_empty() || (prefix.len() <= 200 && prefix.split('/').all(is_part));
        if !is_bucket || !is_prefix {
            return Err(PlaceError::Bucket);
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl TryFrom<String> for Endpoint {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        let rest =
            text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(PlaceError::Endpoint)?;
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"@?#\"\\".contains(&byte);
        if rest.is_empty() || rest.starts_with('/') || !rest.bytes().all(is_plain) {
            return Err(PlaceError::Endpoint);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl TryFrom<String> for Region {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        let is_region = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_region { Ok(Self(text)) } else { Err(PlaceError::Region) }
    }
}

impl TryFrom<PlaceTable> for Place {
    type Error = PlaceError;

    fn try_from(table: PlaceTable) -> Result<Self, PlaceError> {
        let (endpoint, region) = (table.endpoint.map(|endpoint| endpoint.0), table.region.map(|region| region.0));
        match table.place {
            Some(BucketUrl { bucket, prefix }) => Ok(Self::Bucket(BucketPlace { bucket, prefix, endpoint, region })),
            None if endpoint.is_some() || region.is_some() => Err(PlaceError::NoPlace),
            None => Ok(Self::Folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| error.to_string())
    }

    #[test]
    fn pictures_are_in_the_folder_unless_a_bucket_is_named() {
        assert_eq!(place("").unwrap(), Place::Folder);
        let expected = BucketPlace {
            bucket: "museum".to_owned(),
            prefix: "corvee/tiles".to_owned(),
            endpoint: Some("http://127.0.0.1:9000".to_owned()),
            region: Some("eu-central-1".to_owned()),
        };
        assert_eq!(expected.to_string(), "s3://museum/corvee/tiles");
        let text =
            "place = \"s3://museum/corvee/tiles/\"\nendpoint = \"http://127.0.0.1:9000/\"\nregion = \"eu-central-1\"";
        assert_eq!(place(text).unwrap(), Place::Bucket(expected));
        let Place::Bucket(bare) = place("place = \"s3://museum\"").unwrap() else { panic!("no bucket") };
        assert_eq!(
            (bare.prefix.as_str(), bare.endpoint.as_ref(), bare.to_string().as_str()),
            ("", None, "s3://museum")
        );
    }

    #[test]
    fn what_is_no_place_is_told_with_its_line() {
        for (text, part) in [
            ("place = \"museum\"", "s3://BUCKET/PREFIX"),
            ("place = \"s3://Mu_seum\"", "s3://BUCKET/PREFIX"),
            ("place = \"s3://museum/../x\"", "s3://BUCKET/PREFIX"),
            ("place = \"s3://museum//x\"", "s3://BUCKET/PREFIX"),
            ("place = \"s3://museum\"\nendpoint = \"127.0.0.1:9000\"", "http://127.0.0.1:9000"),
            ("place = \"s3://museum\"\nendpoint = \"https://key:secret@s3.example\"", "AWS_SECRET_ACCESS_KEY"),
            ("place = \"s3://museum\"\nregion = \"eu central\"", "eu-central-1"),
            ("region = \"eu-central-1\"", "no place"),
            ("place = \"s3://museum\"\nsecret = \"x\"", "unknown field `secret`"),
        ] {
            let error = place(text).unwrap_err();
            assert!(error.contains(part) && (error.contains("at line ") || part == "no place"), "{error}");
        }
    }
}
