#!/bin/bash -eu
# check_ossfuzz.sh address|undefined|coverage [FOLDER]
#
# Builds the fuzz targets in the way of OSS-Fuzz's image, from nothing but $CXX
# and a few tools (no ninja, no module scanner, no CMake on the PATH), then
# applies OSS-Fuzz's own acceptance rules (infra/base-images/base-runner/
# bad_build_check) from a moved directory. The image's flags are those of its
# compile script; CXX may name another clang.
SANITIZER=${1:-}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
FOLDER=${2:-$ROOT/build/ossfuzz/$SANITIZER}
CXX=$(command -v "${CXX:-clang++-22}")

# infra/base-images/base-builder/Dockerfile: SANITIZER_FLAGS_*, COVERAGE_FLAGS
common="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
checks=bool,array-bounds,builtin,enum,integer-divide-by-zero,null,object-size,return
checks+=,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound
case $SANITIZER in
  address) flags="-fsanitize=address -fsanitize-address-use-after-scope -fsanitize=fuzzer-no-link" ;;
  undefined) flags="-fsanitize=$checks,unsigned-integer-overflow -fno-sanitize-recover=$checks
                    -fsanitize=fuzzer-no-link" ;;
  coverage) flags="-fprofile-instr-generate -fcoverage-mapping" ;;
  *) sed -n 's/^# \(check_.*\)/usage: \1/p' "$0"; exit 2 ;;
esac

rm -rf "$FOLDER"
mkdir -p "$FOLDER"/{src,tools,work,built,moved,temp}
ln -s "$ROOT" "$FOLDER/src/vmnet"
for tool in bash cp env grep ld mkdir rm sed zip; do
  ln -s "$(command -v $tool)" "$FOLDER/tools/$tool"
done

# Debian's libFuzzer is built against libstdc++, the image's against libc++, which
# is linked statically there.
engine="-fsanitize=fuzzer"
stdlib=
if [[ ${VMNET_STDLIB:-libc++} == libc++ ]]; then
  stdlib=-stdlib=libc++
  engine+=" -static-libstdc++ -Wl,-lstdc++"
fi
env -i "PATH=$FOLDER/tools" "CXX=$CXX" "CXXFLAGS=$common $flags $stdlib" \
  "LIB_FUZZING_ENGINE=$engine" "SRC=$FOLDER/src" "OUT=$FOLDER/built" "WORK=$FOLDER/work" \
  "$ROOT/fuzz/build.sh"
rmdir "$FOLDER/moved"
mv "$FOLDER/built" "$FOLDER/moved"

fail() { echo "BAD BUILD: $*" >&2; exit 1; }

# calls BINARY PREFIX: how many call instructions go to PREFIX.
calls() { objdump -d "$1" | grep -cE "callq?\s+[0-9a-f]+\s+<$2" || true; }

# at_least and at_most NAME COUNT LIMIT WHAT
at_least() { (($2 >= $3)) || fail "$1: $2 calls of $4, at least $3 wanted"; }
at_most() { (($2 <= $3)) || fail "$1: $2 calls of $4, at most $3 wanted"; }

check_target() {
  local target=$1 name asan ubsan output
  name=$(basename "$target")
  [[ $name =~ ^[a-zA-Z0-9_-]+$ ]] || fail "$name: not a name for a target"
  asan=$(calls "$target" __asan)
  ubsan=$(calls "$target" __ubsan)
  case $SANITIZER in
    address) at_least "$name" "$asan" 1000 __asan; at_most "$name" "$ubsan" 200 __ubsan ;;
    undefined) at_least "$name" "$ubsan" 168 __ubsan; at_most "$name" "$asan" 0 __asan ;;
    coverage) at_most "$name" "$asan" 0 __asan; at_most "$name" "$ubsan" 200 __ubsan ;;
  esac
  output=$(cd "$FOLDER/temp" && env -i PATH=/usr/bin:/bin UBSAN_OPTIONS=silence_unsigned_overflow=1 \
    LLVM_PROFILE_FILE="$name.profraw" "$target" -seed=1337 -runs=4 2>&1) ||
    fail "$name does not run:"$'\n'"$output"
  grep -q 'Done 4 runs' <<<"$output" || fail "$name does not say that it did 4 runs"
  if [[ $SANITIZER == coverage ]]; then
    [[ -s $FOLDER/temp/$name.profraw ]] || fail "$name wrote no profile"
  fi
  ldd "$target" | grep -E '=> /' | grep -vE '=> /(usr/)?lib(64)?/' && fail "$name needs a library of its own"
  printf '%-28s %6d __asan calls %6d __ubsan calls\n' "$name" "$asan" "$ubsan"
}

targets=("$FOLDER"/moved/*_fuzzer)
for target in "${targets[@]}"; do
  check_target "$target"
  for beside in _seed_corpus.zip .options; do
    [[ -s $target$beside ]] || fail "$(basename "$target") has no $beside"
  done
done
wanted=$(grep -cE '^(harness|program) ' "$ROOT/fuzz/build.list")
((${#targets[@]} == wanted)) || fail "${#targets[@]} targets, $wanted wanted"
echo "$SANITIZER: ${#targets[@]} targets are what OSS-Fuzz accepts"
