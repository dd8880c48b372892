#!/bin/sh
# Builds the image that the scenes boot, once, and prints where it is: Debian 12 as a provider's image has it, without a kernel.
# Its name is the digest of this very file: a changed recipe is another image, and older ones go.
set -eu
umask 022
cache=/var/cache/seaworthy-vps
image=$cache/$(sha256sum <"$0" | cut -c1-16)

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ -d "$image" ]; then
    printf '%s\n' "$image"
    exit 0
fi

mirror() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n1; }
[ -n "$(mirror)" ] || apt-get update -qq >&2
for old in "$cache"/*/; do
    old=${old%/}
    [ -d "$old" ] || continue
    # What a debootstrap that was broken off left mounted there is not to be deleted.
    umount -q "$old/proc" "$old/sys" 2>/dev/null || true
    rm -rf --one-file-system "$old"
done
packages=dbus,iproute2,libpam-systemd,login,netbase,openssh-client,openssh-server,procps,sudo,systemd-sysv
log=$cache/log
debootstrap --variant=minbase --include="$packages" bookworm "$image.part" "$(mirror)" >"$log" 2>&1 || {
    tail "$log" >&2
    exit 1
}
# Packages that were downloaded, and who the machine is: systemd makes the number when it boots.
chroot "$image.part" apt-get clean
: >"$image.part/etc/machine-id"
echo vps >"$image.part/etc/hostname"
umount -q "$image.part/proc" "$image.part/sys" 2>/dev/null || true
mv "$image.part" "$image"
printf '%s\n' "$image"
