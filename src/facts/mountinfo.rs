//! The grammar of `/proc/self/mountinfo` (proc_pid_mountinfo(5)), and the escapes that the kernel writes there as in `/proc/swaps`, and
//! people in fstab(5). What a mount means belongs to whoever asks.

use crate::source::HostText;

/// A line: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
pub(super) struct Line<'t> {
    /// The number of the mount.
    pub(super) id: &'t str,
    /// The number of the mount that it lies on.
    pub(super) parent: &'t str,
    /// The device of its file system, `MAJOR:MINOR`.
    pub(super) device: &'t str,
    /// The directory of its file system that is mounted.
    pub(super) root: HostText,
    /// Where.
    pub(super) at: HostText,
    /// The mount's own options.
    pub(super) options: &'t str,
    /// The kind of its file system.
    pub(super) filesystem: HostText,
    /// The options of the whole file system.
    pub(super) of_filesystem: &'t str,
}

impl<'t> Line<'t> {
    /// Reads a line; none if it has another form.
    pub(super) fn parse(line: &'t str) -> Option<Self> {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mut mount = mount.split(' ');
        let mut filesystem = filesystem.split(' ');
        let text = |field: &str| unescaped(&HostText::to_bytes(field));
        Some(Self {
            id: mount.next()?,
            parent: mount.next()?,
            device: mount.next()?,
            root: text(mount.next()?),
            at: text(mount.next()?),
            options: mount.next().unwrap_or_default(),
            filesystem: text(filesystem.next()?),
            of_filesystem: filesystem.nth(1)?,
        })
    }
}

/// Blank, tab, newline and backslash are written as `\040` and so on (seq_file_path).
pub(super) fn unescaped(text: &[u8]) -> HostText {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..3)
            .filter(|it| it.iter().all(|b| matches!(b, b'0'..=b'7')));
        match (first, digits) {
            (b'\\', Some(digits)) => {
                let code = digits
                    .iter()
                    .fold(0_u32, |code, digit| code * 8 + u32::from(digit - b'0'));
                plain.push(u8::try_from(code).unwrap_or(b'?'));
                rest = after.get(3..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    HostText::from_bytes(&plain)
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn a_backslash_that_is_no_code_stays() {
        assert_eq!(unescaped(br"a\9\04").raw(), r"a\9\04");
        assert_eq!(unescaped(br"\040\777").raw(), " ?");
    }
}
