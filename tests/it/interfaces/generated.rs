//! Networks that nobody would set up, to be planted in a namespace: lines for ip(8), some of which the kernel refuses.

use crate::support::Dice;

const NAMES: [&str; 6] = ["a0", "a1", "b.5", "c-c", "wg0", "eth0"];
const DEVICES: [&str; 10] = [
    "link add link a0 name NAME type vlan id 5",
    "link add NAME type dummy",
    "link add NAME type bridge",
    "link add NAME type bond",
    "link add NAME type wireguard",
    "link add NAME type vxlan id 7 dstport 4789 dev a0",
    "link add link a0 name NAME type macvlan",
    "link add NAME type ifb",
    "tuntap add mode tun NAME",
    "link add NAME type veth peer name a1",
];
const V4: [&str; 6] = [
    "10.1",
    "192.168.7",
    "203.0.113",
    "100.64.3",
    "172.16.9",
    "198.51.100",
];
const TABLES: [&str; 5] = ["main", "local", "99", "1000", "4294967290"];

/// The lines of one network.
pub fn lines(dice: &mut Dice) -> Vec<String> {
    let mut lines: Vec<String> = [
        "link set lo up",
        "link add a0 type veth peer name a1",
        "link set a0 up",
        "link set a1 up",
    ]
    .map(str::to_owned)
    .to_vec();
    for _ in 0..dice.roll(6) {
        let name = dice.pick(&NAMES);
        lines.push(dice.pick(&DEVICES).replace("NAME", name));
        if !dice.one_in(4) {
            lines.push(format!("link set {name} up"));
        }
        if dice.one_in(3) {
            lines.push(format!("link set {name} mtu {}", 600 + dice.roll(1000)));
        }
        if dice.one_in(4) {
            let master = dice.pick(&NAMES);
            lines.push(format!("link set {name} master {master}"));
        }
    }
    let count = 1 + dice.roll(12);
    lines.extend((0..count).map(|_| address(dice)));
    let count = 2 + dice.roll(20);
    lines.extend((0..count).map(|_| route(dice)));
    let count = dice.roll(10);
    lines.extend((0..count).map(|_| rule(dice)));
    lines
}

/// One that is there, as a rule.
fn device(dice: &mut Dice) -> &'static str {
    match dice.roll(3) {
        0 => NAMES[dice.roll(NAMES.len())],
        _ => NAMES[dice.roll(2)],
    }
}

fn v4(dice: &mut Dice) -> String {
    let net = dice.pick(&V4);
    let host = 1 + dice.roll(5);
    match net.matches('.').count() {
        1 => format!("{net}.{}.{host}", dice.roll(3)),
        _ => format!("{net}.{host}"),
    }
}

fn v6(dice: &mut Dice) -> String {
    let net = dice.pick(&["2001:db8:1:", "fd00:7:", "2001:db8:2:"]);
    format!("{net}:{:x}", 1 + dice.roll(40))
}

fn address(dice: &mut Dice) -> String {
    let device = device(dice);
    let six = dice.one_in(2);
    let host = |dice: &mut Dice| if six { v6(dice) } else { v4(dice) };
    let (own, other) = (host(dice), host(dice));
    let length = if six {
        60 + dice.roll(69)
    } else {
        8 + dice.roll(25)
    };
    let mut line = match dice.one_in(5) {
        true => format!("addr add {own} peer {other}/{length} dev {device}"),
        false => format!("addr add {own}/{length} dev {device}"),
    };
    let option = match (dice.roll(7), six) {
        (0, _) => " scope link",
        (1, _) => " scope host",
        (2, _) => " valid_lft 5000 preferred_lft 3000",
        (3, _) => " valid_lft 5000 preferred_lft 0",
        (4, _) => " noprefixroute",
        (5, true) => " nodad valid_lft 9000 preferred_lft 9000 mngtmpaddr",
        (6, true) => " home",
        (5, false) => &format!(" label {device}:x"),
        (_, _) => "",
    };
    line.push_str(option);
    line
}

