#!/usr/bin/env bash
# Runs every fuzzer, two at a time, for --seconds each (default 60) under ASan and UBSan, and tells how much of that
# it had a CPU. New inputs go to build/fuzz/corpus; --merge brings those that reach new code into the kept corpus of
# tests/fuzz/corpus.
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

one() {
    local program=$1 name log cpu_seconds TIMEFORMAT='%U %S'
    name=$(basename "$program" _fuzz)
    log=$work/$name.log
    mkdir -p "$work/$name" "tests/fuzz/corpus/$name"
    if { cpu_seconds=$( { time "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$work/$name-" "$work/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; } 2>&1); }; then
        cpu_seconds=$(awk '{print $1 + $2}' <<<"$cpu_seconds")
        echo "$name: $(awk '/stat::number_of_executed_units/ {print $2}' "$log") executions in $cpu_seconds s of CPU, clean"
    else
        tail -n 60 "$log"
        echo "$name: FAILED; the input is in $work, the log in $log"
        return 1
    fi
}

mapfile -t found < <(find "$programs" -maxdepth 1 -name "${only}_fuzz" -type f -perm -u+x | sort)
if [ ${#found[@]} = 0 ]; then
    echo "no fuzzer in $programs: cmake --preset fuzz && cmake --build --preset fuzz" >&2
    exit 1
fi
mkdir -p "$work"
export -f one
export work seconds
status=0
printf '%s\n' "${found[@]}" | xargs -P 2 -I{} bash -c 'one {}' || status=1
if [ $merge = yes ]; then
    for program in "${found[@]}"; do
        name=$(basename "$program" _fuzz)
        "$program" -merge=1 "tests/fuzz/corpus/$name" "$work/$name" >/dev/null 2>&1
        echo "$name: $(find "tests/fuzz/corpus/$name" -type f | wc -l) inputs kept"
    done
fi
exit $status
