# jobledger: `make help` lists what there is. BUILD, CC, CFLAGS, LDFLAGS, SANITIZE, DESTDIR and PREFIX may be given.
VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
SANITIZE ?=

# What the program stands on. libcsv has no pkg-config file.
PACKAGES := libcurl json-c sqlite3 nettle inih zlib libzstd xlsxwriter minizip
SIM_PACKAGES := libmicrohttpd zlib

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla \
            -Wwrite-strings -Wpointer-arith -Wcast-qual -Wundef -Wnull-dereference \
            -Wno-missing-field-initializers # rows of a table leave out what they do not need
HARDENING := -fstack-protector-strong -fstack-clash-protection -fPIE
LINK_HARDENING := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack
ifeq ($(SANITIZE),)
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
HARDENING += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LINK_HARDENING += -fsanitize=$(SANITIZE)
endif

STANDARD := -std=c11 -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -DJOBLEDGER_VERSION='"$(VERSION)"'
# Recursive, so that pkg-config is asked only when something is compiled: `make demo` may have to install it first.
PACKAGE_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PACKAGE_LIBS = $(shell pkg-config --libs $(PACKAGES)) -lcsv -pthread
COMPILE = $(CC) $(STANDARD) $(WARNINGS) $(HARDENING) -pthread -MMD -MP -Iinclude $(CFLAGS)

