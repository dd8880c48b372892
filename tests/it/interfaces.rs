//! What is read of interfaces, addresses, routes and rules, against what ip(8) says of the same.
//!
//! `SEAWORTHY_NETNS` sets how many namespaces are generated (10), `SEAWORTHY_NETNS_SEED` from which seed on (1).

mod generated;
mod namespace;
mod told;

use crate::support::{Dice, has, is_root, seaworthy, skip};
use namespace::Namespace;
use seaworthy::fact::Fact;
use seaworthy::facts::interfaces::{Interfaces, Namespace as Whose};
use seaworthy::host::Host;
use seaworthy::kernel::network::{AddressFlag, Family, Network, RouteKind};
use seaworthy::model::interfaces::faces;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

const PROGRAM: &str = env!("CARGO_BIN_EXE_seaworthy");

/// The fact, as the program under this command prints it.
fn fact(mut command: Command) -> Interfaces {
    let output = command.args(["facts", "interfaces"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    of_json(serde_json::from_slice(&output.stdout).unwrap())
}

fn of_json(record: serde_json::Value) -> Interfaces {
    let fact = record["facts"]["interfaces"].clone();
    match serde_json::from_value::<Fact<Interfaces>>(fact) {
        Ok(Fact::Known { value, .. }) => value,
        other => panic!("{other:?}\nin {record:#}"),
    }
}

/// What can be compared: in an order of its own, without what changes by itself.
fn settled(mut network: Network) -> Network {
    for link in &mut network.links {
        // Of one that is off, ip does not say it.
        link.running &= link.up;
    }
    for address in &mut network.addresses {
        address.valid_s = address.valid_s.map(|_| 0);
        address.preferred_s = address.preferred_s.map(|_| 0);
    }
    network
        .addresses
        .sort_by_key(|it| (it.interface, it.address, it.prefix, it.peer));
    network.routes.sort_by_key(|it| format!("{it:?}"));
    network
}

/// Reads as both do until nothing changed meanwhile, and compares.
#[track_caller]
fn agree(ours: &dyn Fn() -> Interfaces, ip: &dyn Fn() -> Command) -> Interfaces {
    for _ in 0..50 {
        let before = told::network(ip);
        let interfaces = ours();
        let after = told::network(ip);
        if settled(before.clone()) != settled(after.clone()) {
            std::thread::sleep(std::time::Duration::from_millis(100));
            continue;
        }
        let (seen, expected) = (settled(interfaces.network.clone()), settled(before.clone()));
        same(&seen.links, &expected.links);
        same(&seen.addresses, &expected.addresses);
        same(&seen.routes, &expected.routes);
        same(&seen.rules, &expected.rules);
        lifetimes(&before, &interfaces.network, &after);
        return interfaces;
    }
    panic!("the network changes all the time");
}

#[track_caller]
fn same<T: PartialEq + std::fmt::Debug>(seen: &[T], expected: &[T]) {
    let lacking: Vec<_> = expected.iter().filter(|row| !seen.contains(row)).collect();
    let surplus: Vec<_> = seen.iter().filter(|row| !expected.contains(row)).collect();
    assert!(
        lacking.is_empty() && surplus.is_empty() && seen == expected,
        "ip alone has {lacking:#?}\nseaworthy alone has {surplus:#?}"
    );
}

/// They only grow shorter.
fn lifetimes(before: &Network, ours: &Network, after: &Network) {
    let of = |network: &Network| -> BTreeMap<_, _> {
        let rows = network.addresses.iter();
        rows.map(|it| {
            (
                (it.interface, it.address, it.prefix),
                (it.valid_s, it.preferred_s),
            )
        })
        .collect()
    };
    let (before, after) = (of(before), of(after));
    for (address, (valid, preferred)) in of(ours) {
        let (first, last) = (before[&address], after[&address]);
        assert!(last.0 <= valid && valid <= first.0, "{address:?}");
        assert!(last.1 <= preferred && preferred <= first.1, "{address:?}");
    }
}

fn inside(namespace: &Namespace) -> Interfaces {
    agree(&|| fact(namespace.command(PROGRAM)), &|| {
        namespace.command("ip")
    })
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn may_make_namespaces() -> bool {
    is_root() && has("ip") && Namespace::new().is_some()
}

#[test]
fn this_machine_is_as_ip_says() {
    if !has("ip") {
        return skip("needs ip");
    }
    let interfaces = agree(&|| fact(Command::new(PROGRAM)), &|| Command::new("ip"));
    let live = Host::live().network().unwrap();
    assert_eq!(live.links, interfaces.network.links);
}

/// Everything that a row can say, once.
#[test]
fn a_network_with_one_of_everything() {
    if !may_make_namespaces() {
        return skip("needs root, ip and network namespaces");
    }
    if !std::path::Path::new("/proc/net/if_inet6").exists() {
        return skip("needs IPv6");
    }
    let namespace = Namespace::new().unwrap();
    let failed = namespace.plant(&lines(
        "link set lo up
        link add eth0 type veth peer name far
        link add eth0.5 type veth peer name far.5
        link set eth0 up
        link set far up
        link set eth0.5 up
        link add br0 type bridge
        link set br0 up
        link set far.5 master br0
        addr add 10.1.0.1/24 dev eth0 label eth0:x
        addr add 10.1.0.2/24 dev eth0
        addr add 10.1.9.1 peer 10.1.9.2/32 dev eth0 scope link
        addr add 10.7.0.9/24 dev br0 valid_lft 1000 preferred_lft 0
        addr add 2001:db8::1/64 dev eth0 nodad
        addr add 2001:db8:5::1/64 dev eth0 nodad valid_lft 5000 preferred_lft 3000 noprefixroute
        addr add fd00:9::1 peer fd00:9::2/128 dev eth0 nodad
        route add default via 10.1.0.254 metric 100
        route add default via 10.2.0.1 dev eth0 onlink table 99
        route add 10.50.0.0/16 nexthop via 10.1.0.3 weight 3 nexthop via 10.1.0.4 weight 256
        route add 10.51.0.0/16 via inet6 fe80::9 dev eth0
        route add blackhole 10.52.0.0/16
        route add unreachable 10.53.0.0/16 metric 5
        route add prohibit 10.54.0.0/16 table 3000000000
        route add throw 10.55.0.0/16 table 300
        route add 10.56.0.0/16 dev eth0 tos 0x10 src 10.1.0.2 proto 77 scope link
        nexthop add id 5 via 10.1.0.7 dev eth0
        route add 10.58.0.0/16 nhid 5
        -6 route add default via 2001:db8::9 metric 77
        -6 route add 2001:db8:77::/48 nexthop via 2001:db8::9 weight 2 nexthop via 2001:db8::8
        -6 route add blackhole 2001:db8:78::/48
        rule add fwmark 1/0xff table 99 priority 100
        rule add not from 10.0.0.0/8 iif eth0 lookup 300 suppress_prefixlength 0
        rule add to 10.3.0.0/16 uidrange 1000-2000 prohibit priority 55
        rule add sport 100-200 dport 53 ipproto udp goto 32766 priority 5
        rule add tos 0x10 oif gone0 blackhole
        rule add nop
        rule add fwmark 0/7 lookup 9 protocol 99
        rule add tun_id 7 lookup 8
        rule add l3mdev
        -6 rule add from 2001:db8::/32 table 42 suppress_ifgroup 7
        link set eth0.5 down",
    ));
    let interfaces = inside(&namespace);
    // A kernel may lack these; what is left is compared all the same.
    let rare = |line: &&String| {
        line.contains("nh") || line.contains("nexthop add") || line.contains("l3mdev")
    };
    let wrong: Vec<_> = failed.iter().filter(|line| !rare(line)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    let whose = match std::fs::read_link("/proc/1/ns/net") {
        Ok(_) => Whose::Another,
        // Some machines keep it even from root.
        Err(_) => Whose::CannotTell,
    };
    assert_eq!(interfaces.namespace, whose);
    let network = &interfaces.network;
    let link = |name: &str| {
        network
            .links
            .iter()
            .find(|link| link.name.raw() == name)
            .unwrap()
    };
    assert_eq!(link("far.5").master, Some(link("br0").index));
    assert_eq!(link("eth0").lower, Some(link("far").index));
    assert_eq!(
        (link("br0").kind.raw(), link("lo").kind.raw()),
        ("bridge", "")
    );
    let deprecated = interfaces.addresses(link("br0").index).next().unwrap();
    assert_eq!(deprecated.flags, [AddressFlag::Deprecated]);
    assert!(
        network
            .routes
            .iter()
            .any(|route| route.kind == RouteKind::Throw)
    );
    assert_eq!(
        network
            .rules
            .iter()
            .filter(|rule| rule.family == Family::V6)
            .count(),
        3
    );

    // A dot in a name is no step of the path.
    let settings = &interfaces.settings[&link("eth0.5").index];
    assert!(
        matches!(settings.rp_filter, Fact::Known { .. }),
        "{settings:?}"
    );
    let shown: Vec<String> = faces(network)
        .items
        .iter()
        .filter(|face| face.faces_internet())
        .map(|face| {
            format!(
                "{}: {}",
                face.name,
                face.because
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        })
        .collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    for reason in [
        "default route by 10.1.0.254",
        "default route by 10.2.0.1 in table 99",
        "public address 2001:db8::1",
    ] {
        assert!(
            shown[0].starts_with("eth0: ") && shown[0].contains(reason),
            "{shown:?}"
        );
    }

    // From outside: a thread enters, and only that one.
    let entered = Host::live().network_of(&namespace.path()).unwrap();
    assert_eq!(settled(entered), settled(network.clone()));
    let own = Host::live().network().unwrap();
    assert!(!own.links.contains(link("br0")));
}

#[test]
fn settings_are_those_of_the_interface() {
    if !may_make_namespaces() {
        return skip("needs root, ip and network namespaces");
    }
    let namespace = Namespace::new().unwrap();
    namespace.plant(&lines("link add eth0.5 type veth peer name far"));
    let set = "echo 2 >/proc/sys/net/ipv4/conf/eth0.5/rp_filter
        echo 1 >/proc/sys/net/ipv4/conf/eth0.5/forwarding
        echo 0 >/proc/sys/net/ipv4/conf/far/forwarding
        echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter";
    assert!(
        namespace
            .command("sh")
            .args(["-ec", set])
            .status()
            .unwrap()
            .success()
    );
    let interfaces = fact(namespace.command(PROGRAM));
    let of = |name: &str| {
        let links = &interfaces.network.links;
        let index = links
            .iter()
            .find(|link| link.name.raw() == name)
            .unwrap()
            .index;
        &interfaces.settings[&index]
    };
    assert_eq!(of("eth0.5").rp_filter.known().unwrap().0, &2);
    assert_eq!(of("eth0.5").forwards_v4.known().unwrap().0, &true);
    assert_eq!(of("far").forwards_v4.known().unwrap().0, &false);
    assert_eq!(interfaces.all.rp_filter.known().unwrap().0, &0);
}

#[test]
fn generated_networks_are_as_ip_says() {
    if !may_make_namespaces() {
        return skip("needs root, ip and network namespaces");
    }
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let first = number("SEAWORTHY_NETNS_SEED", 1);
    let mut rows = 0;
    for seed in first..first + number("SEAWORTHY_NETNS", 10) {
        println!("seed {seed}");
        let namespace = Namespace::new().unwrap();
        let lines = generated::lines(&mut Dice(seed));
        let failed = namespace.plant(&lines);
        println!("{} of {} lines were refused", failed.len(), lines.len());
        let network = inside(&namespace).network;
        rows += network.links.len()
            + network.addresses.len()
            + network.routes.len()
            + network.rules.len();
    }
    println!("{rows} rows");
    assert!(rows > 0);
}

#[test]
fn ten_thousand_routes_are_all_there() {
    if !may_make_namespaces() {
        return skip("needs root, ip and network namespaces");
    }
    let namespace = Namespace::new().unwrap();
    namespace.plant(&lines(
        "link add eth0 type veth peer name far\nlink set far up\nlink set eth0 up",
    ));
    let to = |number: u32| format!("10.{}.{}.0/24", number / 250, number % 250);
    let batch: String = (0..10_000)
        .map(|number| format!("route add {} dev eth0 metric {number}\n", to(number)))
        .collect();
    namespace.batch(&batch);
    let network = fact(namespace.command(PROGRAM)).network;
    let mut seen: Vec<(u32, String)> = network
        .routes
        .iter()
        .filter(|route| route.protocol == 3)
        .map(|route| (route.metric, route.to.to_string()))
        .collect();
    seen.sort();
    let expected: Vec<_> = (0..10_000).map(|number| (number, to(number))).collect();
    assert!(seen == expected, "{} routes", seen.len());
}

/// Whatever comes and goes, what stays is there, or nothing is told.
#[test]
fn a_network_that_changes_meanwhile_is_never_told_in_part() {
    if !may_make_namespaces() {
        return skip("needs root, ip and network namespaces");
    }
    let namespace = Namespace::new().unwrap();
    namespace.plant(&lines("link add eth0 type veth peer name far"));
    let fixed = |number: u32| format!("10.1.{}.{}", number / 250, number % 250);
    let add = |number: u32| format!("addr add {}/32 dev eth0\n", fixed(number));
    namespace.batch(&(0..2000).map(add).collect::<String>());
    let over = AtomicBool::new(false);
    let tries = std::thread::scope(|scope| {
        let change = || {
            // By its scope it comes first, and the kernel counts from there.
            let address = "10.2.0.1/32 dev eth0 scope host";
            let churn = format!("addr add {address}\naddr del {address}\n");
            while !over.load(Ordering::Relaxed) {
                namespace.batch(&churn.repeat(20));
            }
        };
        scope.spawn(change);
        let tries = (0..100).map(|_| Host::live().network_of(&namespace.path()));
        let tries: Vec<_> = tries.collect();
        over.store(true, Ordering::Relaxed);
        tries
    });
    let mut told = 0;
    for network in tries {
        match network {
            Ok(network) => {
                let kept = network.addresses.iter().map(|it| it.address.to_string());
                let kept = kept.filter(|address| address.starts_with("10.1."));
                assert!(kept.eq((0..2000).map(fixed)));
                told += 1;
            }
            Err(obstacle) => assert_eq!(obstacle.code(), "failed", "{obstacle}"),
        }
    }
    println!("told {told} of 100 times");
}

#[test]
fn an_ordinary_user_sees_the_same() {
    if !is_root() || !has("setpriv") || !has("ip") {
        return skip("needs root, setpriv and ip");
    }
    let folder = tempfile::Builder::new()
        .permissions(PermissionsExt::from_mode(0o755))
        .tempdir()
        .unwrap();
    let program = folder.path().join("seaworthy");
    std::fs::copy(PROGRAM, &program).unwrap();
    let as_nobody = || {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arg(&program)
            .current_dir("/");
        command
    };
    let interfaces = agree(&|| fact(as_nobody()), &|| Command::new("ip"));
    assert_eq!(interfaces.namespace, Whose::CannotTell);
    assert!(
        interfaces
            .settings
            .values()
            .all(|it| it.forwards_v4.known().is_ok())
    );
}

#[test]
fn a_fixture_has_the_network_of_its_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("host.yaml");
    let ask = || {
        seaworthy("facts interfaces")
            .on(folder.path())
            .run()
            .exits(0)
            .json()
    };
    std::fs::create_dir_all(folder.path().join("proc/sys/net/ipv4/conf/eth0")).unwrap();
    std::fs::write(
        folder.path().join("proc/sys/net/ipv4/conf/eth0/forwarding"),
        "x\n",
    )
    .unwrap();
    let none = ask();
    assert_eq!(
        none["facts"]["interfaces"]["unknown"]["why"],
        "the fixture has none"
    );
    std::fs::write(
        &manifest,
        "network:
  links: [{ index: 2, name: eth0 }]
  addresses: [{ interface: 2, address: 203.0.113.5, prefix: 24 }]
  routes:
    - { to: 0.0.0.0/0, hops: [{ interface: 2, gateway: 203.0.113.1 }] }
    - { to: \"::/0\", kind: unreachable }
  rules: [{ priority: 32766, action: { table: 254 }, source_ports: [1, 2], mark: { value: 7 } }]
",
    )
    .unwrap();
    let interfaces = of_json(ask());
    assert_eq!(faces(&interfaces.network).items[0].because.len(), 2);
    assert_eq!(
        interfaces.settings[&2]
            .forwards_v4
            .obstacle()
            .unwrap()
            .code(),
        "unparsable"
    );
    assert!(matches!(
        interfaces.settings[&2].forwards_v6,
        Fact::Absent { .. }
    ));

    let image = tempfile::tempdir().unwrap();
    std::fs::create_dir(image.path().join("etc")).unwrap();
    std::fs::write(image.path().join("etc/passwd"), "").unwrap();
    let image = seaworthy("facts interfaces --root")
        .arg(image.path())
        .run()
        .exits(0)
        .json();
    assert_eq!(
        image["facts"]["interfaces"]["unknown"]["code"],
        "needs-live-host"
    );
}
