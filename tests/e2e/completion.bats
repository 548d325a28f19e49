#!/usr/bin/env bats
# What the Tab key gives: the words that the program offers, and what bash, zsh and fish make of them.
load jobledger

COMPLETIONS=$SIM_ROOT/src/completions
COMMANDS="ingest fetch export run status show verify backup prune config"

# offers WORD...: what the last word can become, without the meanings, in one line.
offers() {
    "$JOBLEDGER" --complete "$@" 2>&1 | cut -f1 | paste -sd' '
}

@test "commands, and what they mean" {
    same "$(offers '')" "$COMMANDS"
    same "$(offers)" "$COMMANDS"
    same "$(offers f)" fetch
    same "$(offers -q --db x.db in)" ingest
    same "$("$JOBLEDGER" --complete fe)" $'fetch\tasks the API for every open job in the ledger'
    same "$(offers config fe)" fetch
    same "$(offers config fetch '')" ""
    same "$(offers nonsense '')" ""
}

@test "every option that a command's help names, and no other" {
    for command in "" $COMMANDS; do
        told=$("$JOBLEDGER" $command --help | grep -o '^ *\(-., \)\?--[a-z-]*' | grep -o -- '--[a-z-]*$' | sort)
        same "$("$JOBLEDGER" --complete $command - | cut -f1 | sort)" "$told"
        same "$("$JOBLEDGER" --complete $command -- -)" "$("$JOBLEDGER" --complete $command x- | sed 's/x-/-/')"
    done
    same "$(offers fetch --a)" "--api-key-file --auth"
    same "$(offers fetch --parallel 3 --auth bearer --rech)" "--recheck"
    same "$(offers config fetch --rech)" "--recheck"
    same "$(offers export --rech)" ""
}

@test "the words that an option takes, joined or apart: those that its error names" {
    for command in $COMMANDS; do
        for option in $("$JOBLEDGER" --complete $command - | cut -f1); do
            jl $command "$option=zzzzzz"
            words=$(sed -n 's/.*: expected \([a-z_-]*\(, [a-z_-]*\)*\( or [a-z_-]*\)\)$/\1/p' <<< "$stderr")
            words=$(sed 's/, / /g; s/ or / /' <<< "$words")
            [ -n "$words" ] || continue
            same "$(offers $command "$option=")" "$(printf -- "$option=%s\n" $words | paste -sd' ')"
            [ "$words" = "true false" ] || [ "$option" = --excel ] || same "$(offers $command "$option" '')" "$words"
        done
    done
    same "$(offers fetch --auth b)" bearer
    same "$(offers fetch --auth=b)" --auth=bearer
    same "$(offers export --delimiter '')" "comma semicolon tab pipe"
    same "$(offers ingest --delimiter '')" "comma semicolon tab pipe auto"
    same "$(offers export --excel=)" "--excel=ch --excel=de"
    same "$(offers fetch --rate '')" "auto none"
    same "$(offers fetch --recheck failed,e)" "failed,error"
    same "$(offers fetch --recheck=failed,not_found,co)" "--recheck=failed,not_found,completed"
}

@test "reports" {
    told=$("$JOBLEDGER" export --help | sed -n '/^Reports:/,/^$/s/^  \([a-z-][a-z-]*\).*/\1/p' | paste -sd' ')
    [[ $told == "jobs models "*" all" ]]
    same "$(offers export '')" "$told"
    same "$(offers export a)" "$(tr ' ' '\n' <<< "$told" | grep ^a | paste -sd' ')"
    same "$(offers export jobs '')" ""
}

@test "files and folders are left to the shell" {
    for line in "ingest" "ingest x.csv" "run" "--db" "-d" "-qd" "-c" "fetch --cacert" "fetch --api-key-file" "export -o" \
        "fetch --db=x" "ingest --"; do
        case $line in
        *=x) same "$("$JOBLEDGER" --complete $line)" $'\tfile' ;;
        *) same "$("$JOBLEDGER" --complete $line '')" $'\tfile' ;;
        esac
    done
    same "$("$JOBLEDGER" --complete run --out '')" $'\tfolder'
    for line in "status" "fetch" "show job_1" "fetch --parallel" "fetch -j" "export jobs"; do
        same "$("$JOBLEDGER" --complete $line '')" ""
    done
}

@test "jobs and sources out of the ledger that the line, the environment or the config file names" {
    spell 'job_id,client\njob_1,A\njob_12,B\njob_2,C\n' > 'a b.csv'
    spell 'job_id\njob_3\n' > $'bad\nname.csv'
    "$JOBLEDGER" -q ingest -d my.db 'a b.csv' $'bad\nname.csv' - <<< $'job_id\njob_9'
    same "$(offers show '')" ""
    same "$(offers -d my.db show job_1)" "job_1 job_12"
    same "$(JOBLEDGER_DB=my.db offers show job_2)" "job_2"
    echo 'db = my.db' > c.conf
    same "$(offers -c c.conf show '')" "job_1 job_12 job_2 job_3 job_9"
    same "$(offers -c c.conf fetch --bogus --job=job_9)" "--job=job_9"
    same "$(offers -c c.conf fetch --source '')" "(stdin) a b.csv"
    same "$(offers -c c.conf fetch --source a)" "a b.csv"
    same "$(offers show job_1 -d my.db '')" ""
    seq -f 'job_m%.0f' 1000 | "$JOBLEDGER" -q ingest -d my.db -
    same "$("$JOBLEDGER" --complete -d my.db show '' | wc -l)" 200
    same "$(offers -d my.db show job_m1000)" job_m1000
}

