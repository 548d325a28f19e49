#!/usr/bin/env bats
# The Debian package: what lintian says of it, and that it installs and runs on a bare Debian 12. Only with all tests: it takes
# minutes.
load jobledger

setup_file() {
    export DEB='' WHY_NOT=''
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || WHY_NOT='only with all tests'
    command -v apt-get > /dev/null || WHY_NOT='no Debian'
    ! grep -q __asan_init "$JOBLEDGER" || WHY_NOT='the package is built without sanitizers, and was tested'
    [ -z "$WHY_NOT" ] || return 0
    BUILD=$BATS_FILE_TMPDIR/build
    MAKEFLAGS='' make -s -C "$SIM_ROOT" deb BUILD="$BUILD" > "$BATS_FILE_TMPDIR/log" 2>&1 || {
        tail -20 "$BATS_FILE_TMPDIR/log" >&2
        return 1
    }
    DEB=$(echo "$BUILD"/jobledger_*.deb)
}

# package: first of all in each test
package() {
    [ -z "$WHY_NOT" ] || skip "$WHY_NOT"
}

# bare_debian: ./bare, a Debian 12 with nothing but what every one has. Kept in the build folder from one run to the next.
bare_debian() {
    local kept=${JOBLEDGER%/*}/bookworm.tar
    [ "$(id -u)" = 0 ] || skip "not root"
    [ "$(. /etc/os-release && echo "$VERSION_CODENAME")" = bookworm ] || skip "the package is for another release"
    if [ ! -s "$kept" ]; then
        PATH=$PATH:/usr/sbin debootstrap --variant=minbase bookworm made > debootstrap.log 2>&1 || {
            tail -5 debootstrap.log
            skip "debootstrap can't make a Debian here"
        }
        tar -C made -cf "$kept.new" . && mv "$kept.new" "$kept"
        rm -rf --one-file-system made
    fi
    mkdir bare
    tar -C bare -xpf "$kept"
    cp -L /etc/resolv.conf bare/etc/resolv.conf
}

in_bare() {
    DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/chroot bare "$@"
}

# as_service COMMAND...: as the user of the service
as_service() {
    LC_ALL=C.UTF-8 PATH=/usr/bin:/bin /usr/sbin/chroot --userspec=jobledger:jobledger bare "$@"
}

# install PACKAGE...: in the bare Debian
install_in_bare() {
    in_bare apt-get -q update > log 2>&1 || { tail -5 log; skip "no packages to be had"; }
    in_bare apt-get -q -y install --no-install-recommends "$@" >> log 2>&1 || { tail -20 log; return 1; }
}

# boot SECONDS: starts its systemd, which runs /trial.sh, and waits until there is /done.
boot() {
    mkdir -p bare/etc/systemd/system/multi-user.target.wants
    printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c "/bin/sh /trial.sh > /out 2>&1; touch /done"\n' \
        > bare/etc/systemd/system/trial.service
    ln -s ../trial.service bare/etc/systemd/system/multi-user.target.wants
    PATH=$PATH:/usr/sbin:/sbin unshare --mount --pid --uts --ipc --cgroup --fork --kill-child \
        sh "$BATS_TEST_DIRNAME/boot.sh" "$PWD/bare" > boot.log 2>&1 </dev/null 3>&- &
    local machine=$!
    for _ in $(seq $(($1 * 10))); do
        [ ! -e bare/done ] && kill -0 "$machine" 2> /dev/null || break
        sleep 0.1
    done
    kill -KILL "$machine" 2> /dev/null || true
    wait "$machine" 2> /dev/null || true
    [ -e bare/done ]
}

@test "the package has the version of the program, and of the changelog" {
    package
    same "$(dpkg-deb -f "$DEB" Version)" "$(make -s -C "$SIM_ROOT" version)"
    same "${DEB##*/}" "jobledger_$(dpkg-deb -f "$DEB" Version)_$(dpkg --print-architecture).deb"
}

@test "lintian has nothing to say against it" {
    package
    command -v lintian
    lintian --allow-root --display-info --fail-on error,warning "$DEB" > said 2>&1 || { cat said; return 1; }
    cat said
    [ ! -s said ]
}

