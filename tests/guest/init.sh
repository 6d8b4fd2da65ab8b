#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# First process of the guest (lab.py starts it). / is the host's root, read
# only; the test sees it below an overlay, with the packages that were unpacked
# for the guest, so what it writes is in memory and gone at the end. Host and
# guest share the folder $GUEST_RUN.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=dumb LC_ALL=C.UTF-8
tty=/dev/ttyS0 # the pipe that lab.py reads
root=/mnt/root

read -r packages <"$GUEST_RUN/packages"
read -r mark <"$GUEST_RUN/mark"

mount -t proc proc /proc
mount -t sysfs sys /sys
# The kernel asks for modules by itself, too (crc32c, for one).
echo "$GUEST_RUN/modprobe" >/proc/sys/kernel/modprobe
for m in overlay iscsi_tcp sd_mod st sg ch; do
	modprobe -d "$packages" "$m"
done
mount -t tmpfs tmpfs /mnt
mkdir /mnt/packages /mnt/upper /mnt/work "$root"
# Mounted by itself: no layer may be part of another.
mount -t hostfs -o "$packages" packages /mnt/packages
layers=lowerdir=/mnt/packages:/,upperdir=/mnt/upper,workdir=/mnt/work
mount -t overlay -o "$layers" overlay "$root"
for m in proc sys dev; do
	mount --rbind "/$m" "$root/$m"
done
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/lock" "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm"
ip link set lo up
stty -F "$tty" raw -echo
chroot "$root" sh "$GUEST_RUN/command" >"$tty" 2>&1 </dev/null
printf '\n%s %d\n' "$mark" $? >"$tty"
sync
echo o >/proc/sysrq-trigger
sleep 20
