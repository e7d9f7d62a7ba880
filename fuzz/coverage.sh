#!/bin/bash -eu
# coverage.sh [--min-branches PERCENT]
#
# What the committed corpus alone reaches of parsing and allocation: builds the
# harnesses with source-based coverage, replays seeds and regressions, and prints
# llvm-cov's report. Exit status 1 where fewer branches are reached than asked.
ROOT=$(cd "$(dirname "$0")/.." && pwd)
FOLDER=$ROOT/build/fuzz-coverage
LLVM=${LLVM:-22}
minimum=0
if [[ ${1:-} == --min-branches && $# == 2 ]]; then
  minimum=$2
elif (($# > 0)); then
  sed -n 's/^# \(coverage.sh .*\)/usage: \1/p' "$0" >&2
  exit 2
fi

rm -rf "$FOLDER"
mkdir -p "$FOLDER"/{src,out,work,profiles}
ln -s "$ROOT" "$FOLDER/src/vmnet"
CXX=clang++-$LLVM CXXFLAGS="-O0 -fprofile-instr-generate -fcoverage-mapping" \
  LIB_FUZZING_ENGINE=-fsanitize=fuzzer SRC=$FOLDER/src OUT=$FOLDER/out WORK=$FOLDER/work \
  "$ROOT/fuzz/build.sh"

objects=()
for target in "$FOLDER"/out/*_fuzzer; do
  name=$(basename "$target" _fuzzer)
  seeds=("$ROOT/fuzz/corpus/$name")
  [[ -d $ROOT/fuzz/regressions/$name ]] && seeds+=("$ROOT/fuzz/regressions/$name")
  LLVM_PROFILE_FILE=$FOLDER/profiles/$name.profraw "$target" -runs=0 "${seeds[@]}" 2>"$FOLDER/$name.log" ||
    { cat "$FOLDER/$name.log" >&2; exit 1; }
  objects+=(-object "$target")
done
"llvm-profdata-$LLVM" merge -sparse "$FOLDER"/profiles/*.profraw -o "$FOLDER/corpus.profdata"

# The collision mathematics and the sort are neither; kernels are measured by
# ./dev coverage, on a machine that has their instruction set.
sources=()
for source in text/vmnet.text.cppm text/diagnostic.cpp hash/vmnet.hash.cppm \
  interface_name/vmnet.interface_name.cppm ipv4_detail/vmnet.ipv4_detail.cppm \
  ipv4_address/vmnet.ipv4_address.cppm ipv4_network/vmnet.ipv4_network.cppm \
  mac/vmnet.mac.cppm alloc/vmnet.alloc.cppm alloc/subnet_error.cpp; do
  sources+=("$FOLDER/src/vmnet/modules/$source")
done
"llvm-cov-$LLVM" report "${objects[@]:1}" -instr-profile "$FOLDER/corpus.profdata" \
  -show-branch-summary "${sources[@]}" | tee "$FOLDER/report.txt"
awk -v minimum="$minimum" '
  $1 == "TOTAL" { seen = 1; branches = $NF + 0 }
  END {
    if (!seen) { print "coverage.sh: the report has no total"; exit 1 }
    printf "branches reached by the corpus alone: %.2f %%, at least %s %% wanted\n", branches, minimum
    exit branches < minimum
  }' "$FOLDER/report.txt"
