#!/usr/bin/env bash
# Playwright drives a stock Firefox over WebDriver BiDi (channel "moz-firefox"), which reads as if any
# recent Firefox would do. It depends on the pair: the same long-term-support Firefox opens a page with
# Playwright 1.64.1 and refuses the very first window with 1.65.2, because that release sets media
# features by a BiDi command which this Firefox does not know yet; passing "null" for colour scheme,
# motion, contrast and forced colours does not keep it from being sent.
#
# Seen on 29 November 2026 with Firefox 153.8.0 ESR (Debian) and Playwright 1.64.1 and 1.65.2:
#   1.64.1 opens a page
#   1.65.2 Browser.new_context: Protocol error (emulation.setMediaFeaturesOverride): unknown command
# Needs: firefox-esr from the distribution. Exits with 1 when the behaviour is another one.
set -euo pipefail
firefox=$(command -v firefox-esr)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/open.py" <<'PYTHON'
import sys

from playwright.sync_api import Error, sync_playwright

with sync_playwright() as playwright:
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=sys.argv[1])
    try:
        page = browser.new_context(color_scheme="null", reduced_motion="null").new_page()
        page.set_content("<h1>opens a page</h1>")
        print(page.locator("h1").inner_text())
    except Error as error:
        print(error.message.splitlines()[0])
    browser.close()
PYTHON
"$firefox" --version
for version in 1.64.1 1.65.2; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "playwright==$version" 2>/dev/null
  said=$("$folder/$version/bin/python" "$folder/open.py" "$firefox")
  echo "$version $said"
  case "$version:$said" in
    "1.64.1:opens a page") ;;
    1.65.2:*"(emulation.setMediaFeaturesOverride): unknown command"*) ;;
    *) echo "this has changed" >&2; exit 1 ;;
  esac
done
