//! Serves a folder of buckets by the S3 protocol: `s3-server FOLDER ADDRESS:PORT`, with the only credentials it accepts in
//! `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Says where it listens on its first line. Knows nothing of what is kept in it.

use std::env;
use std::io::Write as _;

use anyhow::Context as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().context("the first argument is the folder of buckets")?;
    let address = arguments.next().context("the second argument is the address to listen on")?;
    let secret = |name| env::var(name).with_context(|| format!("{name} must be set"));
    let files = FileSystem::new(folder).map_err(|error| anyhow::anyhow!("the folder cannot be served: {error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(secret("AWS_ACCESS_KEY_ID")?, secret("AWS_SECRET_ACCESS_KEY")?));
    let service = service.build();
    let listener = TcpListener::bind(address).await?;
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    loop {
        let (connection, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let http = Builder::new(TokioExecutor::new());
            // A client that hangs up is no failure of the server.
            drop(http.serve_connection(TokioIo::new(connection), service).await);
        });
    }
}
