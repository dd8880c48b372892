//! What ip(8) says of a network, in the kernel's rows. It asks the kernel by itself and shows what it understood.

use seaworthy::kernel::network::*;
use serde_json::Value;
use std::net::IpAddr;
use std::process::Command;

/// The network as `ip` sees it, run by the given command.
pub fn network(ip: &dyn Fn() -> Command) -> Network {
    let ask = |words: &[&str]| -> Vec<Value> {
        let output = ip().args(["-N", "-j", "-d"]).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ip {words:?}: {said}");
        // Of nothing it says nothing at all.
        match output.stdout.trim_ascii() {
            b"" => Vec::new(),
            json => serde_json::from_slice(json).unwrap(),
        }
    };
    let devices = ask(&["addr"]);
    let mut network = Network {
        links: devices.iter().map(|row| link(row, &devices)).collect(),
        ..Network::default()
    };
    for device in &devices {
        let rows = device["addr_info"].as_array().unwrap().iter();
        let index = number(&device["ifindex"]);
        network
            .addresses
            .extend(rows.map(|row| address(row, index)));
    }
    for (option, family) in [("-4", Family::V4), ("-6", Family::V6)] {
        let routes = ask(&[option, "route", "show", "table", "all"]);
        let routes = routes.iter().map(|row| route(row, family, &devices));
        network.routes.extend(routes);
        let rules = ask(&[option, "rule"]);
        network
            .rules
            .extend(rules.iter().map(|row| rule(row, family)));
    }
    network
}

/// A number, however it is written.
fn number(value: &Value) -> u32 {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .unwrap_or_else(|_| panic!("no number: {value}"))
}

fn optional(value: &Value) -> Option<u32> {
    (!value.is_null()).then(|| number(value))
}

fn small(value: &Value) -> u8 {
    optional(value).unwrap_or(0).try_into().unwrap()
}

fn ip(value: &Value) -> Option<IpAddr> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn index_of(name: &Value, devices: &[Value]) -> Option<u32> {
    let name = name.as_str()?;
    // A device of another namespace has no name here.
    let found = devices.iter().find(|device| device["ifname"] == name);
    found
        .map(|device| number(&device["ifindex"]))
        .or_else(|| name.strip_prefix("if")?.parse().ok())
}

fn scope(value: &Value) -> Scope {
    match small(value) {
        0 => Scope::Global,
        200 => Scope::Site,
        253 => Scope::Link,
        254 => Scope::Host,
        255 => Scope::Nowhere,
        other => Scope::Other(other),
    }
}

fn link(row: &Value, devices: &[Value]) -> Link {
    let flags = row["flags"].as_array().unwrap();
    let has = |flag: &str| flags.iter().any(|it| it == flag);
    let mac = row["address"].as_str().filter(|text| text.len() == 17);
    Link {
        index: number(&row["ifindex"]),
        name: row["ifname"].as_str().unwrap().into(),
        kind: row["linkinfo"]["info_kind"].as_str().unwrap_or("").into(),
        loopback: has("LOOPBACK"),
        up: has("UP"),
        running: has("UP") && !has("NO-CARRIER"),
        point_to_point: has("POINTOPOINT"),
        mac: mac.map(str::to_owned),
        mtu: number(&row["mtu"]),
        master: index_of(&row["master"], devices),
        lower: optional(&row["link_index"]).or_else(|| index_of(&row["link"], devices)),
        lower_namespace: row["link_netnsid"].as_i64().map(|id| id as i32),
    }
}

fn address(row: &Value, interface: u32) -> Address {
    let own = ip(&row["local"]).unwrap();
    let lifetime = |name: &str| Some(number(&row[name])).filter(|seconds| *seconds != u32::MAX);
    let named = [
        ("secondary", AddressFlag::Secondary),
        ("temporary", AddressFlag::Temporary),
        ("nodad", AddressFlag::NoDad),
        ("optimistic", AddressFlag::Optimistic),
        ("dadfailed", AddressFlag::DadFailed),
        ("home", AddressFlag::HomeAddress),
        ("deprecated", AddressFlag::Deprecated),
        ("tentative", AddressFlag::Tentative),
        ("mngtmpaddr", AddressFlag::ManageTemporary),
        ("noprefixroute", AddressFlag::NoPrefixRoute),
        ("autojoin", AddressFlag::AutoJoin),
        ("stable-privacy", AddressFlag::StablePrivacy),
    ];
    let flags = named.into_iter().filter(|(name, _)| row[name] == true);
    Address {
        interface,
        address: own,
        prefix: small(&row["prefixlen"]),
        peer: ip(&row["address"]),
        scope: scope(&row["scope"]),
        valid_s: lifetime("valid_life_time"),
        preferred_s: lifetime("preferred_life_time"),
        flags: flags.map(|(_, flag)| flag).collect(),
        label: row["label"].as_str().map(Into::into),
    }
}

