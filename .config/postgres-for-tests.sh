#!/usr/bin/env bash
# nextest starts a process for each test; this starts one PostgreSQL for all of a run, which ends with it. Nothing to do where there is one
# (`cargo xtask test` starts its own). Where none can be started, the tests that need it say so.
set -euo pipefail
[ -z "${CLOSEZLY_TEST_POSTGRES:-}" ] && [ -z "${CI:-}" ] || exit 0

folder=$(mktemp -d -u "${TMPDIR:-/tmp}/closezly-test-postgres-XXXXXX")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])') || exit 0
address=$(server/store/tests/postgres.sh start "$folder" "$port" "$PPID" | tail -n 1) || exit 0
echo "CLOSEZLY_TEST_POSTGRES=$address" >> "$NEXTEST_ENV"
