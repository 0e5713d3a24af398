//! The pages that show one component each, on a port of their own. Knows the bundles' folder, and no component.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Served pages; gone when dropped.
#[derive(Debug)]
pub(crate) struct Pages {
    port: u16,
    serving: JoinHandle<()>,
}

/// What a page must know.
#[derive(Clone, Debug)]
pub(crate) struct Page<'a> {
    /// Name of its bundle, without `.js`.
    pub(crate) name: &'a str,
    /// Origin of the collector.
    pub(crate) collector: &'a str,
    /// The site's key.
    pub(crate) sitekey: &'a str,
    /// The loader's path and query, for components that load none where it is there already.
    pub(crate) loader: Option<&'a str>,
}

impl Page<'_> {
    fn html(&self) -> String {
        let Self { name, collector, sitekey, loader } = self;
        let site = json!({ "collector": collector, "sitekey": sitekey });
        // The id is the one by which @marsidev/react-turnstile finds it.
        let loader =
            loader.map(|path| format!("<script id=\"cf-turnstile-script\" src=\"{collector}{path}\"></script>"));
        let watch = "window.errors = [];
            addEventListener('error', (event) => errors.push(event.message));
            addEventListener('unhandledrejection', (event) => errors.push(`rejected: ${event.reason}`));";
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title><link rel=\"icon\" \
             href=\"data:,\"><script>window.site = {site};{watch}</script>{}</head><body><h1>{name}</h1><form><div \
             id=\"place\"></div></form><script src=\"/{name}.js\"></script></body></html>",
            loader.unwrap_or_default()
        )
    }
}

impl Pages {
    /// Serves this page at `/`, and the bundles of the folder by their names.
    pub(crate) async fn serve(page: &Page<'_>, bundles: &Path) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let served: Arc<(String, PathBuf)> = Arc::new((page.html(), bundles.to_owned()));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&served)));
            }
        });
        Ok(Self { port, serving })
    }

    /// Address of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Answers one request; a browser that hangs up early gets nothing, and that is all.
async fn answer(mut stream: TcpStream, served: Arc<(String, PathBuf)>) {
    let mut request: Vec<u8> = Vec::new();
    let mut part = [0_u8; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(read @ 1..) => request.extend(part.iter().take(read)),
            Ok(0) | Err(_) => return,
        }
    }
    let (page, bundles) = &*served;
    let line = String::from_utf8_lossy(&request);
    let path = line.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let is_script = Path::new(&path).extension().is_some_and(|extension| extension == "js");
    let bundle = is_script.then(|| std::fs::read(bundles.join(path)).unwrap_or_default());
    let (media_type, body) = match bundle {
        Some(script) => ("text/javascript", script),
        None => ("text/html", page.clone().into_bytes()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    if stream.write_all(&[head.into_bytes(), body].concat()).await.is_ok() {
        // Whoever has left does not need the rest.
        drop(stream.shutdown().await);
    }
}
