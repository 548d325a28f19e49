#!/usr/bin/env bats
# The manual page and the program say the same. The conventions that let them be compared stand at the top of the page.
load jobledger

PAGE=$SIM_ROOT/src/man/jobledger.1

# outline SECTION [SUBSECTION]: head and source of each item there, and of the text beside the lists, whose head is
# empty. Without a subsection those of all.
outline() {
    awk -f "$SIM_ROOT/tests/e2e/mdoc.awk" "$PAGE" |
        awk -F '\t' -v section="$1" -v subsection="${2:-}" '
            $1 == section && (subsection == "" || $2 == subsection) { print $3 "\t" $4 }'
}

items() {
    outline "$@" | grep -v '^	'
}

heads() {
    items "$@" | cut -f 1
}

# Several names in one head, each for itself.
names() {
    heads "$@" | sed 's/, /\n/g'
}

beside() {
    outline "$@" | grep '^	'
}

# listed HEADING [COMMAND]: what --help lists there, with a tab before its text.
listed() {
    # shellcheck disable=SC2086  # no command is no argument
    "$JOBLEDGER" ${2:-} --help | awk -v heading="$1:" '
        function finish() { if (item != "") print item "\t" text; item = text = "" }
        /^[^ ]/ || NF == 0 { finish(); on = $0 == heading; next }
        !on { next }
        match($0, /^ */) && RLENGTH < 30 {
            finish()
            item = substr($0, RLENGTH + 1)
            if (match(item, /  +/)) {
                text = substr(item, RSTART + RLENGTH)
                item = substr(item, 1, RSTART - 1)
            }
            next
        }
        { text = text " " substr($0, RLENGTH + 1) }
        END { finish() }'
}

commands() {
    listed Commands | cut -f 1
}

long_names() {
    grep -o -- '--[a-z][a-z-]*' | sort -u
}

# The words that the source marks with Cm.
words_of() {
    grep -oE '(^|[ .])Cm [^ ]+' <<< "$1" | sed 's/.*Cm //; s/\\-/-/g' | sort -u
}

# The columns that the source of an item names; nothing where it names none.
columns_of() {
    case $1 in
    *" .br .Va "*) sed 's/.* \.br //; s/\.Va //g; s/ , /,/g' <<< "$1" ;;
    esac
}

# each ITEMS FUNCTION [ARGUMENT]: calls it with the argument and the head and source of each. What is printed last where
# a test fails is the head at which it did.
each() {
    local head source
    while IFS=$'\t' read -r head source; do
        echo "$head"
        "$2" ${3:+"$3"} "$head" "$source"
    done <<< "$1"
}

report_columns() {
    columns_of "$(items 'THE REPORTS' | sed -n "s/^$1	//p")"
}

empty_ledger() {
    echo job_id > none.csv
    jl ingest none.csv
    ok
}

@test "the page is clean to mandoc" {
    # Whether the pages that it refers to are installed is the machine's affair.
    mandoc -T lint -W style "$PAGE" 2> /dev/null | grep -v 'referenced manual not found' > findings || true
    cat findings
    [ ! -s findings ]
}

@test "the page is of the program's version" {
    same "$(sed -n 's/^\.Os //p' "$PAGE")" "$("$JOBLEDGER" --version)"
}

@test "the page has every command, and under it every option as --help spells it, and no others" {
    same "$(sed -n '/^\.Sh COMMANDS/,/^\.Sh INPUT/s/^\.Ss //p' "$PAGE")" "$(commands)"
    for command in $(commands | grep -vx run); do
        same "$(heads COMMANDS "$command" | sort)" "$(listed Options "$command" | cut -f 1 | sort)"
    done
    same "$(heads 'GLOBAL OPTIONS')" "$(listed 'Global options' | cut -f 1)"
}

@test "under run the page names every option of run, and no others" {
    same "$(outline COMMANDS run | sed 's/Fl -/--/g' | long_names)" "$(listed Options run | cut -f 1 | long_names)"
}

