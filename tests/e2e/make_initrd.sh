#!/bin/sh
# usage: make_initrd.sh KERNEL INITRD
# An archive with busybox, the drivers of an unpacked package of a kernel, and the
# guest's init.
set -eu
kernel=$1 initrd=$2
here=$(dirname "$(readlink -f "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/bin"
cp /bin/busybox "$root/bin/busybox"
for module in virtio_ring virtio virtio_mmio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
  failover net_failover virtio_net; do
  packed=$(find "$kernel/lib/modules" -name "$module.ko*")
  case $packed in
    *.ko.xz) xz -dc "$packed" >"$root/$module.ko" ;;
    *.ko) cp "$packed" "$root/$module.ko" ;;
    *) echo "make_initrd.sh: no driver $module in $kernel, or one that is packed otherwise: $packed" >&2
       exit 1 ;;
  esac
done
install -m 755 "$here/guest_init.sh" "$root/init"
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$initrd"
