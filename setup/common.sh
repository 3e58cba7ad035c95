# Shared by the set-up scripts: where things are, how a Python and uv are found, how progress is told.
# Sourced with the project's top folder as the working directory.
UV_VERSION=0.13.9
TORCH_VERSION=2.13.0
export UV_COMPILE_BYTECODE=1 # without it every start of the assistant compiles its imports again (24 s instead of 7)
export UV_LINK_MODE=copy
export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180} UV_HTTP_RETRIES=${UV_HTTP_RETRIES:-6} # slow mirrors and large wheels

# again COMMAND… — up to three times: what was fetched stays in the cache, so another try costs only what is missing
again() {
  local pause
  for pause in 5 20 ""; do
    "$@" && return
    [ -n "$pause" ] || return 1
    say "未成功，${pause} 秒后再试…"
    sleep "$pause"
  done
}
unset PYTHONDONTWRITEBYTECODE VIRTUAL_ENV CONDA_PREFIX 2>/dev/null || true
# A package or two come as source; without a compiler they are used as plain Python.
command -v cc >/dev/null 2>&1 || export MULTIDICT_NO_EXTENSIONS=1
mkdir -p var/stamps var/tools var/logs

STARTED=$(date +%s)
say() { printf '\033[1m[%4ds]\033[0m %s\n' "$(($(date +%s) - STARTED))" "$*"; }
die() { printf '\n\033[31m✗ %s\033[0m\n' "$1" >&2; shift; for line in "$@"; do printf '  %s\n' "$line" >&2; done; exit 1; }

# runs VERSION PYTHON — true when that interpreter runs and is of that version
runs() { [ -n "$2" ] && [ "$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; }

# need_python 3.11 — print the path of such an interpreter, or explain how to get one
need_python() {
  local version=$1 name="DIANDA_PYTHON${1/./}" found
  for found in "${!name-}" "$(command -v "python$version" || true)" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python \
    "/usr/bin/python$version" "/usr/local/bin/python$version" "$(command -v python3 || true)"; do
    if runs "$version" "$found"; then echo "$found"; return; fi
  done
  if command -v "${UV:-uv}" >/dev/null 2>&1; then
    found=$("${UV:-uv}" python find --no-python-downloads "$version" 2>/dev/null || true)
    if runs "$version" "$found"; then echo "$found"; return; fi
  fi
  die "没有找到 Python $version / Python $version was not found" \
    "电答需要两个 Python：3.11（服务）和 3.10（Rasa 助手）。任选一种安装方式后重新运行同一条命令：" \
    "  pyenv install $version        （https://github.com/pyenv/pyenv）" \
    "  uv python install $version    （https://docs.astral.sh/uv）" \
    "  apt install python$version-venv   （发行版自带该版本时）" \
    "或者用环境变量指明解释器：$name=/path/to/python$version"
}

# ensure_uv — set $UV; fetched once into var/tools when the machine has none
ensure_uv() {
  UV=$(command -v uv || true)
  [ -n "$UV" ] && return
  UV=$PWD/var/tools/uv/bin/uv
  [ -x "$UV" ] && return
  say "取得 uv $UV_VERSION（本机没有）…"
  local python; python=$(need_python 3.11)
  rm -rf var/tools/uv.partial var/tools/pip
  "$python" -m venv var/tools/pip || die "Python 3.11 缺少 venv 模块" "Debian/Ubuntu：apt install python3.11-venv"
  again var/tools/pip/bin/python -m pip install --quiet --disable-pip-version-check --target var/tools/uv.partial "uv==$UV_VERSION" \
    || die "下载 uv 失败" "检查网络或 pip 的镜像设置（pip config list）后重新运行；已完成的步骤不会重做"
  mv var/tools/uv.partial var/tools/uv
  rm -rf var/tools/pip
}

# A local wheel folder that pip knows (PIP_FIND_LINKS) is shown to uv too: uv does not read pip's settings.
find_links_option() {
  local wheels
  FIND_LINKS=()
  for wheels in ${PIP_FIND_LINKS-}; do FIND_LINKS+=(--find-links "$wheels"); done
}
