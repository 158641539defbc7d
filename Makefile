# make              release build: build/paceline, build/paceline-engine, build/azsim
# make DEBUG=1      with ASan, UBSan and failpoints: build/debug/...
# make check        installs what is missing, runs every test, ends with "N passed, N failed"
# make demo         installs what is missing, builds, and runs the demo
# The other targets: install deps unit bench bench-console keys conformance screens screenshots soak layers lint tidy fuzz clean

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

CC      ?= gcc
CI      ?=
try      = $(shell $(CC) -Werror $(1) -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(1))

ifeq ($(origin CC),default)
CC := gcc
endif

ifdef DEBUG
B       := build/debug
OPT     := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -DFAILPOINTS
else ifdef FAILPOINTS
B       := build/failpoints
OPT     := -O2 -g -DFAILPOINTS
else
B       := build
OPT     := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
ifneq ($(notdir $(CC)),gcc)
B       := $(B)/$(notdir $(CC))
endif

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wconversion -Wno-sign-conversion \
           -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wundef
HARDEN  := -fstack-protector-strong $(call try,-fstack-clash-protection) $(call try,-ftrivial-auto-var-init=zero) \
           $(call try,-fcf-protection=full) -fno-strict-overflow -fPIE
CFLAGS  += -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 $(WARN) $(HARDEN) $(OPT) $(if $(CI),-Werror)
CPPFLAGS += -Iinclude -Isrc -MMD -MP
LDFLAGS += $(if $(DEBUG),-fsanitize=address$(comma)undefined) -pie -Wl,-z,relro,-z,now,-z,noexecstack
comma   := ,
# 150 test programs with sanitizers: mold links one in a tenth of the time that ld takes. What is installed is linked by ld.
MOLD    := $(if $(DEBUG),$(shell command -v mold))
LDFLAGS += $(if $(MOLD),-fuse-ld=mold)
LIBS_BASE := -pthread -levent_core -levent_openssl -lcurl -lssl -lcrypto -ljansson -lyaml -lmd -lsqlite3 -lm
LIBS_TERM := -lncursesw -ltinfo
# Console and commands load nothing that only an engine needs: 42 libraries would be 6 MB of each console, and time.
LIBS_PL   := -levent_core -ljansson -lyaml -lmd -lm $(LIBS_TERM)

