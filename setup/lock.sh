#!/usr/bin/env bash
# Renew both lock files from the two pyproject.toml files (needs a network). torch is left out of the service's lock:
# its CPU build carries another name on every index, so setup/bootstrap.sh installs it by version.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/common.sh
ensure_uv
opts=(--generate-hashes --no-annotate --no-header --quiet)
find_links_option
# What is locked stays as it is, unless LOCK_UPGRADE is set: a new package must not bring new versions of all others.
if [ -z "${LOCK_UPGRADE:-}" ]; then
  mkdir -p var && cp requirements.lock var/service.lock && cp bot/assistant/requirements.lock requirements.assistant.tmp
fi
"$UV" pip compile pyproject.toml --extra dev --python "$(need_python 3.11)" "${FIND_LINKS[@]}" "${opts[@]}" -o var/service.lock
"$UV" pip compile bot/assistant/pyproject.toml --python "$(need_python 3.10)" "${opts[@]}" -o requirements.assistant.tmp
python3 - <<'PY'
import pathlib, re
def strip(text, names):
    return "\n".join(b for b in re.split(r"\n(?=\S)", text) if not re.match(rf"({'|'.join(names)})==", b)).rstrip() + "\n"
pathlib.Path("requirements.lock").write_text(strip(pathlib.Path("var/service.lock").read_text(), ["torch"]))
tmp = pathlib.Path("requirements.assistant.tmp")
pathlib.Path("bot/assistant/requirements.lock").write_text(tmp.read_text())
tmp.unlink()
PY
