#!/usr/bin/env bats
# The config file, the order of precedence, and `jobledger config`, which shows both.
load jobledger

# conf LINES: writes c.conf.
conf() {
    spell "$1" > c.conf
}

# in_force COMMAND NAME [ARGUMENTS...]: its lines in what `config` prints, as "value # origin".
in_force() {
    "$JOBLEDGER" config "$1" "${@:3}" | sed -n "s/^#\{0,1\}$2 = \{0,1\}\(.*[^ ]\)\{0,1\} *  # \(.*\)/\1 # \2/p"
}

# refused CONFIG TEXT: whatever the command, status 2 and one line that begins with it.
refused() {
    conf "$1"
    for command in status "fetch -q" config; do
        jl -c c.conf $command
        ends 2
        one_line
        says "c.conf:$2"
    done
}

@test "lines before a section are for every command that has the option" {
    conf 'parallel = 4\nencoding = windows-1252\njson = true\n'
    spell 'job_id,client\njob_1,B\xE4r\n' > in.csv
    jl -c c.conf -q ingest in.csv
    ok
    same "$(csv jobs | tail -1 | cut -d, -f15)" "Bär"
    jl status -c c.conf
    ok
    jq -e '.jobs.new == 1' <<< "$output"
    for command in fetch run; do
        same "$(in_force $command parallel -c c.conf)" "4 # c.conf:1"
    done
}

@test "lines of a section are for its command alone" {
    conf 'delimiter = comma\n[ingest]\ndelimiter = ;\n\n[export]\n  no-header = true\n[fetch]\nretries = 3\n'
    spell 'job_id;client\njob_1;A\njob_2;B\n' > in.csv
    jl -c c.conf -q ingest in.csv
    ok
    jl -c c.conf export jobs
    same "$(cut -d, -f1 <<< "$output")" $'job_1\njob_2'
    same "$(in_force fetch retries -c c.conf)" "3 # c.conf:8"
    same "$(in_force run retries -c c.conf)" "5 # default"
    same "$(in_force run delimiter -c c.conf)" "comma # c.conf:1"
}

@test "values: blanks, comments, quotes" {
    while IFS='|' read -r written meant; do
        spell "db = $written\n" > c.conf
        jl -c c.conf status
        ends 5
        [[ $stderr == "jobledger: $meant: can't be opened"* ]] || { echo "$written"; show_run; return 1; }
    done << 'END'
a b.db|a b.db
  a.db	|a.db
a.db # comment|a.db
a.db ; comment|a.db
a.db	#comment|a.db
a#b;c.db|a#b;c.db
a.db\r|a.db
"a.db"|a.db
"a #1.db" # comment|a #1.db
"a;b "#comment|a;b 
"say ""a"".db"|say "a".db
Acme "AG".db|Acme "AG".db
;|;
#|#
; # semicolon|;
# ; hash|#
";"|;
=a=b.db|=a=b.db
a:b.db|a:b.db
\0303\0244.db|ä.db
END
}

@test "a semicolon as delimiter needs no quotes" {
    spell 'job_id;a\njob_1;2\n' > in.csv
    for value in ';' '";"' semicolon '; # as Excel writes it' '"; "'; do
        conf "[ingest]\ndelimiter = $value\n"
        rm -f jobledger.db
        jl -q ingest in.csv -c c.conf
        [ "$value" = '"; "' ] || { ok; continue; }
        ends 2
        says "c.conf:2: delimiter ; : expected one ASCII character"
    done
}

@test "a byte order mark, CR LF and a last line without an end" {
    conf '\xEF\xBB\xBFquiet = true\r\n\r\n[status]\r\njson = true'
    ids 1 > in.csv
    jl -c c.conf ingest in.csv
    ok
    [ -z "$stderr" ]
    jl -c c.conf status
    jq -e . <<< "$output"
    conf '\xEF\xBB\xBF# comment = 1\nquiet = true\n'
    same "$(in_force status quiet -c c.conf)" "true # c.conf:2"
    conf ''
    same "$(in_force status quiet -c c.conf)" "false # default"
}