@test "models and labels out of the ledger" {
    spell 'job_id,client,cost center,expected.total\njob_1,A,7,1\njob_2,B,8,1\n' > in.csv
    spell 'job_id,client,country\njob_3,A,CH\n' > in2.csv
    "$JOBLEDGER" -q ingest in.csv in2.csv
    query "UPDATE job SET model_used = CASE job_id WHEN 'job_1' THEN 'gpt-4o' WHEN 'job_2' THEN 'claude 3' END"
    same "$(offers export --model '')" "claude 3 gpt-4o"
    same "$(offers export --model=g)" "--model=gpt-4o"
    same "$(offers export --by c)" "client cost center country"
    same "$(offers run --label cl)" "client="
    same "$(offers export --label=)" "--label=client= --label=cost center= --label=country="
    same "$(offers export --label client=)" ""
}

@test "where there is no ledger, or no sense, nothing is offered, nothing said and nothing made" {
    echo nonsense > no.db
    for line in "show job_" "-d no.db show job_" "-d /nowhere/x.db show job_" "-c missing show job_" "--bogus show job_" \
        "fetch --bogus=" "-x" "bogus" "fetch --parallel=9"; do
        run --separate-stderr "$JOBLEDGER" --complete $line
        ok
        [ -z "$output" ] && [ -z "$stderr" ]
    done
    same "$(ls | grep -v ^separate-stderr)" "no.db"
    status=0
    "$JOBLEDGER" --complete '' > /dev/full 2> err || status=$?
    [ "$status" -eq 7 ]
}

# ---- the shells ----

shell() {
    command -v "$1" > shell.path || {
        [ -z "${JOBLEDGER_CHECK_ALL:-}" ] || { echo "$1 is missing" >&2; return 1; }
        skip "no $1"
    }
}

# A `jobledger` in the PATH that is the program under test for --complete, and otherwise notes how it was called.
stage() {
    mkdir bin reports
    cat > bin/jobledger << END
#!/bin/sh
if [ "\$1" != --complete ]; then
    printf '<%s>' "\$@" > typed.new
    echo >> typed.new
    exec mv typed.new typed
fi
[ ! -e answer ] || exec cat answer
exec '$JOBLEDGER' "\$@"
END
    chmod +x bin/jobledger
    export PATH=$PWD/bin:$PATH HOME=$PWD ZDOTDIR=$PWD XDG_CONFIG_HOME=$PWD XDG_DATA_HOME=$PWD TERM=xterm
    spell 'job_id\njob_11\n' > 'a b.csv'
    "$JOBLEDGER" -q ingest 'a b.csv'
    mv jobledger.db my.db
    printf 'PS1="READY> "\nsource %s/jobledger.bash\n' "$COMPLETIONS" > bashrc
    printf 'PS1="READY> "\nfpath=(%s $fpath)\nautoload -U compinit\ncompinit -u -D\n' "$COMPLETIONS" > .zshrc
    printf 'function fish_prompt\n echo "READY> "\nend\nsource %s/jobledger.fish\n' "$COMPLETIONS" > fishrc
}

# types SHELL KEYS EXPECTED: what the command was called with; \t is the Tab key.
types() {
    local start
    case $1 in
    bash) start=(bash --noprofile --rcfile bashrc -i) ;;
    zsh) start=(zsh -i) ;;
    fish) start=(fish --no-config -i -C 'source fishrc') ;;
    esac
    rm -f typed
    same "$(spell "$2\r" | python3 "$BATS_TEST_DIRNAME/type.py" typed "${start[@]}")" "$3"
}

try() {
    shell "$1"
    stage
    types "$1" 'jobledger fe\t' '<fetch>'
    types "$1" 'jobledger fetch --au\tb\t' '<fetch><--auth><bearer>'
    types "$1" 'jobledger fetch --auth=be\t' '<fetch><--auth=bearer>'
    types "$1" 'jobledger fetch --recheck failed,n\t' '<fetch><--recheck><failed,not_found>'
    types "$1" 'jobledger export rec\t-o reports/x' '<export><reconcile><-o><reports/x>'
    types "$1" 'jobledger -d my.d\tsho\tjo\t' '<-d><my.db><show><job_11>'
    types "$1" 'jobledger --db=my.d\tfetch --source a\t' '<--db=my.db><fetch><--source><a b.csv>'
    types "$1" 'jobledger -d my.db fetch --source=a\\ \t' '<-d><my.db><fetch><--source=a b.csv>'
    types "$1" 'jobledger -d ~/my.db fetch --source "a\t' "<-d><$PWD/my.db><fetch><--source><a b.csv>"
    types "$1" 'jobledger run a\t--out rep\tnew' '<run><a b.csv><--out><reports/new>'
    # A word that ends with = goes on.
    printf 'client=\tits name\n' > answer
    types "$1" 'jobledger cl\tA' '<client=A>'
    printf 'x:2:3\tof two\n' > answer
    types "$1" 'jobledger x:2\t' '<x:2:3>'
}

@test "bash" { try bash; }
@test "zsh" { try zsh; }
@test "fish" { try fish; }

@test "bash: several words are offered as they are written" {
    source "$COMPLETIONS/jobledger.bash"
    compopt() { :; }
    stage
    printf 'a b\tmeaning\n--x=c$d\n--x=e\n' > answer
    COMP_LINE='jobledger --x=' COMP_POINT=14 COMP_WORDS=(jobledger --x =) COMP_CWORD=2
    _jobledger
    same "$(printf '<%s>' "${COMPREPLY[@]}")" '<a\ b><c\$d><e>'
}
