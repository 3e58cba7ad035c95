#!/usr/bin/env bash
# Make both Python environments from their locks. Safe to interrupt and to run again: an environment counts as made only
# when its stamp (a hash of what it was made from) is written, and packages already fetched are taken from uv's cache.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/common.sh
trap 'echo; echo "已中断。再次运行同一条命令会从断点继续。" >&2; exit 130' INT TERM

# make_environment NAME VERSION FOLDER LOCK [torch]
make_environment() {
  local name=$1 version=$2 folder=$3 lock=$4 stamp python
  python=$(need_python "$version")
  stamp=var/stamps/$name-$( { cat "$lock"; echo "$python $PWD $UV_VERSION $TORCH_VERSION"; } | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && [ -x "$folder/bin/python" ] && return
  ensure_uv
  say "建立 $name 环境（Python $version，$(grep -c '==' "$lock") 个锁定的包）…"
  rm -f var/stamps/"$name"-*
  runs "$version" "$folder/bin/python" || "$UV" venv --quiet --clear --python "$python" "$folder"
  if [ "${5-}" = torch ]; then
    # The CPU build: from a local wheel folder where there is one, else from PyTorch's own CPU index (uv knows it by name).
    find_links_option
    if ! "$UV" pip install --quiet --python "$folder/bin/python" --no-deps --offline --no-index "${FIND_LINKS[@]}" "torch==$TORCH_VERSION" 2>/dev/null; then
      again "$UV" pip install --python "$folder/bin/python" --no-deps --torch-backend cpu "torch==$TORCH_VERSION" \
        || die "安装 torch $TORCH_VERSION（CPU 版）失败" "检查网络后重新运行；或把 CPU 版 wheel 放进一个文件夹并设置 PIP_FIND_LINKS"
    fi
  fi
  again "$UV" pip install --python "$folder/bin/python" --no-deps --require-hashes -r "$lock" \
    || die "安装 $name 的依赖失败" "检查网络后重新运行同一条命令；已下载的包不会重下"
  touch "$stamp"
  say "$name 环境就绪"
}

make_environment service 3.11 .venv requirements.lock torch
if [ ! -x .venv/bin/dianda ]; then
  ensure_uv
  "$UV" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --no-index -e . \
    || die "安装 dianda 命令失败" "删除 .venv 后重新运行"
fi
make_environment assistant 3.10 bot/assistant/.venv bot/assistant/requirements.lock
