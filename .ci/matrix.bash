# `./dev matrix`, read by ./dev: builds and tests in chroots of other Debians. A
# chroot is made once, in build/matrix, and kept; it holds a copy of the sources,
# so that nothing outside of it can be touched. A leg that cannot run has failed.

matrix_dir=$root/build/matrix
matrix_legs=(g++-16 g++-16-release g++-15 clang-22 cmake-4 debian-12 debian-13)
# What every leg of Debian testing needs beside its compiler.
matrix_packages="cmake ninja-build libgtest-dev libgmock-dev libcli11-dev libfmt-dev
  libmnl-dev nlohmann-json3-dev python3 groff-base mandoc time z3 zsh
  dnsmasq-base iproute2 netplan.io nftables procps python3-yaml"
matrix_clang="clang-22 clang-tools-22 libclang-rt-22-dev libc++-22-dev libc++abi-22-dev googletest"

matrix_usage() {
  cat <<'END'
usage: ./dev matrix [--prepare] [LEG...]

  g++-16          Debian testing: all tests in debug with ASan and UBSan; the
                  library optimised, with installed consumers and one with
                  `import std; import vmnet;`
  g++-16-release  Debian testing: all tests optimised, consumers included
  g++-15          Debian testing: debug, with installed consumers
  clang-22        Debian testing: libc++ in its hardening mode
  cmake-4         Debian testing: a plain configuration with its CMake 4
  debian-12       ./dev run and ./dev test where nothing is installed
  debian-13       the same

Without a leg, all of them. With --prepare before the legs, their chroots are
made and nothing else. Chroots and logs are kept in build/matrix.
END
}

# The chroot that a leg builds in; legs with one compiler share it.
matrix_chroot_of() {
  case $1 in
    g++-16 | g++-16-release) echo testing-g++-16 ;;
    g++-15) echo testing-g++-15 ;;
    clang-22 | cmake-4) echo testing-clang-22 ;;
    debian-12) echo bookworm ;;
    debian-13) echo trixie ;;
  esac
}

# The mirror of this machine's own Debian source.
matrix_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  derive_source "${codename:-testing}" any 2>/dev/null |
    sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p; s/^deb[[:space:]]+(\[[^]]*\][[:space:]]*)?([^[:space:]]+) .*/\2/p' |
    sed 1q
}

# Makes the chroot of a leg unless it is there. A frozen mirror's Release file may
# have expired; only that check of its date is dropped, no signature.
matrix_prepare() {
  local name directory suite=testing packages="" mirror include=()
  name=$(matrix_chroot_of "$1")
  directory=$matrix_dir/$name
  case $name in
    testing-clang-22) packages="$matrix_packages $matrix_clang" ;;
    testing-*) packages="$matrix_packages ${name#testing-} mold" ;;
    *) suite=$name ;;
  esac
  if ! [ -e "$directory.packages" ] || [ "$(<"$directory.packages")" != "$packages" ]; then
    mirror=$(matrix_mirror)
    [ -n "$mirror" ] || { echo "no Debian source found to take the mirror from"; return 1; }
    rm -rf --one-file-system "$directory" "$directory.packages"
    [ -z "$packages" ] || include=(--include="$(echo "$packages" | xargs | tr ' ' ,)")
    mmdebstrap --mode=root --variant=minbase "${include[@]}" --dpkgopt=force-unsafe-io \
      --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
      "$suite" "$directory" "$mirror"
    if [ "$suite" = bookworm ]; then # clang 22 came to Debian 12 as a security update
      echo "deb ${mirror%/}-security bookworm-security main" >>"$directory/etc/apt/sources.list"
    fi
    printf '%s\n' "$packages" >"$directory.packages"
  fi
}

# Runs a bash script in a chroot, with /proc, terminals of its own (tests open
# some), the device of TAPs and a copy of the sources in /src.
matrix_in() {
  local directory=$matrix_dir/$1 script=$2 status=0
  rm -rf "$directory/src"
  mkdir "$directory/src"
  tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$directory/src" -xf -
  cp /etc/resolv.conf "$directory/etc/resolv.conf"
  mkdir -p "$directory/dev/net"
  [ -e "$directory/dev/net/tun" ] || mknod "$directory/dev/net/tun" c 10 200
  mount -t proc proc "$directory/proc"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$directory/dev/pts"
  chroot "$directory" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    /bin/bash -euo pipefail -c "cd /src; $script" </dev/null || status=$?
  umount "$directory/dev/pts" "$directory/proc"
  return $status
}

