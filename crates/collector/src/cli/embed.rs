//! `corvee embed`: the HTML that puts the widget on a page. Knows the loader's addresses, not what it does.

use anyhow::Context as _;
use clap::Args;
use corvee_protocol::SiteKey;
use serde::Serialize;

use super::Context;
use crate::campaign::sites;
use crate::http::assets;

/// Arguments of `corvee embed`.
#[derive(Args)]
pub(super) struct Embed {
    /// The site's key, in any spelling.
    sitekey: SiteKey,
    /// Address of this collector as visitors' browsers see it, without a path.
    #[arg(long, value_name = "URL", value_parser = origin, default_value = "https://captcha.example.org")]
    collector: String,
    /// Names exactly this build's loader, with its hash: the browser then refuses any other. Print it anew after an upgrade.
    #[arg(long)]
    pinned: bool,
}

/// The two lines.
#[derive(Debug, Serialize)]
struct Html {
    /// Into the page's head.
    script: String,
    /// Into the form.
    element: String,
}

impl Embed {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let site = sites::find_site(&store, &self.sitekey).await?;
        let site = site.context("no site has this key: `corvee site list` shows all of them")?;
        let html = Html { script: self.script()?, element: element(&site.sitekey) };
        context.output.print(&html, || format!("{}\n{}", html.script, html.element))
    }

    fn script(&self) -> anyhow::Result<String> {
        let collector = &self.collector;
        if !self.pinned {
            return Ok(format!("<script src=\"{collector}/api.js\" async defer></script>"));
        }
        let loader = assets::find("api.js").filter(|loader| loader.immutable);
        let loader =
            loader.context("this collector was built without the widget: run `cargo xtask dist` and build it again")?;
        let (path, integrity) = (assets::path(loader.name), loader.integrity);
        Ok(format!(
            "<script src=\"{collector}{path}\" integrity=\"{integrity}\" crossorigin=\"anonymous\" async defer></script>"
        ))
    }
}

fn element(sitekey: &SiteKey) -> String {
    format!("<div class=\"corvee\" data-sitekey=\"{}\"></div>", sitekey.as_str())
}

/// An origin such as `https://captcha.example.org`; a slash at its end is dropped.
fn origin(text: &str) -> Result<String, String> {
    let origin = text.trim_end_matches('/');
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |host: &str| host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter));
    match host {
        Some(host) if !host.is_empty() && plain(host) => Ok(origin.to_owned()),
        _ => Err("an address such as https://captcha.example.org, without a path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_collectors_address_is_an_origin() {
        assert_eq!(origin("https://captcha.example.org/").unwrap(), "https://captcha.example.org");
        assert_eq!(origin("http://[::1]:8080").unwrap(), "http://[::1]:8080");
        for wrong in ["captcha.example.org", "https://", "https://a/b", "https://a\" onload=\"x", "javascript:alert(1)"]
        {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pinned_script_names_its_hash_and_the_other_follows_upgrades() {
        let embed = |pinned| Embed {
            sitekey: "A".repeat(40).parse().unwrap(),
            collector: "https://captcha.example.org".to_owned(),
            pinned,
        };
        let follows = embed(false).script().unwrap();
        assert_eq!(follows, "<script src=\"https://captcha.example.org/api.js\" async defer></script>");
        let pinned = embed(true).script();
        match assets::find("api.js") {
            None => assert!(pinned.unwrap_err().to_string().contains("cargo xtask dist")),
            Some(loader) => {
                let pinned = pinned.unwrap();
                assert!(pinned.contains(&format!("/assets/{}\"", loader.file)), "{pinned}");
                assert!(
                    pinned.contains("integrity=\"sha384-") && pinned.contains("crossorigin=\"anonymous\""),
                    "{pinned}"
                );
            }
        }
    }
}
