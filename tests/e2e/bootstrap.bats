#!/usr/bin/env bats
# .ci/bootstrap on machines made of fakes: what it asks of apt-get, and what it tells people without it.

BOOTSTRAP="$BATS_TEST_DIRNAME/../../.ci/bootstrap"
MODULES="libcurl json-c sqlite3 nettle inih xlsxwriter minizip libmicrohttpd zlib libzstd cmocka"
HEADERS="stdio.h csv.h"
APT_GET="apt-get -q -y -o DPkg::Lock::Timeout=120"
TOOLS="make sqlite3 prove curl openssl python3 jq gzip zstd mandoc clang valgrind nginx zsh fish promtool \
systemd-analyze strace dh lintian debootstrap soffice localc"

# A complete machine, run as root; each test takes away what it needs to.
setup() {
    MACHINE="$BATS_TEST_TMPDIR/machine"
    BIN="$MACHINE/bin"
    LOG="$MACHINE/log"
    mkdir -p "$BIN" "$MACHINE/modules" "$MACHINE/headers" "$MACHINE/zones/Europe"
    : >"$LOG"
    : >"$MACHINE/zones/Europe/Zurich"
    for name in $MODULES; do : >"$MACHINE/modules/$name"; done
    for name in $HEADERS; do : >"$MACHINE/headers/$name"; done
    for name in $TOOLS; do fake "$name" :; done
    for name in env readlink; do ln -s "$(command -v "$name")" "$BIN/$name"; done
    fake id "echo 0"
    fake bats "echo 'Bats 1.8.2'"
    fake sleep "echo sleep \"\$@\" >>'$LOG'"
    fake pkg-config "[ \"\$1\" = --exists ] && [ -e \"$MACHINE/modules/\$2\" ]"
    fake cc "read -r word name; name=\${name#<}; [ -e \"$MACHINE/headers/\${name%>}\" ]"
    fake apt-get "echo \"\$DEBIAN_FRONTEND apt-get\" \"\$@\" >>'$LOG'"
}

# fake NAME BODY: a command of the machine.
fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"$BIN/$1"
    chmod +x "$BIN/$1"
}

# A machine fresh from its installation medium: nothing but apt-get, which brings all that there is.
bare_machine() {
    mkdir "$MACHINE/archive"
    for name in cc pkg-config bats $TOOLS; do mv "$BIN/$name" "$MACHINE/archive/"; done
    fake apt-get "echo \"\$DEBIAN_FRONTEND apt-get\" \"\$@\" >>'$LOG'
        case \" \$* \" in *' install '*) PATH=/usr/bin:/bin cp '$MACHINE/archive/'* '$BIN/' ;; esac"
}

bootstrap() {
    run env -i PATH="$BIN" SBIN="$MACHINE/sbin" SYSTEM_PYTHON="$BIN/python" TZDIR="$MACHINE/zones" "$BOOTSTRAP" "$@"
}

says() {
    [[ "$output" == *"$1"* ]] || { echo "not said: $1"; echo "$output"; false; }
}

installs() {
    local asked="noninteractive $APT_GET install --no-install-recommends $1"
    [[ "$(tail -n 1 "$LOG")" == "$asked" ]] || { cat "$LOG"; false; }
}

# line N of the output, from 0, begins with TEXT
line() {
    [[ "${lines[$1]}" == "$2"* ]] || { echo "line $1 is not: $2"; echo "$output"; false; }
}

@test "a machine that has everything is left alone, without a word" {
    for goal in build check bench all; do
        bootstrap "$goal"
        [ "$status" -eq 0 ]
        [ -z "$output" ]
    done
    [ ! -s "$LOG" ]
}

@test "one goal is needed, and a known one" {
    for arguments in "" "everything" "build check"; do
        # shellcheck disable=SC2086
        bootstrap $arguments
        [ "$status" -eq 2 ]
        [ "$output" = "usage: .ci/bootstrap build|check|bench|all" ]
    done
    [ ! -s "$LOG" ]
}