# Runs a script in the chroot of a leg of Debian testing, with `check` to configure,
# build and test all, and `consume` to build the library and what finds it installed.
matrix_testing() {
  matrix_in "$(matrix_chroot_of "$1")" "
    check() { # NAME CMAKE-ARGUMENT...
      cmake -B /build/$1/\$1 \"\${@:2}\"
      cmake --build /build/$1/\$1 -j $jobs
      ctest --test-dir /build/$1/\$1 -j $jobs -LE '^(exhaustive|e2e)\$' --no-tests=error --output-on-failure
    }
    consume() { # NAME CMAKE-ARGUMENT...
      cmake -B /build/$1/\$1 -DVMNET_BUILD_PROGRAM=OFF \"\${@:2}\"
      cmake --build /build/$1/\$1 -j $jobs --target vmnet
      ctest --test-dir /build/$1/\$1 -j $jobs -R '^Consumer[.](Install|find_package[.].*)\$' --no-tests=error --output-on-failure
    }
    $2"
}

matrix_leg() {
  matrix_prepare "$1"
  case $1 in
    g++-16)
      matrix_testing "$1" '
        g++-16 --version | sed -n "1s/^/versions: /p"
        check asan-ubsan --preset gcc -DVMNET_TEST_CONSUMERS=OFF -DVMNET_TEST_WHOLE_PROGRAMS=ON \
          -DCMAKE_CXX_FLAGS_DEBUG=-g1 "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold -no-pie" \
          -DCMAKE_CXX_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all"
        consume release --preset gcc -DCMAKE_BUILD_TYPE=Release -DVMNET_TEST_IMPORT_STD=ON' ;;
    g++-16-release)
      matrix_testing "$1" '
        g++-16 --version | sed -n "1s/^/versions: /p"
        check release --preset gcc -DCMAKE_BUILD_TYPE=Release -DVMNET_TEST_IMPORT_STD=ON' ;;
    g++-15)
      matrix_testing "$1" '
        g++-15 --version | sed -n "1s/^/versions: /p"
        check debug --preset gcc -DCMAKE_CXX_COMPILER=g++-15' ;;
    clang-22)
      matrix_testing "$1" '
        clang++-22 --version | sed -n "1s/\(.*\)/versions: \1, libc++/p"
        check libcxx --preset libcxx -DCMAKE_C_COMPILER=clang-22' ;;
    cmake-4)
      matrix_testing "$1" '
        cmake --version | sed -n "1s/^/versions: /p"; cmake --version | grep -q "version 4\."
        check plain -S . -G Ninja -DCMAKE_CXX_COMPILER=clang++-22' ;;
    debian-12 | debian-13)
      rm -rf --one-file-system "${matrix_dir:?}/$1"
      cp -a "$matrix_dir/$(matrix_chroot_of "$1")" "$matrix_dir/$1"
      matrix_in "$1" '
        if ./dev --no-install run --version; then exit 1; fi
        ./dev run identify --subnet 172.30.0.0/24 vm-1 | grep -P "^vm-1\ttap-1fdcc600"
        ./dev test
        . /etc/os-release; echo "versions: $PRETTY_NAME, $(clang++-22 --version | sed 1q)"' ;;
  esac
}

cmd_matrix() {
  local leg legs log rows="" result status=0 prepare=no
  case ${1-} in
    -h | --help) matrix_usage; return ;;
    --prepare) prepare=yes; shift ;;
  esac
  legs=("$@")
  [ ${#legs[@]} -gt 0 ] || legs=("${matrix_legs[@]}")
  for leg in "${legs[@]}"; do
    [[ " ${matrix_legs[*]} " == *" $leg "* ]] || die "no such leg: $leg (./dev matrix --help lists them)"
  done
  need matrix
  [ "$(id -u)" = 0 ] || die "chroots need root"
  mkdir -p "$matrix_dir"
  if [ $prepare = yes ]; then
    for leg in "${legs[@]}"; do matrix_prepare "$leg"; done
    return
  fi
  for leg in "${legs[@]}"; do
    log=$matrix_dir/$leg.log
    say "leg $leg; its log is $log"
    set +e # in a condition, the leg's own `set -e` would count for nothing
    (set -e; matrix_leg "$leg") >"$log" 2>&1
    result=$?
    set -e
    if [ $result = 0 ]; then
      result=passed
    else
      result=FAILED
      status=1
      tail -n 40 "$log" >&2
    fi
    rows+=$(printf '| %s | %s | %s | %s |' "$leg" \
      "$(sed -n 's/^versions: //p' "$log" | paste -sd ' ')" \
      "$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log" | paste -sd +)" "$result")$'\n'
  done
  printf '| leg | versions | tests | result |\n| --- | --- | --- | --- |\n%s' "$rows"
  return $status
}
