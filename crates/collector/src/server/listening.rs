//! Listening sockets: bound here, or handed over by whoever started this process. Knows no connection.

use std::net::SocketAddr;

use anyhow::Context as _;
use listenfd::ListenFd;
use tokio::net::TcpListener;

/// The socket that systemd, or another supervisor in its manner, has opened for us, if it has.
///
/// It stays open while this process is exchanged for the next one: clients wait in its queue and nobody is refused.
///
/// # Errors
/// What was handed over is no TCP socket.
pub fn inherited() -> anyhow::Result<Option<TcpListener>> {
    let listener = ListenFd::from_env().take_tcp_listener(0);
    let listener = listener.context("the socket handed over in LISTEN_FDS is no TCP socket that listens")?;
    let Some(listener) = listener else { return Ok(None) };
    listener.set_nonblocking(true).context("the socket handed over cannot be set up")?;
    Ok(Some(TcpListener::from_std(listener).context("the socket handed over cannot be used")?))
}

/// Binds before anything is served, so that whoever started us may connect at once. `option` is what names another address.
///
/// # Errors
/// The address is taken, or not of this machine.
pub async fn bind(listen: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is another collector running? Choose another with {option}")
    })
}
