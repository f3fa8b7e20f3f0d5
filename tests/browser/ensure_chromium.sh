#!/usr/bin/env bash
# The browser tests drive Debian's Chromium. Install it where that is possible, else say what is missing.
set -u
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Chromium is missing; installing it with apt-get." >&2
  apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends chromium >/dev/null
  command -v chromium >/dev/null 2>&1 && exit 0
fi
echo "The browser tests need Chromium at 'chromium' on the PATH. On Debian: apt-get install chromium" >&2
exit 1