@test "long lines work, or are refused by line" {
    long=$(printf 'x%.0s' $(seq 5000))
    conf "# $long\nout = /$long\n"
    same "$(in_force run out -c c.conf)" "/$long # c.conf:2"
    conf "[run]\nout = \"/$long #\" # $long\n"
    same "$(in_force run out -c c.conf)" "\"/$long #\" # c.conf:2"
    refused "quiet = true\n$long = 3\n" 2
    refused "quiet = true\n$long\n" 2
    refused "quiet = true\n[$long]\n" 2
}

@test "what is no option is named by line, with the nearest" {
    refused 'quiet = true\nparalel = 4\n' "2: unknown option paralel; did you mean parallel?"
    refused '[fetch]\nparalel = 4\n' "2: paralel is not an option of fetch; did you mean parallel?"
    refused '[fetch]\nexcell = ch\n' "2: excell is not an option of fetch"
    refused '[export]\nexcell = ch\n' "2: excell is not an option of export; did you mean excel?"
    refused '[ingest]\nparallel = 4\n' "2: parallel is not an option of ingest"
    refused 'api_key_file = x\n' "1: unknown option api_key_file; did you mean api-key-file?"
    refused '# x\n\n[ftech]\n' "3: unknown command [ftech]; did you mean [fetch]?"
    refused '[]\nparallel = 4\n' "1: unknown command []"
    for name in config help version; do
        refused "$name = true\n" "1: $name has no place in a config file"
    done
}

@test "the key itself has no place in it, and is not shown" {
    for name in api-key API_KEY key FREDDY_API_KEY; do
        refused "$name = sk-secret-0001\n" "1: unknown option $name; the key itself has no place here: name its file with api-key-file"
        [[ $stderr != *secret* ]]
    done
    refused '[fetch]\napi-key = sk-secret-0001\n' "2: api-key is not an option of fetch; the key itself"
}

@test "malformed lines and values are named by line, whatever the command" {
    refused 'quiet = true\n\n# x\nparallel\n' 4
    refused 'quiet: true\n' 1
    refused '= 4\n' 1
    refused 'quiet = true\n[fetch\nparallel = 4\n' 2
    refused '[fetch] parallel = 4\n' 1
    refused 'db = "a.db\n' '1: db: the quotes'
    refused 'db = "a" b\n' '1: db: the quotes'
    refused 'db =\n' "1: db '': expected FILE"
    refused 'db = # none\n' "1: db '': expected FILE"
    refused '[fetch]\nparallel = 0\n' '2: parallel 0: expected a whole number from 1 to 512'
    refused 'quiet = yes\n' '1: quiet yes: expected true or false'
    refused 'auth = x-api-kee\n' '1: auth x-api-kee: expected x-api-key, api-key or bearer; did you mean x-api-key?'
    refused 'wait = soon\n' '1: wait soon: expected a duration'
    refused 'excel = fr\n' '1: excel fr: expected ch or de'
    refused 'encoding = utf-99\n' '1: encoding utf-99: unknown'
    refused 'base-url = http://api.example.com\n' '1: base-url: "http://api.example.com"'
    refused 'delimiter = auto\n' '1: delimiter auto: expected one ASCII character, comma, semicolon, tab or pipe (for export; what is for ingest alone stands behind [ingest])'
    refused 'quiet = true\ndb = a\xFF\n' '2: a byte 0xFF'
    refused 'quiet = true\n\ndb = a\0000b\n' '3: a byte 0x00'
    # What does not count must be right, too.
    conf 'parallel = x\n'
    jl -c c.conf fetch --parallel 3
    ends 2
    says "c.conf:1: parallel x"
}

@test "a config file that can't be read is status 2 and one line" {
    mkdir folder
    head -c 1100000 /dev/zero | tr '\0' '\n' > long.conf
    for file in missing.conf folder long.conf ''; do
        jl --config "$file" status
        ends 2
        one_line
        says "$file"
    done
    jl -c $'no\033[1m.conf' status
    ends 2
    [[ $stderr != *$'\033'* ]]
    jl --config
    ends 2
    says "--config needs a value"
}