fn hop(row: &Value, devices: &[Value]) -> Option<NextHop> {
    let flags = row["flags"].as_array().unwrap();
    let has = |flag: &str| flags.iter().any(|it| it == flag);
    let hop = NextHop {
        interface: index_of(&row["dev"], devices),
        gateway: ip(&row["gateway"]).or_else(|| ip(&row["via"]["host"])),
        weight: optional(&row["weight"]).unwrap_or(1),
        onlink: has("onlink"),
        link_down: has("linkdown"),
        dead: has("dead"),
    };
    (hop.interface.is_some() || hop.gateway.is_some()).then_some(hop)
}

fn prefix(value: &Value) -> Option<Prefix> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn route(row: &Value, family: Family, devices: &[Value]) -> Route {
    let kinds = [
        RouteKind::Unicast,
        RouteKind::Local,
        RouteKind::Broadcast,
        RouteKind::Anycast,
        RouteKind::Multicast,
        RouteKind::Blackhole,
        RouteKind::Unreachable,
        RouteKind::Prohibit,
        RouteKind::Throw,
    ];
    let everything = row["dst"] == "default";
    let hops = match row["nexthops"].as_array() {
        Some(hops) => hops.iter().filter_map(|row| hop(row, devices)).collect(),
        None => hop(row, devices).into_iter().collect(),
    };
    Route {
        to: match everything {
            true => family.everything(),
            false => prefix(&row["dst"]).unwrap(),
        },
        from: prefix(&row["src"]).or_else(|| prefix(&row["from"])),
        table: number(&row["table"]),
        kind: kinds[number(&row["type"]) as usize - 1],
        scope: scope(&row["scope"]),
        protocol: small(&row["protocol"]),
        metric: optional(&row["metric"]).unwrap_or(0),
        tos: small(&row["tos"]),
        source: ip(&row["prefsrc"]),
        hops,
        nexthop: optional(&row["nhid"]),
    }
}

fn rule(row: &Value, family: Family) -> Rule {
    let prefix = |name: &str| {
        let address: IpAddr = row[name]
            .as_str()
            .filter(|text| *text != "all")?
            .parse()
            .unwrap();
        let host = if address.is_ipv4() { 32 } else { 128 };
        let length = optional(&row[format!("{name}len")]).unwrap_or(host);
        Prefix::new(address, length as u8)
    };
    let ports = |name: &str| -> Option<(u16, u16)> {
        let port = |name: String| optional(&row[name]).map(|port| port as u16);
        let one = port(name.to_owned());
        let first = one.or(port(format!("{name}_start")))?;
        Some((first, one.or(port(format!("{name}_end")))?))
    };
    let set = |name: &str| row.get(name).is_some();
    let mark = set("fwmark").then(|| Mark {
        value: number(&row["fwmark"]),
        mask: optional(&row["fwmask"]).unwrap_or(u32::MAX),
    });
    let table = optional(&row["table"]).unwrap_or(0);
    Rule {
        family,
        priority: number(&row["priority"]),
        invert: set("not"),
        from: prefix("src"),
        to: prefix("dst"),
        input: row["iif"].as_str().map(Into::into),
        output: row["oif"].as_str().map(Into::into),
        mark,
        tos: small(&row["tos"]),
        ip_protocol: row["ipproto"].as_str().map(|name| match name {
            "tcp" => 6,
            "udp" => 17,
            other => other.trim_start_matches("ipproto-").parse().unwrap(),
        }),
        source_ports: ports("sport"),
        destination_ports: ports("dport"),
        users: set("uid_start").then(|| (number(&row["uid_start"]), number(&row["uid_end"]))),
        vrf: set("l3mdev"),
        action: match row["action"].as_str().or(row["type"].as_str()) {
            Some("blackhole" | "6") => Action::Blackhole,
            Some("unreachable" | "7") => Action::Unreachable,
            Some("prohibit" | "8") => Action::Prohibit,
            Some("nop") => Action::Nop,
            _ if set("nop") => Action::Nop,
            _ if set("goto") => Action::Goto(optional(&row["goto"]).unwrap_or(0)),
            _ => Action::Table(table),
        },
        suppress_prefix_length: optional(&row["suppress_prefixlen"]),
        suppress_interface_group: optional(&row["suppress_ifgroup"]),
        protocol: small(&row["protocol"]),
        other_conditions: if set("tun_id") { vec![12] } else { vec![] },
    }
}
