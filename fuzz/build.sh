#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite do:
#
#   CXX, CXXFLAGS           the compiler; all instrumentation comes in CXXFLAGS
#   LIB_FUZZING_ENGINE      what a target links
#   SRC                     the folder that holds the checkout as vmnet/
#   OUT                     where targets, seed corpora, dictionaries and options go
#   WORK                    for what lies between
#
# OSS-Fuzz's image has neither ninja nor clang-scan-deps, without which CMake
# builds no modules. So the compiler is driven over fuzz/build.list, in import
# order. The program's readers need the headers of nlohmann-json, which the
# Dockerfiles install.
ROOT=$SRC/vmnet
BMI=$WORK/vmnet-bmi
OBJ=$WORK/vmnet-obj
mkdir -p "$BMI" "$OBJ" "$OUT"
read -ra FLAGS <<<"${CXXFLAGS:-}"
FLAGS+=(-std=c++20 "-fprebuilt-module-path=$BMI" -I"$ROOT/fuzz")
read -ra ENGINE <<<"$LIB_FUZZING_ENGINE"

compile() { "$CXX" "${FLAGS[@]}" "$@"; }

# keep SOURCE OBJECT: among the library's objects, or those of the program.
library=() program=()
keep() { if [[ $1 == cli/* ]]; then program+=("$2"); else library+=("$2"); fi; }

while read -r kind name sources; do
  case $kind in
    interface)
      object=$OBJ/$name.o
      compile "-fmodule-output=$BMI/$name.pcm" -c "$ROOT/$sources" -o "$object"
      keep "$sources" "$object" ;;
    unit)
      object=$OBJ/${sources//\//_}.o
      compile -c "$ROOT/$sources" -o "$object"
      keep "$sources" "$object" ;;
    harness | program)
      objects=()
      for source in $sources; do
        object=$OBJ/$source.o
        [[ -e $object ]] || compile -c "$ROOT/fuzz/$source" -o "$object"
        objects+=("$object")
      done
      [[ $kind == harness ]] || objects+=("${program[@]}")
      compile "${objects[@]}" "${library[@]}" "${ENGINE[@]}" -o "$OUT/${name}_fuzzer"
      seeds=("$ROOT/fuzz/corpus/$name"/*)
      regressions=("$ROOT/fuzz/regressions/$name"/*)
      [[ -e ${regressions[0]} ]] && seeds+=("${regressions[@]}")
      zip -jqX "$OUT/${name}_fuzzer_seed_corpus.zip" "${seeds[@]}"
      [[ -e $ROOT/fuzz/dict/$name.dict ]] &&
        cp "$ROOT/fuzz/dict/$name.dict" "$OUT/${name}_fuzzer.dict"
      cp "$ROOT/fuzz/options/default.options" "$OUT/${name}_fuzzer.options" ;;
  esac
done < <(grep -v '^ *\(#\|$\)' "$ROOT/fuzz/build.list")
