//! A collector that is exchanged for the next one while visitors come, and one that clients hold up: nobody else notices.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::{BufRead as _, BufReader, Lines};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

const CLIENTS: usize = 4;
/// Collectors that follow one another.
const LIVES: usize = 3;
/// Replies that each of them gives.
const REPLIES_PER_LIFE: usize = 200;
/// A slow client is hung up on after 15 s; a loaded machine may take longer.
const PATIENCE: Duration = Duration::from_secs(25);

/// A collector, which does not outlive its test.
struct Collector(Child);

impl Drop for Collector {
    fn drop(&mut self) {
        // One that has ended is past killing.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A collector on a socket that outlives it, handed over as systemd does: as descriptor 3.
fn start(data: &Path, socket: &TcpListener) -> Collector {
    begin(data, socket).0
}

/// The same, and what it prints after its first line.
fn begin(data: &Path, socket: &TcpListener) -> (Collector, Lines<BufReader<ChildStdout>>) {
    let socket = OwnedFd::from(socket.try_clone().unwrap());
    let mut collector = Command::new("sh")
        .args(["-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" --data \"$1\" serve 3<&0", env!("CARGO_BIN_EXE_corvee")])
        .arg(data)
        .stdin(Stdio::from(socket))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(collector.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert!(line.starts_with("listening on "), "{line}");
    (Collector(collector), lines)
}

/// Asks it to end, and waits until it has.
fn stop(mut collector: Collector) {
    assert!(Command::new("kill").args(["-TERM", &collector.0.id().to_string()]).status().unwrap().success());
    assert!(collector.0.wait().unwrap().success(), "a collector that is asked to end ends well");
}

fn socket() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn collectors_follow_one_another_on_one_socket_and_no_request_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let (socket, address) = socket();
    let (over, replies) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut collector = start(data.path(), &socket);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (over, replies) = (Arc::clone(&over), Arc::clone(&replies));
            tokio::spawn(async move {
                // Half of them keep their connections, half come anew each time.
                let connections = usize::from(client % 2 == 0);
                let http = reqwest::Client::builder().pool_max_idle_per_host(connections).build().unwrap();
                while !over.load(Ordering::Relaxed) {
                    let reply =
                        http.post(format!("http://{address}/siteverify")).body("secret=x&response=y").send().await;
                    let status = reply.unwrap_or_else(|error| panic!("refused: {error:?}")).status();
                    assert_eq!(status, 200);
                    replies.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for life in 1..=LIVES {
        while replies.load(Ordering::Relaxed) < life * REPLIES_PER_LIFE {
            assert!(clients.iter().all(|client| !client.is_finished()), "a client was refused");
            tokio::task::yield_now().await;
        }
        if life < LIVES {
            stop(collector);
            collector = start(data.path(), &socket);
        }
    }
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    stop(collector);
}

/// What the collector says to these bytes before it hangs up, or whatever it has said when it does.
async fn said(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut reply = Vec::new();
    // A collector that hangs up while we still write resets the connection; what it said before counts.
    drop(stream.read_to_end(&mut reply).await);
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_slow_is_hung_up_on_and_who_says_too_much_is_told() {
    let data = tempfile::tempdir().unwrap();
    let (socket, address) = socket();
    let collector = start(data.path(), &socket);
    let begin = Instant::now();
    let slow = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
        // A byte a second: never silent for long, never done.
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        begin.elapsed()
    });

    let long = format!("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    let many = format!("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{}\r\n", "x: a\r\n".repeat(200));
    for (what, head) in [("a long header", long), ("many headers", many)] {
        let reply = said(address, head.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 431 "), "{what}: {reply}");
    }
    for (what, head, status) in [
        ("no HTTP", &b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"[..], "400"),
        ("bad UTF-8 in a path", b"GET /v1/receipts/%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "400"),
        ("bad bytes in a path", b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "400"),
        (
            "two lengths",
            b"POST /siteverify HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "400",
        ),
    ] {
        let reply = said(address, head).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {reply}");
    }

    let hung_up = tokio::time::timeout(PATIENCE, slow).await;
    let hung_up = hung_up.expect("a slow client is still connected").unwrap();
    assert!(hung_up > Duration::from_secs(10), "hung up on after {hung_up:?}: slow networks need longer");
    assert_eq!(reqwest::get(format!("http://{address}/health")).await.unwrap().status(), 200);
    stop(collector);
}

/// A connection from this address that was served once and stays open; `None` when it was refused.
async fn hold(from: &str, address: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let mut head = [0; 12];
    // One that is refused may be reset before it has written or read.
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.ok()?;
    stream.read_exact(&mut head).await.ok()?;
    (&head == b"HTTP/1.1 200").then_some(stream)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_network_does_not_take_the_places_of_all_others() {
    let data = tempfile::tempdir().unwrap();
    let settings = data.path().join("corvee.toml");
    std::fs::write(&settings, "connections_per_network = 2\nmetrics = \"127.0.0.1:0\"\n").unwrap();
    let (socket, address) = socket();
    let (collector, mut lines) = begin(data.path(), &socket);
    let figures = lines.next().unwrap().unwrap().strip_prefix("figures on ").unwrap().to_owned();
    let refused = async || -> u32 {
        let text = reqwest::get(&figures).await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("corvee_http_connections_refused_total "));
        line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
    };
    assert_eq!(refused().await, 0, "an alert needs the figure before the first of them");
    let (first, second) = (hold("127.0.0.1", address).await.unwrap(), hold("127.0.0.1", address).await.unwrap());
    let told = said(address, b"").await;
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("retry-after: 5\r\n"), "{told:?}");
    assert_eq!(refused().await, 1);
    let _other = hold("127.0.0.2", address).await.expect("another network is served as ever");
    drop(first);
    let again = async {
        loop {
            if let Some(stream) = hold("127.0.0.1", address).await {
                return stream;
            }
            tokio::task::yield_now().await;
        }
    };
    let again = tokio::time::timeout(PATIENCE, again).await.expect("a place that was left is taken again");
    drop((second, again));
    stop(collector);

    std::fs::write(&settings, "connections_per_network = 1\ntrusted_proxies = [\"127.0.0.1\"]\n").unwrap();
    let collector = start(data.path(), &socket);
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(hold("127.0.0.1", address).await.expect("a trusted proxy brings everybody"));
    }
    drop(held);
    stop(collector);
}
