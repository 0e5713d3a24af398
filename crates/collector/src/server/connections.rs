//! Connections, and how they end when the collector does. Knows requests only as what the router answers.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How far a collector is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Far.
    Serving,
    /// It serves as before and tells balancers that it is not ready.
    Draining,
    /// It serves what is under way and nothing else.
    Ending,
}

/// Serves `router` on `listener` until the end, then waits until every request under way has its answer.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    mut phase: watch::Receiver<Phase>,
) -> std::io::Result<()> {
    let ending = async move {
        // A collector whose phase nobody sets any more is at its end as well.
        drop(phase.wait_for(|phase| *phase == Phase::Ending).await);
    };
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(ending).await
}