SQL := $(sort $(wildcard sql/migrations/*.sql sql/queries/*.sql sql/reports/*.sql \
                         sql/views/*.sql sql/scope/*.sql))
SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/gen/sql_text.o
LIBRARY := $(BUILD)/libjobledger.a
MAIN    := $(BUILD)/obj/src/cli/main.o
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
SIM     := $(patsubst tests/sim/%.c,$(BUILD)/obj/tests/sim/%.o,$(sort $(wildcard tests/sim/*.c)))
FAULTS  := $(patsubst tests/fault/%.c,$(BUILD)/fault/%.so,$(sort $(wildcard tests/fault/*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCH   := $(patsubst tests/bench/%.c,$(BUILD)/bench/bin/%,$(sort $(wildcard tests/bench/*.c)))

JOBS = $(if $(findstring j,$(firstword $(MAKEFLAGS))),,-j 2)
# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)

.DELETE_ON_ERROR:
.PHONY: all help units sim fuzz demo check lint golden install uninstall deb clean version
.PHONY: bench bench-quick bench-guard bench-tools

all: $(BUILD)/jobledger $(BUILD)/freddysim ## build/jobledger and build/freddysim

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | sort

version:
	@echo $(VERSION)

$(BUILD)/jobledger: $(MAIN) $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LINK_HARDENING) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

$(BUILD)/freddysim: $(SIM)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LINK_HARDENING) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(SIM_PACKAGES)) -pthread

$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS))
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/obj/src/%.o: src/%.c | $(BUILD)/gen/sql_id.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) $(if $(findstring src/store/,$<),-I$(BUILD)/gen) $(PACKAGE_CFLAGS) -c -o $@ $<

$(BUILD)/obj/tests/sim/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(filter-out -Iinclude,$(COMPILE)) -Itests/sim -pthread $$(pkg-config --cflags $(SIM_PACKAGES)) -c -o $@ $<

# The set of SQL files is itself a thing to depend on: a file taken away must not stay in the program.
$(BUILD)/gen/sql_files: $(SQL) sql/embed.sh
	@mkdir -p $(@D)
	@echo '$(SQL)' > $@

$(BUILD)/gen/sql_id.h: $(BUILD)/gen/sql_files
	@sh sql/embed.sh header $(SQL) > $@.new && { cmp -s $@.new $@ || cp $@.new $@; rm $@.new; }

$(BUILD)/gen/sql_text.c: $(BUILD)/gen/sql_files
	@sh sql/embed.sh source $(SQL) > $@

$(BUILD)/gen/sql_text.o: $(BUILD)/gen/sql_text.c $(BUILD)/gen/sql_id.h
	$(call say,CC)
	$(Q)$(COMPILE) -Isrc/store -I$(BUILD)/gen -c -o $@ $<

units: $(UNITS) $(FAULTS)

$(BUILD)/unit/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -I. $(LINK_HARDENING) $(LDFLAGS) -o $@ $< $(LIBRARY) $(PACKAGE_LIBS) $$(pkg-config --libs cmocka)

# What the program under test is started with, to have the system fail it.
$(BUILD)/fault/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 $(WARNINGS) -O2 -g -fPIC -shared -o $@ $< -ldl

sim: $(BUILD)/freddysim

fuzz: $(FUZZERS) ## build/fuzz/*, with CC=clang and BUILD=build/fuzzing

$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -I. -fsanitize=fuzzer $(LINK_HARDENING) -o $@ $< $(LIBRARY) $(PACKAGE_LIBS)

demo: ## installs what is missing, and shows a night's run against the simulator
	@.ci/bootstrap build
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/demo "$(BUILD)"

check: ## installs what is missing, builds and runs the tests; ALL=1: every one of them
	@.ci/bootstrap $(if $(ALL),all,check)
	@$(MAKE) --no-print-directory $(JOBS) all units $(if $(ALL),bench-tools)
	@tests/check "$(BUILD)" $(if $(ALL),all)

lint: ## who includes whom, banned calls, sizes
	@tests/lint

bench-tools: all $(BENCH)

$(BUILD)/bench/bin/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(filter-out -Iinclude,$(COMPILE)) $$(pkg-config --cflags libcurl) $(LINK_HARDENING) -o $@ $< \
	    $$(pkg-config --libs libcurl)

# bench OPTIONS: the tools and what they stand on first.
bench = @.ci/bootstrap bench && $(MAKE) --no-print-directory $(JOBS) bench-tools && $(1)

bench: ## installs what is missing, and measures beside what one would run instead; LINE=ingest,export: these only
	$(call bench,tests/bench/bench.py --build "$(BUILD)" --line "$(LINE)")

bench-quick: ## the same at a tenth of the size, in three minutes
	$(call bench,tests/bench/bench.py --build "$(BUILD)" --line "$(LINE)" --scale 0.1 --runs 3)

bench-guard: ## instructions per row and job against tests/bench/guard.txt; UPDATE=1 renews the numbers there
	$(call bench,tests/bench/guard.py --build "$(BUILD)" $(if $(UPDATE),--update))

golden: all ## writes samples/reports anew, and what README.md shows of them; look at the difference before you commit it
	@tests/golden "$(BUILD)" write

# FILE=PLACE below PREFIX. The units and the folders that they need are installed and not enabled.
INSTALLED := src/man/jobledger.1=share/man/man1/jobledger.1 \
    src/completions/jobledger.bash=share/bash-completion/completions/jobledger \
    src/completions/_jobledger=share/zsh/site-functions/_jobledger \
    src/completions/jobledger.fish=share/fish/vendor_completions.d/jobledger.fish \
    src/systemd/jobledger.service=lib/systemd/system/jobledger.service \
    src/systemd/jobledger.timer=lib/systemd/system/jobledger.timer \
    src/systemd/jobledger.sysusers=lib/sysusers.d/jobledger.conf \
    src/systemd/jobledger.tmpfiles=lib/tmpfiles.d/jobledger.conf \
    src/systemd/jobledger.conf=share/doc/jobledger/examples/jobledger.conf \
    src/cron/jobledger.cron=share/doc/jobledger/examples/jobledger.cron

install: $(BUILD)/jobledger ## the program and what belongs to it, below DESTDIR and PREFIX
	install -D -m 755 $(BUILD)/jobledger $(DESTDIR)$(PREFIX)/bin/jobledger
	@set -e; for file in $(INSTALLED); do \
	    install -D -m 644 "$${file%%=*}" "$(DESTDIR)$(PREFIX)/$${file#*=}"; done
	sed -i 's|=/usr/bin/|=$(PREFIX)/bin/|' $(DESTDIR)$(PREFIX)/lib/systemd/system/jobledger.service

uninstall: ## takes away what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/jobledger
	@set -e; for file in $(INSTALLED); do rm -f "$(DESTDIR)$(PREFIX)/$${file#*=}"; done

# In a copy of the sources, since Debian's tools want the packaging at the top.
DEB := $(BUILD)/deb/jobledger-$(VERSION)
deb: ## a Debian package of the program, BUILD/jobledger_VERSION_ARCH.deb
	rm -rf $(BUILD)/deb
	mkdir -p $(DEB)
	cp -R Makefile LICENSE README.md include sql src $(DEB)
	mv $(DEB)/src/debian $(DEB)/debian
	cd $(DEB) && env -u MAKEFLAGS -u MAKELEVEL -u BUILD dpkg-buildpackage -us -uc -b
	mv $(BUILD)/deb/jobledger_*.deb $(BUILD)
	rm -rf $(BUILD)/deb

clean: ## removes BUILD
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' -type f -not -path '*/deb/*' 2>/dev/null)
