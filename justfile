# Short commands; `just` lists them. Each line also works when it is typed by hand.

python := ".venv/bin/python"

# List the commands
default:
    @just --list

# Install what is needed and start the portal with the demo
up *options:
    python3 manage.py up {{options}}

# Run every test, or those of a path, as CI does
test *paths:
    python3 manage.py test {{paths}}

# The same on SQLite alone, without the set-up
quick *paths:
    {{python}} -m pytest -n 2 --dist worksteal -q -m "not race and not crash and not journey and not slow" {{paths}}

# Tests on a PostgreSQL server that is thrown away afterwards
test-postgres *paths:
    python3 -m bookings_portal.throwaway_postgres -- {{python}} -m pytest -q {{paths}}

# Everything that is not a test: style, types, floors, templates, migrations
check:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy
    .venv/bin/lint-imports --no-cache
    .venv/bin/djlint templates --lint --quiet
    {{python}} manage.py makemigrations --check --dry-run

# Put style in order
tidy:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# Draw docs/data-model.md anew
draw:
    {{python}} docs/draw_data_model.py

# All that must pass before a change goes in
ci:
    .ci/run
