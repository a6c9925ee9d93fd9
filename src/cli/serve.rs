//! `solidarity serve`: from settings to a running server, until SIGTERM or SIGINT. A wrong setting stops the start and
//! names itself.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::ServeConfig;
use crate::server::{self, ServeOptions};
use crate::webhook::Policy;

/// Serves until told to stop.
pub(super) async fn run(config: ServeConfig) -> anyhow::Result<()> {
    let options = options(&config)?;
    let policy = Policy { allows_loopback: config.webhooks_loopback };
    let keys = super::setup::keys(&config.keys)?;
    let app = super::setup::open_ready_with(&config.database, config.limits.limits(), keys, policy).await?;
    if config.demo {
        let report = crate::service::seed::load_demo(&app).await.context("demo")?;
        tracing::info!(created = report.created, "the demo content is there");
    }
    let follower = crate::service::follow::follow(app.clone());
    let worker = crate::service::schedule::run(app.clone());
    let dispatcher = crate::service::webhook::dispatch::run(app.clone());
    let running = server::start(app, options).await.context("the server did not start")?;
    tracing::info!(address = %running.address, metrics_address = ?running.metrics_address, "the server listens");
    wait_for_stop().await?;
    tracing::info!("the server stops");
    running.shutdown().await;
    follower.abort();
    worker.abort();
    dispatcher.abort();
    Ok(())
}

/// The parts of the settings that the server takes, checked.
fn options(config: &ServeConfig) -> anyhow::Result<ServeOptions> {
    let metrics_listen = match config.metrics_listen.as_str() {
        "off" => None,
        text => {
            let address: SocketAddr =
                text.parse().with_context(|| format!("metrics_listen {text:?} is neither an address nor off"))?;
            if !address.ip().is_loopback() {
                bail!("metrics_listen {address} is not a loopback address");
            }
            Some(address)
        }
    };
    if let Some(url) = &config.public_url
        && !matches!(url.scheme(), "http" | "https")
    {
        bail!("public_url {url} is neither http nor https");
    }
    if let Some(url) = &config.public_url
        && (url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some())
    {
        bail!("public_url must have no query, fragment or user: it is the issuer of tokens");
    }
    Ok(ServeOptions {
        listen: config.listen,
        metrics_listen,
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxy.clone(),
    })
}

async fn wait_for_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened for")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
