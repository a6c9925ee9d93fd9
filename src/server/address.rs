//! Which address a request came from. It is used to count the rate limit and for nothing else: it must never be kept,
//! logged or put into an answer.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::FORWARDED;
use ipnet::IpNet;

/// The address at the other end of the connection. It has no `Debug` form, so that no log can hold it.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub SocketAddr);

/// The address of the client: the peer, or what trusted proxies say, namely the rightmost address that is not theirs.
/// When `Forwarded` and `X-Forwarded-For` differ, one of them was sent by the client, and neither is believed.
pub(crate) fn client(peer: Peer, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.0.ip().to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !is_trusted(peer) {
        return peer;
    }
    let chosen = |chain: Vec<Option<IpAddr>>| -> Option<IpAddr> {
        let mut last = None;
        for hop in chain.into_iter().rev() {
            let hop = hop?.to_canonical();
            last = Some(hop);
            if !is_trusted(hop) {
                break;
            }
        }
        last
    };
    let by_x_forwarded_for = chosen(x_forwarded_for(headers));
    let by_forwarded = chosen(forwarded(headers));
    match (by_x_forwarded_for, by_forwarded) {
        (Some(one), Some(other)) if one == other => one,
        (Some(one), None) if !headers.contains_key(FORWARDED) => one,
        (None, Some(one)) if !headers.contains_key("x-forwarded-for") => one,
        _ => peer,
    }
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(|hop| parse(hop.trim())).collect()
}

/// The `for` parameters of RFC 7239, in order.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED).iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or("?").split(','))
        .map(|hop| {
            let mut pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
            parse(value.trim().trim_matches('"'))
        })
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted = ["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client(Peer(SocketAddr::new(peer.parse().unwrap(), 1)), &map, &trusted).to_string()
    }

    #[test]
    fn the_rightmost_address_that_is_not_a_proxy_counts() {
        for (peer, headers, expected) in [
            ("192.0.2.1", vec![("x-forwarded-for", "198.51.100.1")], "192.0.2.1"),
            ("127.0.0.1", vec![], "127.0.0.1"),
            ("::ffff:127.0.0.1", vec![("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", vec![("x-forwarded-for", "203.0.113.9, 198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", vec![("x-forwarded-for", "198.51.100.1, 10.1.1.1")], "198.51.100.1"),
            ("127.0.0.1", vec![("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "10.1.1.1")], "198.51.100.1"),
            ("127.0.0.1", vec![("x-forwarded-for", "10.2.2.2, 10.1.1.1")], "10.2.2.2"),
            ("127.0.0.1", vec![("x-forwarded-for", "198.51.100.1, nonsense")], "127.0.0.1"),
            ("127.0.0.1", vec![("forwarded", "for=\"[2001:db8::1]:4711\";proto=https")], "2001:db8::1"),
            ("127.0.0.1", vec![("forwarded", "for=203.0.113.9, For=198.51.100.1:80")], "198.51.100.1"),
            ("127.0.0.1", vec![("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", vec![("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "198.51.100.1")], "127.0.0.1"),
            ("127.0.0.1", vec![("forwarded", "for=_hidden"), ("x-forwarded-for", "198.51.100.1")], "127.0.0.1"),
        ] {
            assert_eq!(from(peer, &headers), expected, "{peer} {headers:?}");
        }
    }
}
