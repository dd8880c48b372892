//! What the host runs on, by the evidence that systemd-detect-virt(1) uses, as far as plain files have it.
//!
//! The name that the processor itself gives of its hypervisor (CPUID) is out of reach without unsafe code: where the firmware
//! names nobody, a virtual machine is one of an unnamed hypervisor.

use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the host runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Virtualisation {
    /// The bare machine.
    None,
    /// A virtual machine.
    Vm {
        /// Whose.
        hypervisor: Hypervisor,
    },
    /// A container.
    Container {
        /// What made it, in the words of its maker (`lxc`, `docker`, `systemd-nspawn`), or `other`.
        manager: HostText,
    },
    /// There is no evidence either way.
    Unknown,
}

impl Virtualisation {
    /// What made the container, if it is one.
    pub fn container(&self) -> Option<&HostText> {
        match self {
            Self::Container { manager } => Some(manager),
            _ => None,
        }
    }
}

/// `none`, `unknown`, or the kind and whose: `vm:qemu`, `container:lxc`.
impl fmt::Display for Virtualisation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => out.write_str("none"),
            Self::Vm { hypervisor } => {
                write!(out, "vm:{}", format!("{hypervisor:?}").to_lowercase())
            }
            Self::Container { manager } => write!(out, "container:{manager}"),
            Self::Unknown => out.write_str("unknown"),
        }
    }
}

/// Whose virtual machine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hypervisor {
    /// Amazon EC2 (Nitro).
    Amazon,
    /// Apple's virtualization framework.
    Apple,
    /// FreeBSD's bhyve.
    Bhyve,
    /// Bochs.
    Bochs,
    /// Google Compute Engine.
    Google,
    /// KVM, also under OpenStack and KubeVirt.
    Kvm,
    /// Hyper-V, and with it Azure.
    Microsoft,
    /// VirtualBox.
    Oracle,
    /// Parallels.
    Parallels,
    /// QEMU, with or without KVM: most providers of small servers.
    Qemu,
    /// VMware.
    Vmware,
    /// Xen.
    Xen,
    /// One that the firmware does not name (Firecracker has none).
    Other,
}

/// What the firmware calls the machine: the files of `/sys/class/dmi/id`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DmiNames {
    /// `product_name`.
    pub product_name: Option<HostText>,
    /// `sys_vendor`.
    pub sys_vendor: Option<HostText>,
    /// `board_vendor`.
    pub board_vendor: Option<HostText>,
    /// `bios_vendor`.
    pub bios_vendor: Option<HostText>,
    /// `product_version`.
    pub product_version: Option<HostText>,
}

/// What a collector found; `None` where it found nothing or could not look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VirtualisationEvidence {
    /// The content of `/run/host/container-manager`.
    pub container_manager: Option<HostText>,
    /// The content of `/run/systemd/container`.
    pub systemd_container: Option<HostText>,
    /// `container` in the environment of PID 1.
    pub init_variable: Option<HostText>,
    /// `/run/.containerenv` exists.
    pub podman_marker: bool,
    /// `/.dockerenv` exists.
    pub docker_marker: bool,
    /// The markers are left over in an image that was booted ([`super::VantageEvidence::booted`]).
    pub booted: bool,
    /// `/proc/vz` exists and `/proc/bc` does not.
    pub openvz: bool,
    /// `/proc/sys/kernel/osrelease`.
    pub osrelease: Option<HostText>,
    /// What the firmware says.
    pub dmi: DmiNames,
    /// `/sys/hypervisor/type`.
    pub hypervisor_type: Option<HostText>,
    /// The `hypervisor` flag of `/proc/cpuinfo`, where processors have flags ([`hypervisor_flag`]).
    pub cpu_flag: Option<bool>,
}

/// Whether `/proc/cpuinfo` flags a hypervisor; `None` on processors that have no such flag.
pub fn hypervisor_flag(cpuinfo: &[u8]) -> Option<bool> {
    let line = cpuinfo
        .split(|byte| *byte == b'\n')
        .find(|line| line.starts_with(b"flags"))?;
    Some(
        line.split(|byte| *byte == b' ')
            .any(|flag| flag == b"hypervisor"),
    )
}

/// The value of a variable in the text of a `/proc/PID/environ`. Only the one asked for is kept: the others may be secret.
pub fn variable(environ: &[u8], name: &str) -> Option<HostText> {
    environ
        .split(|byte| *byte == 0)
        .find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .map(HostText::from_bytes)
}

