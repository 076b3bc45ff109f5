#!/usr/bin/env bash
# Sets up, builds and tests weft on Debian 12.
#
#   tests/run.sh           release build, unit tests, golden suite, interop tests, kill rounds, histories, fuzzers
#   tests/run.sh --full    and the sanitizer builds, 200 kill rounds and longer fuzzing
#
# WEFT_FUZZ_SECONDS sets the time a fuzzer gets. The last line is 'N passed, N failed'; exit 1 on a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
full=no
for argument in "$@"; do
    case $argument in
        --full) full=yes ;;
        *)
            echo "run.sh: unknown argument '$argument' (known: --full)" >&2
            exit 2
            ;;
    esac
done
if [ $full = yes ]; then kill_rounds=200 fuzz_seconds=${WEFT_FUZZ_SECONDS:-600}; else kill_rounds=10 fuzz_seconds=${WEFT_FUZZ_SECONDS:-60}; fi

passed=0
failed=0
# What failed, with the end of what it said: said once more at the end of the run, where one looks first.
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
finish() {
    cat "$failures"
    echo "$passed passed, $failed failed"
    exit $((failed > 0))
}
# step NAME COMMAND..: runs one part, says how it went and how long it took. Never ends the run.
step() {
    local name=$1 started=$SECONDS status=0
    shift
    echo "== $name"
    "$@" || status=$?
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        echo "== $name: passed in $((SECONDS - started)) s"
    else
        failed=$((failed + 1))
        echo "== $name: FAILED (exit $status) after $((SECONDS - started)) s" | tee -a "$failures"
    fi
}
build() {
    cmake --preset "$1" >/dev/null && cmake --build --preset "$1" -- -k 0
}
# Not on an empty list: clang-format would read its input instead, for ever at a terminal.
check_layout() {
    local sources
    mapfile -t sources < <(git ls-files '*.cpp' '*.hpp')
    if [ ${#sources[@]} = 0 ]; then
        echo 'git ls-files lists no source: run this in a clone that belongs to you' >&2
        return 1
    fi
    clang-format --dry-run -Werror "${sources[@]}"
}
# golden_suite PRESET: with a program that has sanitizers. The suite looks only at answers; what they report besides, at
# the program's end too, is in the agents' logs, and any report is a failure.
golden_suite() {
    local logs status=0
    logs=$(mktemp -d)
    TSAN_OPTIONS=suppressions=$PWD/tests/support/tsan.supp python3 tests/interop/golden/replay.py \
        --program "build/$1/weft" --expect tests/interop/golden-expect.txt --jobs 2 --keep-logs "$logs" || status=$?
    if grep -E -r -h -A 60 '(ERROR|WARNING): [A-Za-z]+Sanitizer:|runtime error:' "$logs"; then status=1; fi
    rm -r "$logs"
    return $status
}
# Two at a time, since they mostly wait. What one says comes whole, at its end.
interop_test() {
    local name log started=$SECONDS status=0
    name=$(basename "$1" _test.py)
    log=$(mktemp)
    python3 "$1" --program build/release/weft >"$log" 2>&1 || status=$?
    sed "s/^/$name: /" "$log"
    echo "$name: exit $status after $((SECONDS - started)) s"
    if [ $status != 0 ]; then tail -n 60 "$log" | sed "s/^/$name: /" >>"$failures"; fi
    rm "$log"
    return $status
}
interop_tests() {
    export -f interop_test
    export failures
    printf '%s\n' tests/interop/*_test.py | xargs -P 2 -n 1 bash -c 'interop_test "$1"' interop_test
}
# Without the program nothing else can be tested.
must() {
    local before=$failed
    step "$@"
    if [ "$failed" != "$before" ]; then finish; fi
}

must 'set up' deploy/setup.sh --tests --interop --fuzz
must 'build release' build release
step 'layout of the code' check_layout
step 'unit tests' ctest --preset release -j2
step 'golden suite' python3 tests/interop/golden/replay.py --program build/release/weft \
    --expect tests/interop/golden-expect.txt --jobs 4
step 'interop tests' interop_tests
step "kill -9, $kill_rounds rounds" python3 tests/cluster/kill_rounds.py --program build/release/weft --rounds $kill_rounds
step 'histories of keys' python3 tests/cluster/kv_histories.py --program build/release/weft
step "kill -9 while a snapshot is restored, $kill_rounds rounds" python3 tests/cluster/snapshot_kills.py \
    --program build/release/weft --rounds $kill_rounds
must 'build fuzzers' build fuzz
step "fuzzers, $fuzz_seconds s each" tests/fuzz/run.sh --seconds "$fuzz_seconds"
if [ $full = yes ]; then
    for preset in asan tsan; do
        step "build $preset" build $preset
        step "unit tests $preset" ctest --preset $preset -j2
        step "golden suite $preset" golden_suite $preset
    done
fi
finish
