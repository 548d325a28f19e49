#!/bin/sh
# boot.sh ROOT: starts the systemd in ROOT as the first process of a machine of its own, made of namespaces; as root, and
# under unshare --mount --pid --uts --ipc --cgroup --fork. It shares the network with this one, and ends with unshare.
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
while read -r name numbers; do
    # shellcheck disable=SC2086  # two of them
    mknod -m 666 "$root/dev/$name" c $numbers
done <<'DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
ptmx 5 2
DEVICES
mkdir "$root/dev/shm" "$root/old"
mount -t tmpfs tmpfs "$root/dev/shm"
cd "$root"
pivot_root . old
# Shared, as systemd has it: the credentials are mounted by a child of it.
exec env -i container=namespaces PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    chroot . sh -c 'umount -l /old; mount --make-rshared /; exec /lib/systemd/systemd'
