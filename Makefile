# The commands of the project. `make` alone lists them; README.md says how to do without make.
.DEFAULT_GOAL := help
.PHONY: help setup report report-fer2013 test coverage lint format lab constraints

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
# Tests run in this many processes; each one that imports Keras needs about a gigabyte.
WORKERS ?= 2
# Every study, the longest first. The report comes last because it reads what the others wrote.
STUDIES := $(addprefix notebooks/, 18_wu_pan_images.ipynb 24_frame_attention.ipynb 13_mini_xception.ipynb \
  23_nested_lstm.ipynb 16_two_stream_and_geometry.ipynb 04_how_to_fool_yourself.ipynb 03_faces.ipynb \
  17_deep_emotion.ipynb 21_cnn_rnn.ipynb 22_c3d.ipynb 20_cnn_lstm.ipynb 12_transfer_learning.ipynb \
  26_aggregation_and_voting.ipynb 14_vggface_configurations.ipynb 15_frontalization.ipynb \
  11_svm_on_cnn_features.ipynb 10_svm_on_pixels.ipynb 25_wu_pan_video.ipynb 27_genuine_or_acted.ipynb \
  01_drawn_faces.ipynb 02_dataset_card.ipynb 00_tour.ipynb)
REPORT := notebooks/90_report.ipynb notebooks/91_papers.ipynb
# The tests on a second backend go first, because they keep one process busy for minutes.
BACKENDS := tests/test_backends.py
TESTS := $(filter-out $(BACKENDS), $(sort $(wildcard tests/test_*.py) $(dir $(wildcard tests/*/*.py))))

export KERAS_BACKEND ?= tensorflow
export TF_CPP_MIN_LOG_LEVEL ?= 3
# TensorFlow leaves it off on processors without AVX-512, where it trains several times faster with it.
export TF_ENABLE_ONEDNN_OPTS ?= 1
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH
ifneq ($(strip $(SHARED)),)
override SHARED := $(abspath $(SHARED))
export SHARED
endif

help:  ## list the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "make %-15s %s\n", $$1, $$2 }'

setup: $(INSTALLED)  ## create .venv and install the pinned packages (again only when the list of packages changes)
	@:

# The first Python that runs and is new enough; names on the path may be shims that fail.
$(INSTALLED): pyproject.toml constraints.txt
	@suits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; \
	if ! { $(BIN)/python -c "$$suits" && $(BIN)/python -m pip --version; } >/dev/null 2>&1; then \
	  for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    "$$python" -c "$$suits" >/dev/null 2>&1 || continue; \
	    "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1 && break; \
	    without_venv="$$without_venv $$python"; python=; \
	  done; \
	  if ! "$$python" -c "$$suits" >/dev/null 2>&1; then \
	    if [ -n "$$without_venv" ]; then \
	      echo "No environment: the venv module is missing from$$without_venv. On Debian or Ubuntu: apt install python3-venv."; \
	    else \
	      echo "No Python 3.11, 3.12 or 3.13 here that runs. Install one, or name it: make setup PYTHON=/path/to/python3.12"; \
	    fi >&2; exit 1; \
	  fi; \
	  echo "Creating $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV) || exit 1; \
	fi
	@echo "Installing packages into $(VENV): a few minutes and about 3 GB the first time"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# ferbench exits with 1 where a notebook failed: that is a row of the report, so the report is written all the same, and make
# fails afterwards. A mistake in the command (2) or an interruption (130) ends it at once.
REPORT_ALL_THE_SAME = ran=$$?; [ $$ran -le 1 ] || exit $$ran; $(BIN)/ferbench report && exit $$ran

report: setup  ## run the quick suite on synthetic faces and write reports/index.html
	@$(BIN)/ferbench run quick; $(REPORT_ALL_THE_SAME)

report-fer2013: setup  ## the same on real faces, hours on two cores: make report-fer2013 FER2013=path/to/fer2013.csv
	@if [ -z "$(FER2013)$(FERBENCH_DATA)" ]; then \
	  echo "Where is FER2013? make report-fer2013 FER2013=path/to/fer2013.csv (or .csv.gz), or set FERBENCH_DATA" >&2; exit 2; \
	fi
	@$(BIN)/ferbench run fer2013 $(if $(FER2013),--data "fer2013=$(FER2013)"); $(REPORT_ALL_THE_SAME)

# One thread each, because all cores have a process already.
# Kernels get their own IPython folder, made beforehand and without history: two that start at once must not race for it.
test: setup lint  ## lint, unit tests and every notebook with its defaults
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && mkdir -p "$$work/ipython/profile_default" && \
	echo 'c.HistoryManager.enabled = False' > "$$work/ipython/profile_default/ipython_kernel_config.py" && \
	FERBENCH_RUNS="$$work/runs" IPYTHONDIR="$$work/ipython" JUPYTER_RUNTIME_DIR="$$work/jupyter" \
	OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 \
	$(BIN)/python -m pytest -q -m 'not slow and not gpu and not browser' \
	  -n $(WORKERS) --dist loadscope --no-loadscope-reorder \
	  --nbval-lax --nbval-current-env --nbval-cell-timeout 240 --nbval-kernel-startup-timeout 120 \
	  $(BACKENDS) $(STUDIES) $(TESTS) $(REPORT) $(PYTEST_ARGS)

coverage: setup  ## which lines of fer_utils the unit tests reach; what runs in kernels and workers is not counted
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && FERBENCH_RUNS="$$data/runs" COVERAGE_FILE="$$data/coverage" \
	$(BIN)/python -m pytest -q -m 'not slow and not gpu and not browser' -n $(WORKERS) --dist loadscope \
	  --cov --cov-report=term $(PYTEST_ARGS) tests

lint: setup  ## check style, spelling and that notebooks are committed without outputs
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/codespell
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify --keep-id $(NOTEBOOKS))

format: setup  ## put code and notebooks in shape
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format --quiet .
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id $(NOTEBOOKS))

lab: setup  ## open the notebooks in JupyterLab
	$(BIN)/jupyter-lab --notebook-dir notebooks

# One version of each package for all Pythons and platforms; uv lives in a folder of its own for the moment.
constraints: setup  ## renew constraints.txt with today's versions
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	$(BIN)/python -m venv "$$work" && "$$work/bin/pip" install -qq uv && \
	"$$work/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest --all-extras \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -o "$$work/pins.txt" && \
	{ sed '/^[^#]/,$$d' constraints.txt; cat "$$work/pins.txt"; } > "$$work/constraints.txt" && \
	cp "$$work/constraints.txt" constraints.txt
