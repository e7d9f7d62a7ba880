#!/bin/busybox sh
# The guest's init: drivers, the address from ip= (this kernel has no IP_PNP and
# leaves it to us), a web server that tells the id, and a shell on the console.
/bin/busybox mkdir -p /proc /sys /dev /www
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_mmio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
  failover net_failover virtio_net; do
  /bin/busybox insmod "/$module.ko"
done
/bin/busybox --install -s /bin
for word in $(cat /proc/cmdline); do
  case $word in ip=*) line=${word#ip=} ;; esac
done
IFS=: read -r address _ gateway netmask name interface _ <<END
$line
END
hostname "$name"
ifconfig lo 127.0.0.1 up
ifconfig "$interface" "$address" netmask "$netmask" up
route add default gw "$gateway"
echo "$name" >/www/id
httpd -h /www
stty -echo
echo guest-is-ready
exec sh