fn route(dice: &mut Dice) -> String {
    let six = dice.one_in(2);
    let host = |dice: &mut Dice| if six { v6(dice) } else { v4(dice) };
    let to = match (dice.roll(5), six) {
        (0, _) => "default".to_owned(),
        (1, true) => "2000::/3".to_owned(),
        (1, false) => "0.0.0.0/1".to_owned(),
        (_, true) => format!("2001:db8:{:x}::/48", 0x100 + dice.roll(200)),
        (_, false) => format!("10.{}.0.0/16", 100 + dice.roll(100)),
    };
    let device = device(dice);
    let mut line = match dice.roll(8) {
        0 => {
            let kind = dice.pick(&["blackhole", "unreachable", "prohibit", "throw"]);
            format!("route add {kind} {to}")
        }
        1 => format!("route add {to} dev {device}"),
        2 if !six => format!(
            "route add {to} via inet6 fe80::{} dev {device}",
            1 + dice.roll(9)
        ),
        2..=4 => {
            let (one, two) = (host(dice), host(dice));
            let weight = 1 + dice.roll(255);
            format!(
                "route add {to} nexthop via {one} dev a1 weight {weight} onlink nexthop via {two} dev a0 onlink"
            )
        }
        5 => format!("route add {to} via {}", host(dice)),
        _ => format!("route add {to} via {} dev {device} onlink", host(dice)),
    };
    if dice.one_in(2) {
        line.push_str(&format!(" metric {}", dice.roll(5000)));
    }
    if dice.one_in(3) {
        line.push_str(&format!(" table {}", dice.pick(&TABLES)));
    }
    if dice.one_in(4) {
        line.push_str(&format!(" proto {}", 1 + dice.roll(200)));
    }
    match (dice.roll(6), six) {
        (0, false) => line.push_str(" tos 0x10"),
        (1, false) => line.push_str(" scope link"),
        (2, true) => line.push_str(" expires 3000"),
        _ => {}
    }
    if six { format!("-6 {line}") } else { line }
}

fn rule(dice: &mut Dice) -> String {
    let six = dice.one_in(3);
    let mut line = "rule add".to_owned();
    if dice.one_in(6) {
        line.push_str(" not");
    }
    for _ in 0..1 + dice.roll(3) {
        let (from, to) = match six {
            true => ("from 2001:db8:5::/48", "to fd00:1::1"),
            false => ("from 10.3.0.0/16", "to 192.0.2.7"),
        };
        let all = [
            from,
            to,
            "fwmark 0x1",
            "fwmark 0x10/0xff0",
            "fwmark 0/7",
            "iif a0",
            "iif lo",
            "oif gone0",
            "uidrange 1000-2000",
            "sport 1024-2048",
            "dport 53",
            "ipproto udp",
            "ipproto 132",
            "tos 0x10",
            "tun_id 7",
        ];
        let condition = dice.pick(&all);
        let known = condition.split(' ').next().unwrap_or(condition);
        if !line.contains(known) {
            line.push_str(&format!(" {condition}"));
        }
    }
    if dice.one_in(2) {
        line.push_str(&format!(" priority {}", 1 + dice.roll(30000)));
    }
    let table = dice.pick(&TABLES);
    let action = match dice.roll(9) {
        0 => "blackhole".to_owned(),
        1 => "unreachable".to_owned(),
        2 => "prohibit".to_owned(),
        3 => "nop".to_owned(),
        4 => "goto 32766".to_owned(),
        5 => format!("table {table} suppress_prefixlength {}", dice.roll(20)),
        6 => format!("table {table} suppress_ifgroup {}", dice.roll(20)),
        7 => "l3mdev protocol 99".to_owned(),
        _ => format!("table {table} protocol 77"),
    };
    line.push_str(&format!(" {action}"));
    if six { format!("-6 {line}") } else { line }
}