/// What the host runs on. A container in a virtual machine is a container.
pub fn virtualisation(evidence: &VirtualisationEvidence) -> Virtualisation {
    if let Some(manager) = container(evidence) {
        return Virtualisation::Container { manager };
    }
    let flag = evidence.cpu_flag;
    let dmi = evidence.dmi.names();
    match (hypervisor(evidence), flag) {
        (Some(hypervisor), _) => Virtualisation::Vm { hypervisor },
        (None, Some(true)) if !evidence.dmi.is_metal() => Virtualisation::Vm {
            hypervisor: Hypervisor::Other,
        },
        (None, None) if dmi.iter().all(|name| name.is_none()) => Virtualisation::Unknown,
        _ => Virtualisation::None,
    }
}

fn container(evidence: &VirtualisationEvidence) -> Option<HostText> {
    if evidence.openvz {
        return Some("openvz".into());
    }
    let osrelease = evidence.osrelease.as_ref().map_or("", HostText::raw);
    if osrelease.contains("Microsoft") || osrelease.contains("WSL") {
        return Some("wsl".into());
    }
    let marker = match (evidence.podman_marker, evidence.docker_marker) {
        _ if evidence.booted => None,
        (true, _) => Some("podman"),
        (_, true) => Some("docker"),
        _ => None,
    };
    let stated = [
        &evidence.container_manager,
        &evidence.systemd_container,
        &evidence.init_variable,
    ];
    match stated
        .into_iter()
        .flatten()
        .find(|name| !name.raw().trim().is_empty())
    {
        // Some images say `oci`, which is nobody.
        Some(name) if name.raw().trim() == "oci" => Some(marker.unwrap_or("other").into()),
        Some(name) => Some(name.raw().trim().into()),
        None => marker.map(HostText::from),
    }
}

fn hypervisor(evidence: &VirtualisationEvidence) -> Option<Hypervisor> {
    // systemd's table: what the firmware's names start with.
    const VENDORS: [(&str, Hypervisor); 17] = [
        ("KVM", Hypervisor::Kvm),
        ("OpenStack", Hypervisor::Kvm),
        ("KubeVirt", Hypervisor::Kvm),
        ("Amazon EC2", Hypervisor::Amazon),
        ("QEMU", Hypervisor::Qemu),
        ("VMware", Hypervisor::Vmware),
        ("VMW", Hypervisor::Vmware),
        ("innotek GmbH", Hypervisor::Oracle),
        ("VirtualBox", Hypervisor::Oracle),
        ("Oracle Corporation", Hypervisor::Oracle),
        ("Xen", Hypervisor::Xen),
        ("Bochs", Hypervisor::Bochs),
        ("Parallels", Hypervisor::Parallels),
        ("BHYVE", Hypervisor::Bhyve),
        ("Hyper-V", Hypervisor::Microsoft),
        ("Apple Virtualization", Hypervisor::Apple),
        ("Google Compute Engine", Hypervisor::Google),
    ];
    let dmi = &evidence.dmi;
    let named = dmi.names().into_iter().flatten().find_map(|name| {
        let vendor = VENDORS
            .iter()
            .find(|(start, _)| name.raw().starts_with(start))?;
        Some(vendor.1)
    });
    // Hyper-V before product version 7 names itself by vendor and product only.
    let azure = dmi
        .product_name
        .as_ref()
        .is_some_and(|name| name.raw() == "Virtual Machine")
        && dmi
            .sys_vendor
            .as_ref()
            .is_some_and(|name| name.raw().starts_with("Microsoft"));
    match named {
        Some(Hypervisor::Amazon) if dmi.is_metal() => None,
        Some(hypervisor) => Some(hypervisor),
        None if azure => Some(Hypervisor::Microsoft),
        None => evidence
            .hypervisor_type
            .as_ref()
            .map(|name| match name.raw().trim() {
                "xen" => Hypervisor::Xen,
                _ => Hypervisor::Other,
            }),
    }
}

impl DmiNames {
    /// In the order in which systemd looks: the product before the vendor tells KVM from QEMU.
    fn names(&self) -> [&Option<HostText>; 5] {
        [
            &self.product_name,
            &self.sys_vendor,
            &self.board_vendor,
            &self.bios_vendor,
            &self.product_version,
        ]
    }

