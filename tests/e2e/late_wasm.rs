//! A line to a collector on which WebAssembly arrives only when the test says so. Knows requests by their first line.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The line; gone when dropped.
#[derive(Debug)]
pub(crate) struct LateWasm {
    port: u16,
    released: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl LateWasm {
    /// A line to this origin, such as `http://127.0.0.1:40123`.
    pub(crate) async fn before(origin: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (released, release) = watch::channel(false);
        let address = origin.trim_start_matches("http://").to_owned();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, address.clone(), release.clone()));
            }
        });
        Ok(Self { port, released, serving })
    }

    /// The collector's origin on this line.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lets WebAssembly through.
    pub(crate) fn release(&self) {
        self.released.send_replace(true);
    }
}

impl Drop for LateWasm {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Passes one request on, and says that it is the last of its connection, so that each is looked at; a browser or a collector
/// that hangs up early ends it, and that is all.
async fn pass(mut browser: TcpStream, collector: String, mut release: watch::Receiver<bool>) {
    const END: &[u8] = b"\r\n\r\n";
    let mut body: Vec<u8> = Vec::new();
    let mut part = [0_u8; 4096];
    let head = loop {
        if let Some(end) = body.windows(END.len()).position(|end| end == END) {
            break String::from_utf8_lossy(&body.drain(..end + END.len()).collect::<Vec<u8>>()).into_owned();
        }
        match browser.read(&mut part).await {
            Ok(read @ 1..) => body.extend(part.iter().take(read)),
            Ok(0) | Err(_) => return,
        }
    };
    let wasm = head.lines().next().is_some_and(|line| line.contains(".wasm "));
    if wasm && release.wait_for(|released| *released).await.is_err() {
        return;
    }
    let kept = head.lines().filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:"));
    let head: String = kept.chain(["connection: close", ""]).flat_map(|line| [line, "\r\n"]).collect();
    let Ok(mut upstream) = TcpStream::connect(collector).await else { return };
    if upstream.write_all(&[head.as_bytes(), &body].concat()).await.is_ok() {
        drop(copy_bidirectional(&mut browser, &mut upstream).await);
    }
}
