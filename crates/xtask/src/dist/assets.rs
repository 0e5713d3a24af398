//! Collects the bundle's files and gives them their names: those that never change carry a digest, the others are found
//! by a fixed name. Knows no encoding.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

use super::wasm::Widget;
use super::{digest, glue, read};
use crate::node_tools::NodeTools;

/// The loader; the collector serves it under its hashed name and under those that are part of the contract with sites.
const LOADER: &str = "api.js";

/// The folder of the loader's parts.
const LOADER_PARTS: &str = "loader/";
/// What starts the widget; it is bundled with the glue.
const START: &str = "start.js";

/// One file of the bundle.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Its path below `www`, or what the widget's parts are called there.
    pub(crate) name: String,
    /// Its name in the bundle.
    pub(crate) file: String,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub(crate) immutable: bool,
    /// What is served.
    pub(crate) bytes: Vec<u8>,
}

/// The script of the machine's turn; it names its module, so that it gets its name after it.
pub(crate) const WORKER: &str = "worker.js";
/// That module.
pub(crate) const WORK: &str = "work.wasm";

/// Everything in `www`, made small, the widget, and what the machine's turn computes with.
///
/// # Errors
/// A part that every visit needs is missing, or a page names an asset that does not exist.
pub(crate) fn collect(www: &Path, widget: &Widget, work: Vec<u8>, tools: &NodeTools) -> Result<Vec<Asset>> {
    let wasm = hashed("frame.wasm", widget.wasm.clone())?;
    let start = read(&www.join(START))?;
    let frame = hashed("frame.js", glue::start(&start, &widget.glue, &wasm.file, tools)?)?;
    let work = hashed(WORK, work)?;
    let work_url = BTreeMap::from([(WORK.to_owned(), url(&work))]);
    let mut assets = vec![wasm, frame, work];
    let mut pages = Vec::new();
    for entry in WalkDir::new(www).sort_by_file_name() {
        let entry = entry.context("cannot read www")?;
        if !entry.file_type().is_file() {
            continue;
        }
        let name = slashed(entry.path().strip_prefix(www)?);
        let bytes = read(entry.path())?;
        let small = || format!("cannot make www/{name} smaller");
        match extension(&name) {
            "html" => pages.push((name, bytes)),
            // Bundled with what imports them.
            _ if name == START || name.starts_with(LOADER_PARTS) => {}
            _ if name == LOADER => {
                let script = glue::bundle_script(&www.join(LOADER), tools).with_context(small)?;
                assets.push(hashed(&name, script)?);
            }
            "js" if name == WORKER => {
                let script = String::from_utf8(bytes).with_context(|| format!("www/{name} is not UTF-8"))?;
                let script = name_assets(&script, &work_url).with_context(|| format!("in www/{name}"))?;
                assets.push(hashed(&name, glue::minify_script(script.as_bytes(), tools).with_context(small)?)?);
            }
            "js" => {
                let bytes = glue::minify_script(&bytes, tools).with_context(small)?;
                assets.push(hashed(&name, bytes)?);
            }
            "css" => assets.push(hashed(&name, glue::minify_style(&bytes, tools).with_context(small)?)?),
            _ => assets.push(hashed(&name, bytes)?),
        }
    }
    let urls: BTreeMap<_, _> = assets.iter().map(|asset| (asset.name.clone(), url(asset))).collect();
    for (name, bytes) in pages {
        let page = String::from_utf8(bytes).with_context(|| format!("www/{name} is not UTF-8"))?;
        let filled = name_assets(&page, &urls).with_context(|| format!("in www/{name}"))?;
        assets.push(fixed(name, filled.into_bytes()));
    }
    for name in [LOADER, "frame.html", "widget.css", WORKER] {
        if !assets.iter().any(|asset| asset.name == name) {
            bail!("www/{name} is missing: every visitor may need it");
        }
    }
    Ok(assets)
}

/// Where the collector serves it.
fn url(asset: &Asset) -> String {
    format!("/assets/{}", asset.file)
}

/// The media type of a file, by its extension.
///
/// # Errors
/// The extension is none that a bundle holds.
pub(crate) fn content_type(file: &str) -> Result<&'static str> {
    Ok(match extension(file) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        other => bail!("{file}: no media type is known for .{other} files; add it to crates/xtask/src/dist/assets.rs"),
    })
}

/// Replaces each `{{asset:NAME}}` by the address under which the collector serves NAME. Other placeholders are the
/// collector's and stay.
fn name_assets(page: &str, urls: &BTreeMap<String, String>) -> Result<String> {
    const OPEN: &str = "{{asset:";
    let mut filled = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (name, behind) = after.split_once("}}").context("a placeholder {{asset:… has no end")?;
        let Some(url) = urls.get(name.trim()) else {
            let known = urls.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!("there is no asset {name:?}; there are {known}");
        };
        filled.push_str(before);
        filled.push_str(url);
        rest = behind;
    }
    Ok(filled + rest)
}

fn hashed(name: &str, bytes: Vec<u8>) -> Result<Asset> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let (stem, extension) = base.rsplit_once('.').with_context(|| format!("www/{name} has no extension"))?;
    let file = format!("{stem}-{}.{extension}", digest::short(&bytes));
    Ok(Asset { name: name.to_owned(), file, immutable: true, bytes })
}

/// A file under its own name, folders included as `demo-index.html` for `demo/index.html`.
fn fixed(name: String, bytes: Vec<u8>) -> Asset {
    Asset { file: name.replace('/', "-"), name, immutable: false, bytes }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_page(page: &str, expected: Result<&str, &str>) {
        let urls = BTreeMap::from([("widget.css".to_owned(), "/assets/widget-12.css".to_owned())]);
        let filled = name_assets(page, &urls).map_err(|error| error.to_string());
        match expected {
            Ok(text) => assert_eq!(filled.unwrap(), text),
            Err(part) => assert!(filled.unwrap_err().contains(part)),
        }
    }

    #[test]
    fn a_page_names_its_assets_and_keeps_the_collectors_placeholders() {
        check_page("<link href=\"{{asset:widget.css}}\">{{lang}}", Ok("<link href=\"/assets/widget-12.css\">{{lang}}"));
        check_page("nothing to fill {{", Ok("nothing to fill {{"));
    }

    #[test]
    fn a_page_that_names_no_known_asset_is_refused_with_the_known_ones() {
        check_page("{{asset:widgets.css}}", Err("there are widget.css"));
        check_page("{{asset:widget.css", Err("has no end"));
    }

    #[test]
    fn a_hashed_name_changes_with_the_content_and_holds_no_folder() {
        let one = hashed("demo/demo.css", b"a{}".to_vec()).unwrap();
        let two = hashed("demo/demo.css", b"b{}".to_vec()).unwrap();
        assert_eq!(one.file, format!("demo-{}.css", digest::short(b"a{}")));
        assert_ne!(one.file, two.file);
        assert_eq!(one.name, "demo/demo.css");
    }

    #[test]
    fn a_file_without_a_media_type_is_refused() {
        assert_eq!(content_type("frame-12.wasm").unwrap(), "application/wasm");
        assert!(content_type("notes.docx").is_err());
    }
}
