#!/usr/bin/env bats
# What `make install` puts where, and that the samples for the night do there what they say.
load jobledger

# put TARGET [PREFIX]: make, below ./root. -o: what is tested is taken as it is, and never built anew here.
put() {
    local build=${JOBLEDGER%/*}
    MAKEFLAGS='' make -s -C "$SIM_ROOT" -o "$build/jobledger" BUILD="$build" DESTDIR="$PWD/root" \
        ${2:+PREFIX="$2"} "$1"
}

# nightly PREFIX: the installed config file, with a ledger and folders here and the simulator for the API
nightly() {
    sed "s|/var/lib/jobledger|$PWD/state|" "root$1/share/doc/jobledger/examples/jobledger.conf" > jobledger.conf
    mkdir -p state/inbox
    (umask 077; echo test-key-0001 > jobledger.key)
}

@test "every file in its place, and none is left by uninstall" {
    put install /usr
    same "$(cd root && find . -type f | sort)" "./usr/bin/jobledger
./usr/lib/systemd/system/jobledger.service
./usr/lib/systemd/system/jobledger.timer
./usr/lib/sysusers.d/jobledger.conf
./usr/lib/tmpfiles.d/jobledger.conf
./usr/share/bash-completion/completions/jobledger
./usr/share/doc/jobledger/examples/jobledger.conf
./usr/share/doc/jobledger/examples/jobledger.cron
./usr/share/fish/vendor_completions.d/jobledger.fish
./usr/share/man/man1/jobledger.1
./usr/share/zsh/site-functions/_jobledger"
    cmp root/usr/bin/jobledger "$JOBLEDGER"
    cmp root/usr/share/man/man1/jobledger.1 "$SIM_ROOT/src/man/jobledger.1"
    same "$(find root -type f \( -perm /022 -o ! -perm -444 \))" ""
    same "$(find root -type f -perm /111)" root/usr/bin/jobledger
    put uninstall /usr
    same "$(find root -type f)" ""
}

@test "the unit names the program where it is" {
    put install
    grep -qx 'ExecStart=/usr/local/bin/jobledger -c /etc/jobledger.conf run' root/usr/local/lib/systemd/system/jobledger.service
    put install /usr
    cmp root/usr/lib/systemd/system/jobledger.service "$SIM_ROOT/src/systemd/jobledger.service"
}

@test "the sample config file is understood, and every line of it that is a comment only for now" {
    put install /usr
    nightly /usr
    jl -c jobledger.conf config run
    ok
    [[ $output == *"dir = $PWD/state/inbox"* ]]
    sed 's/^#\([a-z-]* = \)/\1/' jobledger.conf > full.conf
    jl -c full.conf config run
    ok
    same "$(grep -c '# full.conf:' <<< "$output")" "$(grep -c ' = ' full.conf)"
}

@test "the unit's command, as the unit calls it, with the key among the credentials" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    put install /usr
    nightly /usr
    ids 2 > state/inbox/jobs.csv
    mkdir credentials
    mv jobledger.key credentials/freddy_api_key
    unset FREDDY_API_KEY
    command=$(sed -n 's/^ExecStart=//p' root/usr/lib/systemd/system/jobledger.service)
    command=${command/#\/usr\/bin\/jobledger/$JOBLEDGER}
    cd state
    CREDENTIALS_DIRECTORY=$BATS_TEST_TMPDIR/credentials FREDDY_BASE_URL=$SIM_URL \
        run ${command/\/etc\/jobledger.conf/..\/jobledger.conf}
    [ "$status" -eq 0 ]
    [ -s reports/jobs.csv ]
    same "$(query 'SELECT status, count(*) FROM jobs')" "completed|2"
}

@test "the crontab's line, as cron calls it" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    put install /usr
    nightly /usr
    ids 2 > state/inbox/jobs.csv
    cron=root/usr/share/doc/jobledger/examples/jobledger.cron
    line=$(grep '^[0-9*]' "$cron")
    read -r minute hour day month weekday user command <<< "$line"
    same "$minute $hour $day $month $weekday $user" "0 3 * * * jobledger"
    same "$(grep -c '^[0-9*]' "$cron")" 1
    path=$(sed -n 's/^PATH=//p' "$cron")
    mkdir bin
    ln -s "$JOBLEDGER" bin/jobledger
    command=${command//\/etc\//$PWD/}
    run env -i HOME="$PWD" SHELL=/bin/sh PATH="$PWD/bin:$path" FREDDY_BASE_URL="$SIM_URL" /bin/sh -c "$command"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    same "$(DB=state/jobledger.db query 'SELECT status, count(*) FROM jobs')" "completed|2"
    # Mail where something needs a person.
    rm jobledger.key
    run env -i HOME="$PWD" SHELL=/bin/sh PATH="$PWD/bin:$path" FREDDY_BASE_URL="$SIM_URL" /bin/sh -c "$command"
    [ "$status" -eq 3 ]
    [[ $output == *jobledger.key* ]]
}