    /// True of Amazon's bare machines (`m5.metal`, `m7i.metal-24xl`).
    fn is_metal(&self) -> bool {
        self.product_name.as_ref().is_some_and(|name| {
            let after = name.raw().trim().split_once(".metal");
            after.is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('-'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dmi(product: &str, vendor: &str) -> VirtualisationEvidence {
        VirtualisationEvidence {
            dmi: DmiNames {
                product_name: Some(product.into()),
                sys_vendor: Some(vendor.into()),
                ..DmiNames::default()
            },
            ..VirtualisationEvidence::default()
        }
    }

    #[test]
    fn clouds_are_known_by_their_firmware() {
        for (product, vendor, expected) in [
            (
                "Standard PC (i440FX + PIIX, 1996)",
                "QEMU",
                Hypervisor::Qemu,
            ),
            ("KVM Virtual Machine", "QEMU", Hypervisor::Kvm),
            ("OpenStack Nova", "OpenStack Foundation", Hypervisor::Kvm),
            ("t3.micro", "Amazon EC2", Hypervisor::Amazon),
            ("Google Compute Engine", "Google", Hypervisor::Google),
            (
                "Virtual Machine",
                "Microsoft Corporation",
                Hypervisor::Microsoft,
            ),
            ("HVM domU", "Xen", Hypervisor::Xen),
            (
                "VMware Virtual Platform",
                "VMware, Inc.",
                Hypervisor::Vmware,
            ),
            ("VirtualBox", "innotek GmbH", Hypervisor::Oracle),
        ] {
            assert_eq!(
                virtualisation(&dmi(product, vendor)),
                Virtualisation::Vm {
                    hypervisor: expected
                }
            );
        }
        for (product, vendor) in [("m5.metal", "Amazon EC2"), ("PowerEdge R640", "Dell Inc.")] {
            let machine = VirtualisationEvidence {
                cpu_flag: Some(false),
                ..dmi(product, vendor)
            };
            assert_eq!(virtualisation(&machine), Virtualisation::None);
        }
    }

    #[test]
    fn without_firmware_the_processor_s_flag_counts() {
        let flag = |cpu_flag| VirtualisationEvidence {
            cpu_flag,
            ..VirtualisationEvidence::default()
        };
        let other = Virtualisation::Vm {
            hypervisor: Hypervisor::Other,
        };
        assert_eq!(virtualisation(&flag(Some(true))), other);
        assert_eq!(virtualisation(&flag(Some(false))), Virtualisation::None);
        assert_eq!(virtualisation(&flag(None)), Virtualisation::Unknown);
        assert_eq!(
            hypervisor_flag(b"processor\t: 0\nflags\t\t: fpu hypervisor lm\n"),
            Some(true)
        );
        assert_eq!(hypervisor_flag(b"flags\t\t: fpu lm\n"), Some(false));
        assert_eq!(hypervisor_flag(b"Features\t: fp asimd\n"), None);
    }

    #[test]
    fn containers_name_themselves() {
        let base = || dmi("Standard PC", "QEMU");
        let manager = |evidence: &VirtualisationEvidence| match virtualisation(evidence) {
            Virtualisation::Container { manager } => manager.raw().to_owned(),
            other => format!("{other:?}"),
        };
        let lxc = VirtualisationEvidence {
            init_variable: Some("lxc".into()),
            ..base()
        };
        assert_eq!(manager(&lxc), "lxc");
        let oci = VirtualisationEvidence {
            systemd_container: Some("oci\n".into()),
            ..base()
        };
        assert_eq!(manager(&oci), "other");
        assert_eq!(
            manager(&VirtualisationEvidence {
                podman_marker: true,
                ..oci
            }),
            "podman"
        );
        let wsl = VirtualisationEvidence {
            osrelease: Some("5.15-microsoft-standard-WSL2".into()),
            ..base()
        };
        assert_eq!(manager(&wsl), "wsl");
        let docker = VirtualisationEvidence {
            docker_marker: true,
            ..base()
        };
        assert_eq!(manager(&docker), "docker");
        let booted_image = VirtualisationEvidence {
            booted: true,
            ..docker
        };
        assert_eq!(
            virtualisation(&booted_image),
            Virtualisation::Vm {
                hypervisor: Hypervisor::Qemu
            }
        );
    }

    #[test]
    fn one_variable_is_taken_and_no_other() {
        let environ = b"TOKEN=secret\0xcontainer=no\0container=lxc\0";
        assert_eq!(variable(environ, "container"), Some("lxc".into()));
        assert_eq!(variable(environ, "contain"), None);
    }
}
