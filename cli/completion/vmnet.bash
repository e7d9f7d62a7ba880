# Completion of vmnet for bash. It needs nothing of the package bash-completion,
# which loads it where it is installed; elsewhere: source this file.
#
# A new command goes into _vmnet_words; an option that takes a value, and an
# argument that is a file, into _vmnet_value. tests/cli/completion_test.py
# compares all of it with --help.

# What may stand for a word of command $1 (empty: before the command).
_vmnet_words() {
  case $1 in
    '') echo identify plan diff map emit check net risk size verify whois set carve aggregate --version ;;
    identify)
      echo --subnet --id --ids --input --id-encoding --format --digest -o --output \
        --keep-going --strict --no-check
      ;;
    plan)
      echo --subnet --id --ids --input --id-encoding --exclude --key --keep --allow-move --against \
        --format -o --output
      ;;
    diff) echo --format ;;
    map) echo --subnet --ids --plan --snapshot --input --id-encoding --format -o --output ;;
    emit)
      echo --subnet --id --ids --input --id-encoding --plan --snapshot -o --output --out-dir \
        --interface --mtu --dns --hostname --bridge --device --port --allow --no-shared --undo \
        --allow-collisions
      ;;
    check)
      echo --subnet --id --ids --input --id-encoding --plan --snapshot --bridge --ignore --json
      ;;
    net) echo --json ;;
    risk) echo --vms --subnet --json ;;
    size) echo --vms --risk --json ;;
    whois) echo --ids --subnet --input --id-encoding --json ;;
    set) echo --ranges --count ;;
    carve) echo --from --prefix --count --avoid ;;
  esac
  echo -h --help
}

# What the value of option $2 of command $1 is, or an argument where $2 is empty:
# `files`, `directories`, a list of choices, or `any`; nothing where there is none to complete.
_vmnet_value() {
  case "$1 $2" in
    *' --plan' | *' --snapshot' | *' --ids' | *' -o' | *' --output' | *' --avoid' | *' --keep' | *' --against' | 'verify ' | \
      'aggregate ' | 'diff ') echo files ;;
    *' --hostname') echo id tap ip none ;;
    *' --device') echo virtio-net-device virtio-net-pci ;;
    *' --allow') echo dhcp ipv6 ;;
    *' --ignore') echo guard forwarding routes neighbours others ;;
    *' --interface' | *' --mtu' | *' --dns' | *' --bridge' | *' --port' | *' --exclude' | \
      *' --key' | *' --allow-move') echo any ;;
    *' --out-dir') echo directories ;;
    'emit ')
      echo firecracker firecracker-interface firecracker-snapshot cloud-hypervisor \
        cloud-hypervisor-json qemu kernel-arg cloud-init cloud-init-network cloud-init-meta \
        netplan cni dnsmasq hosts iproute2 nftables prometheus json
      ;;
    *' --input') echo plain jsonl ;;
    *' --id-encoding') echo raw hex ;;
    'map --format') echo text svg ;;
    *' --format') echo table tsv csv json jsonl ;;
    *' --subnet' | *' --id' | *' --vms' | *' --risk' | *' --from' | *' --prefix' | 'carve --count')
      echo any
      ;;
  esac
}

_vmnet() {
  local current=${COMP_WORDS[COMP_CWORD]} command='' option='' no_options='' value='' word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $option ]]; then
      # Readline cuts `--format=js` into `--format`, `=`, `js`.
      [[ $word == = ]] || option=''
    elif [[ -z $command ]]; then
      [[ $word == -* ]] || command=$word
    elif [[ $word == -- ]]; then
      no_options=yes
    elif [[ -z $no_options && $word == -* && -n $(_vmnet_value "$command" "$word") ]]; then
      option=$word
    fi
  done
  [[ -z $option || $current != = ]] || current=''

  if [[ -n $option || -n $no_options || $current != -* ]]; then
    value=$(_vmnet_value "$command" "$option")
  fi
  [[ -n $option || -n $no_options || -n $value ]] || value=$(_vmnet_words "$command")
  case $value in
    '' | any) ;;
    files)
      compopt -o filenames 2>/dev/null # an error where this is no completion but a test
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    directories) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current") ;;
  esac
}

complete -F _vmnet vmnet
