# Read by the command tests, as `. support.sh` with the arguments PPROFREAD and DATA: an empty working folder, and what to
# expect of a command. A test ends with `finish`.
# shellcheck shell=sh disable=SC2034 # the variables are the tests'
LC_ALL=C
export LC_ALL
pprofread=$1
data=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    out: /' out 2>/dev/null | head -5
    sed 's/^/    err: /' err 2>/dev/null | head -5
}

# expect STATUS OUT ERR ARGUMENT…: the exit status, and a regular expression for each stream; '' wants it empty.
expect() {
    # shellcheck disable=SC2034 # out and err are read by name
    status=$1 out=$2 err=$3
    shift 3
    "$pprofread" "$@" >out 2>err </dev/null
    actual=$?
    [ $actual -eq "$status" ] || fail "pprofread $*: exit status $actual, not $status"
    for stream in out err; do
        eval "wanted=\$$stream"
        if [ -z "$wanted" ]; then
            [ ! -s $stream ] || fail "pprofread $*: unexpected text on std$stream"
        else
            grep -Eq -- "$wanted" $stream || fail "pprofread $*: no '$wanted' on std$stream"
        fi
    done
}

finish() {
    [ $failures -eq 0 ] || echo "$failures failures"
    exit $((failures > 0))
}
