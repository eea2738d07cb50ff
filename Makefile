# hushlog's front door: `make` or `make help` lists the targets. What is longer
# than a few lines stands in .tools/, in scripts that can be run by themselves.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# The modules of go.work; :race runs a module's tests under the race detector.
MODULES     := proto pkg pkg/client services test
TEST_SUITES := proto pkg:race pkg/redact/internal/phonetable pkg/client:race services test .tools/house:alone

# Where the certificates, secrets and policy of a deployment live, as for
# deploy/compose/prepare.sh.
DIR       ?= $(or $(HUSHLOG_DIR),.cache/deployment)
# How long `make fuzz` runs each fuzz target, and `make bench` each benchmark.
FUZZTIME  ?= 10s
BENCHTIME ?= 1s
# The fault campaign: how many seeds, the first (of the clock when empty), and on which Kafka: embedded or kafka, Apache
# Kafka with three brokers.
SEEDS   ?= 1
SEED    ?=
BACKEND ?= embedded
# Narrows tests: make test RUN=TestScan
RUN ?=
# What `make eval` reads: marked texts (without them, the generated corpus), predictions
# instead of the engine's, further tables.
DATA ?=
PRED ?=
BY   ?=
EVAL_FLAGS = $(if $(DATA),-data "$(DATA)") $(if $(PRED),-pred "$(PRED)") $(if $(BY),-by "$(BY)")

VERSION := $(shell .tools/version.sh)
TIMED   := .tools/timed.sh
TOOLS   := house buf protoc-gen golangci govulncheck

.PHONY: help deps tools build generate demo dev test test-governance test-race test-faults test-faults-long test-kafka \
	test-kms test-containers lint fmt bench bench-redact bench-store fuzz eval train-names train-safety certs secrets clean distclean

help: ## list the targets
	@echo "hushlog $(VERSION). Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-16s %s\n' "$$name" "$$text"; done

deps: ## install all there is to install: pinned tools and the engine library
	@$(TIMED) $@ .tools/deps.sh $(TOOLS) chdb

build: ## build bin/hushlog (no cgo, reproducible, with its version)
	@$(TIMED) $@ .tools/build.sh "$(VERSION)"

generate: ## write the Go code and the OpenAPI document of proto/, and docs/rules.md, anew
	@$(TIMED) $@ .tools/generate.sh

demo: ## the whole way on this machine, shown, checked and cleaned up
	@$(TIMED) -f $@ .tools/run.sh "$(VERSION)" demo

dev: ## the same stack left running, with its ports and tokens printed
	@$(TIMED) -f $@ .tools/run.sh "$(VERSION)" dev

test: ## all that runs without Docker and Java; says what it skipped and why
	@$(TIMED) $@ .tools/test.sh -summary .cache/report/test -timeout 10m -run "$(RUN)" $(TEST_SUITES)

test-governance: ## trail, roles, dates, holds, erasure, on a whole deployment (make test runs them too)
	@$(TIMED) $@ .tools/test.sh -summary .cache/report/test-governance -timeout 10m -packages ./governance -run "$(RUN)" test

test-race: ## the tests of every module under the race detector
	@$(TIMED) $@ .tools/test.sh -summary .cache/report/test-race -timeout 15m -run "$(RUN)" $(addsuffix :race,$(MODULES))

test-faults: ## kills, pauses and cuts off everything by seed, and counts (SEEDS=1 SEED=number; FAULT_TIME=4m; BACKEND=kafka)
	@$(TIMED) $@ .tools/test-faults.sh "$(SEEDS)" "$(BACKEND)" "$(SEED)"

test-faults-long: ## the long campaign: 100 seeds from SEED=1 on, three beside each other (BACKEND=kafka)
	@FAULT_JOBS=3 $(TIMED) $@ .tools/test-faults.sh 100 "$(BACKEND)" "$(or $(SEED),1)"

test-kafka: ## end to end on Apache Kafka from Maven's jars (needs Java and Maven)
	@$(TIMED) $@ .tools/test-kafka.sh

test-kms: ## pkg/kms on Vault's own server and on moto's AWS (builds and installs them; needs Python)
	@$(TIMED) $@ .tools/test-kms.sh

test-containers: ## end to end on containers (needs a Docker engine)
	@$(TIMED) $@ .tools/test-containers.sh

lint: tools ## linters, contracts, generated code, modules, licences, names, the map
	@$(TIMED) $@ .tools/lint.sh $(MODULES)

fmt: tools ## format the Go code
	@$(TIMED) $@ .tools/fmt.sh $(MODULES)

bench: build ## a whole deployment measured, then every benchmark (BENCHTIME=1s each)
	@$(TIMED) $@ .tools/bench.sh $(BENCHTIME) $(MODULES)

bench-redact: ## the engine beside other tools (CORPUS=file.jsonl OUT=file.md PYTHON=python3)
	@$(TIMED) $@ .tools/bench-redact.sh

bench-store: ## the questions of docs/schema.md over ROWS=5000000 interactions: rows read, time (DATA=directory keeps them)
	@$(TIMED) $@ .tools/bench-store.sh "$(or $(ROWS),5000000)" "$(DATA)"

train-names: ## train the model of names anew and measure it (DATA=folder of the evaluation data)
	@$(TIMED) $@ .tools/train-names.sh "$(DATA)"

train-safety: ## train the model of pkg/safety anew and measure it (DATA=folder of the evaluation data)
	@$(TIMED) $@ .tools/train-safety.sh "$(DATA)"

fuzz: ## run every fuzz target for a short while (FUZZTIME=10s each)
	@$(TIMED) $@ .tools/fuzz.sh $(FUZZTIME) $(MODULES)

eval: ## detection quality by type, language, kind, disguise (DATA=file.jsonl[.gz] BY=lang,tag:mode: PRED=file)
	@$(TIMED) $@ go run ./pkg/redact/evaluate/cmd $(EVAL_FLAGS)

certs: build ## make the certificates of a deployment (in DIR)
	@$(TIMED) $@ bin/hushlog certs --dir "$(DIR)"

secrets: build ## make the keys and passwords of a deployment (in DIR)
	@$(TIMED) $@ bin/hushlog secrets --dir "$(DIR)"

clean: ## remove what was built and reported; installed tools stay
	@$(TIMED) $@ rm -rf bin .cache/report

distclean: ## remove what deps installed, too (the next run needs the network)
	@$(TIMED) $@ rm -rf bin .cache/bin .cache/stamps .cache/report .cache/chdb .cache/kafka

# Installed on demand by the targets that need them.
tools:
	@$(TIMED) $@ .tools/deps.sh $(TOOLS)
