# redis.sh: Redis as production has it, except that it keeps nothing: caches and quota ledgers, never the truth. Sourced by stack.
# shellcheck shell=bash

redis_variable=TRIBUTARY_REDIS
redis_dir=$stack_dir/redis
redis_stop_seconds=5

redis_address() { printf 'redis://default:%s@127.0.0.1:%s/0' "$(<"$redis_dir/password")" "$(<"$run_dir/redis.port")"; }

redis_start() {
    local port
    mkdir -p "$redis_dir"
    secret_keep "$redis_dir/password"
    port=$(port_keep redis)
    cat >"$redis_dir/redis.conf" <<END
bind 127.0.0.1
port $port
requirepass $(<"$redis_dir/password")
dir $redis_dir
save ""
appendonly no
maxmemory 128mb
maxmemory-policy noeviction
END
    daemon_start redis redis-server "$redis_dir/redis.conf"
}

redis_ready() {
    [[ $(REDISCLI_AUTH=$(<"$redis_dir/password") redis-cli -p "$(<"$run_dir/redis.port")" ping) == PONG ]]
}
