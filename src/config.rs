//! Every setting once: a documented field, a flag and a `SOLIDARITY_*` variable. `--help` is the reference. Must not
//! read anything but the command line and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use url::Url;

use crate::domain::limits::Limits;
use crate::telemetry::{LogFormat, LogLevel};

/// What is logged, and how. Logs go to standard error and hold nothing of a client.
#[derive(Args, Clone, Copy, Debug)]
pub struct LogConfig {
    /// Least severe events to log.
    #[arg(long, env = "SOLIDARITY_LOG", value_enum, default_value_t, global = true)]
    pub log: LogLevel,
    /// How to write them.
    #[arg(long, env = "SOLIDARITY_LOG_FORMAT", value_enum, default_value_t, global = true)]
    pub log_format: LogFormat,
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
    /// SQLite file or PostgreSQL database: `sqlite://FILE` or `postgres://USER@HOST/NAME`.
    #[arg(long, env = "SOLIDARITY_DATABASE_URL", default_value = "sqlite://solidarity.sqlite", hide_env_values = true)]
    pub database_url: String,
    /// A zoneinfo folder newer than the bundled time zone database.
    #[arg(long, env = "SOLIDARITY_TIME_ZONES")]
    pub time_zones: Option<PathBuf>,
}

/// How the server runs.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// Address to listen on.
    #[arg(long, env = "SOLIDARITY_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address of the Prometheus listener; must be a loopback address. `off` turns it off.
    #[arg(long, env = "SOLIDARITY_METRICS_LISTEN", default_value = "127.0.0.1:9464")]
    pub metrics_listen: String,
    /// The address that clients reach the server by, such as `https://api.example.org`. Default: the listen address.
    #[arg(long, env = "SOLIDARITY_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// Networks of proxies whose `Forwarded` and `X-Forwarded-For` are believed. May be repeated.
    #[arg(long, env = "SOLIDARITY_TRUSTED_PROXY", value_delimiter = ',')]
    pub trusted_proxy: Vec<IpNet>,
    /// Load the demo content into an empty database first.
    #[arg(long, env = "SOLIDARITY_DEMO")]
    pub demo: bool,
    #[command(flatten)]
    pub limits: LimitsConfig,
}

/// The limits an operator may change; the others are fixed in [`Limits`].
#[derive(Args, Clone, Debug, Default)]
pub struct LimitsConfig {
    /// Cost of one anonymous request.
    #[arg(long, env = "SOLIDARITY_COST_ANONYMOUS", default_value_t = 1_000)]
    pub cost_anonymous: u64,
    /// Cost a minute of one anonymous address.
    #[arg(long, env = "SOLIDARITY_RATE_ANONYMOUS", default_value_t = 20_000)]
    pub rate_anonymous: u32,
    /// Requests in execution at once.
    #[arg(long, env = "SOLIDARITY_IN_FLIGHT", default_value_t = 256)]
    pub in_flight: usize,
    /// Open connections.
    #[arg(long, env = "SOLIDARITY_CONNECTIONS", default_value_t = 4_096)]
    pub connections: usize,
}

impl LimitsConfig {
    /// The limits with the operator's changes.
    pub fn limits(&self) -> Limits {
        Limits {
            cost_anonymous: self.cost_anonymous,
            rate_anonymous: self.rate_anonymous,
            in_flight: self.in_flight,
            connections: self.connections,
            ..Limits::default()
        }
    }
}
