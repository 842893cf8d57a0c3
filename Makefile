# Everything a newcomer or a build machine runs. `make demo` and `make test` set up what they need; Python 3.11 or later
# and make are all they assume.
PYTHON ?= python3
VENV := .venv
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_SYSTEM_CERTS := 1
BIN := $(VENV)/bin

.PHONY: demo test check checks unit template bench build lock format schemas clean

demo: $(VENV)/ready
	@$(BIN)/memberflow demo $(ARGS)

test: checks unit template

# Style, types and the directions of imports.
checks: $(VENV)/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/ready
	$(BIN)/pytest -n auto --dist loadscope $(ARGS)

# The template, by the tools that pin an older boto3 than ours and so live in environments of their own.
template: .venv-sam/ready .venv-checkov/ready
	.venv-sam/bin/sam validate --lint --template template.yaml --region eu-west-1
	.venv-checkov/bin/checkov --file template.yaml --config-file .checkov.yaml --quiet --compact

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

# What is deployed: functions and layer, with bytecode; wants python3.13 on the path.
build: $(VENV)/ready .venv-sam/ready
	PATH="$(CURDIR)/$(BIN):$$PATH" .venv-sam/bin/sam build

# The JSON Schemas of the events and the HTTP API's OpenAPI file, from the types.
schemas: $(VENV)/ready
	$(BIN)/python -m cli.schemas
	$(BIN)/python -m cli.reference

format: $(VENV)/ready
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# New versions into the lock files.
lock: $(VENV)/ready
	$(BIN)/python -m cli.lock

clean:
	rm -rf $(VENV) .venv-sam .venv-checkov .aws-sam build

$(VENV)/ready: requirements/dev.txt requirements/uv.txt pyproject.toml
	$(call environment,$(VENV),requirements/dev.txt)
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable . \
		|| $(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv-%/ready: requirements/%.txt requirements/uv.txt
	$(call environment,.venv-$*,requirements/$*.txt)
	@touch $@

# An environment with exactly the locked packages, which are all there are: no resolving. uv installs them in seconds;
# where it can't, pip does.
define environment
@echo "Setting up $(1) …"
@$(PYTHON) -m venv --clear $(1)
@$(1)/bin/pip install --quiet --require-hashes --requirement requirements/uv.txt || true
@UV_PYTHON_DOWNLOADS=never $(1)/bin/uv pip install --quiet --compile-bytecode --no-deps --python $(1)/bin/python --require-hashes --requirement $(2) \
	|| $(1)/bin/pip install --quiet --no-deps --require-hashes --requirement $(2)
endef
