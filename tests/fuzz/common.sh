# shellcheck shell=sh disable=SC2154 # `target` is set by them
# What run and grow share; to be sourced with $target set.
here=$(cd "$(dirname "$0")" && pwd)
name=$(basename "$target")
name=${name#fuzz_}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unpack_corpus() {
    mkdir "$work/corpus"
    tar -xzf "$here/corpus/$name.tar.gz" -C "$work/corpus"
}

# Its output is shown at failure; else only the figures.
run_target() {
    dictionary=$here/$name.dict
    [ ! -f "$dictionary" ] || set -- -dict="$dictionary" "$@"
    "$target" -rss_limit_mb=2048 -artifact_prefix="$target." -print_final_stats=1 "$@" >"$work/log" 2>&1 ||
        { tail -60 "$work/log"; exit 1; }
    grep -E 'DONE|stat::number_of_executed_units' "$work/log"
}
