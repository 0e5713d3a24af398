//! Listens, serves, and stops without refusing what it has begun. Knows routers, not what they do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::jobs;
use crate::keys::Keys;
use crate::state::Collector;

/// Time that requests under way have to end after a stop signal.
const GRACE: Duration = Duration::from_secs(10);

/// A collector with everything that runs beside it.
pub struct Service {
    /// The collector.
    pub collector: Arc<Collector>,
    /// The writer's task: ends after its last commit.
    pub writer_task: JoinHandle<()>,
    /// Where its keys are.
    pub keys: Keys,
}

impl Service {
    /// Serves `router` on `listener` until SIGINT or SIGTERM, then ends what is under way and closes the database.
    pub async fn run(self, listener: TcpListener, router: Router) -> anyhow::Result<()> {
        let jobs = jobs::start(&self.collector, self.keys);
        let (stop, stopped) = tokio::sync::watch::channel(());
        let mut graceful = stopped.clone();
        let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                drop(stopped);
                drop(graceful.changed().await);
            });
        let mut serving = tokio::spawn(async move { serving.await });
        tokio::select! {
            ended = &mut serving => ended.context("the server panicked")?.context("the server stopped")?,
            asked = stop_signal() => {
                asked?;
                tracing::info!("stopping: requests under way have 10 seconds");
                drop(stop);
                if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
                    tracing::warn!("some connections stayed open: they are cut, what was acknowledged is on disk");
                    serving.abort();
                }
            }
        }
        for job in &jobs {
            job.abort();
        }
        for job in jobs {
            drop(job.await);
        }
        let store = self.collector.store.clone();
        drop(self.collector);
        if tokio::time::timeout(GRACE, self.writer_task).await.is_err() {
            tracing::warn!("the writer did not end in time");
        }
        store.close().await;
        Ok(())
    }
}

/// Binds before anything is served, so that whoever started us may connect at once.
pub async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is another collector running? Choose another with --listen")
    })
}

async fn stop_signal() -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
