//! A page of somebody's own site, on a port and a host name of its own. Knows the HTML it is given, and no collector.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A served page; gone when dropped.
#[derive(Debug)]
pub(crate) struct HostPage {
    port: u16,
    serving: JoinHandle<()>,
}

impl HostPage {
    /// Serves `body` inside a plain page in this language, under every path.
    pub(crate) async fn serve(language: &str, body: &str) -> anyhow::Result<Self> {
        Self::serve_under("", language, body).await
    }

    /// The same, under this Content Security Policy; none when it is empty.
    pub(crate) async fn serve_under(policy: &str, language: &str, body: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let page = format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>A site</title>\
             <link rel=\"icon\" href=\"data:,\"></head><body><main><h1>A site</h1>{body}</main></body></html>"
        );
        let policy = if policy.is_empty() { String::new() } else { format!("content-security-policy: {policy}\r\n") };
        let reply: Arc<[u8]> = format!(
            "HTTP/1.1 200 OK\r\n{policy}content-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
            page.len()
        )
        .into_bytes()
        .into();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&reply)));
            }
        });
        Ok(Self { port, serving })
    }

    /// Its origin under a host name that leads to this machine.
    pub(crate) fn origin(&self, hostname: &str) -> String {
        format!("http://{hostname}:{}", self.port)
    }
}

impl Drop for HostPage {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Answers one request; a browser that hangs up early gets nothing, and that is all.
async fn answer(mut stream: TcpStream, reply: Arc<[u8]>) {
    let mut request: Vec<u8> = Vec::new();
    let mut part = [0_u8; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(read @ 1..) => request.extend(part.iter().take(read)),
            Ok(0) | Err(_) => return,
        }
    }
    if stream.write_all(&reply).await.is_ok() {
        // Whoever has left does not need the rest.
        drop(stream.shutdown().await);
    }
}
