# daemon.sh: background processes that outlive the script which starts them, and that any later script can find and stop.
# A daemon is known by $stack_dir/run/NAME.pid, which holds its process id and its start time: an id alone may by now
# be somebody else's. It runs in a session of its own, so a terminal's Ctrl-C does not reach it. Sourced.
# shellcheck shell=bash

run_dir=$stack_dir/run
log_dir=$stack_dir/log

# When the process began, in ticks since boot; nothing when there is no such process, or only a zombie without threads.
process_began() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -r -a stat <<<"${stat##*) }"
    [[ ${stat[0]} != Z || ${stat[17]} -gt 1 ]] && printf '%s' "${stat[19]}"
}

# daemon_pid NAME: its process id, and success, while it runs.
daemon_pid() {
    local pid began
    { read -r pid began <"$run_dir/$1.pid"; } 2>/dev/null || return 1
    [[ -n $began && $(process_began "$pid") == "$began" ]] && printf '%s' "$pid"
}

daemon_runs() { daemon_pid "$1" >/dev/null; }

# daemon_start NAME COMMAND...: output goes to the end of $log_dir/NAME.log. The pid file is written before the exec, by
# the process itself: there is no moment at which it runs and cannot be found.
daemon_start() {
    local name=$1
    shift
    rm -f "$run_dir/$name.pid"
    (
        exec 9>&- </dev/null >>"$log_dir/$name.log" 2>&1
        self=$BASHPID # here, for $(...) is a process of its own
        printf '%s %s\n' "$self" "$(process_began "$self")" >"$run_dir/$name.pid"
        exec setsid "$@"
    ) &
    until [[ -s $run_dir/$name.pid ]] || ! kill -0 $! 2>/dev/null; do sleep 0.01; done
}

# daemon_wait NAME SECONDS CHECK...: returns when CHECK succeeds; says what the log says when the daemon dies or time is up.
daemon_wait() {
    local name=$1 seconds=$2 deadline why='did not get ready in time'
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)) || { ! daemon_runs "$name" && why='ended'; }; then
            say "$name $why; the end of $log_dir/$name.log:" >&2
            tail -n 15 "$log_dir/$name.log" | sed 's/^/    /' >&2
            return 1
        fi
        sleep 0.05
    done
}

# daemon_stop NAME SECONDS [SIGNAL]: SIGNAL (TERM), and KILL when it is still there after SECONDS; returns when it is gone.
daemon_stop() {
    local name=$1 pid deadline=$((SECONDS + $2))
    if pid=$(daemon_pid "$name"); then
        kill -s "${3:-TERM}" "$pid" 2>/dev/null || ! daemon_runs "$name" || die "may not stop $name, process $pid"
        while daemon_runs "$name"; do
            ((SECONDS < deadline)) || kill -s KILL "$pid" 2>/dev/null || true
            sleep 0.05
        done
    fi
    rm -f "$run_dir/$name.pid"
}

# Nobody listens on this TCP port (0A). What is left of a killed server's connections does not keep the next one from it.
port_free() {
    local files=(/proc/net/tcp)
    [[ ! -e /proc/net/tcp6 ]] || files+=(/proc/net/tcp6)
    awk -v port="$(printf ':%04X' "$1")" '$2 ~ port "$" && $4 == "0A" { taken = 1 } END { exit taken }' "${files[@]}"
}

# port_keep NAME: the port it had before, so that addresses survive a restart, or a new one when somebody has taken it.
# Ports lie below the range from which the kernel gives ports to outgoing connections.
port_keep() {
    local file=$run_dir/$1.port port=
    [[ ! -f $file ]] || port=$(<"$file")
    until [[ -n $port ]] && port_free "$port"; do
        port=$((20000 + RANDOM % 12000))
    done
    printf '%s\n' "$port" | tee "$file"
}

# The folders every script here relies on. What is no stack is left alone: `reset` would delete in it.
stack_folders() {
    [[ -f $run_dir/lock || -z $(ls -A "$stack_dir" 2>/dev/null) ]] || die "$stack_dir is neither empty nor a stack"
    (umask 022 && mkdir -p "$stack_dir")
    mkdir -p "$run_dir" "$log_dir"
    : >>"$run_dir/lock"
    chmod 711 "$stack_dir" # secrets are files of mode 600; the postgres user passes through
}