@test "what is in it, and where" {
    package
    dpkg-deb -c "$DEB" | sed 's|.* \./|/|; /\/$/d; s|^/lib/|/usr/lib/|' | LC_ALL=C sort > files
    same "$(cat files)" "/etc/jobledger.conf
/usr/bin/jobledger
/usr/lib/systemd/system/jobledger.service
/usr/lib/systemd/system/jobledger.timer
/usr/share/bash-completion/completions/jobledger
/usr/share/doc/jobledger/changelog.gz
/usr/share/doc/jobledger/copyright
/usr/share/doc/jobledger/examples/jobledger.cron
/usr/share/fish/vendor_completions.d/jobledger.fish
/usr/share/man/man1/jobledger.1.gz
/usr/share/zsh/vendor-completions/_jobledger"
    dpkg-deb --fsys-tarfile "$DEB" | tar -xf -
    cmp etc/jobledger.conf "$SIM_ROOT/src/systemd/jobledger.conf"
    cmp ./*lib/systemd/system/jobledger.service "$SIM_ROOT/src/systemd/jobledger.service" ||
        cmp usr/lib/systemd/system/jobledger.service "$SIM_ROOT/src/systemd/jobledger.service"
    gzip -dc usr/share/man/man1/jobledger.1.gz | cmp - "$SIM_ROOT/src/man/jobledger.1"
    same "$(cut -d ' ' -f 1 < <(dpkg-deb --ctrl-tarfile "$DEB" | tar -xOf - ./conffiles))" /etc/jobledger.conf
}

@test "every library of the program is in a package that it depends on" {
    package
    dpkg-deb --fsys-tarfile "$DEB" | tar -xf - ./usr/bin/jobledger
    dpkg-deb -f "$DEB" Depends | tr ',' '\n' | sed 's/^ *\([^ ]*\).*/\1/' | sort -u > depends
    for library in $(objdump -p usr/bin/jobledger | sed -n 's/^ *NEEDED *//p'); do
        file=$(ldd usr/bin/jobledger | sed -n "s|^.*$library => \([^ ]*\) .*|\1|p")
        [ -n "$file" ]
        # The package's list may have the file by its other name, with or without /usr.
        package=$(dpkg -S "$(readlink -f "$file")" "$file" 2> /dev/null | sed 's/:.*//' | sort -u)
        grep -qxF "$package" depends || { echo "$library of $package"; return 1; }
    done
}

@test "on a bare Debian 12 it installs, runs every night, and leaves the ledger when it is purged" {
    package
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    bare_debian
    cp "$DEB" bare/tmp
    install_in_bare "/tmp/${DEB##*/}"
    same "$(in_bare jobledger --version)" "$("$JOBLEDGER" --version)"
    same "$(in_bare stat -c '%U:%G %a' /var/lib/jobledger /var/lib/jobledger/inbox)" "jobledger:jobledger 750
jobledger:jobledger 2770"
    same "$(in_bare getent passwd jobledger | cut -d : -f 6,7)" "/var/lib/jobledger:/usr/sbin/nologin"
    [ ! -e bare/etc/systemd/system/timers.target.wants/jobledger.timer ]
    same "$(in_bare dpkg --verify jobledger | grep -v /usr/share)" ""

    ids 3 > bare/var/lib/jobledger/inbox/jobs.csv
    as_service env FREDDY_API_KEY=test-key-0001 FREDDY_BASE_URL="$SIM_URL" jobledger -c /etc/jobledger.conf run > out 2>&1 ||
        { cat out; return 1; }
    grep -q '3 requests, 3 completed' out
    same "$(in_bare stat -c '%U %a' /var/lib/jobledger/jobledger.db)" "jobledger 600"
    same "$(wc -l < bare/var/lib/jobledger/reports/jobs.csv)" 4
    as_service jobledger -c /etc/jobledger.conf status > out
    grep -q 'completed  3' out

    in_bare apt-get -q -y purge jobledger >> log 2>&1
    [ ! -e bare/etc/jobledger.conf ] && [ ! -e bare/usr/bin/jobledger ]
    [ -s bare/var/lib/jobledger/jobledger.db ]
    rm -rf --one-file-system bare
}

@test "its service does its work under systemd, with all that it gives up" {
    package
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    bare_debian
    cp "$DEB" bare/tmp
    install_in_bare systemd dbus "/tmp/${DEB##*/}"
    ids 3 > bare/var/lib/jobledger/inbox/jobs.csv
    (umask 077; echo test-key-0001 > bare/etc/jobledger.key)
    printf '%s\n' "base-url = $SIM_URL" "format = xlsx" "metrics = /var/lib/jobledger/m.prom" >> bare/etc/jobledger.conf
    cat > bare/trial.sh <<'TRIAL'
systemctl start jobledger
systemctl show jobledger -p Result,ExecMainStatus
journalctl --no-pager -o cat -u jobledger
systemctl enable --now jobledger.timer
systemctl is-active jobledger.timer
mkdir /etc/systemd/system/jobledger.service.d
printf '[Service]\nExecStart=\nExecStart=/bin/grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status\n' > /etc/systemd/system/jobledger.service.d/look.conf
systemctl daemon-reload
systemctl start jobledger
journalctl --no-pager -o cat -t grep
TRIAL
    boot 90 || { tail -5 boot.log; skip "systemd can't be started in namespaces here"; }
    cat bare/out
    grep -qx 'Result=success' bare/out
    grep -q 'run: 3 rows, 3 new jobs.*3 requests, 3 completed' bare/out
    grep -qx active bare/out
    grep -q '^CapEff:.0000000000000000$' bare/out
    grep -q '^NoNewPrivs:.1$' bare/out
    grep -q '^Seccomp:.2$' bare/out
    [ -s bare/var/lib/jobledger/reports/jobledger.xlsx ] && [ -s bare/var/lib/jobledger/m.prom ]
    rm -rf --one-file-system bare
}
