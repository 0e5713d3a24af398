//! Connections: how many there may be, how long a client may take to say what it wants and to take what it gets, and how
//! they end when the collector does. Knows requests only as what the router answers.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::{Request, service};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use metrics::{counter, gauge};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::head_deadline::{Answering, HeadDeadline};
use super::networks::Networks;
use crate::observe::figures::{CONNECTIONS, CONNECTIONS_REFUSED};

/// Time for the head of a request, from its first byte.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Time a connection may rest between two requests: longer than proxies and browsers keep theirs, so that they close first
/// and never write on a connection that is being closed.
const REST_TIMEOUT: Duration = Duration::from_secs(90);
/// Time for a client to take any of what it is sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for what was accepted last to say what it wants.
const LINGER: Duration = Duration::from_secs(1);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1024;
/// Header lines of a request.
const HEADERS: usize = 100;
/// Pause after the operating system refused a connection, as it does when files run out.
const REFUSED_PAUSE: Duration = Duration::from_millis(200);

/// Said to whose network has as many connections as it may, before anything of its request is read.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n";

/// How far a collector is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Far.
    Serving,
    /// It serves as before, tells balancers that it is not ready, and clients to come back on another connection: one that is
    /// closed while its client writes on it would look like a refusal.
    Draining,
    /// It serves what is under way and nothing else.
    Ending,
}

/// Serves `router` on `listener` until the end, then waits until every request under way has its answer.
///
/// Beyond `most` connections new ones wait in the operating system's queue; those of a network beyond what `networks` permits
/// are refused.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    networks: Networks,
    mut phase: watch::Receiver<Phase>,
) {
    // An alert needs the figure before the first of them.
    counter!(CONNECTIONS_REFUSED).increment(0);
    let places = Arc::new(Semaphore::new(most));
    let graceful = GracefulShutdown::new();
    let phases = phase.clone();
    let mut ending = pin!(phase.wait_for(|phase| *phase == Phase::Ending));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            _ = &mut ending => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let Some(entered) = networks.enter(address.ip()) else {
                    counter!(CONNECTIONS_REFUSED).increment(1);
                    refuse(stream);
                    continue;
                };
                gauge!(CONNECTIONS).increment(1);
                let connection = graceful.watch(connection(stream, address, router.clone(), phases.clone()));
                tokio::spawn(async move {
                    // Who hangs up, or is hung up on, has nobody to be told to.
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    gauge!(CONNECTIONS).decrement(1);
                    drop((place, entered));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
    // From here on the next process may listen: what has not been accepted waits for it.
    drop(listener);
    // A connection accepted a moment ago may have its request still under way: to close it now would be a refusal. All that
    // speak end by themselves, with the answer that tells them to; those that only rest are closed after this.
    let all = places.acquire_many(u32::try_from(most).unwrap_or(u32::MAX));
    if tokio::time::timeout(LINGER, all).await.is_err() {
        tracing::debug!("connections that rest are closed");
    }
    graceful.shutdown().await;
}

/// Hangs up with a word; who does not take it at once is not waited for.
fn refuse(stream: TcpStream) {
    if let Err(error) = stream.into_std().and_then(|mut stream| stream.write_all(TOO_MANY)) {
        tracing::debug!(%error, "a refused connection was not told why");
    }
}

fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    phase: watch::Receiver<Phase>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection stays with Nagle's algorithm");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let answering = Answering::default();
    let phase = Arc::new(phase);
    let stream = HeadDeadline::new(Box::pin(stream), answering.clone(), HEAD_TIMEOUT);
    let answer = service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        answering.begin();
        let (answer, phase, answering) = (router.clone().oneshot(request), Arc::clone(&phase), answering.clone());
        async move {
            let mut answer = answer.await?;
            answering.end();
            if *phase.borrow() != Phase::Serving {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(REST_TIMEOUT).max_buf_size(HEAD_BYTES).max_headers(HEADERS);
    builder.serve_connection(TokioIo::new(stream), answer)
}
