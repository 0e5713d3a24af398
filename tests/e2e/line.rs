//! A line to a collector that spoils something until the test says otherwise. Knows requests by their first line.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the line does until it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// WebAssembly is under way.
    LateWasm,
    /// The widget's frame is an empty document.
    EmptyFrame,
}

/// The line; gone when dropped.
#[derive(Debug)]
pub(crate) struct Line {
    port: u16,
    mended: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Line {
    /// A line to this origin, such as `http://127.0.0.1:40123`.
    pub(crate) async fn before(origin: &str, fault: Fault) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (mended, mending) = watch::channel(false);
        let address = origin.trim_start_matches("http://").to_owned();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, address.clone(), fault, mending.clone()));
            }
        });
        Ok(Self { port, mended, serving })
    }

    /// The collector's origin on this line.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Passes everything on from now on, and what has waited.
    pub(crate) fn mend(&self) {
        self.mended.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Passes one request on, and says that it is the last of its connection, so that each is looked at; a browser or a collector
/// that hangs up early ends it, and that is all.
async fn pass(mut browser: TcpStream, collector: String, fault: Fault, mut mending: watch::Receiver<bool>) {
    const END: &[u8] = b"\r\n\r\n";
    const EMPTY: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
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
    let first = head.lines().next().unwrap_or_default();
    match fault {
        Fault::LateWasm if first.contains(".wasm ") => {
            if mending.wait_for(|mended| *mended).await.is_err() {
                return;
            }
        }
        Fault::EmptyFrame if first.contains(" /frame?") && !*mending.borrow() => {
            drop(browser.write_all(EMPTY).await);
            return;
        }
        Fault::LateWasm | Fault::EmptyFrame => {}
    }
    let kept = head.lines().filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:"));
    let head: String = kept.chain(["connection: close", ""]).flat_map(|line| [line, "\r\n"]).collect();
    let Ok(mut upstream) = TcpStream::connect(collector).await else { return };
    if upstream.write_all(&[head.as_bytes(), &body].concat()).await.is_ok() {
        drop(copy_bidirectional(&mut browser, &mut upstream).await);
    }
}
