load ../../cli/helper
load ../../cli/publish/folder

# examples/table-repository: the commands of its page, and the steps of its jobs, against servers of this machine.

setup() {
	varve_setup
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	template=$(cd "$BATS_TEST_DIRNAME/../../../examples/table-repository" && pwd)
	top=$PWD
	source=https://davidmegginson.github.io
	mkdir -p web/ourairports-data hosts/YOU
	frequencies 300 > web/ourairports-data/airport-frequencies.csv
	serve_files "$top/web"
	git init -q --bare hosts/YOU/frequencies.git
	/usr/bin/python3 -u "$BATS_TEST_DIRNAME/http_host.py" "$top/hosts" > "$BATS_TEST_TMPDIR/host.port" 2> /dev/null 3>&- &
	host_pid=$!
	until [ -s "$BATS_TEST_TMPDIR/host.port" ]; do sleep 0.05; done
	host=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/host.port")
}

teardown() {
	stop_server
	[ -z "${host_pid-}" ] || kill "$host_pid"
}

frequencies() {
	awk -v count="$1" 'BEGIN {
		print "\"id\",\"airport_ref\",\"airport_ident\",\"type\",\"description\",\"frequency_mhz\""
		for (i = 1; i <= count; i++) printf "%d,%d,\"K%03d\",\"TWR\",\"TOWER %d\",%d.%02d\n", 70000 + i, i * 7, i % 97, i, 118 + i % 18, i % 100
	}'
}

# job WORKFLOW NAME: the job runs in a folder of its own, as if at the host.
job() {
	rm -rf "$top/runner"
	mkdir "$top/runner"
	cd "$top/runner"
	GITHUB_SERVER_URL=$host GITHUB_REPOSITORY=YOU/frequencies GITHUB_STEP_SUMMARY=$top/summary GITHUB_ACTIONS=true \
		/usr/bin/python3 "$BATS_TEST_DIRNAME/actions.py" "$template/.github/workflows/$1.yml" "$2" "$(jq -n --arg key "$(cat "$XDG_CONFIG_HOME/varve/key")" \
		--arg source "$source" --arg site "$site" --arg base "${base-}" --arg head "${head-}" --arg url "$host/YOU/frequencies.git" --arg branch "${branch-}" \
		'{"secrets.VARVE_KEY": $key, "github.token": "t", "github.event.pull_request.base.sha": $base, "github.event.pull_request.head.sha": $head,
		"github.event.pull_request.head.repo.clone_url": $url, "github.event.pull_request.head.ref": $branch}
		+ if $base == "" then {replace: {($source): $site}} else {} end')"
}

at_host() {
	git -C "$top/hosts/YOU/frequencies.git" rev-parse "${1-main}"
}

@test "the template's page makes a repository, and its jobs update, check, sign and publish it" {
	cp -R "$template" mine
	cd mine
	awk '/^```/ { inside = !inside; blocks += inside; next } inside && blocks == 1' README.md |
		sed "s,$source,$site,; s,https://github.com,$host," > ../commands
	[ "$(grep -c . ../commands)" -ge 10 ]
	succeeds bash -e ../commands
	first=$(at_host)
	# nothing changed at the source: no commit, but a published site, which is signed
	job nightly update
	[ "$(at_host)" = "$first" ]
	cmp site/frequencies.csv ../web/ourairports-data/airport-frequencies.csv
	succeeds varve clone "$top/runner/site" "$top/reader"
	stderr_has "signed heads of 'frequencies' by this key's owner are now trusted"
	# the source has another version
	tick 86400
	sed -i 's/^70007,.*/70007,49,"K007","ATIS","ATIS",127.50/' ../web/ourairports-data/airport-frequencies.csv
	touch -d '+5 seconds' ../web/ourairports-data/airport-frequencies.csv
	job nightly update
	[ "$(git -C "$top/hosts/YOU/frequencies.git" rev-parse main~1)" = "$first" ]
	cmp site/frequencies.csv ../web/ourairports-data/airport-frequencies.csv
	[ ! -e site/repo.git/refs/tags/before ]
	succeeds varve -C "$top/reader" verify "$top/runner/site"
	output_has "number 2"
	# half of a file, and a page in its place, are not pushed
	second=$(at_host)
	for bad in "frequencies 200" "echo <html><body>Sorry</body></html>" "eval frequencies 300 | sed s/^70009,/70008,/"; do
		$bad > ../web/ourairports-data/airport-frequencies.csv
		touch -d "+$((n += 60)) seconds" ../web/ourairports-data/airport-frequencies.csv
		status=0
		job nightly update > ../log 2>&1 || status=$?
		[ "$status" = 1 ]
		[ "$(at_host)" = "$second" ]
		[ ! -e site ]
	done
	grep -F "70008" ../log
}

@test "the template's job for pull requests shows cells and finds what breaks a rule" {
	cp -R "$template" mine
	cd mine
	awk '/^```/ { inside = !inside; blocks += inside; next } inside && blocks == 1' README.md |
		sed "s,$source,$site,; s,https://github.com,$host," > ../commands
	succeeds bash -e ../commands
	base=$(at_host)
	branch=better
	git switch -q -c better
	sed -i 's/"TOWER 7"/"Tower of K007"/' frequencies.csv
	varve commit -q -a -m better
	varve push -q origin better
	head=$(at_host better)
	job pull-request check
	grep -F 'Tower of K007' ../summary
	cd ../mine
	sed -i 's/^70009,/70008,/' frequencies.csv
	varve commit -q -a -m worse
	varve push -q origin better
	head=$(at_host better)
	status=0
	job pull-request check > ../log 2>&1 || status=$?
	[ "$status" = 1 ]
	grep '^::error.*70008' ../log
}
