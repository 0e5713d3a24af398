//! Embeds the browser bundle that `cargo xtask dist` made, so that the collector stays one binary. Without a bundle the
//! collector builds all the same, says so when asked for the widget, and serves everything else.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=CORVEE_BUNDLE");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bundle = env::var_os("CORVEE_BUNDLE").map_or_else(|| root.join("dist/bundle"), PathBuf::from);
    let manifest = bundle.join("manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());

    let mut source = String::from("pub(super) static FILES: &[Asset] = &[\n");
    if manifest.exists() {
        let entries: serde_json::Value = serde_json::from_slice(&fs::read(&manifest)?)?;
        for entry in entries.as_array().ok_or("manifest.json is not a list")? {
            let text = |field: &str| entry[field].as_str().ok_or_else(|| format!("manifest.json lacks {field}"));
            let file = bundle.join(text("file")?).canonicalize()?;
            let immutable = entry["immutable"].as_bool().unwrap_or(false);
            let file = file.display();
            writeln!(
                source,
                "    Asset {{ name: {:?}, file: {:?}, content_type: {:?}, immutable: {immutable}, integrity: {:?}, \
                 raw: include_bytes!({:?}), gzip: include_bytes!({:?}), brotli: include_bytes!({:?}) }},",
                text("name")?,
                text("file")?,
                text("content_type")?,
                text("integrity")?,
                format!("{file}"),
                format!("{file}.gz"),
                format!("{file}.br"),
            )?;
        }
    }
    source.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("bundle.rs"), source)?;
    Ok(())
}
