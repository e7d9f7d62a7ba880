#!/bin/bash -eu
# check_canary.sh CXX FOLDER: builds the canary with AddressSanitizer once in
# all of it and once in all but the module, and expects a report from the first
# and none from the second. Without the second the first would prove nothing.
CXX=$1
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
cd "$2"

# sings NAME FLAGS...: builds the module with these flags and runs the canary.
sings() {
  local name=$1
  shift
  rm -f "$name"
  "$CXX" -std=c++20 -O1 "$@" "-fmodule-output=$name.pcm" -c "$HERE/vmnet.canary.cppm" \
    -o "$name-module.o"
  "$CXX" -std=c++20 -O1 -fsanitize=address "-fmodule-file=vmnet.canary=$name.pcm" \
    -c "$HERE/canary.cpp" -o "$name-main.o"
  "$CXX" -fsanitize=address "$name-main.o" "$name-module.o" -o "$name"
  "./$name" address 2>&1 | grep -q 'AddressSanitizer: heap-buffer-overflow'
}

sings whole -fsanitize=address || { echo "no report although the module is instrumented"; exit 1; }
! sings lost || { echo "a report although the module is not instrumented"; exit 1; }
[ -x lost ] || { echo "the canary without instrumentation was not built"; exit 1; }
echo "the canary tells a module without instrumentation"
