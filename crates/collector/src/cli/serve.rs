//! `corvee serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Context;
use crate::config::{listen_address, network, share_a_port};
use crate::data::ServeLock;
use crate::http::client_address::TrustedProxies;
use crate::http::{self, AppState, Shared};
use crate::images::gallery::Gallery;
use crate::images::shelf::{Shelf, ShelfError};
use crate::import::{self, ImportError};
use crate::keys::Keys;
use crate::observe;
use crate::observe::figures::Figures;
use crate::server::{self, Beside, Phase, Service, StopSignals};
use crate::state::Collector;
use crate::store::Store;
use crate::store::writer::Writer;

/// Arguments of `corvee serve`.
#[derive(Args)]
pub(super) struct Serve {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    /// Address or network whose `X-Forwarded-For` is believed, such as 10.0.0.0/8; may be given several times.
    #[arg(long = "trusted-proxy", value_name = "NETWORK", value_parser = network)]
    trusted_proxies: Vec<IpNet>,
    /// Address and port of `GET /metrics` for Prometheus; nothing is counted without it.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_address)]
    metrics: Option<SocketAddr>,
}

/// A collector ready to serve.
pub(super) struct Prepared {
    pub(super) service: Service,
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) app: AppState,
    pub(super) lock: Option<ServeLock>,
    /// Where figures are read, if the operator wants them.
    pub(super) figures: Option<Beside>,
}

/// What the command line says beside the settings' file.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) listen: Option<SocketAddr>,
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) metrics: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(self, context: Context, json: bool) -> anyhow::Result<()> {
        observe::start(json)?;
        let Self { listen, trusted_proxies, metrics } = self;
        let Prepared { service, listener, address, app, lock, figures } =
            prepare(&context, Wishes { listen, trusted_proxies, metrics }).await?;
        let router = http::router(app);
        if http::assets::find("api.js").is_none() {
            tracing::warn!(
                "built without the widget's bundle: visitors see nothing until it is built after `cargo xtask dist`"
            );
        }
        context.output.line(&format!("listening on http://{address}"))?;
        if let Some(Beside { listener, .. }) = &figures {
            context.output.line(&format!("figures on http://{}/metrics", listener.local_addr()?))?;
        }
        let served = service.run(listener, router, figures).await;
        drop(lock);
        served
    }
}

/// Opens everything a collector needs and binds its port.
pub(super) async fn prepare(context: &Context, wishes: Wishes) -> anyhow::Result<Prepared> {
    let mut config = context.config.clone();
    config.listen = wishes.listen.unwrap_or(config.listen);
    config.trusted_proxies.extend(wishes.trusted_proxies);
    let figures = match wishes.metrics.or(config.metrics) {
        Some(address) => {
            anyhow::ensure!(
                !share_a_port(address, config.listen),
                "figures on {address} and visitors on {}: give --metrics a port of its own, such as 127.0.0.1:9464",
                config.listen
            );
            Some(Beside {
                listener: server::bind(address, "--metrics").await?,
                router: http::figures::router(Figures::install()?),
            })
        }
        None => None,
    };
    // A folder with the database inside is served by one collector, a folder beside a server by any number.
    let lock = config.database.is_none().then(|| context.data.lock_for_serving()).transpose()?;
    let listener = match server::inherited()? {
        Some(listener) => listener,
        None => server::bind(config.listen, "--listen").await?,
    };
    let address = listener.local_addr()?;

    let store = context.store().await?;
    let shelf = context.shelf()?;
    if shelf.is_remote() {
        reach(&store, &shelf).await?;
        // Looking at every picture of a bucket takes minutes: visitors do not wait for it.
        let (store, shelf, now_ms) = (store.clone(), shelf.clone(), context.clock.now_ms());
        tokio::spawn(async move {
            if let Err(error) = tidy(&store, &shelf, now_ms).await {
                tracing::error!(%error, "pictures that nobody refers to could not be cleared away: the next start tries again");
            }
        });
    } else {
        tidy(&store, &shelf, context.clock.now_ms()).await?;
    }
    let (writer, writer_task) = Writer::start(store.clone());
    let gallery = Gallery::new(shelf, config.sprites.memory_bytes());
    let keys = Keys::new(context.data.clone(), store.clone());
    let ring = keys.ring(context.clock.now_ms()).await?;
    let (clock, chance) = (Arc::clone(&context.clock), context.chance.clone());
    let collector = Collector::new(store, writer, ring, gallery, clock, chance, config.limits()).await?;
    keys.refresh(&collector).await?;
    let collector = Arc::new(collector);
    let phase = watch::Sender::new(Phase::Serving);
    let trusted_proxies = Arc::new(TrustedProxies(config.trusted_proxies));
    let app = Arc::new(Shared {
        collector: Arc::clone(&collector),
        trusted_proxies: Arc::clone(&trusted_proxies),
        requester_key: context.data.requester_key()?,
        phase: phase.subscribe(),
    });
    let service = Service {
        collector,
        writer_task,
        keys,
        connections: config.connections,
        connections_per_network: config.connections_per_network,
        trusted_proxies,
        drain: Duration::from_secs(config.drain_seconds.into()),
        stop: StopSignals::watch()?,
        phase,
    };
    Ok(Prepared { service, listener, address, app, lock, figures })
}

/// Says where pictures are. What the operator has to mend ends the start; a store that is away may come back.
async fn reach(store: &Store, shelf: &Shelf) -> anyhow::Result<()> {
    match shelf.check(import::owner(store).await?.as_deref()).await {
        Ok(()) => tracing::info!(%shelf, "pictures are elsewhere"),
        Err(error @ ShelfError::Unreachable { .. }) => {
            tracing::error!(%error, "visitors see no pictures until it does");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn tidy(store: &Store, shelf: &Shelf, now_ms: u64) -> Result<(), ImportError> {
    let tidied = import::tidy(store, shelf, now_ms).await?;
    if tidied.imports > 0 {
        tracing::info!(imports = tidied.imports, "imports that were killed half-way have been taken back");
    }
    if tidied.files > 0 {
        tracing::info!(pictures = tidied.files, "pictures that nobody refers to have been cleared away");
    }
    Ok(())
}
