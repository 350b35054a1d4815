# common.sh: what the scripts of this folder share: where things lie, how they speak and the env file.
# Sourced, never run. Everything generated lives in two ignored folders of the clone, build/ and .local/.
# shellcheck shell=bash disable=SC2034

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
clone=$(cd "$here/../.." && pwd)
local_dir=${TRIBUTARY_LOCAL:-$clone/.local}
stack_dir=${TRIBUTARY_STACK:-$local_dir/stack}
env_file=$stack_dir/env

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

usage() {
    printf 'usage: %s\n' "$1" >&2
    exit 2
}

# env_set NAME VALUE: one `export NAME='value'` line of the env file, written whole or not at all.
env_set() {
    local quoted=${2//\'/\'\\\'\'}
    {
        grep -v "^export $1=" "$env_file" 2>/dev/null || true
        printf "export %s='%s'\n" "$1" "$quoted"
    } >"$env_file.new"
    mv "$env_file.new" "$env_file"
}

# env_get NAME: its value in the env file; empty when it has none.
env_get() {
    [[ ! -f $env_file ]] || (unset "$1" && . "$env_file" && printf '%s' "${!1:-}")
}

# Addresses that a stack has given out are listed in TRIBUTARY_STACK_ADDRESSES beside them. A shell that has read an env
# file, perhaps before a port changed or `reset`, still means the stack; any other value is the user's own server.
is_users() {
    [[ -n ${!1:-} && " ${TRIBUTARY_STACK_ADDRESSES:-} " != *" ${!1} "* ]]
}

# env_users NAME: the value that the user gave. env_ours NAME VALUE: one of this stack.
env_users() { env_set "$1" "${!1}"; }

env_ours() {
    local ours
    ours=$(env_get TRIBUTARY_STACK_ADDRESSES)
    env_set "$1" "$2"
    [[ " $ours " == *" $2 "* ]] || env_set TRIBUTARY_STACK_ADDRESSES "${ours:+$ours }$2"
}

# env_sandbox SOURCE URL: the sandbox at URL is this source's vendor; its app is one that the sandbox knows from the start.
env_sandbox() {
    local prefix=TRIBUTARY_${1^^}
    env_ours "${prefix}_URL" "$2/$1"
    [[ $1 != stripe ]] || return 0
    env_set "${prefix}_AUTHORIZE_URL" "$2/$1/oauth/authorize"
    env_set "${prefix}_TOKEN_URL" "$2/$1/oauth/token"
    env_set "${prefix}_CLIENT_ID" sandbox-app
    env_set "${prefix}_CLIENT_SECRET" sandbox-secret
}

# env_vendor SOURCE: the user's own, and nothing of a sandbox before it.
env_vendor() {
    local prefix=TRIBUTARY_${1^^} name
    env_users "${prefix}_URL"
    [[ $1 != stripe ]] || return 0
    for name in AUTHORIZE_URL TOKEN_URL CLIENT_ID CLIENT_SECRET; do
        name=${prefix}_$name
        env_set "$name" "${!name:-}"
    done
}
