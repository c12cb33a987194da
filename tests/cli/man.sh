#!/bin/sh
# man.sh SOURCE PPROFREAD GATE PGO_CONFIG: do the man pages say what the programs do? Every option that --help prints is
# in the page and every option of the page is in --help; the same for commands, the plugin's options and decisions, and
# the library's functions. Where mandoc or man is installed, they find no fault.
set -eu
LC_ALL=C
export LC_ALL
source=$1
pprofread=$2
gate=$3
config=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
failures=0

# same WHAT: fails where the lists in the files documented and offered differ.
same() {
    if ! [ -s documented ] || ! diff documented offered >difference; then
        echo "$1: < in the man page, > in the program"
        cat difference
        failures=$((failures + 1))
    fi
}

# find_options PAGE SECTION: its items, as --help writes them, and those of the sections that it names with .Sx.
find_options() {
    awk -v wanted="$2" '
        /^\.S[hs] / { title = $0; sub(/^\.S[hs] "?/, "", title); sub(/"$/, "", title); inside = title == wanted }
        inside && /^\.(It Fl|Sx) /' "$1" >"section.$2"
    sed -n 's/^\.Sx \(.*[^ .,]\).*/\1/p' "section.$2" | while read -r other; do find_options "$1" "$other"; done
    sed -n '/^\.It/{s/^\.It //; s/Fl Fl /--/g; s/Fl /-/g; s/ Ns = Ns Ar /=/; s/ , /, /; p;}' "section.$2"
}

find_help() { sed -nE 's/^  (-., |    )(--[^ ]+).*/\1\2/p' | sed 's/^ *//' | grep -v -x -e --help; }

for program in "$pprofread" "$gate"; do
    name=$(basename "$program")
    page=$(echo "$source"/*/man/"$name.1")
    "$program" --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort >commands
    sed -n 's/^\.Ss //p' "$page" | sort >documented
    cp commands offered
    same "commands of $name"
    while read -r command; do
        find_options "$page" "$command" | sort >documented
        "$program" "$command" --help | find_help | sort >offered
        same "options of $name $command"
    done <commands
done

# A script that prints its help only where it is installed.
sed -nE 's/^\.It Fl Fl ([a-z-]+).*/\1/p' "$source/plugin/man/pgo-config.1" | sort >documented
sed -nE 's/^  --([a-z-]+) .*/\1/p' "$config" | sort >offered
same "options of pgo-config"

sed -nE 's/^\.It Fl (pgo-[a-z-]+) Ns = Ns Ar (.*)/\1 \2/p' "$source/plugin/man/libpgo.7" | sort >documented
sed -nE 's/^    \{"(pgo-[a-z-]+)", "([^"]+)",.*/\1 \2/p' "$source/plugin/options.c" | sort >offered
same "the plugin's options"

sed -n 's/^\.It Sy //p' "$source/plugin/man/libpgo.7" | sed 's/ , /\n/g' | sort >documented
sed -nE 's/.*(\.name = |decision\.name = |add_note\(run, |PGO_DECISION_MISSED, |PGO_DECISION_PASSED, |PGO_DECISION_ANALYSIS, |PGO_REMARK_MISSED, |"hot", |"cold", )"([A-Z][A-Za-z]+)".*/\2/p' \
    "$source"/plugin/*.c | sort -u >offered
same "the plugin's decisions"

# Not every function is worth a word there, but those that are exist.
sed -nE 's/^\.Fn ([a-z_]+).*/\1/p' "$source/pprofread/man/pprofread.3" | sort -u >documented
grep -oE '\bpprof_[a-z_]+(\(|;)' "$source/pprofread/pprofread.h" | tr -d '(;' | sort -u | comm -12 - documented >offered
same "functions of the library"

for page in "$source"/*/man/*.[1-9]; do
    if command -v mandoc >/dev/null && ! mandoc -T lint -W warning "$page"; then failures=$((failures + 1)); fi
    # man-db's; troff's complaints go to standard error
    if man --warnings --version >/dev/null 2>&1; then
        MANWIDTH=80 man --warnings -l "$page" 2>complaints >/dev/null || echo "man cannot show $page" >>complaints
        if [ -s complaints ]; then
            echo "$page:"
            cat complaints
            failures=$((failures + 1))
        fi
    fi
done
[ "$failures" = 0 ]
