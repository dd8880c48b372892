//! rtnetlink(7), and `/proc/sys/net/{ipv4,ipv6}/conf/*/…`, of the network namespace that the tool runs in.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::interfaces::{Interfaces, Namespace, Settings};
use crate::facts::os::Vantage;
use crate::facts::sysctl::parse_running;
use crate::host::Host;
use crate::source::{Obstacle, Source};

const SETTING_LIMIT: u64 = 4096;

/// Reads the interfaces.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Interfaces> {
    let network = match host.network() {
        Ok(network) => network,
        Err(obstacle) => return Fact::Unknown(obstacle),
    };
    let settings = network.links.iter();
    let settings = settings.map(|link| (link.index, settings_of(host, link.name.raw())));
    Fact::Known {
        value: Interfaces {
            namespace: namespace(host, facts),
            all: settings_of(host, "all"),
            settings: settings.collect(),
            network,
        },
        source: Source::kernel("rtnetlink"),
    }
}

/// In an application container PID 1 is the container's own: sharing its namespace says nothing.
fn namespace(host: &Host, facts: &Facts) -> Namespace {
    let contained = match facts.os().and_then(Fact::known) {
        Ok((os, _)) => matches!(os.vantage, Vantage::ApplicationContainer { .. }),
        Err(_) => true,
    };
    let link = |path| host.files().read_link(path).ok().flatten();
    let init = (!contained).then(|| link("/proc/1/ns/net")).flatten();
    Namespace::of(link("/proc/self/ns/net").as_ref(), init.as_ref())
}

fn settings_of(host: &Host, interface: &str) -> Settings {
    let setting = |protocol, name| setting(host, protocol, interface, name);
    Settings {
        forwards_v4: switch(setting("ipv4", "forwarding")),
        forwards_v6: switch(setting("ipv6", "forwarding")),
        rp_filter: setting("ipv4", "rp_filter"),
    }
}

fn switch(number: Fact<i32>) -> Fact<bool> {
    match number {
        Fact::Known { value, source } => Fact::Known {
            value: value != 0,
            source,
        },
        Fact::Absent { looked_at } => Fact::Absent { looked_at },
        Fact::Unknown(obstacle) => Fact::Unknown(obstacle),
    }
}

fn setting(host: &Host, protocol: &str, interface: &str, name: &str) -> Fact<i32> {
    // An interface's name holds no slash, and dots stand for themselves here.
    let path = format!("/proc/sys/net/{protocol}/conf/{interface}/{name}");
    let source = Source::file(path.as_str());
    let text = match host.files().read(&path, SETTING_LIMIT) {
        Ok(Some(text)) => parse_running(&text),
        Ok(None) => {
            return match super::os::settings_in_sight(host, "/proc/sys/net") {
                Ok(()) => Fact::Absent { looked_at: source },
                Err(obstacle) => Fact::Unknown(obstacle),
            };
        }
        Err(obstacle) => return Fact::Unknown(obstacle),
    };
    match text.raw().parse() {
        Ok(value) => Fact::Known { value, source },
        Err(_) => Fact::Unknown(Obstacle::Unparsable {
            at: source,
            why: "not a number".into(),
        }),
    }
}