@test "nothing is read without -c; of two the last is" {
    for name in jobledger.conf .jobledger.conf config; do echo 'nonsense' > $name; done
    HOME=$PWD XDG_CONFIG_HOME=$PWD JOBLEDGER_CONFIG=config jl status
    ends 5
    conf 'json = true\n'
    "$JOBLEDGER" ingest -q <(ids 1)
    jl -c missing.conf status -c c.conf
    ok
    jq -e . <<< "$output"
    jl status -c <(echo json = true)
    ok
}

@test "the order of precedence: option, environment, config file, default" {
    ids 1 > in.csv
    conf 'db = file.db\nbase-url = https://file.example.com\n'
    export JOBLEDGER_DB=env.db FREDDY_BASE_URL=https://env.example.com
    jl -q ingest in.csv -c c.conf --db option.db
    [ -f option.db ] && [ ! -e env.db ] && [ ! -e file.db ]
    same "$(in_force fetch base-url -c c.conf --base-url https://option.example.com)" \
        "https://option.example.com # option --base-url"
    jl -q ingest in.csv -c c.conf
    [ -f env.db ] && [ ! -e file.db ]
    same "$(in_force fetch base-url -c c.conf)" 'https://env.example.com # $FREDDY_BASE_URL'
    unset JOBLEDGER_DB FREDDY_BASE_URL
    jl -q ingest in.csv -c c.conf
    [ -f file.db ] && [ ! -e jobledger.db ]
    same "$(in_force fetch base-url -c c.conf)" 'https://file.example.com # c.conf:2'
    jl -q ingest in.csv
    [ -f jobledger.db ]
    same "$(in_force fetch base-url)" 'https://api.aitronos.com # default'
}

@test "a switch of the file is put back by the option" {
    conf 'quiet = true\nexcel = de\nno-header = true\nstrict = false\n[fetch]\nwait = true\n'
    ids 1 > in.csv
    jl -c c.conf ingest in.csv --no-header=false --quiet=false
    ok
    says "1 new jobs"
    jl -c c.conf export jobs --excel=false --no-header=false
    same "$output" "$(csv jobs)"
    jl -c c.conf export jobs --no-header=false
    same "$output" "$(csv jobs --excel=de)"
    jl -c c.conf export jobs --delimiter pipe --no-header=false
    same "$output" "$(csv jobs --excel=de --delimiter pipe)"
    conf 'delimiter = pipe\n'
    jl -c c.conf export jobs --excel
    same "$output" "$(csv jobs --excel)"
    conf '[fetch]\nwait = 15m\n'
    same "$(in_force fetch wait -c c.conf)" '15m # c.conf:2'
    same "$(in_force fetch wait -c c.conf --wait)" 'true # option --wait'
    same "$(in_force fetch wait -c c.conf --wait=false)" 'false # option --wait'
}

@test "of a key given twice the last counts; of job all do, until one goes before" {
    conf 'retries = 3\njob = job_1\nretries = 4\njob = job_2\n[fetch]\njob = job_3\nretries = 6\n'
    same "$(in_force fetch retries -c c.conf)" '6 # c.conf:7'
    same "$(in_force run retries -c c.conf)" '4 # c.conf:3'
    same "$(in_force fetch job -c c.conf)" $'job_1 # c.conf:2\njob_2 # c.conf:4\njob_3 # c.conf:6'
    same "$(in_force fetch job -c c.conf --job job_9)" 'job_9 # option --job'
    "$JOBLEDGER" ingest -q <(spell 'job_id\njob_1\njob_2\njob_3\njob_4\n')
    jl fetch -c c.conf --dry-run
    says "3 "
    seq -f 'job = job_%.0f' 2000 > many.conf
    jl fetch -c many.conf
    ends 2
    says "job_5"
}