@test "a bare machine gets all of it by one update and one install" {
    bare_machine
    rm "$MACHINE/headers/"* "$MACHINE/modules/"* "$MACHINE/zones/Europe/Zurich"
    bootstrap all
    [ "$(sed -n 1p "$LOG")" = "noninteractive $APT_GET update" ]
    [ "$(wc -l <"$LOG")" -eq 2 ]
    installs "gcc libc6-dev make pkg-config libcurl4-openssl-dev libjson-c-dev libsqlite3-dev sqlite3 libcsv-dev \
nettle-dev libinih-dev libxlsxwriter-dev libminizip-dev libmicrohttpd-dev zlib1g-dev libzstd-dev tzdata libcmocka-dev \
bats perl curl openssl python3 jq gzip zstd mandoc valgrind nginx-light python3-aiohttp clang libclang-rt-14-dev zsh fish \
python3-pyte prometheus systemd strace debhelper lintian debootstrap libreoffice-calc"
}

@test "what is installed is said before, and the machine is then fit" {
    bare_machine
    bootstrap check
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
    says "bootstrap: installing gcc libc6-dev make pkg-config"
    bootstrap check
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "$(wc -l <"$LOG")" -eq 2 ]
}

@test "each goal asks for no more than it takes" {
    rm "$MACHINE/modules/cmocka" "$BIN/nginx" "$BIN/soffice"
    bootstrap build
    [ "$status" -eq 0 ]
    [ ! -s "$LOG" ]
    bootstrap check
    installs libcmocka-dev
    bootstrap bench
    installs "libcmocka-dev nginx-light"
    bootstrap all
    installs "libcmocka-dev nginx-light libreoffice-calc"
}

@test "only what is missing is installed" {
    rm "$MACHINE/headers/csv.h" "$MACHINE/modules/nettle"
    bootstrap build
    installs "libcsv-dev nettle-dev"
}

@test "without pkg-config a library with its header is not replaced by another flavour" {
    rm "$BIN/pkg-config"
    mkdir "$MACHINE/headers/curl"
    : >"$MACHINE/headers/curl/curl.h"
    bootstrap build
    installs "pkg-config libjson-c-dev libsqlite3-dev nettle-dev libinih-dev libxlsxwriter-dev libminizip-dev \
libmicrohttpd-dev zlib1g-dev libzstd-dev"
}

@test "a server in the folder for servers is there, though no one's PATH leads to it" {
    mkdir "$MACHINE/sbin"
    mv "$BIN/nginx" "$MACHINE/sbin/"
    bootstrap all
    [ "$status" -eq 0 ]
    [ ! -s "$LOG" ]
    rm "$MACHINE/sbin/nginx"
    bootstrap all
    installs nginx-light
}

@test "a Python module counts where the system's own Python has it" {
    fake python3 'exit 1'
    bootstrap bench
    installs python3-aiohttp
    : >"$LOG"
    fake python '[ "$*" = "-c import aiohttp" ]'
    bootstrap bench
    [ "$status" -eq 0 ]
    [ ! -s "$LOG" ]
}

@test "LibreOffice without Calc is not enough" {
    rm "$BIN/localc"
    bootstrap all
    installs libreoffice-calc
}

@test "a bats that is too old is missing, and said so when the packages have none better" {
    for version in 0.4.0 1.2.1 1.6.1 unknown; do
        fake bats "echo 'Bats $version'"
        bootstrap check
        installs bats
        [ "$status" -eq 1 ]
        says "bootstrap: installed, and yet missing here or too old: bats 1.7"
    done
    for version in 1.7.0 1.11.1 2.0; do
        : >"$LOG"
        fake bats "echo 'Bats $version'"
        bootstrap check
        [ "$status" -eq 0 ]
        [ ! -s "$LOG" ]
    done
}

@test "another user goes through sudo, which asks nothing" {
    fake id "echo 1000"
    fake sudo "echo sudo \"\$@\" >>'$LOG'; [ \"\$1\" = -n ] && shift && exec \"\$@\""
    fake true :
    rm "$MACHINE/headers/csv.h"
    bootstrap build
    installs libcsv-dev
    grep -qx "sudo -n env DEBIAN_FRONTEND=noninteractive $APT_GET update" "$LOG"
}

