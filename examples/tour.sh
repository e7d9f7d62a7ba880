#!/usr/bin/env bash
# usage: examples/tour.sh [FILE]
#
# From a file of ids to two running VMs that ping each other, in about ten minutes of
# reading; the machine needs less. Every command is shown before it runs. All happens
# in a network namespace of its own (as root), so nothing of this host is touched,
# and nothing is left of it in the end. KVM is not needed.
#
# FILE has an id a line: the first two are booted. Without it they are two ids that
# collide. What is needed is installed and built first: ./dev tour.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
e2e=$here/../tests/e2e # the guest is that of the tests
[ $# = 0 ] || set -- "$(readlink -f "$1")"
if [ -z "${VMNET_PROGRAM-}" ] || [ -z "${VMNET_E2E_KERNEL-}" ]; then
  exec "$here/../dev" tour "$@"
fi

# Processes too are in a namespace: whatever happens, no VM outlives the tour.
if [ "${VMNET_TOUR-}" != inside ]; then
  own=(unshare --net --pid --fork --kill-child --mount-proc)
  if ! refused=$("${own[@]}" true 2>&1); then
    echo "no namespaces here: $refused"
    [ -z "${VMNET_E2E_REQUIRED-}" ] && exit 77
    exit 1
  fi
  VMNET_TOUR=inside exec "${own[@]}" "$BASH" "${BASH_SOURCE[0]}" "$@"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$VMNET_PROGRAM" "$work/bin/vmnet"
PATH=$work/bin:$PATH
cd "$work"

tell() { printf '\n# %s\n' "$@"; }
# Shows a command, and runs it.
show() {
  printf '$ %s\n' "$1"
  eval "$1"
}

tell "A fleet is a file of ids."
if [ $# = 0 ]; then printf 'vm-31\nvm-54\n' >fleet.txt; else cp "$1" fleet.txt; fi
show "cat fleet.txt"

tell "An id is all that a VM's identity needs. Ids can collide, and vmnet says so."
show "vmnet identify --subnet 172.30.0.0/24 --ids fleet.txt --format table"

tell "A plan goes around collisions: the same on every host, from nothing but the set."
show "vmnet plan --subnet 172.30.0.0/24 --ids fleet.txt -o plan.jsonl"
show "cat plan.jsonl"

tell "The host's end: a bridge, a TAP a VM, and a guard against forged senders."
show "vmnet emit iproute2 --plan plan.jsonl --bridge tour0 | ip -batch -"
show "vmnet emit nftables --plan plan.jsonl --bridge tour0 | nft -f -"

tell "Is all of it there? What is not comes with the command that mends it."
echo 0 >/proc/sys/net/ipv4/ip_forward # as most hosts have it at first
show "vmnet check --plan plan.jsonl --bridge tour0 || true"
show "sysctl -w net.ipv4.ip_forward=1"
show "vmnet check --plan plan.jsonl --bridge tour0"

ids=()
while IFS= read -r id && [ ${#ids[@]} -lt 2 ]; do
  [[ -z $id || $id == '#'* ]] || ids+=("$id")
done <fleet.txt
[ ${#ids[@]} = 2 ] || { echo "the tour needs two ids, one a line"; exit 1; }
"$e2e/make_initrd.sh" "$VMNET_E2E_KERNEL" initrd
kernel=$(echo "$VMNET_E2E_KERNEL"/boot/vmlinuz-*)

# boot NUMBER ID: its console's input is descriptor 5 + NUMBER, its output NUMBER.log.
boot() {
  local arguments line
  arguments=$(vmnet emit qemu --plan plan.jsonl --id="$2")
  line=$(vmnet emit kernel-arg --plan plan.jsonl --id="$2")
  printf '$ qemu-system-x86_64 -M microvm ... -append "console=ttyS0 ... %s" \\\n    %s\n' "$line" \
    "$arguments"
  mkfifo "$1.in"
  # Neither text has anything in it that a shell would read as more than words.
  # shellcheck disable=SC2086
  qemu-system-x86_64 -M microvm -accel tcg -m 128 -nodefaults -no-user-config -display none \
    -serial stdio -no-reboot -kernel "$kernel" -initrd initrd -append "console=ttyS0 quiet panic=-1 \
tsc_early_khz=2600000 lpj=5200000 no_timer_check $line" $arguments <"$1.in" >"$1.log" 2>&1 &
  pids[$1]=$!
  eval "exec $((5 + $1))>'$1.in'"
}

# wait_for NUMBER WORDS: until the VM's console has shown them.
wait_for() {
  grep -q -m1 -e "$2" < <(tail -n +1 -f --pid="${pids[$1]}" "$1.log") || {
    echo "the VM has ended:"
    cat "$1.log"
    exit 1
  }
}

address_of() { vmnet emit json --plan plan.jsonl --id="$1" | sed -n 's/.*"guest_ip":"\([0-9.]*\)".*/\1/p'; }

tell "Two VMs boot with what emit gives: the hypervisor's arguments and the kernel's."
pids=()
boot 0 "${ids[0]}"
boot 1 "${ids[1]}"
wait_for 0 guest-is-ready
wait_for 1 guest-is-ready

addresses=("$(address_of "${ids[0]}")" "$(address_of "${ids[1]}")")
tell "Each answers for itself: its web server tells the guest's id."
for number in 0 1; do
  show "busybox wget -q -O - http://${addresses[$number]}/id"
done

tell "And they ping each other. On the console of each:"
for number in 0 1; do
  other=${addresses[$((1 - number))]}
  printf '(%s) $ ping -c 2 %s\n' "${ids[$number]}" "$other"
  echo "ping -c 2 -W 5 $other; echo pinged:\$?:" >&$((5 + number))
  wait_for "$number" 'pinged:[0-9]*:'
  tr -d '\r' <"$number.log" | sed -n 's/.*\(PING .*\)/\1/; /^PING/,/^round-trip/p'
  grep -q 'pinged:0:' "$number.log"
done

tell "The host has met both at the MAC addresses of the plan."
show "ip neigh show dev tour0"
show "vmnet check --plan plan.jsonl --bridge tour0"

tell "That was the tour. docs/guides/boot-a-vm.md has the rest."
