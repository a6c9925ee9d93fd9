//! Every setting once: a documented field, a flag and a `SOLIDARITY_*` variable. `--help` is the reference. Must not
//! read anything but the command line and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use secrecy::SecretString;
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
    #[arg(
        long,
        env = "SOLIDARITY_DATABASE_URL",
        default_value = "sqlite://solidarity.sqlite",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// A zoneinfo folder newer than the bundled time zone database.
    #[arg(long, env = "SOLIDARITY_TIME_ZONES", global = true)]
    pub time_zones: Option<PathBuf>,
}

/// The variable that holds the signing keys themselves, in place of a file. It has no flag, since others can read those.
pub const KEYS: &str = "SOLIDARITY_KEYS";

/// Where the keys that sign access tokens are. `SOLIDARITY_KEYS` may hold them instead: a private JSON Web Key Set.
#[derive(Args, Clone, Debug)]
pub struct KeyConfig {
    /// File of the keys that sign access tokens; only its owner may reach it. `serve` makes it if it is missing.
    #[arg(long, env = "SOLIDARITY_KEY_FILE", default_value = "solidarity-keys.json")]
    pub key_file: PathBuf,
}

impl KeyConfig {
    /// The keys of the environment, if they are there.
    pub fn from_environment() -> Option<SecretString> {
        std::env::var(KEYS).ok().filter(|text| !text.is_empty()).map(SecretString::from)
    }
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
    /// Let webhooks have addresses of this machine itself (127.0.0.0/8, ::1, localhost), without TLS too: for development.
    #[arg(long, env = "SOLIDARITY_WEBHOOKS_LOOPBACK")]
    pub webhooks_loopback: bool,
    /// Load the demo content into an empty database first.
    #[arg(long, env = "SOLIDARITY_DEMO")]
    pub demo: bool,
    #[command(flatten)]
    pub keys: KeyConfig,
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
    /// Cost of one request with a valid token.
    #[arg(long, env = "SOLIDARITY_COST_CLIENT", default_value_t = 5_000)]
    pub cost_client: u64,
    /// Cost a minute of one client.
    #[arg(long, env = "SOLIDARITY_RATE_CLIENT", default_value_t = 100_000)]
    pub rate_client: u32,
    /// Failed attempts of clients to authenticate, a minute and address.
    #[arg(long, env = "SOLIDARITY_RATE_FAILURES", default_value_t = 60)]
    pub rate_failures: u32,
    /// Memory for answers to anonymous readers that others get too, in MiB. 0 turns it off.
    #[arg(long, env = "SOLIDARITY_ANSWER_CACHE", default_value_t = 32)]
    pub answer_cache: u64,
    /// Leave all answers to the GraphQL engine, without the short way from loaded data to bytes: slower, for comparison.
    #[arg(long, env = "SOLIDARITY_ENGINE_ONLY")]
    pub engine_only: bool,
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
            cost_client: self.cost_client,
            rate_client: self.rate_client,
            rate_failures: self.rate_failures,
            answer_cache_bytes: self.answer_cache.saturating_mul(1024 * 1024),
            is_rendering: !self.engine_only,
            in_flight: self.in_flight,
            connections: self.connections,
            ..Limits::default()
        }
    }
}
