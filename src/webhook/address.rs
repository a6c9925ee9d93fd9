//! Which addresses a webhook may have: HTTPS, and nothing that is not on the public internet, so that nobody makes the server
//! call what only it can reach. Names are looked up and checked again at each delivery (`send.rs`). Must not look up names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Bytes of an address.
pub const MOST_BYTES: usize = 2_000;

/// Networks that are not of the public internet (the special-purpose registries of IANA, RFC 6890), each with its bits.
const SPECIAL_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// The same within 2000::/3, which alone is of the public internet: protocol assignments with Teredo and ORCHID, examples,
/// 6to4, which may hide an address of the other kind, and examples again.
const SPECIAL_V6: [([u16; 2], u32); 4] =
    [([0x2001, 0], 23), ([0x2001, 0x0db8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

/// Names that never mean a host of the public internet, with all that ends in them.
const LOCAL_NAMES: [&str; 8] =
    ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "onion"];

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// It is no URL.
    #[error("is not a URL")]
    Malformed,
    /// It is too long.
    #[error("has more than {MOST_BYTES} bytes")]
    TooLong,
    /// It is not HTTPS.
    #[error("must begin with https://")]
    Scheme,
    /// It has a user or a password.
    #[error("must have no user and no password")]
    User,
    /// It has a fragment, which is never sent.
    #[error("must have no fragment")]
    Fragment,
    /// Its port is 0.
    #[error("must have a port other than 0")]
    Port,
    /// It is not on the public internet.
    #[error("must be on the public internet")]
    NotPublic,
}

/// What the operator allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Addresses of this machine itself, without TLS too: for development.
    pub allows_loopback: bool,
}

impl Policy {
    /// Reads an address, without looking up its name.
    pub fn check(self, text: &str) -> Result<Url, AddressFault> {
        if text.len() > MOST_BYTES {
            return Err(AddressFault::TooLong);
        }
        let url = Url::parse(text).map_err(|_| AddressFault::Malformed)?;
        let is_own = self.allows_loopback && is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if is_own => {}
            _ => return Err(AddressFault::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressFault::User);
        }
        if url.fragment().is_some() {
            return Err(AddressFault::Fragment);
        }
        if url.port() == Some(0) {
            return Err(AddressFault::Port);
        }
        let is_public = match url.host() {
            Some(Host::Domain(name)) => is_public_name(name),
            Some(Host::Ipv4(address)) => is_public_v4(address),
            Some(Host::Ipv6(address)) => is_public_v6(address),
            None => return Err(AddressFault::Malformed),
        };
        if is_public || is_own { Ok(url) } else { Err(AddressFault::NotPublic) }
    }

    /// Whether an address that a name was found to have may be connected to.
    pub fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self.allows_loopback && address.to_canonical().is_loopback())
    }
}

/// Whether an address is of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    !SPECIAL_V4.iter().any(|(network, length)| {
        let shift = 32 - length;
        bits >> shift == u32::from(Ipv4Addr::from(*network)) >> shift
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // What holds an address of the other kind (mapped, compatible, translated) lies outside of 2000::/3.
    let bits = u128::from(address);
    let is_within = |network: u128, length: u32| bits >> (128 - length) == network >> (128 - length);
    is_within(0x2000_u128 << 112, 3)
        && !SPECIAL_V6.iter().any(|([first, second], length)| {
            is_within((u128::from(*first) << 112) | (u128::from(*second) << 96), *length)
        })
}

fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_local = |local: &&str| name == *local || name.strip_suffix(*local).is_some_and(|rest| rest.ends_with('.'));
    // A name of one part is looked up in the machine's own domains.
    name.contains('.') && !name.starts_with('.') && !LOCAL_NAMES.iter().any(is_local)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name == "localhost.",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forms of addresses that must never be called.
    pub(super) const FORBIDDEN: [&str; 68] = [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://127.255.255.254/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://0/",
        "https://0.0.0.0/",
        "https://0.1.2.3/",
        "https://10.0.0.1/",
        "https://10.255.255.255/",
        "https://0xa000001/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.0.0.8/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://192.168.0.1/",
        "https://192.168.1/",
        "https://198.18.0.1/",
        "https://198.19.255.255/",
        "https://198.51.100.7/",
        "https://203.0.113.7/",
        "https://224.0.0.1/",
        "https://239.255.255.255/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://１２７.０.０.１/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[100::1]/",
        "https://[2001::1]/",
        "https://[2001:10::1]/",
        "https://[2001:db8::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:a9fe:a9fe::]/",
        "https://[3fff::1]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[5f00::1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://router.home.arpa/",
        "https://hidden.onion/",
    ];

    #[test]
    fn what_is_not_on_the_public_internet_is_refused_in_every_form() {
        let policy = Policy::default();
        for text in FORBIDDEN {
            assert_eq!(policy.check(text).map(|url| url.to_string()), Err(AddressFault::NotPublic), "{text}");
        }
        for (text, fault) in [
            ("http://hooks.example.org/", AddressFault::Scheme),
            ("http://127.0.0.1/", AddressFault::Scheme),
            ("file:///etc/passwd", AddressFault::Scheme),
            ("gopher://hooks.example.org/", AddressFault::Scheme),
            ("ftp://hooks.example.org/", AddressFault::Scheme),
            ("javascript:alert(1)", AddressFault::Scheme),
            ("//hooks.example.org/", AddressFault::Malformed),
            ("hooks.example.org", AddressFault::Malformed),
            ("https://", AddressFault::Malformed),
            ("https://[::1", AddressFault::Malformed),
            ("https://256.256.256.256/", AddressFault::Malformed),
            ("https://me@hooks.example.org/", AddressFault::User),
            ("https://:pass@hooks.example.org/", AddressFault::User),
            ("https://hooks.example.org@127.0.0.1/", AddressFault::User),
            ("https://hooks.example.org/#part", AddressFault::Fragment),
            ("https://hooks.example.org:0/", AddressFault::Port),
        ] {
            assert_eq!(policy.check(text).map(|url| url.to_string()), Err(fault), "{text}");
        }
        let long = format!("https://hooks.example.org/{}", "x".repeat(MOST_BYTES));
        assert_eq!(policy.check(&long), Err(AddressFault::TooLong));
        for text in [
            "https://hooks.example.org/",
            "https://hooks.example.org:8443/a?b=c",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://192.167.0.1/",
            "https://[2606:4700::1111]/",
            "https://é.example.org/",
            "https://local.example.org/",
        ] {
            assert!(policy.check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_operator_may_allow_the_machine_itself_and_nothing_else() {
        let policy = Policy { allows_loopback: true };
        for text in ["http://127.0.0.1:9000/", "http://localhost/", "http://[::1]:1/", "https://127.0.0.1/"] {
            assert!(policy.check(text).is_ok(), "{text}");
        }
        for text in
            ["http://10.0.0.1/", "http://hooks.example.org/", "https://169.254.169.254/", "https://192.168.0.1/"]
        {
            assert!(policy.check(text).is_err(), "{text}");
        }
        assert!(policy.allows([127, 0, 0, 1].into()) && !Policy::default().allows([127, 0, 0, 1].into()));
        assert!(!policy.allows([10, 0, 0, 1].into()) && policy.allows([8, 8, 8, 8].into()));
    }
}
