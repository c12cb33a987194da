# Read by the command tests, as `. support.sh` with the arguments PROGRAM and DATA: an empty working folder, and what to
# expect of the program. A test ends with `finish`.
# shellcheck shell=sh disable=SC2034 # the variables are the tests'
LC_ALL=C
export LC_ALL
program=$1
data=${2-}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    out: /' out 2>/dev/null | head -15
    sed 's/^/    err: /' err 2>/dev/null | head -8
}

# expect STATUS OUT ERR ARGUMENT…: the exit status, and a regular expression for each stream; '' wants it empty.
expect() {
    # shellcheck disable=SC2034 # out and err are read by name
    status=$1 out=$2 err=$3
    shift 3
    "$program" "$@" >out 2>err </dev/null
    actual=$?
    [ $actual -eq "$status" ] || fail "${program##*/} $*: exit status $actual, not $status"
    for stream in out err; do
        eval "wanted=\$$stream"
        if [ -z "$wanted" ]; then
            [ ! -s $stream ] || fail "${program##*/} $*: unexpected text on std$stream"
        else
            grep -Eq -- "$wanted" $stream || fail "${program##*/} $*: no '$wanted' on std$stream"
        fi
    done
}

finish() {
    [ $failures -eq 0 ] || echo "$failures failures"
    exit $((failures > 0))
}
