# From a repository with a CSV and its history on a Git host to a colleague's clone and the summary of
# a pull request: README.md. The host knows nothing of varve.
host() {
	git config --global url."hub:".insteadOf "https://github.com/ada/"
}

begin() {
	person hub
	git init -q --bare sales.git
	for name in job bob ada; do
		person "$name"
		host
	done
	git init -q sales
	cd sales
	prices 60000 > prices.csv
	git add prices.csv
	tick
	git commit -q -m "February prices"
	sed -i '/^7,/s/[^,]*$/3.00/' prices.csv
	tick
	git commit -q -a -m "A price was wrong"
	touch -d '1 minute ago' prices.csv # else git asks varve of it before it is migrated
	git remote add origin https://github.com/ada/sales.git
	git push -q -u origin main
}

# What the Action does for Bob's pull request.
before_request() {
	person job
	export VARVE_BASE_URL=https://github.com/ada/sales.git VARVE_BASE=main
	export VARVE_HEAD_URL=https://github.com/ada/sales.git VARVE_HEAD_BRANCH=spring
	mkdir .github
	cp "$root/docs/programs/ci/varve-pr" .github
}