# check_value COMMAND HEAD SOURCE: what the page says of an option's values is what the program takes.
check_value() {
    local name said words text
    name=$(long_names <<< "$2")
    case ${2#-?, } in "$name") return 0 ;; esac
    said=$("$JOBLEDGER" "$1" "$name=?" --help 2>&1) || true
    words=$(words_of "$3")
    if [[ $said =~ ": expected "(([a-z_-]+(, | or ))+[a-z_-]+)$ ]]; then
        same "$words" "$(sed 's/, /\n/g; s/ or /\n/g' <<< "${BASH_REMATCH[1]}" | sort)"
    elif [[ $said =~ "a whole number from "([0-9]+ to [0-9]+) ]]; then
        [[ $3 == *"${BASH_REMATCH[1]}"* ]]
    fi
    while [ -n "$words" ] && read -r word; do
        "$JOBLEDGER" "$1" "$name=$word" --help > /dev/null
    done <<< "$words"
    text=$(listed Options "$1" | awk -F '\t' -v item="$2" '$1 == item { print $2 }')
    if [[ $text =~ "(default "([^:;\)]+) ]] || [[ $text =~ ([^ ]+)" (default)" ]] || [[ $text =~ "(default"(:) ]]; then
        [[ $3 == *efault* && ${3//\\-/-} == *"${BASH_REMATCH[1]#:}"* ]]
    fi
}

@test "the page has every option's words, range and default" {
    for command in $(commands | grep -vx show); do
        each "$(items COMMANDS "$command")" check_value "$command"
    done
    each "$(items 'GLOBAL OPTIONS')" check_value status
}

# check_report NAME SOURCE
check_report() {
    same "$(columns_of "$2")" "$(csv "$1" | head -n 1)"
}

@test "the page has every report with its columns, in order" {
    empty_ledger
    same "$(heads 'THE REPORTS')" "$(listed Reports export | cut -f 1 | grep -vx all)"
    each "$(items 'THE REPORTS')" check_report
}

# check_view NAMES SOURCE
check_view() {
    local view wanted
    for view in ${1//,/}; do
        wanted=$(columns_of "$2")
        same "$(query "SELECT group_concat(name) FROM pragma_table_info('$view')")" \
            "${wanted:-$(report_columns "${view//_/-}")}"
    done
}

@test "the ledger has every view of the page, with its columns in order, and one for each report" {
    empty_ledger
    each "$(items 'THE VIEWS')" check_view
    for report in $(heads 'THE REPORTS'); do
        names 'THE VIEWS' | grep -qx "${report//-/_}"
    done
}

@test "the page says of every column what it means" {
    named() {
        while IFS=$'\t' read -r _ source; do
            columns_of "$source"
        done < <(items 'THE REPORTS'; items 'THE VIEWS')
    }
    same "$(names COLUMNS | sort -u)" "$(named | tr ',' '\n' | sort -u)"
}

@test "the page has every exit status, and which of them wins" {
    status_of() {
        sed -n "s/^ *$1 = \([0-9]*\),.*/\1/p" "$SIM_ROOT/include/result.h"
    }
    same "$(names 'EXIT STATUS')" "$(status_of 'RESULT_[A-Z_]*')"
    order=$(sed -n '/order\[\] = {/,/};/p' "$SIM_ROOT/src/base/result.c" | grep -o 'RESULT_[A-Z_]*' | grep -vx RESULT_OK)
    same "$(beside 'EXIT STATUS' | sed 's/.*wins://' | grep -o '[0-9]\+')" \
        "$(for name in $order; do status_of "$name"; done)"
}

@test "the page has every variable that the program asks for" {
    asked=$(grep -rhoE '(getenv\(|add_variable\(givens, )"[A-Z_]+' "$SIM_ROOT/src" | sed 's/.*"//' | sort -u)
    [ -n "$asked" ]
    for variable in $asked; do
        names ENVIRONMENT | grep -qx "$variable"
    done
}

@test "the page has every figure for Prometheus" {
    sim_start - <<< 'default status=pending'
    ids 1 > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --metrics m.prom
    ok
    same "$(names MONITORING | sed 's/^Va //' | sort)" "$(sed -n 's/^# TYPE \([a-z_]*\) gauge$/\1/p' m.prom | sort)"
}

@test "the messages in the page are those of the program" {
    sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh LIM/s/^\.It //p' "$PAGE" | sed 's/ Ar [A-Z]*\( No\)\?/\n/g; s/^ *//' > parts
    [ -s parts ]
    while read -r part; do
        grep -qaF -- "$part" "$JOBLEDGER" || { echo "not said: $part"; return 1; }
    done < parts
}

@test "the config file in the page is one" {
    sed -n '/^\.Sh CONFIG FILE/,/^\.Ed/p' "$PAGE" | sed '1,/^\.Bd/d; /^\.Ed/d; s/\\-/-/g' > jobledger.conf
    jl -c jobledger.conf config run
    ok
    [[ $output == *"excel = de  "*"# jobledger.conf:5"* ]]
    jl -c jobledger.conf config ingest
    [[ $output == *'delimiter = ";"  '*"# jobledger.conf:12"* ]]
}

# The commands in the examples, each into a file of its own.
take_examples() {
    awk '/^\.Sh / { on = $2 == "EXAMPLES" }
         on && /^\.Bd/ { display = 1; next }
         on && /^\.Ed/ { display = 0; close(file); file = "" }
         on && display && /^\$ / { close(file); file = sprintf("example.%02d", ++n) }
         on && display && file != "" { gsub(/\\-/, "-"); gsub(/\\\(aq/, "'\''"); gsub(/\\e/, "\\")
                                       sub(/^\$ /, ""); print > file }' "$PAGE"
}

@test "the examples in the page work" {
    sim_start "$SIM_ROOT/samples/freddysim.scenario"
    export FREDDY_BASE_URL=$SIM_URL PATH=${JOBLEDGER%/*}:$PATH
    cp "$SIM_ROOT"/samples/*.csv .
    jl ingest ./*.csv
    loose
    spell 'job_id,client\njob_abc123def456,Acme\njob_def456abc123,Globex\n' > jobs.csv
    spell 'job_id,expected.total_amount\njob_abc123def456,1250.00\n' > truth.csv
    echo 'SELECT model_used, count(*) AS jobs FROM jobs GROUP BY 1' > mine.sql
    take_examples
    ran=0
    for example in example.*; do
        loose=0
        case $(cat "$example") in
        datasette* | duckdb*) continue ;;
        jobledger*) loose=1 ;;
        esac
        status=0
        bash "$example" <<< test-key-0001 > output 2>&1 || status=$?
        [ "$status" -le "$loose" ] || { cat "$example" output; return 1; }
        case $(cat "$example") in *" -o "* | *" > "*) ;; *) [ -s output ] ;; esac
        ran=$((ran + 1))
    done
    [ "$ran" -ge 20 ]
    [ "$(stat -c %a key)" = 600 ]
    [ -s reports/jobs.csv ] && [ -s november.csv ] && [ -s lines.csv ] && [ -s mismatches.csv ]
    query 'SELECT count(*) FROM jobs' > counted
    DB=jobledger-copy.db query 'SELECT count(*) FROM jobs' | cmp - counted
}
