#!/usr/bin/env bash
# WORD JOINER (U+2060) forbids a line break on both of its sides, so a full stop behind it should stay
# with what stands before. Behind an inline-block it does not: Blink and Gecko both begin a new line
# with the full stop when the box fills its line, with the joiner exactly as without. Only an element
# with `white-space: nowrap` around the box and the full stop keeps them together.
#
# Seen on 29 November 2026 with Playwright 1.64.1, Debian's Chromium and Firefox ESR; the stop stands
# in line 2 (plain), 2 (joiner) and 1 (nowrap) in both engines.
# Needs: chromium and firefox-esr from the distribution. Exits with 1 when the behaviour is another one.
set -euo pipefail
chromium=$(command -v chromium) firefox=$(command -v firefox-esr)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/stop.py" <<'PYTHON'
import sys

from playwright.sync_api import sync_playwright

BOX = '<b style="display:inline-block">10 15</b>'
WAYS = {"plain": f"{BOX}.", "joiner": f"{BOX}&#8288;.", "nowrap": f"<i style='white-space:nowrap'>{BOX}.</i>"}
LINE = """id => {
  const row = document.getElementById(id);
  row.style.width = row.querySelector("b").getBoundingClientRect().width + 1 + "px";
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  let text, stop;
  while ((text = texts.nextNode())) if (text.data.includes(".")) stop = text;
  const range = document.createRange();
  const at = stop.data.indexOf(".");
  range.setStart(stop, at);
  range.setEnd(stop, at + 1);
  return 1 + Math.round((range.getBoundingClientRect().top - row.getBoundingClientRect().top) / 30);
}"""
page_source = "<!doctype html><meta charset=utf-8><style>body{font:16px/30px monospace}</style>" + "".join(
    f'<p id="{name}">{words} Then more</p>' for name, words in WAYS.items()
)
with sync_playwright() as playwright:
    browsers = {
        "Chromium": playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"]),
        "Firefox": playwright.firefox.launch(channel="moz-firefox", executable_path=sys.argv[2]),
    }
    for engine, browser in browsers.items():
        page = browser.new_page()
        page.set_content(page_source)
        print(engine, browser.version, *(page.evaluate(LINE, name) for name in WAYS))
        browser.close()
PYTHON
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "playwright==1.64.1" 2>/dev/null
said=$("$folder/venv/bin/python" "$folder/stop.py" "$chromium" "$firefox")
echo "$said"
[ "$(cut -d' ' -f3- <<< "$said")" = $'2 2 1\n2 2 1' ] || { echo "this has changed" >&2; exit 1; }
