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

# Two halves at once, a core each: what starts the whole assistant or a browser, and everything else.
live=(tests/conversation tests/service tests/browser)
say "测试：部件（日志在 var/logs/tests-parts.log）与整机，同时进行"
.venv/bin/python -m pytest tests "${live[@]/#/--ignore=}" -o cache_dir=.pytest_cache/parts >var/logs/tests-parts.log 2>&1 &
parts=$!
trap 'kill "$parts" 2>/dev/null' EXIT
.venv/bin/python -m pytest "${live[@]}" -o cache_dir=.pytest_cache/live
lived=$?
say "整机测试结束，等待部件测试…"
wait "$parts"
parted=$?
trap - EXIT
tail -n 60 var/logs/tests-parts.log
[ "$lived" = 0 ] || die "整机测试未通过 / failed" "单独重跑：.venv/bin/python -m pytest ${live[*]}"
[ "$parted" = 0 ] || die "部件测试未通过 / failed" "全部输出在 var/logs/tests-parts.log；单独重跑：.venv/bin/python -m pytest tests ${live[*]/#/--ignore=}"
say "全部通过"
