#!/usr/bin/env bash
# run.sh FOLDER NAME|--all [--seconds N] [--jobs N]: what `./dev fuzz` does once
# the targets are built in FOLDER. One line of status a target; a crash is made
# small, kept as a regression, and told as the unit test to add.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
targets=$1
shift
names=() seconds=0 jobs=1
usage="usage: ./dev fuzz NAME...|--all [--seconds N] [--jobs N]"
mapfile -t all < <(awk '$1 == "harness" || $1 == "program" { print $2 }' "$ROOT/fuzz/build.list")
while [ $# -gt 0 ]; do
  case $1 in
    --all) names=("${all[@]}") ;;
    --seconds) seconds=${2-} && shift ;;
    --jobs) jobs=${2-} && shift ;;
    -*) echo "$usage" >&2 && exit 2 ;;
    *) names+=("$1") ;;
  esac
  shift
done
[[ ${#names[@]} -gt 0 && $seconds =~ ^[0-9]+$ && $jobs =~ ^[1-9][0-9]*$ ]] || {
  printf '%s\nharnesses: %s\n' "$usage" "${all[*]}" >&2
  exit 2
}

# The crash as bytes of a C++ string literal; octal, so that no digit behind an
# escape belongs to it.
literal() { od -An -v -to1 -w16 "$1" | sed 's/ /\\/g; s/.*/            "&"/'; }

# report NAME CRASH: makes the crash small, keeps it and prints the test.
report() {
  local name=$1 crash=$2 small kept size
  small=$(mktemp)
  "$targets/${name}_fuzzer" -minimize_crash=1 -max_total_time=30 -exact_artifact_path="$small" \
    "$crash" >/dev/null 2>&1 || true
  [ -s "$small" ] || cp "$crash" "$small"
  if "$targets/${name}_fuzzer" "$small" >/dev/null 2>&1; then cp "$crash" "$small"; fi
  kept=$ROOT/fuzz/regressions/$name/$(sha1sum <"$small" | cut -c1-16)
  mkdir -p "${kept%/*}"
  cp "$small" "$kept"
  size=$(stat -c %s "$kept")
  rm -f "$small"
  echo
  "$targets/${name}_fuzzer" "$kept" 2>&1 | grep -m 3 -E 'broken promise|ERROR|runtime error' || true
  cat <<END
kept as ${kept#"$ROOT"/} ($size bytes); run it again with
  ctest --preset dev -R corpus.$name
Fix the fault, and add a unit test that fails before the fix, from these bytes:

TEST(Regression, ${name}_${kept##*/}) {
  constexpr std::string_view input(
$(literal "$kept"),
      $size);
  // what the broken promise above says about \`input\`
}

END
}

# fuzz NAME: 0 where nothing was found.
fuzz() {
  local name=$1 work log status=0 crash found=()
  local corpus=$targets/corpus/$name
  local options=(-use_value_profile=1 -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
  [ -x "$targets/${name}_fuzzer" ] || { echo "no harness $name (${all[*]})" >&2; exit 2; }
  work=$(mktemp -d)
  log=$work/log
  mkdir -p "$corpus"
  [ "$seconds" = 0 ] || options+=("-max_total_time=$seconds")
  [ ! -e "$ROOT/fuzz/dict/$name.dict" ] || options+=("-dict=$ROOT/fuzz/dict/$name.dict")
  [ "$jobs" = 1 ] || options+=("-fork=$jobs")
  [ ! -d "$ROOT/fuzz/regressions/$name" ] || found+=("$ROOT/fuzz/regressions/$name")
  "$targets/${name}_fuzzer" "${options[@]}" "-artifact_prefix=$work/" "$corpus" \
    "$ROOT/fuzz/corpus/$name" "${found[@]}" 2>&1 | tee "$log" | status "$name" || status=1
  for crash in "$work"/crash-* "$work"/timeout-* "$work"/oom-* "$work"/leak-*; do
    [ -e "$crash" ] || continue
    report "$name" "$crash"
    status=2
    break
  done
  # A harness that ended badly and left no input: its own words are all there is.
  [ "$status" != 1 ] || tail -n 20 "$log"
  rm -rf "$work"
  return "$status"
}

# status NAME: libFuzzer's output as one line that changes; the last one stays.
status() {
  local live=
  [ ! -t 1 ] || live=1
  awk -v name="$1" -v live="$live" '
    function show(end) {
      printf "%s%-16s %10s executions, %5s a second, coverage %s, corpus %s%s", live ? "\r" : "",
             name, runs, speed, coverage, corpus, end
      fflush()
    }
    /^#[0-9]+/ {
      runs = substr($1, 2); sub(/:.*/, "", runs)
      for (i = 2; i < NF; i++) {
        if ($i == "cov:") coverage = $(i + 1)
        if ($i == "corp:") corpus = $(i + 1)
        if ($i == "exec/s:" || $i == "exec/s") speed = $(i + 1)
      }
      if (live) show("")
    }
    END { show("\n") }'
}

failed=()
for name in "${names[@]}"; do fuzz "$name" || failed+=("$name"); done
[ ${#failed[@]} -eq 0 ] || {
  echo "findings in: ${failed[*]}"
  exit 1
}
