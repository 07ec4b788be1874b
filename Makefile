# Every target is a command of tasks.py, which needs only Python 3.11+; on Windows use `py tasks.py run`. Pass arguments with ARGS="...".
PYTHON ?= python3
.PHONY: help run test check browser cluster lock clean

help:
	@$(PYTHON) tasks.py help

run test check browser cluster lock clean:
	@$(PYTHON) tasks.py $@ $(ARGS)
