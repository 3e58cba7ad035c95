#!/usr/bin/env bash
# Everything a change must pass. Stops at the first suite that fails and says how to run it alone.
set -uo pipefail
cd "$(dirname "$0")/.."
. setup/common.sh

step() {
  local name=$1; shift
  say "$name"
  "$@" || die "$name 未通过 / failed" "单独重跑：$*"
}

step "风格 ruff" .venv/bin/ruff check .
step "类型 mypy" .venv/bin/mypy
step "依赖方向 import-linter" .venv/bin/lint-imports --no-cache
step "知识库校验" .venv/bin/dianda kb lint
step "业务流程校验" .venv/bin/dianda flow lint
step "模型与索引" .venv/bin/dianda train
step "测试" .venv/bin/python -m pytest tests
