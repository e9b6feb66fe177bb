# make demo    replay the sample site, diagnose it, write the reports to gujo-demo/
# make test    install what the tests talk to, check the style, run all tests
# make soak    the full counts: random networks, kills, fuzzing (about an hour)
# make bench   the benchmarks
# make fuzz    every fuzz target for FUZZTIME (60s)

GO        ?= go
FUZZTIME  ?= 60s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Git tells no revision of a checkout that belongs to somebody else, nor of an archive.
ifneq ($(shell git rev-parse HEAD >/dev/null 2>&1 && echo known),known)
export GOFLAGS := $(shell $(GO) env GOFLAGS) -buildvcs=false
endif

.PHONY: build test soak lint bench fuzz demo pictures packages clean

build:
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '-s -w' -o bin/ ./cmd/...

demo: build
	bin/gujo demo

# With everything installed a test that misses a package fails instead of skipping.
test: lint
	@if .ci/install-packages; then export GUJO_TEST_ALL=1; fi; \
	  $(GO) test -timeout 14m ./...

soak:
	@if .ci/install-packages; then export GUJO_TEST_ALL=1; fi; \
	  GUJO_SOAK=1 $(GO) test -timeout 120m -count=1 ./...
	$(MAKE) fuzz

lint:
	@unformatted=$$(gofmt -l .); \
	  if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

fuzz:
	.ci/fuzz $(FUZZTIME)

# The pictures of the README, cut out of the sample's report. Needs poppler-utils.
pictures: build
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	  bin/gujo demo -o "$$dir" --lang en >/dev/null && mkdir -p samples/pictures && \
	  page() { pdftotext "$$dir/report.en.pdf" - | awk -v want="$$1" 'BEGIN { RS = "\f" } index($$0, want) { n = NR } END { print n }'; } && \
	  cut() { pdftoppm -r 110 -singlefile -png -f "$$2" -l "$$2" -x 60 -y "$$3" -W 800 -H "$$4" "$$dir/report.en.pdf" "samples/pictures/$$1"; } && \
	  cut topology "$$(page 'Topology. Red')" 50 860 && cut finding "$$(page 'Surroundings of F-001')" 80 1130 && \
	  ls -l samples/pictures

clean:
	rm -rf bin gujo-demo
