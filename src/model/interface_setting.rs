//! What the kernel makes of an interface setting that exists twice, as `conf.all` and as the interface's own.
//!
//! IPv4: the `IN_DEV_*` macros of include/linux/inetdevice.h; IPv6: `rt6_do_redirect` (net/ipv6/route.c), `ipv6_rthdr_rcv`
//! (net/ipv6/exthdrs.c) and `ipv6_accept_ra` (include/net/ipv6.h). `conf.default` decides nothing by itself: an interface
//! takes its values from there when it appears.

use crate::facts::interface_setting::Setting;

/// The value that counts on an interface: `all` and `own` as `/proc/sys` shows them, `forwarding` the interface's own
/// `forwarding` of the same family. `None` if a value is no number.
pub fn effective(setting: Setting, all: &str, own: &str, forwarding: bool) -> Option<i32> {
    let all: i32 = all.trim().parse().ok()?;
    let own: i32 = own.trim().parse().ok()?;
    let both = i32::from(all != 0 && own != 0);
    let either = i32::from(all != 0 || own != 0);
    Some(match setting {
        Setting::RpFilter => all.max(own),
        Setting::AcceptSourceRoute => both,
        Setting::AcceptRedirects if forwarding => both,
        Setting::AcceptRedirects | Setting::SecureRedirects | Setting::LogMartians => either,
        Setting::SendRedirects if forwarding => either,
        Setting::AcceptRedirectsV6 if !forwarding => i32::from(own != 0),
        Setting::SendRedirects | Setting::AcceptRedirectsV6 => 0,
        Setting::AcceptSourceRouteV6 => all.min(own),
        Setting::AcceptRaV6 if forwarding => i32::from(own == 2),
        Setting::AcceptRaV6 => i32::from(own != 0),
    })
}

#[cfg(test)]
mod tests {
    use super::effective;
    use crate::facts::interface_setting::Setting::*;

    #[test]
    fn combines_as_the_kernel_does() {
        for (setting, all, own, forwarding, expected) in [
            (RpFilter, "0", "2", false, 2),
            (RpFilter, "1\n", "0", false, 1),
            (AcceptSourceRoute, "0", "1", false, 0),
            (AcceptSourceRoute, "1", "1", true, 1),
            (AcceptRedirects, "0", "1", false, 1),
            (AcceptRedirects, "1", "0", false, 1),
            (AcceptRedirects, "0", "1", true, 0),
            (AcceptRedirects, "1", "1", true, 1),
            (SecureRedirects, "0", "1", false, 1),
            (SendRedirects, "1", "0", false, 0),
            (SendRedirects, "1", "0", true, 1),
            (LogMartians, "1", "0", false, 1),
            (AcceptRedirectsV6, "1", "0", false, 0),
            (AcceptRedirectsV6, "0", "1", false, 1),
            (AcceptRedirectsV6, "0", "1", true, 0),
            (AcceptSourceRouteV6, "0", "-1", false, -1),
            (AcceptRaV6, "0", "1", false, 1),
            (AcceptRaV6, "0", "1", true, 0),
            (AcceptRaV6, "0", "2", true, 1),
        ] {
            assert_eq!(
                effective(setting, all, own, forwarding),
                Some(expected),
                "{setting:?} all={all:?} own={own} forwarding={forwarding}"
            );
        }
        assert_eq!(effective(RpFilter, "", "1", false), None);
    }
}
