//! `corvee serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;

use super::Context;
use crate::data::ServeLock;
use crate::http::client_address::TrustedProxies;
use crate::http::{self, AppState};
use crate::images::gallery::Gallery;
use crate::images::shelf::Shelf;
use crate::keys::Keys;
use crate::server::{self, Service};
use crate::state::Collector;
use crate::store::writer::Writer;
use crate::{import, observe};

/// Arguments of `corvee serve`.
#[derive(Args)]
pub(super) struct Serve {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Network whose `X-Forwarded-For` is believed, such as 10.0.0.0/8; may be given several times.
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    trusted_proxies: Vec<IpNet>,
}

/// A collector ready to serve.
pub(super) struct Prepared {
    pub(super) service: Service,
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) app: AppState,
    pub(super) lock: Option<ServeLock>,
}

impl Serve {
    pub(super) async fn run(self, context: Context, json: bool) -> anyhow::Result<()> {
        observe::start(json);
        let Prepared { service, listener, address, app, lock } =
            prepare(&context, self.listen, self.trusted_proxies).await?;
        let router = http::router(app);
        context.output.line(&format!("listening on http://{address}"))?;
        let served = service.run(listener, router).await;
        drop(lock);
        served
    }
}

/// Opens everything a collector needs and binds its port.
pub(super) async fn prepare(
    context: &Context,
    listen: Option<SocketAddr>,
    trusted_proxies: Vec<IpNet>,
) -> anyhow::Result<Prepared> {
    let mut config = context.config.clone();
    config.listen = listen.unwrap_or(config.listen);
    config.trusted_proxies.extend(trusted_proxies);
    // A folder with the database inside is served by one collector, a folder beside a server by any number.
    let lock = config.database.is_none().then(|| context.data.lock_for_serving()).transpose()?;
    let listener = server::bind(config.listen).await?;
    let address = listener.local_addr()?;

    let store = context.store().await?;
    let shelf = Shelf::open(context.data.path())?;
    let tidied = import::tidy(&store, &shelf, context.clock.now_ms()).await?;
    if tidied.imports > 0 {
        tracing::info!(imports = tidied.imports, "imports that were killed half-way have been taken back");
    }
    let (writer, writer_task) = Writer::start(store.clone());
    let gallery = Gallery::new(shelf);
    let keys = Keys::new(context.data.clone(), store.clone());
    let ring = keys.ring(context.clock.now_ms()).await?;
    let (clock, chance) = (Arc::clone(&context.clock), context.chance.clone());
    let collector = Collector::new(store, writer, ring, gallery, clock, chance, config.limits()).await?;
    keys.refresh(&collector).await?;
    let collector = Arc::new(collector);
    let app = AppState {
        collector: Arc::clone(&collector),
        trusted_proxies: Arc::new(TrustedProxies(config.trusted_proxies)),
        requester_key: Arc::new(context.data.requester_key()?),
    };
    Ok(Prepared { service: Service { collector, writer_task, keys }, listener, address, app, lock })
}
