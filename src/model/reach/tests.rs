use super::*;
use crate::fact::Fact;
use crate::facts::interfaces::{Namespace, Settings};
use crate::kernel::Protocol;
use crate::source::{Obstacle, Source};
use serde_json::json;
use std::collections::BTreeMap;

/// A host behind a provider's NAT, with Docker and a VPN.
fn host(routes: serde_json::Value) -> Interfaces {
    let absent = || Fact::Absent {
        looked_at: Source::file("/proc/sys/net"),
    };
    let network = json!({
        "links": [
            {"index": 1, "name": "lo", "loopback": true}, {"index": 2, "name": "eth0"},
            {"index": 3, "name": "docker0", "kind": "bridge"}, {"index": 4, "name": "wg0", "kind": "wireguard"},
            {"index": 5, "name": "red", "kind": "vrf"}, {"index": 6, "name": "eth1", "master": 5},
        ],
        "addresses": [
            {"interface": 1, "address": "10.1.1.1", "prefix": 32}, {"interface": 2, "address": "10.0.0.5", "prefix": 24},
            {"interface": 3, "address": "172.17.0.1", "prefix": 16}, {"interface": 4, "address": "10.8.0.1", "prefix": 24},
        ],
        "routes": routes,
    });
    let all = || Settings {
        forwards_v4: absent(),
        forwards_v6: absent(),
        rp_filter: Fact::Absent {
            looked_at: Source::file("/proc/sys/net"),
        },
    };
    Interfaces {
        namespace: Namespace::Hosts,
        network: serde_json::from_value(network).unwrap(),
        all: all(),
        settings: BTreeMap::new(),
    }
}

fn default_route() -> serde_json::Value {
    json!([
        {"to": "0.0.0.0/0", "hops": [{"interface": 2, "gateway": "10.0.0.1"}]},
        {"to": "0.0.0.0/0", "table": 10, "hops": [{"interface": 6, "gateway": "10.0.1.1"}]},
    ])
}

fn socket(address: &str, device: Option<u32>) -> Socket {
    Socket {
        protocol: Protocol::Tcp,
        address: address.parse().unwrap(),
        port: 8080,
        v6only: None,
        device,
        inode: 1,
        uid: 0,
    }
}

#[test]
fn by_address_and_interface() {
    let host = host(default_route());
    let outside = Outside::new(Ok(&host), &[]);
    let reach = |address, device| outside.reach(&socket(address, device)).unwrap();
    let inside = |name: &str| Reach::Inside(name.into());
    for (address, device, expected) in [
        ("0.0.0.0", None, Reach::Public),
        ("::", None, Reach::Public),
        ("127.0.0.53", None, Reach::Loopback),
        ("::1", None, Reach::Loopback),
        ("::ffff:127.0.0.1", None, Reach::Loopback),
        ("10.1.1.1", None, Reach::Loopback),
        ("0.0.0.0", Some(1), Reach::Loopback),
        ("fe80::1", Some(2), Reach::Link),
        ("169.254.1.1", None, Reach::Link),
        ("224.0.0.251", None, Reach::Group),
        ("ff02::fb", None, Reach::Group),
        ("255.255.255.255", None, Reach::Group),
        ("10.0.0.5", None, Reach::Public),
        ("::ffff:10.0.0.5", None, Reach::Public),
        ("172.17.0.1", None, inside("docker0")),
        ("10.8.0.1", None, inside("wg0")),
        ("0.0.0.0", Some(4), inside("wg0")),
        ("0.0.0.0", Some(2), Reach::Public),
        ("10.9.9.9", None, Reach::Public),
        ("8.8.8.8", None, Reach::Public),
        ("0.0.0.0", Some(99), Reach::Public),
        ("0.0.0.0", Some(5), Reach::Public),
    ] {
        assert_eq!(reach(address, device), expected, "{address} {device:?}");
    }
}

#[test]
fn the_policy_may_say_which_interface_faces_the_internet() {
    let host = host(default_route());
    let outside = Outside::new(Ok(&host), &["wg0".to_owned()]);
    let reach = |address| outside.reach(&socket(address, None)).unwrap();
    assert_eq!(reach("10.8.0.1"), Reach::Public);
    assert_eq!(reach("10.0.0.5"), Reach::Inside("eth0".into()));
    assert_eq!(reach("0.0.0.0"), Reach::Public);
    let outside = Outside::new(Ok(&host), &["eth9".to_owned()]);
    assert!(
        outside.reach(&socket("10.8.0.1", None)).is_err(),
        "no such interface"
    );
}

#[test]
fn what_could_not_be_seen_is_not_inside() {
    let crashed = || {
        Unjudged::Unknown(Obstacle::Crashed {
            what: "interfaces".into(),
        })
    };
    let outside = Outside::new(Err(crashed()), &[]);
    assert_eq!(outside.reach(&socket("10.0.0.5", None)), Err(crashed()));
    assert_eq!(outside.reach(&socket("0.0.0.0", None)), Ok(Reach::Public));
    assert_eq!(
        outside.reach(&socket("127.0.0.1", None)),
        Ok(Reach::Loopback)
    );
    // No way out was found: which interface it is cannot be told.
    let host = host(json!([]));
    let outside = Outside::new(Ok(&host), &[]);
    assert!(outside.reach(&socket("10.0.0.5", None)).is_err());
    assert_eq!(
        outside.reach(&socket("10.1.1.1", None)),
        Ok(Reach::Loopback)
    );
}
