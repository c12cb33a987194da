#!/bin/sh
# completion.sh PPROFREAD GATE COMPLETIONS: what bash and zsh offer after some beginnings of a command line; those of the
# two that are installed.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin"
ln -s "$1" "$2" "$folder/bin"
PATH=$folder/bin:$PATH
completions=$3
command -v bash >/dev/null || command -v zsh >/dev/null || exit 77
mkdir "$folder/here" "$folder/here/lib"
cd "$folder/here" || exit 1
touch "my data.pgo" plain
cp "$1" server

failures=0
# offers WORDS EXPECTED: after the last word of [WORDS] bash offers exactly these.
offers() {
    command -v bash >/dev/null || return 0
    got=$(complete_in_bash "$1")
    if [ "$got" != "$2" ]; then
        echo "bash: after '$1'"
        echo "  offered: $got"
        echo "  not:     $2"
        failures=$((failures + 1))
    fi
}

# bash hands a completion function its words, cut at '=' and ':', in these variables.
complete_in_bash() {
    bash --norc -c '
        compopt() { :; } # which only works while the user types
        . "$1/${2%% *}"
        line=${2//=/ = } && line=${line//:/ : }
        read -ra COMP_WORDS <<<"$line"
        if [[ $2 == *" " ]]; then COMP_WORDS+=(""); fi
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${COMP_WORDS[0]//-/_}" "${COMP_WORDS[0]}"
        IFS="|"
        echo "${COMPREPLY[*]}"' bash "$completions" "$1"
}

offers 'pprofread re' 'record|rename'
offers 'pprofread help ta' 'tags'
offers 'pprofread top --no' '--noinlines|--nodecount=|--nodefraction=|--normalize'
offers 'pprofread top -cu' '-cum'
offers 'pprofread dot --ho' '--hot='
offers 'pprofread top --ho' ''
offers 'pprofread top my' 'my data.pgo'
offers 'pprofread top -focus=x m' 'my data.pgo'
offers 'pprofread top --focus m' ''
offers 'pprofread top --focus x m' 'my data.pgo'
offers 'pprofread top x m' ''
offers 'pprofread peek m' ''
offers 'pprofread peek x m' 'my data.pgo'
offers 'pprofread diff m' 'my data.pgo'
offers 'pprofread diff x m' 'my data.pgo'
offers 'pprofread merge -o x y z m' 'my data.pgo'
offers 'pprofread merge -o m' 'my data.pgo'
offers 'pprofread merge --files_from=pl' 'plain'
offers 'pprofread import --binary=' 'server|lib'
offers 'pprofread list --source-path=a:' 'lib'
offers 'pprofread record --with=' 'perf|gperftools'
offers 'pprofread record --with g' 'gperftools'
offers 'pprofread record --fre' '--frequency='
offers 'pprofread record pprofrea' 'pprofread'
offers 'pprofread record -- pprofrea' 'pprofread'
offers 'pprofread record pprofread --w' ''
offers 'pprofread record pprofread m' 'my data.pgo'
offers 'pprofread fetch http://m' ''
offers 'pprofread bogus --' ''
offers 'pgo-gate se' 'selftest'
offers 'pgo-gate compare --candidate' '--candidate=|--candidate-layouts='
offers 'pgo-gate compare m' ''
offers 'pgo-gate profile m' 'my data.pgo'
offers 'pgo-gate report --source-path=' 'lib'

# zsh completes in a terminal only: in one that it makes itself, each line of [typed] is typed, a TAB behind it, and what
# has become of it is kept.
complete_in_zsh() {
    cat >"$folder/zshrc" <<'ZSH'
fpath=($completions $fpath)
autoload -Uz compinit && compinit -u -D
keep-line() { print -r -- "$BUFFER" >>$folder/completed; BUFFER= }
zle -N keep-line
bindkey '^I' complete-word '^G' keep-line
setopt no_auto_menu no_auto_list no_beep
ZSH
    completions=$completions folder=$folder zsh -f -c '
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell ". $folder/zshrc; print SET\\UP"
        zpty -r shell seen "*SETUP*"
        while read -r line; do zpty -n -w shell "$line"$'"'\\t\\x07'"'; done <$folder/typed
        zpty -w shell "print DO\\NE"
        zpty -r shell seen "*DONE*"
        zpty -d shell' >/dev/null
}

# A chroot without /dev/pts has none to give.
has_terminals() { zsh -f -c 'zmodload zsh/zpty && zpty probe true' 2>/dev/null; }

if command -v zsh >/dev/null && has_terminals; then
    cat >"$folder/typed" <<'LINES'
pprofread ren
pprofread help ta
pprofread top --nodec
pprofread dot --ho
pprofread top --ho
pprofread top my
pprofread top --focus=x my
pprofread peek my
pprofread peek x my
pprofread merge -o x y z my
pprofread import --binary=s
pprofread record --with=g
pprofread record pprofrea
pprofread record -- pprofrea
pgo-gate se
pgo-gate compare --candidate-l
LINES
    cat >"$folder/expected" <<'LINES'
pprofread rename 
pprofread help tags 
pprofread top --nodecount=
pprofread dot --hot=
pprofread top --ho
pprofread top my\ data.pgo 
pprofread top --focus=x my\ data.pgo 
pprofread peek my
pprofread peek x my\ data.pgo 
pprofread merge -o x y z my\ data.pgo 
pprofread import --binary=server 
pprofread record --with=gperftools 
pprofread record pprofread 
pprofread record -- pprofread 
pgo-gate selftest 
pgo-gate compare --candidate-layouts=
LINES
    complete_in_zsh
    diff "$folder/expected" "$folder/completed" || failures=$((failures + 1))
fi

[ $failures = 0 ] || { echo "$failures failed"; exit 1; }
