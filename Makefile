# Every target creates or updates the virtual environment first; the second time that takes no time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RUN    ?= runs/demo
JOBS   ?= 20000
PROBLEMS ?= 40
RATES  ?= 0.1,0.3,0.5

.PHONY: synthesize test soak test-attacks test-integrations test-ray test-vllm check format images doctor bench bench-client bench-saturation bench-quality docs wheel clean help
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "codegen needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@# pip tries for minutes which releases of a dozen packages go together; uv finds it at once
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -e '.[serve,export,postgresql,remote,report,telemetry,tokenizer,view]' --group dev --group docs
	@touch $@

synthesize: $(STAMP) ## make verified examples with the builtin teacher, in runs/demo
	@$(BIN)/codegen synthesize --langs py,rs,go --out $(RUN)

test: $(STAMP) ## run all tests but hostile programs and vLLM; those that need a Docker daemon where one answers
	@$(BIN)/python -m pytest -q -m "not attack and not vllm" $(TEST_ARGS)

test-attacks: $(STAMP) ## run hostile programs in every sandbox that is there, a worker for each
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m attack tests/attacks $(ATTACK_ARGS)

test-integrations: $(STAMP) ## run the examples with the real packages, in build/integrations (6 GB)
	@$(BIN)/python tests/integrations/run.py $(NAMES)

test-ray: $(STAMP) ## runs on two local Ray nodes, parts of which are killed, in build/ray (900 MB)
	@$(BIN)/python tests/engine/run.py $(RAY_ARGS)

test-vllm: $(STAMP) ## drive the client through real vLLM servers on the CPU, in build/vllm (5 GB)
	@$(BIN)/python tests/vllm/run.py $(VLLM_ARGS)

soak: $(STAMP) ## a long run under load in both sandboxes; JOBS=20000 programs each
	@$(BIN)/python -m benchmarks.soak --sandbox docker --jobs $(JOBS)
	@$(BIN)/python -m benchmarks.soak --sandbox local --jobs $(JOBS)

check: $(STAMP) ## format, lint, types and the fast tests
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m pytest -q -n 2 -m "not docker and not slow and not vllm"

format: $(STAMP) ## put the sources into form
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

images: $(STAMP) ## build the sandbox images that are missing or stale
	@$(BIN)/codegen images build

doctor: $(STAMP) ## check the sandbox, the toolchains and the model endpoint
	@$(BIN)/codegen doctor

bench: $(STAMP) ## measure the verifier against the bare toolchains; DATA=folder of model answers
	@$(BIN)/python -m benchmarks $(DATA)

bench-client: $(STAMP) ## measure the model client against a bare loop over aiohttp
	@$(BIN)/python -m benchmarks.client

bench-saturation: $(STAMP) ## measure whether a run keeps a model of 256 slots busy; SATURATION_ARGS="--longer 6"
	@$(BIN)/python -m benchmarks.saturation $(SATURATION_ARGS)

bench-quality: $(STAMP) ## count what is wrong in runs of a teacher that errs; PROBLEMS=40 each, RATES=0.1,0.3,0.5
	@$(BIN)/python -m benchmarks.quality --problems $(PROBLEMS) --rates $(RATES) $(QUALITY_ARGS)

docs: $(STAMP) ## build the site, strictly
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: $(STAMP) ## build the wheel, in dist/
	@$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what was built; runs/ stays
	@rm -rf $(VENV) dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
