//! A site that serves files and verifies comments, for snippets that are pages only. Knows no page.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use corvee_protocol::Dialect;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::own_collector::OwnCollector;
use super::visit::{PUBLISHED, REFUSED};

/// What snippets call the collector.
const COLLECTOR: &str = "https://captcha.example.org";
/// What they call the keys.
const SITEKEY: &str = "YOUR-SITE-KEY";
const SECRET: &str = "YOUR-SECRET";

/// A served site; gone when dropped.
#[derive(Debug)]
pub(crate) struct Site {
    port: u16,
    serving: JoinHandle<()>,
}

/// What a site serves.
#[derive(Debug)]
pub(crate) struct Content {
    files: BTreeMap<String, Vec<u8>>,
    policy: String,
    siteverify: String,
    secret: String,
}

/// The text of a snippet with the collector's own address and keys.
pub(crate) fn filled(text: &str, collector: &OwnCollector) -> anyhow::Result<String> {
    let keys = collector.keys(Dialect::Corvee)?;
    Ok(text.replace(COLLECTOR, collector.origin()).replace(SITEKEY, &keys.sitekey).replace(SECRET, &keys.secret))
}

impl Content {
    /// Nothing yet, for a collector's site.
    pub(crate) fn new(collector: &OwnCollector) -> anyhow::Result<Self> {
        let siteverify = format!("{}/siteverify", collector.origin());
        let secret = collector.keys(Dialect::Corvee)?.secret;
        Ok(Self { files: BTreeMap::new(), policy: String::new(), siteverify, secret })
    }

    /// With this Content Security Policy.
    pub(crate) fn under(mut self, policy: &str) -> Self {
        policy.clone_into(&mut self.policy);
        self
    }

    /// With this page at `/`.
    pub(crate) fn page(mut self, html: &str) -> Self {
        self.files.insert("index.html".to_owned(), html.as_bytes().to_vec());
        self
    }

    /// With a file of this name; a text has the collector's address and keys.
    pub(crate) fn file(mut self, path: &Path, collector: &OwnCollector) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => filled(&text, collector)?.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let name = path.file_name().context("a file without a name")?.to_string_lossy().into_owned();
        self.files.insert(name, bytes);
        Ok(self)
    }
}

impl Site {
    /// Serves the content on a port of its own, and `POST /comment`.
    pub(crate) async fn serve(content: Content) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let content = Arc::new(content);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let content = Arc::clone(&content);
                // A browser that hangs up early gets nothing, and that is all.
                tokio::spawn(async move { drop(answer(stream, &content).await) });
            }
        });
        Ok(Self { port, serving })
    }

    /// Address of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, content: &Content) -> anyhow::Result<()> {
    let (line, body) = request(&mut stream).await?;
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let name = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
    let (status, media_type, body) = match (method, content.files.get(name)) {
        ("POST", _) if path == "/comment" => {
            if verified(content, &body).await? {
                ("200 OK", "text/plain; charset=utf-8", PUBLISHED.as_bytes().to_vec())
            } else {
                ("403 Forbidden", "text/plain; charset=utf-8", REFUSED.as_bytes().to_vec())
            }
        }
        ("GET", Some(bytes)) => ("200 OK", media_type(name), bytes.clone()),
        _ => ("404 Not Found", "text/plain; charset=utf-8", b"There is no such page.".to_vec()),
    };
    let policy = &content.policy;
    let policy = if policy.is_empty() { String::new() } else { format!("content-security-policy: {policy}\r\n") };
    let head = format!(
        "HTTP/1.1 {status}\r\n{policy}content-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.into_bytes(), body].concat()).await?;
    Ok(stream.shutdown().await?)
}

/// The request's first line and its body.
async fn request(stream: &mut TcpStream) -> anyhow::Result<(String, String)> {
    let mut request = String::new();
    let mut part = [0_u8; 4096];
    loop {
        let read = stream.read(&mut part).await?;
        request.push_str(std::str::from_utf8(part.get(..read).unwrap_or_default())?);
        if let Some((head, body)) = request.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(Ok(0), |length| length.trim().parse())?;
            if body.len() >= length {
                let line = request.lines().next().unwrap_or_default().to_owned();
                return Ok((line, body.to_owned()));
            }
        }
        if read == 0 {
            bail!("the request ends early");
        }
    }
}

/// Whether the form's token is good.
async fn verified(content: &Content, form: &str) -> anyhow::Result<bool> {
    let form = reqwest::Url::parse(&format!("http://form/?{form}"))?;
    let token = form.query_pairs().find(|(name, _)| name == "corvee-response").map(|(_, token)| token.into_owned());
    let fields = [("secret", content.secret.as_str()), ("response", token.as_deref().unwrap_or_default())];
    let reply = reqwest::Client::new().post(&content.siteverify).form(&fields).send().await?;
    Ok(reply.json::<Value>().await?.get("success") == Some(&json!(true)))
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
