//! A plain balancer: bytes to and fro, the next connection to the next collector. Knows no HTTP.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Where connections go.
#[derive(Clone, Default)]
pub(crate) struct Backends(Arc<Mutex<[Option<SocketAddr>; 3]>>);

impl Backends {
    /// A collector has come.
    pub(crate) fn set(&self, at: usize, address: SocketAddr) {
        self.0.lock().unwrap()[at] = Some(address);
    }
}

/// Listens on a free port for as long as the runtime lives.
pub(crate) async fn start(backends: Backends) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let next = AtomicUsize::new(0);
        while let Ok((client, _)) = listener.accept().await {
            let first = next.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(carry(client, backends.clone(), first));
        }
    });
    address
}

/// Carries a connection to the first collector, from `first` on, that takes it; cuts it when none does.
async fn carry(mut client: TcpStream, backends: Backends, first: usize) {
    for step in 0..3 {
        let address = backends.0.lock().unwrap()[(first + step) % 3];
        let Some(address) = address else { continue };
        if let Ok(mut collector) = TcpStream::connect(address).await {
            drop(copy_bidirectional(&mut client, &mut collector).await);
            return;
        }
    }
}
