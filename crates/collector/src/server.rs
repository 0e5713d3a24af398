//! Listens, serves, and stops without refusing what it has begun. Knows routers, not what they do.

mod connections;
mod head_deadline;
mod listening;
mod networks;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::connections::Phase;
pub use self::listening::{bind, inherited};
use self::networks::Networks;
use crate::http::client_address::TrustedProxies;
use crate::jobs;
use crate::keys::Keys;
use crate::state::Collector;

/// Time that requests under way have to end after everything else has.
const GRACE: Duration = Duration::from_secs(10);

/// Connections at one time beside those of visitors and sites.
const CONNECTIONS_BESIDE: usize = 16;

/// A collector with everything that runs beside it.
pub struct Service {
    /// The collector.
    pub collector: Arc<Collector>,
    /// The writer's task: ends after its last commit.
    pub writer_task: JoinHandle<()>,
    /// Where its keys are.
    pub keys: Keys,
    /// Connections at one time.
    pub connections: usize,
    /// Connections of one network at one time; those from proxies are not counted.
    pub connections_per_network: usize,
    /// Whose connections bring everybody.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// How long it goes on serving after it was asked to end.
    pub drain: Duration,
    /// What asks it to end.
    pub stop: StopSignals,
    /// How far it is from its end.
    pub phase: watch::Sender<Phase>,
}

/// What is served on a listener of its own.
pub struct Beside {
    /// Where.
    pub listener: TcpListener,
    /// What.
    pub router: Router,
}

impl Service {
    /// Serves `router` on `listener`, and `beside` on a listener of its own, until SIGINT or SIGTERM, then ends what is under way and closes the database.
    pub async fn run(mut self, listener: TcpListener, router: Router, beside: Option<Beside>) -> anyhow::Result<()> {
        let jobs = jobs::start(&self.collector, self.keys);
        let networks = Networks::new(self.connections_per_network, self.trusted_proxies);
        let serving = connections::serve(listener, router, self.connections, networks, self.phase.subscribe());
        let mut serving = tokio::spawn(serving);
        let beside = beside.map(|Beside { listener, router }| {
            let networks = Networks::new(CONNECTIONS_BESIDE, Arc::default());
            tokio::spawn(connections::serve(listener, router, CONNECTIONS_BESIDE, networks, self.phase.subscribe()))
        });
        tokio::select! {
            ended = &mut serving => ended.context("the server panicked")?,
            () = self.stop.received() => {}
        }
        tracing::info!(seconds = self.drain.as_secs(), "asked to stop: serving on, not ready for more");
        self.phase.send_replace(Phase::Draining);
        // Who asks twice does not want to wait.
        tokio::select! {
            () = tokio::time::sleep(self.drain) => {}
            () = self.stop.received() => {}
        }
        self.phase.send_replace(Phase::Ending);
        if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
            tracing::warn!("some connections stayed open: they are cut, what was acknowledged is on disk");
            serving.abort();
        }
        if let Some(beside) = beside {
            beside.abort();
        }
        for job in &jobs {
            job.abort();
        }
        for job in jobs {
            drop(job.await);
        }
        if let Err(error) = self.collector.store_asked().await {
            tracing::warn!(%error, "what was asked for in the last minute could not be counted");
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

/// The signals to stop, watched from the moment when this is made.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Watches SIGINT and SIGTERM. Made before anybody is told that the collector listens, so that no signal is missed.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn watch() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?,
            terminate: signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
