PYTHON_BIN := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help install run chat up down logs test test-unit test-cluster cluster-programs test-containers lint fmt widget widget-tools contracts translations bench scaling faults deliveries alerts edge mails eval hostile sentences replay chart lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: ## install what the others need into .venv (they call it themselves)
	@devstack/install.sh

run: install ## start everything here, without Docker, and open the demo page's port
	@exec $(PYTHON_BIN) -m devstack run

chat: install ## talk to the running stack in this terminal
	@exec $(PYTHON_BIN) -m devstack chat $(ARGS)

COMPOSE := docker compose $(if $(wildcard .env),--env-file .env) --env-file compose/secrets.env
up: ## build and start everything in containers, and wait until it is healthy (docker-compose.yml; make missing secrets)
	@compose/secrets.sh
	@$(COMPOSE) up --build --detach --wait --wait-timeout 600
	@echo "http://localhost:$${GATEWAY_PORT:-8080}, the operator's key and the other secrets are in compose/secrets.env unless .env has them"

down: ## stop the containers; data stay in their volumes (ARGS=--volumes forgets them)
	@compose/secrets.sh
	@$(COMPOSE) down --remove-orphans $(ARGS)

logs: ## follow the logs of the containers (ARGS=dialogue: of one)
	@compose/secrets.sh
	@$(COMPOSE) logs --follow --tail 100 $(ARGS)

# Most tests wait more than they compute. Every worker has a broker, database and cache of its own, and imports
# all tests: without bytecode it would compile them each time.
WORKERS ?= 3
test: install ## every test, on the embedded broker, database and cache (TEST_INFRA=docker: in containers; WORKERS=0: one after the other)
	@PYTHONDONTWRITEBYTECODE= $(PYTHON_BIN) -m pytest -n $(WORKERS) $(ARGS)

test-unit: install ## the tests that start nothing
	@$(PYTHON_BIN) -m pytest tests/unit tests/contract tests/architecture $(ARGS)

test-cluster: cluster-programs ## scale the chart's release with KEDA on a control plane of plain processes (CONVERSATIONS=50, OUT=folder; tests/cluster/README.md)
	@CLUSTER_CONVERSATIONS=$(or $(CONVERSATIONS),200) CLUSTER_OUT=$(or $(OUT),.local/cluster) $(PYTHON_BIN) -m pytest tests/cluster $(ARGS)

cluster-programs: install ## build etcd, Kubernetes, KEDA and Jaeger for test-cluster, once (needs Go; 17 minutes, 12 GB)
	@nice $(PYTHON_BIN) -m tests.cluster.binaries

test-containers: install ## the images and docker-compose.yml, for real: needs Docker, Java and minutes (no registry: stand-ins are made)
	@$(PYTHON_BIN) -m pytest -q tests/containers $(ARGS)

lint: install ## style, types and the import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) -s widget-tools && cd $(WIDGET) && npm run --silent check; fi

fmt: install ## mend what can be mended by itself
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

WIDGET := services/gateway/adapters/widget
widget: widget-tools ## build the widget from its TypeScript sources (needs Node; what is built is committed)
	@cd $(WIDGET) && npm run --silent build

widget-tools:
	@cd $(WIDGET) && { cmp -s package-lock.json node_modules/.installed || { npm ci --silent && cp package-lock.json node_modules/.installed; }; }

contracts: install ## regenerate what is read of the code: JSON Schemas, AsyncAPI, and what the Helm chart knows
	@$(PYTHON_BIN) -m contracts.generate
	@$(PYTHON_BIN) -m devstack.chart

CHECKOV := .local/checkov
chart: install ## check what the Helm chart makes against policies; installs checkov apart, which takes a minute
	@$(PYTHON_BIN) -m tests.support.helm .local/chart
	@[ -x $(CHECKOV)/bin/checkov ] || { $(PYTHON_BIN) -m venv $(CHECKOV) && $(CHECKOV)/bin/pip install --quiet checkov==3.3.30; }
	@$(CHECKOV)/bin/checkov --config-file helm/salesbot/.checkov.yaml --directory .local/chart

