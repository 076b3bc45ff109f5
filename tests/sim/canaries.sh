#!/usr/bin/env bash
# Proves that the simulator can see: each patch of canaries/ breaks the core in one line, and a batch of seeds must catch it
# within two minutes. Builds in a scratch copy; prints a line a patch and 'N caught, N missed'; exit 1 on a missed one.
#
#   tests/sim/canaries.sh [NAME..]      all, or those whose file names contain one of the words
#
# WEFT_CANARY_SECONDS sets the time that a batch gets (120), WEFT_CANARY_JOBS its processes (2).
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
seconds=${WEFT_CANARY_SECONDS:-120}
jobs=${WEFT_CANARY_JOBS:-2}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$scratch"
deps=$root/build/deps
[ -d "$deps" ] || deps=$(sed -n 's/^WEFT_DEPS:PATH=//p' "$root/build/release/CMakeCache.txt")
cmake -S "$scratch" --preset release -DWEFT_DEPS="$deps" >/dev/null

wanted() {
    [ $# -gt 1 ] || return 0
    local name=$1 word
    shift
    for word in "$@"; do [[ $name == *$word* ]] && return 0; done
    return 1
}

caught=0
missed=0
for patch in "$root"/tests/sim/canaries/*.patch; do
    name=$(basename "$patch" .patch)
    wanted "$name" "$@" || continue
    patch -d "$scratch" -p1 -s <"$patch"
    cmake --build "$scratch/build/release" --target weft_sim -- -j"$jobs" >"$scratch/build.log" 2>&1 || {
        grep -m1 'error:' "$scratch/build.log" || tail -3 "$scratch/build.log"
        missed=$((missed + 1))
        echo "MISSED  $name: it does not build"
        patch -d "$scratch" -p1 -s -R <"$patch"
        continue
    }
    started=$SECONDS
    status=0
    timeout "$seconds" "$scratch/build/release/tests/sim/weft_sim" --seeds 1..1000000 --jobs "$jobs" --failures-most 1 \
        --no-minimise --verify-percent 0 >"$scratch/run.log" 2>&1 || status=$?
    if [ $status = 1 ]; then
        caught=$((caught + 1))
        echo "caught  $name after $((SECONDS - started)) s: $(grep -m1 '^FAILED' "$scratch/run.log" | sed 's/.*trace=[0-9a-f]*: //' | cut -c1-110)"
    else
        missed=$((missed + 1))
        echo "MISSED  $name (exit $status) after $((SECONDS - started)) s"
    fi
    patch -d "$scratch" -p1 -s -R <"$patch"
done
echo "$caught caught, $missed missed"
[ $missed = 0 ]
