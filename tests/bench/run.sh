#!/usr/bin/env bash
# Sets up the references, builds the release and prints the benchmark table. Arguments go to bench.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
deploy/setup.sh --tests --references
cmake --preset release >/dev/null
cmake --build --preset release | tail -n 1
exec python3 tests/bench/bench.py "$@"
