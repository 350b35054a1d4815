# postgres.sh: a private Postgres cluster, reached over loopback with a generated password. It refuses to run as root, so
# root lends it to the system user `postgres`; where that user cannot enter the clone the data lies in a private folder
# of /var/tmp, whose name is kept in the stack. fsync stays on: the fault tests kill it and count rows. Sourced by stack.
# shellcheck shell=bash

postgres_variable=TRIBUTARY_POSTGRES
postgres_dir=$stack_dir/postgres
postgres_stop_seconds=10
postgres_stop_signal=INT # fast shutdown: TERM waits for every client to leave

postgres_address() {
    printf 'postgresql://tributary:%s@127.0.0.1:%s/tributary' "$(<"$postgres_dir/password")" "$(<"$run_dir/postgres.port")"
}

# Who root lets Postgres run as: the owner of the cluster, which may be the plain user who made it.
postgres_user() {
    stat -c %U "$(cat "$postgres_dir/home" 2>/dev/null)/data" 2>/dev/null || printf postgres
}

# postgres_as COMMAND...: becomes COMMAND, as a user that Postgres accepts, with no variable of ours in its environment.
postgres_as() {
    if [[ $EUID -eq 0 ]]; then
        local user
        user=$(postgres_user)
        printf '%s\0' setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups env -i PATH="$PATH" "$@"
    else
        printf '%s\0' env -i PATH="$PATH" "$@"
    fi
}

postgres_run() {
    local command
    mapfile -d '' -t command < <(postgres_as "$@")
    (cd / && "${command[@]}")
}

# The folder above the cluster: below the stack where its user can get there, else the one made for this stack before.
postgres_home() {
    if [[ -f $postgres_dir/home ]]; then
        printf '%s' "$(<"$postgres_dir/home")"
        return
    fi
    local home=$postgres_dir
    if ! postgres_run test -x "$postgres_dir"; then
        home=$(mktemp -d /var/tmp/tributary-postgres.XXXXXX)
        chmod 711 "$home"
    fi
    printf '%s\n' "$home" | tee "$postgres_dir/home"
}

# The newest server installed, or the one that made the cluster.
postgres_bin() {
    local version
    if [[ -f $1/version ]]; then
        version=$(<"$1/version")
    else
        version=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sed 's|/usr/lib/postgresql/\([^/]*\)/.*|\1|' | sort -V | tail -n 1)
    fi
    [[ -x /usr/lib/postgresql/$version/bin/postgres ]] ||
        die "no Postgres server in /usr/lib/postgresql/$version: run $here/deps, or '$here/stack reset' when the cluster is of an older one"
    printf '%s' "$version" >"$1/version"
    printf '/usr/lib/postgresql/%s/bin' "$version"
}

# A cluster is whole or not there: it is made under another name first. Both the role's password and the database are set
# by the server in single-user mode, so nobody ever reaches a cluster without a password.
postgres_create() {
    local home=$1 bin=$2
    rm -rf "$home/new"
    mkdir -m 700 "$home/new"
    [[ $EUID -ne 0 ]] || chown postgres: "$home/new"
    postgres_run "$bin/initdb" -D "$home/new" -U tributary -E UTF8 --locale=C.UTF-8 -A reject
    postgres_run "$bin/postgres" --single -D "$home/new" postgres >/dev/null <<END
ALTER ROLE tributary PASSWORD '$(<"$postgres_dir/password")'
CREATE DATABASE tributary
END
    printf 'host all all 127.0.0.1/32 scram-sha-256\n' >"$home/new/pg_hba.conf"
    cat >>"$home/new/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
log_line_prefix = '%m [%p] '
END
    mv "$home/new" "$home/data"
}

# After kill -9 the backends live on for a moment and hold the old shared memory; the next server would refuse to start.
postgres_bury() {
    local data=$1 link deadline=$((SECONDS + 10))
    for link in /proc/[0-9]*/cwd; do
        [[ $(readlink "$link" 2>/dev/null) == "$data" ]] || continue
        link=${link#/proc/}
        kill -s QUIT "${link%/cwd}" 2>/dev/null || true
        while process_began "${link%/cwd}" >/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    done
    rm -f "$data/postmaster.pid"
}

postgres_start() {
    local home bin port command
    mkdir -p "$postgres_dir"
    chmod 711 "$postgres_dir"
    secret_keep "$postgres_dir/password"
    home=$(postgres_home)
    mkdir -p "$home"
    bin=$(postgres_bin "$home")
    if [[ ! -d $home/data ]]; then
        postgres_create "$home" "$bin" >>"$log_dir/postgres.log" 2>&1
    fi
    postgres_bury "$home/data"
    port=$(port_keep postgres)
    mapfile -d '' -t command < <(postgres_as "$bin/postgres" -D "$home/data" -p "$port")
    daemon_start postgres "${command[@]}"
}

postgres_ready() { pg_isready -q -h 127.0.0.1 -p "$(<"$run_dir/postgres.port")"; }

postgres_reset() {
    local home
    [[ ! -f $postgres_dir/home ]] || { home=$(<"$postgres_dir/home") && [[ $home == */*postgres* ]] && rm -rf "$home"; }
}