translations: install ## print what is kept of a language as a file (TO=nl), or take a corrected one over (FILE=nl.yaml)
	@$(PYTHON_BIN) -m services.dialogue.adapters.translation_files $(TO) $(FILE)

bench: install ## measure our pipeline against the floor (OUT=file.json keeps the figures)
	@$(PYTHON_BIN) -m benchmarks $(if $(OUT),--out $(OUT))

scaling: install ## print what 100 to 1,000,000 conversations a day need, and simulate a rush (ARGS=--measure counts anew what one costs)
	@$(PYTHON_BIN) -m benchmarks.scaling $(ARGS)

faults: install ## hold conversations while every part fails in turn, and count what visitors notice (ARGS='--minutes 2')
	@$(PYTHON_BIN) -m benchmarks.faults $(ARGS)

.PHONY: rollout
rollout: install ## change a price under 1,000 open conversations while services are replaced, and see that nobody is told two (CONVERSATIONS=100)
	@ROLLOUT_CONVERSATIONS=$(or $(CONVERSATIONS),1000) $(PYTHON_BIN) -m pytest -q -p no:xdist tests/e2e/test_price_change.py

deliveries: install ## deliver 10,000 lead events to receivers that fail, beside a dead one (ARGS='--events 1000')
	@$(PYTHON_BIN) -m benchmarks.deliveries $(ARGS)

alerts: install ## measure how soon a chat hears of a lead that qualified, at 20 turns/s (ARGS='--seconds 30')
	@$(PYTHON_BIN) -m benchmarks.alerts $(ARGS)

edge: install ## flood the edge with openings, idle streams and WebSockets and slow readers, and see what others notice (ARGS='--only sockets')
	@$(PYTHON_BIN) -m benchmarks.edge $(ARGS)

mails: install ## read 10,000 mutated mails; ARGS='--minutes 10' lets atheris look for worse, which it installs
	@$(PYTHON_BIN) -m benchmarks.mails $(ARGS)

eval: install ## play every persona, known and held out (SET=known|heldout), with a model where OPENAI_* is set; GATE=1 fails, OUT=file.json keeps the figures, URL=http://gateway plays there (DEV_API_KEY tells the cost, NO_COST=1 does without)
	@$(PYTHON_BIN) -m evals personas $(if $(GATE),--gate) $(if $(SET),--set $(SET)) $(if $(OUT),--out $(OUT)) $(if $(URL),--url $(URL)) $(if $(NO_COST),--no-cost) $(ARGS)

hostile: install ## say every attack; FOOLED=1 lets a model answer that does as it is told
	@$(PYTHON_BIN) -m evals hostile $(if $(GATE),--gate) $(if $(FOOLED),--fooled) $(if $(OUT),--out $(OUT)) $(ARGS)

sentences: install ## put right and wrong sentences through the guard, and single answers through the reader (GATE=1 fails)
	@$(PYTHON_BIN) -m evals answers $(if $(GATE),--gate)
	@$(PYTHON_BIN) -m evals sentences $(if $(GATE),--gate) $(if $(OUT),--out $(OUT)) $(ARGS)

replay: install ## lead stored conversations again: KAFKA=host:port or URL=http://gateway, PLAYBOOK=file, SERVICES=1 (with a model: PROMPT=file)
	@$(PYTHON_BIN) -m evals replay $(if $(KAFKA),--kafka $(KAFKA)) $(if $(URL),--url $(URL)) $(if $(PLAYBOOK),--playbook $(PLAYBOOK)) $(if $(PROMPT),--prompt $(PROMPT)) $(if $(SERVICES),--services) $(if $(OUT),--out $(OUT)) $(ARGS)

LOCK := .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: install ## pin every dependency anew, with hashes (UPGRADE=1 takes newer versions)
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra laptop --extra dev -o requirements/dev.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/bootstrap.in -o requirements/bootstrap.txt

DATA := $(if $(DATA_DIR),$(DATA_DIR),.local)
clean: ## forget the data of `make run` and all caches
	@if [ -e "$(DATA)/secrets/postgres_password" ]; then rm -rf "$(DATA)"; fi
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
