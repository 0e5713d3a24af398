//! The files of a folder, by relative name. Does not know what is in them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use corvee_protocol::limits::FILE_NAME_CHARS;

use super::Refusal;

/// A file that may be a picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundFile {
    /// Relative to the folder, parts joined by `/`.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: PathBuf,
}

/// What a folder holds, by name.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) files: Vec<FoundFile>,
    /// Files whose names cannot be item names, and links.
    pub(super) refusals: Vec<Refusal>,
}

/// Everything in the folder and the folders inside it. Hidden files and folders and those of `except` are left out; symbolic
/// links are refused, for what they lead to may lie anywhere.
///
/// # Errors
/// The path that could not be read, and why.
pub(super) fn walk(folder: &Path, except: &[PathBuf]) -> Result<Folder, (PathBuf, io::Error)> {
    let mut found = Folder::default();
    let mut waiting = vec![folder.to_owned()];
    while let Some(current) = waiting.pop() {
        let failed = |cause| (current.clone(), cause);
        for entry in fs::read_dir(&current).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let sort = entry.file_type().map_err(|cause| (path.clone(), cause))?;
            if is_hidden(&path) || except.contains(&path) {
                continue;
            }
            if sort.is_dir() {
                waiting.push(path);
                continue;
            }
            match item_name(folder, &path) {
                Ok(name) if sort.is_file() => found.files.push(FoundFile { name, path }),
                Ok(name) => found
                    .refusals
                    .push(Refusal::of(name, "is a symbolic link or a device: put the picture itself into the folder")),
                Err(refusal) => found.refusals.push(refusal),
            }
        }
    }
    found.files.sort_unstable();
    Ok(found)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The name an item has: relative, `/` between parts, printable, not longer than the limit.
fn item_name(folder: &Path, path: &Path) -> Result<String, Refusal> {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let shown = relative.to_string_lossy().escape_debug().to_string();
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    let Some(parts) = parts else {
        return Err(Refusal::of(shown, "its name is not UTF-8: rename it"));
    };
    let name = parts.join("/");
    if name.chars().any(char::is_control) {
        return Err(Refusal::of(shown, "its name holds control characters: rename it"));
    }
    let n_chars = name.chars().count();
    if n_chars > FILE_NAME_CHARS {
        let reason = format!("its name has {n_chars} characters, more than {FILE_NAME_CHARS}: shorten it");
        return Err(Refusal::of(name, reason));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Folder) -> Vec<&str> {
        folder.files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn files_are_named_from_the_folder_down_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        for name in ["b/c/2.jpg", "b/1.jpg", "a.jpg", ".hidden.jpg", ".git/x.jpg", "labels.csv"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let found = walk(folder.path(), &[folder.path().join("labels.csv")]).unwrap();
        assert_eq!(names(&found), ["a.jpg", "b/1.jpg", "b/c/2.jpg"]);
        assert!(found.refusals.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_names_that_cannot_be_shown_are_refused() {
        use std::os::unix::ffi::OsStrExt as _;

        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.jpg")).unwrap();
        fs::write(folder.path().join("bell\u{7}.jpg"), b"").unwrap();
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"latin\xe9.jpg")), b"").unwrap();
        let deep = folder.path().join("d".repeat(200));
        fs::create_dir(&deep).unwrap();
        fs::write(deep.join("e".repeat(100)), b"").unwrap();
        let found = walk(folder.path(), &[]).unwrap();
        assert_eq!(names(&found), [""; 0]);
        let mut told: Vec<String> = found.refusals.iter().map(ToString::to_string).collect();
        told.sort_unstable();
        let [bell, long, latin, link] = told.as_slice() else { panic!("{told:?}") };
        assert!(bell.contains("bell\\u{7}.jpg: its name holds control characters"), "{bell}");
        assert!(long.contains("301 characters, more than 255"), "{long}");
        assert!(latin.contains("not UTF-8"), "{latin}");
        assert!(link.contains("link.jpg: is a symbolic link"), "{link}");
    }
}
