# PORT, HOST, DATA_DIR, SITE_URL and DATABASE_URL may be given to any of these:
#   make run PORT=9000 DATABASE_URL=postgres://clinic@localhost/clinic
# make hands what its command line sets on to the commands. docs/server.md lists all of them.

python = .venv/bin/python

.PHONY: run test audit bench faults screenshots format translations

run: ## set everything up, then serve the site until Ctrl-C
	@sh scripts/environment.sh requirements.txt
	@$(python) -m clinic.keys
	@exec $(python) manage.py serve

test: ## every check and every test, on both databases and in the browser
	@sh scripts/environment.sh requirements-dev.txt
	@exec $(python) -m tests.run

audit: ## accessibility of every page, theme and width
	@sh scripts/environment.sh requirements-dev.txt
	@exec $(python) -m tests.run --only audit

bench: ## sizes, queries and times, as a table
	@sh scripts/environment.sh requirements-dev.txt
	@exec $(python) -m tests.run --only bench

faults: ## kill, fill and cut things off, and see what is lost
	@sh scripts/environment.sh requirements-dev.txt
	@exec $(python) -m tests.run --only faults

screenshots: ## take the pictures of docs/screenshots anew
	@sh scripts/environment.sh requirements-dev.txt
	@$(python) -m tests.browser.screenshots

format: ## rewrite the code in the project's format
	@sh scripts/environment.sh requirements-dev.txt
	@$(python) -m ruff check --fix-only --quiet .
	@$(python) -m ruff format .

translations: ## take new texts into the catalogue
	@sh scripts/environment.sh requirements.txt
	@$(python) -m clinic.keys
	@$(python) manage.py translations
