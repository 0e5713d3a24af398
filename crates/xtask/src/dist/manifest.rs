//! The bundle's folder and its table of contents, which the collector reads when it is built. Knows nothing of how the
//! files came about.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::assets::{self, Asset};
use super::{compress, digest};

const NAME: &str = "manifest.json";

/// The files of a bundle. On disk a JSON list.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Manifest(pub(crate) Vec<Entry>);

/// One file. Beside it stand the same name with `.br` and `.gz`.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    /// What the sources call it: `frame.wasm`, `widget.css`, `demo/demo.js`.
    pub(crate) name: String,
    /// Its name in the bundle's folder.
    pub(crate) file: String,
    /// Its media type.
    pub(crate) content_type: String,
    /// Its size as it is.
    pub(crate) raw_bytes: usize,
    /// Its size in gzip.
    pub(crate) gzip_bytes: usize,
    /// Its size in brotli.
    pub(crate) brotli_bytes: usize,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub(crate) immutable: bool,
    /// The `integrity` attribute for whoever loads it.
    pub(crate) integrity: String,
}

impl Manifest {
    /// The manifest in this folder, when it can be read and every file that it lists is there.
    pub(crate) fn read_complete(folder: &Path) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(&fs::read(folder.join(NAME)).ok()?).ok()?;
        let complete = manifest.0.iter().all(|entry| {
            ["", ".br", ".gz"].iter().all(|suffix| folder.join(format!("{}{suffix}", entry.file)).is_file())
        });
        complete.then_some(manifest)
    }

    /// Writes the files, their encodings and the manifest. A folder that holds the same already is left untouched, so
    /// that nothing that embeds it is rebuilt.
    pub(crate) fn write(files: &[Asset], folder: &Path) -> Result<Self> {
        let mut encoded = Vec::new();
        let mut entries = Vec::new();
        for asset in files {
            let (gzip, brotli) = (compress::gzip(&asset.bytes)?, compress::brotli(&asset.bytes)?);
            entries.push(Entry {
                name: asset.name.clone(),
                file: asset.file.clone(),
                content_type: assets::content_type(&asset.file)?.to_owned(),
                raw_bytes: asset.bytes.len(),
                gzip_bytes: gzip.len(),
                brotli_bytes: brotli.len(),
                immutable: asset.immutable,
                integrity: digest::integrity(&asset.bytes),
            });
            encoded.push((asset, gzip, brotli));
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let manifest = Self(entries);
        if Self::read_complete(folder).as_ref() == Some(&manifest) {
            return Ok(manifest);
        }

        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let write = |name: String, bytes: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        for (asset, gzip, brotli) in &encoded {
            write(asset.file.clone(), &asset.bytes)?;
            write(format!("{}.gz", asset.file), gzip)?;
            write(format!("{}.br", asset.file), brotli)?;
        }
        // Last, so that a folder with a manifest is whole.
        write(NAME.to_owned(), serde_json::to_string_pretty(&manifest)?.as_bytes())?;
        Ok(manifest)
    }

    /// The file of this name in the sources.
    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(bytes: &[u8]) -> Asset {
        Asset { name: "api.js".to_owned(), file: "api.js".to_owned(), immutable: false, bytes: bytes.to_vec() }
    }

    #[test]
    fn a_bundle_reads_back_as_written_and_is_incomplete_without_one_file() {
        let folder = std::env::temp_dir().join(format!("corvee-manifest-{}", std::process::id()));
        let written = Manifest::write(&[asset(b"let a")], &folder).unwrap();
        assert_eq!(Manifest::read_complete(&folder), Some(written));
        assert_eq!(Manifest::write(&[asset(b"let b")], &folder).unwrap().find("api.js").unwrap().raw_bytes, 5);
        assert_eq!(fs::read(folder.join("api.js")).unwrap(), b"let b");
        fs::remove_file(folder.join("api.js.br")).unwrap();
        assert_eq!(Manifest::read_complete(&folder), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
