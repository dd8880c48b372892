# Becomes systemd-nspawn that boots an overlay of an image. Run in mounts of its own: nothing of this is to be seen outside, and
# it goes with the last process. Arguments: the image, a name for the control group, the program to put inside.
set -eu
image=$1 group=$2 program=$3

# Also where systemd-nspawn keeps what it would leave behind.
mount -t tmpfs -o mode=0755 scene /run
mkdir /run/upper /run/work /run/vps
mount -t overlay -o "lowerdir=$image,upperdir=/run/upper,workdir=/run/work" overlay /run/vps
# Debian 12 boots with the unified hierarchy alone, whatever the machine beneath has. Each scene has a group, so that none
# takes another's processes for its own.
while umount -R /sys/fs/cgroup 2>/dev/null; do :; done
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$group"
echo $$ >"/sys/fs/cgroup/$group/cgroup.procs"
exec systemd-nspawn --quiet --directory=/run/vps --register=no --keep-unit --private-network \
    --bind-ro="$program:/usr/local/bin/seaworthy" --boot