@test "the key of the environment goes before the file that a config file names, and not before the option's" {
    sim_start - <<< 'key key-of-environment'
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    (umask 077; echo key-of-config > config.key; echo key-of-option > option.key; mkdir cred)
    conf "api-key-file = config.key\nbase-url = $SIM_URL\nretries = 0\n"
    FREDDY_API_KEY=key-of-environment jl -c c.conf fetch
    ok
    FREDDY_API_KEY=key-of-environment jl -c c.conf fetch --recheck all --api-key-file option.key
    ends 3
    unset FREDDY_API_KEY
    jl -c c.conf fetch --recheck all
    ends 3
    CREDENTIALS_DIRECTORY=$PWD/cred jl -c c.conf config fetch
    [[ $output == *"api-key-file = config.key "*"# c.conf:1"* ]]
    (umask 077; echo key-of-environment > cred/freddy_api_key)
    CREDENTIALS_DIRECTORY=$PWD/cred jl -c c.conf fetch --recheck all
    ok
}

@test "what one report needs of the file does not disturb the others" {
    spell 'job_id,client\njob_1,A\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    conf '[export]\nby = client\nthreshold = 0.9\npath = lines\nwith = a\nstale-after = 1h\ntimezone = Europe/Zurich\n'
    jl -c c.conf export jobs
    ok
    same "$output" "$(csv jobs)"
    jl -c c.conf export models
    ok
    [[ $output == label.client,* ]]
    jl -c c.conf export jobs --by client
    ends 2
    says "--by is for the report models and daily, not for jobs"
    jl -c c.conf export stale --now 2100-01-01T00:00:00Z
    [[ $output == *job_1* ]]
    refused '[export]\ntimezone = Europe/Zuerich\n' '2: unknown time zone Europe/Zuerich; did you mean Europe/Zurich?'
    refused '[export]\nthreshold = 2\n' '2: threshold 2: expected a number from 0 to 1'
}

@test "log-format and quiet of the file are heeded by errors before and behind them, and by those of the arguments" {
    conf 'paralel = 4\nlog-format = json\n'
    jl -c c.conf status
    ends 2
    jq -e '.message | startswith("c.conf:1: unknown option paralel")' <<< "$stderr"
    conf 'log-format = json\n'
    for wrong in "ingset x" "fetch --bogus" "fetch --parallel 0" "export jbos" "status --wait"; do
        jl -c c.conf $wrong
        ends 2
        one_line
        jq -e '.level == "error"' <<< "$stderr"
    done
    jl -c c.conf status --log-format text
    ends 5
    [[ $stderr == "jobledger: "* ]]
}

@test "config: every option of every command, one line each, and where it comes from" {
    conf '\nparallel = 4\n'
    FREDDY_BASE_URL=https://example.com jl -c c.conf config
    ok
    [ -z "$stderr" ]
    [[ $output == *$'\n[run]\n'*$'\nparallel = 4'+([ ])$'# c.conf:2\n'* ]]
    [[ $output == *$'\nbase-url = https://example.com'+([ ])'# $FREDDY_BASE_URL'* ]]
    for command in ingest fetch export run status; do
        "$JOBLEDGER" config $command > said
        for option in $("$JOBLEDGER" $command --help | grep -o '^ *\(-., \)\?--[a-z-]*' | grep -o -- '[a-z-]*$'); do
            case $option in
            --config | --help | --version) ! grep -q "^#\?${option#--} =" said ;;
            *) [ "$(grep -c "^#\?${option#--} = .* # " said)" -eq 1 ] || { echo "$command $option"; return 1; } ;;
            esac
        done
    done
    jl config status
    [[ $output != *"[fetch]"* ]]
    [ ! -e jobledger.db ]
}