@test "where sudo wants a password, the command to type is told" {
    fake id "echo 1000"
    fake sudo "exit 1"
    rm "$MACHINE/headers/csv.h" "$MACHINE/modules/"{json-c,cmocka} "$BIN/prove"
    bootstrap check
    [ "$status" -eq 1 ]
    [ ! -s "$LOG" ]
    line 0 "bootstrap: missing: json-c, libcsv, cmocka, prove"
    line 1 "bootstrap: install it by hand:"
    line 2 "  sudo apt-get update && sudo apt-get install libjson-c-dev libcsv-dev libcmocka-dev perl    # Debian, Ubuntu"
    line 4 "  sudo dnf install json-c-devel libcsv-devel libcmocka-devel perl-Test-Harness    # Fedora"
    line 5 "  sudo pacman -S --needed json-c cmocka perl    # Arch, libcsv from the AUR"
    line 6 "  sudo apk add json-c-dev cmocka-dev perl-utils    # Alpine, libcsv from https://github.com/"
}

@test "without sudo the command is for root" {
    fake id "echo 65534"
    rm "$MACHINE/headers/csv.h" "$MACHINE/modules/xlsxwriter"
    bootstrap build
    [ "$status" -eq 1 ]
    [ ! -s "$LOG" ]
    line 1 "bootstrap: install it by hand, as root:"
    line 2 "  apt-get update && apt-get install libcsv-dev libxlsxwriter-dev    # Debian, Ubuntu"
    line 5 "  # Arch, libcsv, libxlsxwriter from the AUR"
}

@test "on another system its own package manager comes first" {
    rm "$BIN/apt-get" "$MACHINE/modules/"{sqlite3,zlib} "$BIN/sqlite3"
    for manager in dnf pacman apk; do
        fake "$manager" "echo $manager \"\$@\" >>'$LOG'"
        bootstrap build
        [ "$status" -eq 1 ]
        line 2 "  $manager "
        says "pacman -S --needed sqlite zlib    # Arch"
        says "apt-get install libsqlite3-dev sqlite3 zlib1g-dev"
        [ "${#lines[@]}" -eq 7 ]
        rm "$BIN/$manager"
    done
    [ ! -s "$LOG" ]
}

@test "on an unknown system all four commands are told" {
    rm "$BIN/apt-get" "$MACHINE/modules/zlib"
    bootstrap build
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 6 ]
    line 2 "  apt-get update && apt-get install zlib1g-dev"
    line 3 "  dnf install zlib-devel"
    line 4 "  pacman -S --needed zlib"
    line 5 "  apk add zlib-dev"
}

@test "lists that another apt-get holds are tried again, and old ones are made do with" {
    fake apt-get "echo apt-get \"\$@\" >>'$LOG'
        case \" \$* \" in *' update '*) exit 100 ;; esac; : >'$MACHINE/headers/csv.h'"
    rm "$MACHINE/headers/csv.h"
    bootstrap build
    [ "$status" -eq 0 ]
    [ "$(grep -c ' update$' "$LOG")" -eq 4 ]
    [ "$(grep -c '^sleep 10$' "$LOG")" -eq 3 ]
    grep -q ' install .* libcsv-dev$' "$LOG"
}

@test "when apt-get fails, what is missing and the command are told" {
    fake apt-get "case \" \$* \" in *' install '*) echo 'E: Unable to locate package libcsv-dev'; exit 100 ;; esac"
    rm "$MACHINE/headers/csv.h"
    bootstrap build
    [ "$status" -eq 1 ]
    says "E: Unable to locate package libcsv-dev"
    says "bootstrap: apt-get failed; still missing: libcsv"
    says "  apt-get update && apt-get install libcsv-dev"
}

@test "the run for everything starts from any folder" {
    fake make "echo make \"\$@\" in \"\$PWD\""
    ln -s "$(command -v dirname)" "$BIN/dirname"
    cd "$BATS_TEST_TMPDIR"
    run env -i PATH="$BIN" "$BATS_TEST_DIRNAME/../../.ci/run"
    [ "$status" -eq 0 ]
    [ "$output" = "make check ALL=1 in $(cd "$BATS_TEST_DIRNAME/../.." && pwd)" ]
}
