use super::*;
use serde_json::{Value, json};

/// Names of the interfaces that face the internet, with the first reason, and how many gaps there are.
fn told(network: Value) -> (Vec<String>, usize) {
    let network: Network = serde_json::from_value(network).unwrap();
    let listing = faces(&network);
    let faces = listing.items.iter().filter(|face| face.faces_internet());
    let shown = faces.map(|face| format!("{}: {}", face.name, face.because[0]));
    (shown.collect(), listing.gaps.len())
}

fn links() -> Value {
    json!([
        { "index": 1, "name": "lo", "loopback": true },
        { "index": 2, "name": "eth0" },
        { "index": 3, "name": "eth1" },
        { "index": 4, "name": "docker0", "kind": "bridge" },
        { "index": 5, "name": "wg0", "kind": "wireguard", "point_to_point": true },
    ])
}

fn by_routes(routes: Value) -> (Vec<String>, usize) {
    told(json!({ "links": links(), "routes": routes }))
}

#[test]
fn a_default_route_leads_out_and_a_private_network_does_not() {
    let network = json!({
        "links": links(),
        "addresses": [
            { "interface": 1, "address": "127.0.0.1", "prefix": 8, "scope": "host" },
            { "interface": 2, "address": "10.0.0.5", "prefix": 24 },
            { "interface": 3, "address": "192.168.7.5", "prefix": 24 },
            { "interface": 4, "address": "172.17.0.1", "prefix": 16 },
        ],
        "routes": [
            { "to": "0.0.0.0/0", "hops": [{ "interface": 2, "gateway": "10.0.0.1" }] },
            { "to": "172.17.0.0/16", "hops": [{ "interface": 4 }] },
            { "to": "10.0.0.0/8", "hops": [{ "interface": 3, "gateway": "192.168.7.1" }] },
            { "to": "224.0.0.0/4", "hops": [{ "interface": 3 }] },
        ],
    });
    assert_eq!(
        told(network),
        (vec!["eth0: default route by 10.0.0.1".to_owned()], 0)
    );
}

#[test]
fn a_vpn_may_split_its_default_route() {
    let routes = |to: [&str; 2]| {
        let route = |to: &str| json!({ "to": to, "hops": [{ "interface": 5 }] });
        by_routes(json!([route(to[0]), route(to[1])])).0
    };
    assert_eq!(
        routes(["0.0.0.0/1", "128.0.0.0/1"]),
        ["wg0: route to 0.0.0.0/1"]
    );
    assert_eq!(routes(["fd00::/8", "2000::/3"]), ["wg0: route to 2000::/3"]);
    assert!(routes(["203.0.113.0/24", "10.0.0.0/8"]).is_empty());
}

#[test]
fn every_hop_of_several_counts() {
    let hops = json!([{ "interface": 2, "gateway": "fe80::1" }, { "interface": 3, "dead": true }]);
    let (faces, _) = by_routes(json!([{ "to": "::/0", "hops": hops }]));
    assert_eq!(
        faces,
        ["eth0: default route by fe80::1", "eth1: default route"]
    );
}

#[test]
fn only_a_table_that_is_asked_counts() {
    let by_rules = |rules: Value| {
        told(json!({
            "links": links(),
            "routes": [{ "to": "0.0.0.0/0", "table": 100, "hops": [{ "interface": 3 }] }],
            "rules": rules,
        }))
        .0
    };
    let eth1 = ["eth1: default route in table 100"];
    assert_eq!(by_rules(json!([])), eth1, "no rules are known");
    assert!(by_rules(json!([{ "priority": 32766 }])).is_empty());
    let marked = json!({ "mark": { "value": 1 }, "action": { "table": 100 } });
    assert_eq!(by_rules(json!([{}, marked])), eth1);
    let suppressed = json!({ "action": { "table": 100 }, "suppress_prefix_length": 0 });
    assert!(by_rules(json!([suppressed])).is_empty());
    assert_eq!(
        by_rules(json!([suppressed, { "vrf": true, "action": { "table": 0 } }])),
        eth1
    );
    assert_eq!(
        by_rules(json!([{ "family": "v6" }])),
        eth1,
        "rules of the other family"
    );
}

#[test]
fn a_public_address_is_enough() {
    let with = |address: &str, more: Value| {
        let mut row = json!({ "interface": 3, "address": address, "prefix": 24 });
        row.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        told(json!({ "links": links(), "addresses": [row] })).0
    };
    assert_eq!(
        with("198.51.100.7", json!({})),
        ["eth1: public address 198.51.100.7"]
    );
    assert!(with("2001:db8::7", json!({ "flags": ["dad-failed"] })).is_empty());
    assert!(
        with("198.51.100.7", json!({ "interface": 1 })).is_empty(),
        "the loopback"
    );
}

#[test]
fn what_leads_nowhere_does_not_count() {
    let off = json!([{ "index": 2, "name": "eth0", "up": false }]);
    let routes = json!([{ "to": "0.0.0.0/0", "hops": [{ "interface": 2, "dead": true }] }]);
    assert!(told(json!({ "links": off, "routes": routes })).0.is_empty());
    let unreachable =
        json!([{ "to": "::/0", "kind": "unreachable", "hops": [{ "interface": 1 }] }]);
    assert!(by_routes(unreachable).0.is_empty());
}

#[test]
fn to_find_nothing_is_a_gap() {
    assert_eq!(by_routes(json!([])), (vec![], 1));
    let object = json!([{ "to": "0.0.0.0/0", "nexthop": 7 }]);
    assert_eq!(by_routes(object), (vec![], 1));
    let both = json!([
        { "to": "0.0.0.0/0", "nexthop": 7 },
        { "to": "::/0", "nexthop": 8, "hops": [{ "interface": 2 }] },
    ]);
    assert_eq!(by_routes(both), (vec!["eth0: default route".to_owned()], 1));
}