@test "config: the defaults are those that --help tells of" {
    for command in ingest fetch export run; do
        "$JOBLEDGER" config $command | sed -n 's/^\([a-z-]*\) = \(.*[^ ]\) *  # default$/--\1 \2/p' | sort > presets
        "$JOBLEDGER" $command --help | awk '
            function tell() { if (match(text, /\(default [^ ):;]+/)) print name, substr(text, RSTART + 9, RLENGTH - 9) }
            match($0, /^  ...? --[a-z-]+/) { tell(); name = $0; sub(/^ +(-., )? *--/, "--", name); sub(/[^a-z-].*/, "", name); text = "" }
            { text = text " " $0; gsub(/ +/, " ", text) }
            END { tell() }' | sort > told
        [ -s told ]
        comm -13 presets told > other
        [ ! -s other ] || { cat other; return 1; }
    done
}

@test "config: what it prints is a config file that has the same effect" {
    spell 'db = "a #1.db"\nexcel = de\n[fetch]\nquiet = true\njob = job_1\njob = job_2\nwait = true\n' > c.conf
    conf_of() { sed 's/ *# .*//; /^$/d; /^#/d' "$1" | sort; }
    export FREDDY_BASE_URL=https://example.com
    "$JOBLEDGER" config -c c.conf --verbose > first
    unset FREDDY_BASE_URL
    "$JOBLEDGER" config -c first > second
    same "$(conf_of second)" "$(conf_of first)"
    grep -q '^quiet = true' first && grep -q '^db = "a #1.db"' second
    for given in "export --delimiter ; --excel=de" "export --excel --delimiter ," "export --crlf -o x#y" \
        "run -c c.conf --wait=10m --recheck all" "fetch -j 3 --rate 5/s --source \"a\"" "ingest --delimiter |"; do
        "$JOBLEDGER" config $given > first
        "$JOBLEDGER" config ${given%% *} -c first > second
        same "$(conf_of second)" "$(conf_of first)"
    done
    "$JOBLEDGER" ingest -q <(ids 2)
    "$JOBLEDGER" config export --excel --delimiter , > comma.conf
    same "$(csv jobs -c comma.conf)" "$(csv jobs --excel --delimiter ,)"
    "$JOBLEDGER" config export --delimiter , --excel > semicolon.conf
    same "$(csv jobs -c semicolon.conf)" "$(csv jobs --excel)"
}

@test "config: what an option sets beside itself is not told otherwise" {
    same "$(in_force export bom --excel)" ' # as excel says'
    same "$(in_force export delimiter --excel)" ' # as excel says'
    same "$(in_force export delimiter --excel --delimiter pipe)" 'pipe # option --delimiter'
    same "$(in_force export bom --excel=false)" 'false # default'
    same "$(in_force run delimiter --excel)" 'auto # default'
}

@test "config: the key is not shown, nor is what a terminal would obey" {
    FREDDY_API_KEY=sk-secret-0001 jl config
    ok
    [[ $output != *secret* ]]
    [[ $output == *"#api-key-file = "*'# the key: $FREDDY_API_KEY'* ]]
    unset FREDDY_API_KEY
    jl config fetch --api-key-file key
    [[ $output == *$'\napi-key-file = key '*'# option --api-key-file'* ]]
    jl config fetch --source $'a\033[1m.csv' --db $'\xFF'
    [[ $output != *$'\033'* ]]
    [[ $output == *'#source = a\x1B[1m.csv '*"# option --source; a file can't hold it"* ]]
    [[ $output == *'#db = \xFF'* ]]
}

@test "the file that README.md shows is understood" {
    sed -n '/^    # jobledger.conf/,/^An option goes/{s/^    //p; /^$/p}' "$SIM_ROOT/README.md" > c.conf
    same "$(in_force run out -c c.conf)" "/srv/reports # c.conf:8"
    same "$(in_force ingest delimiter -c c.conf)" '";" # c.conf:12'
    same "$(in_force fetch parallel -c c.conf)" "4 # c.conf:4"
}

@test "config: wrong use" {
    jl config ftech
    ends 2
    says "unknown command ftech; did you mean fetch?"
    jl config fetch status
    ends 2
    says "config takes no more than"
    jl config --parallel 3
    ends 2
    says "--parallel is not an option of"
    jl config status --parallel 3
    ends 2
    status=0
    "$JOBLEDGER" config > /dev/full 2> err || status=$?
    [ "$status" -eq 7 ]
}
