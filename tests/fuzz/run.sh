#!/usr/bin/env bash
# Runs every fuzzer for --seconds each (default 60) under ASan and UBSan, two at a time, and tells how much of that it
# had a CPU. Each has two turns of half the time, so that no core waits for the last of an odd number. New inputs go to
# build/fuzz/corpus; --merge brings those that reach new code into the kept corpus of tests/fuzz/corpus.
#
#   tests/fuzz/run.sh [--seconds N] [--only NAME] [--merge]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=60 only='*' merge=no
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2; shift ;;
        --only) only=$2; shift ;;
        --merge) merge=yes ;;
        *) echo "run.sh: unknown argument '$1' (known: --seconds N --only NAME --merge)" >&2; exit 2 ;;
    esac
    shift
done
programs=build/fuzz/tests/fuzz work=build/fuzz/corpus
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1

turn() {
    local program=$1 turn=$2 name log cpu_seconds TIMEFORMAT='%U %S'
    name=$(basename "$program" _fuzz)
    log=$work/$name.$turn.log
    mkdir -p "$work/$name" "tests/fuzz/corpus/$name"
    if { cpu_seconds=$( { time "$program" -max_total_time="$turn_seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$work/$name-" "$work/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; } 2>&1); }; then
        cpu_seconds=$(awk '{print $1 + $2}' <<<"$cpu_seconds")
        echo "$name, turn $turn: $(awk '/stat::number_of_executed_units/ {print $2}' "$log") executions in $cpu_seconds s of CPU, clean"
    else
        tail -n 60 "$log"
        echo "$name, turn $turn: FAILED; the input is in $work, the log in $log"
        return 1
    fi
}

mapfile -t found < <(find "$programs" -maxdepth 1 -name "${only}_fuzz" -type f -perm -u+x | sort)
if [ ${#found[@]} = 0 ]; then
    echo "no fuzzer in $programs: cmake --preset fuzz && cmake --build --preset fuzz" >&2
    exit 1
fi
mkdir -p "$work"
turn_seconds=$(((seconds + 1) / 2))
export -f turn
export work turn_seconds
status=0
{ printf '%s 1\n' "${found[@]}"; printf '%s 2\n' "${found[@]}"; } | xargs -P 2 -L 1 bash -c 'turn "$@"' turn || status=1
if [ $merge = yes ]; then
    for program in "${found[@]}"; do
        name=$(basename "$program" _fuzz)
        "$program" -merge=1 "tests/fuzz/corpus/$name" "$work/$name" >/dev/null 2>&1
        echo "$name: $(find "tests/fuzz/corpus/$name" -type f | wc -l) inputs kept"
    done
fi
exit $status
