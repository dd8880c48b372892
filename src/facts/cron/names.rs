//! Which files cron and run-parts pass over for their names.

use super::Flavour;

/// Why cron passes over a file of `/etc/cron.d`.
pub fn passed_over(flavour: Flavour, name: &str) -> Option<&'static str> {
    match flavour {
        _ if name.starts_with('.') => Some("its name begins with a dot"),
        Flavour::Debian if !is_plain(name) => {
            Some("its name has other signs than letters, digits, - and _")
        }
        Flavour::Debian => None,
        // cronie's not_a_crontab().
        Flavour::Cronie => {
            let ends = ["~", ".rpmsave", ".rpmorig", ".rpmnew"];
            let passed = name.starts_with('#') || ends.iter().any(|end| name.ends_with(end));
            passed.then_some("its name is that of a copy")
        }
    }
}

/// Why run-parts(8) passes over a file for its name: Debian's, or the script that cronie brings.
pub fn run_parts_passes_over(flavour: Flavour, name: &str) -> Option<&'static str> {
    match flavour {
        Flavour::Debian if !is_plain(name) => {
            Some("its name has other signs than letters, digits, - and _")
        }
        Flavour::Debian => None,
        Flavour::Cronie => {
            let ends = [
                "~", ",", ".rpmsave", ".rpmorig", ".rpmnew", ".swp", ",v", ".cfsaved",
            ];
            let passed = name.starts_with('.') || ends.iter().any(|end| name.ends_with(end));
            passed.then_some("its name is that of a copy")
        }
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.bytes().all(plain)
}
