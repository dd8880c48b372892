//! `/proc/sys/net/{ipv4,ipv6}/conf/*/…` of the network namespace that the tool runs in.

use crate::fact::{Fact, Listing};
use crate::facts::interface_setting::{InterfaceSetting, InterfaceValue, Setting};
use crate::facts::sysctl::parse_running;
use crate::host::Host;
use crate::source::{HostText, Obstacle, Source};

const VALUE_LIMIT: u64 = 4096;

/// Reads one setting of every interface.
pub(super) fn collect(host: &Host, setting: Setting) -> Fact<InterfaceSetting> {
    read(host, setting).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, setting: Setting) -> Result<Fact<InterfaceSetting>, Obstacle> {
    super::os::runs(host)?;
    let (protocol, name) = setting.path();
    let directory = format!("/proc/sys/net/{protocol}/conf");
    let absent = Fact::Absent {
        looked_at: Source::file(directory.as_str()),
    };
    let Some(entries) = host.files().list(&directory)? else {
        super::os::settings_in_sight(host, "/proc/sys/net")?;
        return Ok(absent);
    };
    let Some(all) = value(host, &format!("{directory}/all/{name}"))? else {
        return Ok(absent);
    };
    let one = |name_of: &HostText| -> Result<Option<InterfaceValue>, Obstacle> {
        let own = format!("{directory}/{}", name_of.raw());
        let (Some(value), Some(forwarding)) = (
            value(host, &format!("{own}/{name}"))?,
            value(host, &format!("{own}/forwarding"))?,
        ) else {
            // An interface may go while it is read: then it is no longer there, which is no gap.
            return match host.files().stat(&own)? {
                None => Ok(None),
                Some(_) => Err(Obstacle::Failed {
                    at: Source::file(own),
                    why: "a setting is missing".into(),
                }),
            };
        };
        Ok(Some(InterfaceValue {
            name: name_of.clone(),
            value,
            forwards: forwarding.raw() != "0",
        }))
    };
    let interfaces: Listing<InterfaceValue> = entries
        .iter()
        .map(|entry| &entry.name)
        .filter(|name| !["all", "default", "lo"].contains(&name.raw()))
        .filter_map(|name| one(name).transpose())
        .collect();
    Ok(Fact::Known {
        value: InterfaceSetting { all, interfaces },
        source: Source::file(directory),
    })
}

fn value(host: &Host, path: &str) -> Result<Option<HostText>, Obstacle> {
    let bytes = host.files().read(path, VALUE_LIMIT)?;
    Ok(bytes.map(|bytes| parse_running(&bytes)))
}
