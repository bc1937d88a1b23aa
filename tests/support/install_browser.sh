#!/bin/sh
# Give the browser tests a Chromium and a Chinese font where they are missing:
# Debian's packages as root, else Playwright's own browser.
set -eu
bin=$1

chinese_fonts() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh)" ]; }
debian_as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

wanted=
command -v chromium >/dev/null || wanted="chromium"
chinese_fonts || wanted="$wanted fontconfig fonts-noto-cjk"
# What reports are printed with, and read again by their tests.
command -v pdftotext >/dev/null || wanted="$wanted poppler-utils"
command -v fc-list >/dev/null && [ -n "$(fc-list 'WenQuanYi Micro Hei')" ] || wanted="$wanted fontconfig fonts-wqy-microhei"
[ -n "$wanted" ] || exit 0

if debian_as_root; then
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
else
    command -v chromium >/dev/null || "$bin/playwright" install chromium
    chinese_fonts || echo "no Chinese font found: screenshots will show boxes (install fonts-noto-cjk)" >&2
fi
