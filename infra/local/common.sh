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
    { grep -v "^export $1=" "$env_file" 2>/dev/null || true; printf "export %s='%s'\n" "$1" "$quoted"; } >"$env_file.new"
    mv "$env_file.new" "$env_file"
}

# env_get NAME: its value in the env file; empty when it has none.
env_get() {
    [[ ! -f $env_file ]] || (unset "$1" && . "$env_file" && printf '%s' "${!1:-}")
}