SRC_ALL   := $(sort $(wildcard src/*/*.c src/*/*/*.c))
SRC_MAIN  := $(filter src/main/%,$(SRC_ALL))
SRC_BASE  := $(filter src/base/%,$(SRC_ALL))
SRC_AZSIM := $(filter src/azsim/%,$(SRC_ALL))
SRC_PL    := $(filter-out $(SRC_MAIN) $(SRC_BASE) $(SRC_AZSIM),$(SRC_ALL))
obj        = $(patsubst %.c,$(B)/obj/%.o,$(1))

# src/main/azsim.c is azsim's main, src/main/engine.c the engine's; everything else in src/main belongs to paceline.
MAIN_AZSIM  := $(filter src/main/azsim%.c,$(SRC_MAIN))
MAIN_BOTH   := src/main/places.c src/main/told.c
MAIN_ENGINE := src/main/engine.c src/main/engine_main.c src/main/engine_memory.c src/main/restore.c src/main/config.c $(MAIN_BOTH)
MAIN_PL     := $(filter-out $(MAIN_AZSIM) $(filter-out $(MAIN_BOTH),$(MAIN_ENGINE)),$(SRC_MAIN))
PROGRAMS    := $(B)/paceline $(B)/paceline-engine $(B)/azsim

.PHONY: all deps demo install uninstall screenshots check unit bench bench-console keys soak bench-programs conformance screens screen-programs lint tidy fuzz layers clean objects
all: $(B)/libbase.a $(B)/libpaceline.a $(B)/libazsim.a $(PROGRAMS)
objects: $(call obj,$(SRC_ALL))

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/libbase.a: $(call obj,$(SRC_BASE))
$(B)/libpaceline.a: $(call obj,$(SRC_PL))
$(B)/libazsim.a: $(call obj,$(SRC_AZSIM))
%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/paceline: $(call obj,$(MAIN_PL)) $(B)/libpaceline.a $(B)/libbase.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS_PL) -o $@
$(B)/paceline-engine: $(call obj,$(MAIN_ENGINE)) $(B)/libpaceline.a $(B)/libbase.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS_BASE) -o $@
$(B)/azsim: $(call obj,$(MAIN_AZSIM)) $(B)/libazsim.a $(B)/libbase.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS_BASE) -o $@

# One executable per test file; a test may use any layer, so it is linked with all of them.
TEST_SRC := $(sort $(wildcard tests/unit/*/*_test.c tests/unit/*/*/*_test.c tests/replay/*_test.c))
TEST_BIN := $(patsubst %.c,$(B)/%,$(TEST_SRC))
TEST_LIB := $(sort $(wildcard tests/support/*.c))
$(TEST_BIN): $(B)/%: $(B)/obj/%.o $(call obj,$(TEST_LIB)) $(B)/libpaceline.a $(B)/libazsim.a $(B)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka $(LIBS_BASE) $(LIBS_TERM) -o $@
# Of src/main what is pure.
$(B)/tests/unit/main/demo_ledger_test: $(call obj,src/main/demo_ledger.c)
$(B)/tests/unit/main/demo_left_test: $(call obj,src/main/demo_left.c)
$(B)/tests/unit/main/places_test: $(call obj,src/main/places.c)
# Programs that tests/screens types at, and what makes pictures of screens.
SCREEN_SRC := $(sort $(wildcard tests/screens/*.c))
SCREEN_BIN := $(patsubst %.c,$(B)/%,$(SCREEN_SRC))
# The Deck stands there on a made-up site: its stand-ins come before what the libraries have of the same contracts.
DECK_OBJ   := $(call obj,$(sort $(wildcard tests/screens/deck/*.c)))
$(B)/tests/screens/deck_lab: $(DECK_OBJ)
$(B)/tests/screens/vterm_same: LIBS_TERM += -lvterm
$(SCREEN_BIN): $(B)/%: $(B)/obj/%.o $(B)/libpaceline.a $(B)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS_BASE) $(LIBS_TERM) -o $@
screen-programs: $(SCREEN_BIN)
# What asks the simulated cloud for everything that the engine would.
DRIVE := $(B)/tests/conformance/drive
$(DRIVE): $(B)/tests/conformance/%: $(B)/obj/tests/conformance/%.o $(B)/obj/tests/support/ask.o $(B)/libpaceline.a $(B)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS_BASE) -o $@
tests: $(TEST_BIN) $(SCREEN_BIN) $(DRIVE)
# Benchmarks are measured as users run the program: in the release build.
BENCH_SRC := $(sort $(wildcard tests/bench/*_bench.c))
BENCH_BIN := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
$(BENCH_BIN): $(B)/%: $(B)/obj/%.o $(B)/libpaceline.a $(B)/libazsim.a $(B)/libbase.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS_BASE) $(LIBS_TERM) -o $@
bench-programs: $(BENCH_BIN)

# make unit T=base/buf runs one; make unit runs all. Always the sanitizer build.
unit:
	$(MAKE) DEBUG=1 all tests
	tests/run.sh unit $(T)

# make bench T=plan runs one. Tables, then one line of JSON with all of them.
bench:
	$(MAKE) -s all bench-programs
	tests/bench/run.sh $(T)

# Random keys in the console; then random deaths and a harsh cloud, for MINUTES.
soak:
	$(MAKE) -s FAILPOINTS=1 all
	$(MAKE) -s DEBUG=1 screen-programs
	for t in tests/soak/*.sh; do $$t || exit 1; done
	tests/faults/soak.sh $(or $(MINUTES),60)

# The console's budgets against a real engine: a table, and one line of JSON at its end.
bench-console:
	@$(MAKE) -s all $(B)/tests/screens/pty_drive
	@tests/bench/console.sh

# How many keys a task needs, at a real engine: a table, and one line of JSON at its end.
keys:
	@$(MAKE) -s all
	@tests/bench/keys.sh

screens:
	$(MAKE) DEBUG=1 all screen-programs
	tests/run.sh screens $(T)

conformance:
	$(MAKE) DEBUG=1 all build/debug/tests/conformance/drive
	tests/run.sh conformance $(T)

deps:
	tests/deps.sh
# What the demo needs, and no more.
demo:
	@tests/deps.sh demo
	@tests/build.sh $(MAKEOVERRIDES)
	@build/paceline demo
screenshots:
	tests/screenshots.sh

prefix  ?= /usr/local
# DESTDIR is in front of all paths. The user is made only on this very machine.
install: all
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/share/paceline $(DESTDIR)$(prefix)/share/man/man1 \
		$(DESTDIR)$(prefix)/share/bash-completion/completions $(DESTDIR)$(prefix)/share/zsh/site-functions \
		$(DESTDIR)$(prefix)/share/fish/vendor_completions.d
	install -s $(PROGRAMS) $(DESTDIR)$(prefix)/bin
	cp -R templates themes $(DESTDIR)$(prefix)/share/paceline/
	chmod -R u+rwX,go+rX,go-w $(DESTDIR)$(prefix)/share/paceline
	$(B)/paceline manual > $(DESTDIR)$(prefix)/share/man/man1/paceline.1
	$(B)/paceline completion bash > $(DESTDIR)$(prefix)/share/bash-completion/completions/paceline
	$(B)/paceline completion zsh > $(DESTDIR)$(prefix)/share/zsh/site-functions/_paceline
	$(B)/paceline completion fish > $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/paceline.fish
	install -d $(DESTDIR)$(prefix)/lib/systemd/system
	printf '%s\n' '[Unit]' 'Description=Paceline engine' 'After=network-online.target' 'Wants=network-online.target' '' '[Service]' \
		'Type=notify' 'WatchdogSec=30' 'TimeoutStartSec=300' 'User=paceline' 'ExecStart=$(prefix)/bin/paceline engine' 'Restart=always' 'RestartSec=2' 'StateDirectory=paceline' 'StateDirectoryMode=0755' \
		'RuntimeDirectory=paceline' 'NoNewPrivileges=yes' 'ProtectSystem=strict' 'ProtectHome=yes' 'PrivateTmp=yes' 'MemoryMax=1G' '' \
		'[Install]' 'WantedBy=multi-user.target' > $(DESTDIR)$(prefix)/lib/systemd/system/paceline.service
	[ -n "$(DESTDIR)" ] || id paceline >/dev/null 2>&1 || \
		useradd --system --user-group --no-create-home --shell /usr/sbin/nologin paceline
uninstall:
	rm -rf $(addprefix $(DESTDIR)$(prefix)/bin/,$(notdir $(PROGRAMS))) $(DESTDIR)$(prefix)/share/paceline \
		$(DESTDIR)$(prefix)/share/man/man1/paceline.1 $(DESTDIR)$(prefix)/share/bash-completion/completions/paceline \
		$(DESTDIR)$(prefix)/share/zsh/site-functions/_paceline $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/paceline.fish \
		$(DESTDIR)$(prefix)/lib/systemd/system/paceline.service

check:
	tests/check.sh
layers:
	tests/layers.sh
lint:
	tests/lint.sh
tidy:
	tests/tidy.sh
fuzz:
	tests/fuzz/run.sh $(or $(SECONDS_EACH),60)

clean:
	rm -rf build

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
