load ../../cli/helper
load ../../interop/packages
load host
load gitea

job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr

# Days with a real forge. VARVE_TEST_ALL=1; building it takes ten minutes, once.

setup() {
	install_go gitea
	varve_setup
	start_gitea
	api ada POST user/repos '{"name": "sales"}' > /dev/null
	url=$(as ada ada/sales.git)
}

teardown() {
	stop_gitea
}

# ada/sales in a, with two versions; the current folder.
sales() {
	a_table a
	change 7
	varve push -q
}

is_right() {
	rm -rf "$BATS_TEST_TMPDIR/check"
	varve clone -q "$1" "$BATS_TEST_TMPDIR/check"
	cmp prices.csv "$BATS_TEST_TMPDIR/check/prices.csv"
	varve -C "$BATS_TEST_TMPDIR/check" fsck --data
}

@test "a table goes to Gitea and comes back, and its blocks are no branch" {
	sales
	is_right "$url"
	until_given repos/ada/sales/branches '[b["name"] for b in d]' "['main']"
	for row in 8 9 10; do
		change $row
		succeeds git push -q
	done
	is_right "$url"
	succeeds varve doctor
	succeeds varve drop --history
	succeeds varve fsck --data
	output_has "sent a random block of each of"
}

# Asked again: what Gitea still does after a push can set main once more.
blocks_are_the_default() {
	api ada PATCH repos/ada/sales '{"default_branch": "varve-blocks"}'
	git ls-remote --symref "$url" HEAD | grep refs/heads/varve-blocks
}

@test "with blocks in a branch the first push makes the user's branch Gitea's default" {
	varve clone -q "$url" a
	cd a
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	rows 3000 > prices.csv
	varve add -q prices.csv .varveconfig
	varve commit -qm one
	ends_with 1 git push origin main
	stderr_has "varve push -u origin"
	succeeds varve push -q -u origin main
	until_given repos/ada/sales 'd["default_branch"]' main
	is_right "$url"
	# and where somebody chose it
	until_true blocks_are_the_default
	succeeds varve clone "$url" ../b
	stderr_has "using 'main'"
	cmp prices.csv ../b/prices.csv
	ends_with 1 varve -C ../b doctor
	# a fork has the branch, and so the rows
	api bob POST repos/ada/sales/forks '{}' > /dev/null
	until_true git ls-remote --exit-code "$(as bob bob/sales.git)" varve-blocks
	is_right "$(as bob bob/sales.git)"
}

# bob's fork of sales in bob's folder ../b, with a change of row 11 on the branch topic, and a request: number 1.
request() {
	api bob POST repos/ada/sales/forks '{}' > /dev/null
	fork=$(as bob bob/sales.git)
	until_true git ls-remote --exit-code "$fork" main
	varve clone -q --from "$url" "$fork" ../b
	(
		cd ../b
		varve switch -q -c topic
		change 11
		varve push -q origin topic
	)
	api bob POST repos/ada/sales/pulls '{"head": "bob:topic", "base": "main", "title": "change"}' > /dev/null
	until_true git ls-remote --exit-code "$url" refs/pull/1/head
}

@test "a request from a fork is fetched as git takes refs, with its blocks from the fork" {
	sales
	request
	ends_with 2 varve fetch origin pull/1/head
	stderr_has "--from"
	succeeds varve fetch --from "$fork" origin pull/1/head
	varve cat --raw FETCH_HEAD:prices.csv | cmp - ../b/prices.csv
	succeeds varve fetch --from "$fork" origin refs/pull/1/head:one
	succeeds varve fetch origin '+refs/pull/*/head:refs/remotes/origin/pr/*'
	[ "$(git rev-parse one)" = "$(git rev-parse origin/pr/1)" ]
}

@test "a request that was merged by the button stops nobody, and its blocks come by push --blocks" {
	sales
	varve clone -q "$url" ../c
	request
	until_true api ada POST repos/ada/sales/pulls/1/merge '{"Do": "merge"}'
	varve switch -q -c other
	change 20
	succeeds varve push -q origin other
	cd ../c
	ends_with 1 varve fetch
	[ "$(git rev-parse origin/other)" = "$(git -C ../a rev-parse other)" ]
	cd ../b
	ends_with 2 varve push --blocks "$(as bob ada/sales.git)"
	stderr_has "ermission"
	git -C ../a remote add fork "$fork"
	cd ../a
	succeeds varve fetch fork
	succeeds varve push --blocks origin
	succeeds varve -C ../c pull
	cmp ../c/prices.csv ../b/prices.csv
}

@test "a clone of a fork names what helps" {
	sales
	api bob POST repos/ada/sales/forks '{}' > /dev/null
	fork=$(as bob bob/sales.git)
	until_true git ls-remote --exit-code "$fork" main
	ends_with 1 varve clone "$fork" ../b
	stderr_has "in a clone of a fork, run 'varve fetch --data --all --from URL'"
	cd ../b
	succeeds varve fetch --data --all --from "$url"
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "what Gitea says of a refusal is shown" {
	sales
	api ada POST user/repos '{"name": "hidden", "private": true}' > /dev/null
	git config --unset remote.origin.varveKind
	change 8
	for bad in "http://ada:wrong@$pages/ada/sales.git|uthenticat" "$(as ada ada/nosuch.git)|ot found" \
		"http://$pages/ada/hidden.git|could not read Username" "$(as bob ada/sales.git)|ermission denied"; do
		ends_with 2 varve push "${bad%|*}" main
		stderr_has "${bad##*|}"
		stderr_lacks "[blocks] ref"
		stderr_lacks secret12
		git config --unset remote.origin.varveKind || true
	done
	# a token that may only read
	token=$(api ada POST users/ada/tokens '{"name": "reads", "scopes": ["read:repository"]}' |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["sha1"])')
	ends_with 2 varve push "http://ada:$token@$pages/ada/sales.git" main
	stderr_has "403"
	# a key that may only read
	ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/key"
	api ada POST repos/ada/sales/keys "{\"title\": \"k\", \"key\": \"$(cat "$BATS_TEST_TMPDIR/key.pub")\", \"read_only\": true}" > /dev/null
	export GIT_SSH_COMMAND="ssh -i $BATS_TEST_TMPDIR/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
	ssh=ssh://$gitea_user@127.0.0.1:$ssh_port/ada/sales.git
	succeeds varve clone -q "$ssh" ../d
	cmp <(git show HEAD~1:prices.csv) <(git -C ../d show HEAD:prices.csv)
	ends_with 2 varve push "$ssh" main
	stderr_has "uthorized"
	[ "$(git ls-remote "$url" main | cut -f 1)" = "$(git rev-parse HEAD~1)" ]
}

@test "a push mirror carries rows only where the blocks are in a branch" {
	sales
	mirror() {
		api ada POST user/repos "{\"name\": \"$2\"}" > /dev/null
		api ada POST "repos/ada/$1/push_mirrors" "{\"remote_address\": \"$site/ada/$2.git\", \"remote_username\": \"ada\",
			\"remote_password\": \"secret12\", \"interval\": \"0\", \"sync_on_commit\": false}" > /dev/null
		api ada POST "repos/ada/$1/push_mirrors-sync" > /dev/null
		until_true git ls-remote --exit-code "$(as ada "ada/$2.git")" main
	}
	mirror sales plain
	ends_with 1 varve clone "$(as ada ada/plain.git)" ../m1
	api ada POST user/repos '{"name": "second"}' > /dev/null
	git remote add second "$(as ada ada/second.git)"
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	git add .varveconfig
	varve commit -qm branch
	succeeds varve push -q second main
	mirror second branched
	until_true git ls-remote --exit-code "$(as ada ada/branched.git)" varve-blocks
	is_right "$(as ada ada/branched.git)"
}

@test "after varve merge the button works for merge and squash" {
	sales
	for style in merge squash; do
		varve switch -q main
		succeeds varve pull -q
		varve switch -q -c "left-$style"
		change $((30 + ${#style}))
		varve push -q origin "left-$style"
		varve switch -q main
		change $((40 + ${#style}))
		varve push -q origin main
		varve switch -q "left-$style"
		number=$(api ada POST repos/ada/sales/pulls "{\"head\": \"left-$style\", \"base\": \"main\", \"title\": \"x\"}" |
			python3 -c 'import json, sys; print(json.load(sys.stdin)["number"])')
		! api ada POST "repos/ada/sales/pulls/$number/merge" "{\"Do\": \"$style\"}" || false
		succeeds varve merge -q main
		succeeds varve push -q origin "left-$style"
		until_true api ada POST "repos/ada/sales/pulls/$number/merge" "{\"Do\": \"$style\"}"
		varve switch -q main
		succeeds varve pull -q
		[ "$(git rev-parse HEAD^{tree})" = "$(git rev-parse "left-$style^{tree}")" ]
	done
}

page_names_varve() {
	page=$(curl -sf "$site/ada/sales/src/branch/main/prices.csv")
	sed -n '/file-view/,$p' <<< "$page" | grep varve
}

@test "Gitea's page of a table shows what a pointer is" {
	sales
	until_true page_names_varve
}

# The 30 requests, each from a branch that changes, adds and deletes rows of its own; model.csv: all of them.
thirty_requests() {
	a_table a 5000
	api ada PUT repos/ada/sales/collaborators/bob '{"permission": "write"}'
	cp prices.csv model.csv
	local n
	for n in $(seq 30); do
		varve switch -q -c "r$n" main
		tick
		python3 - "$n" prices.csv model.csv <<-'END'
		import random, sys
		n = int(sys.argv[1])
		for name in sys.argv[2:]:
		    rnd = random.Random(n)
		    lines = open(name).read().splitlines()
		    at = {line.split(",")[0]: i for i, line in enumerate(lines)}
		    mine = [i for i in range(1, 5001) if i % 30 == n % 30]
		    for key in rnd.sample(mine[:-5], 20):
		        cells = lines[at[str(key)]].split(",")
		        cells[1] = f"request {n} row {key}"
		        lines[at[str(key)]] = ",".join(cells)
		    gone = {str(key) for key in mine[-3:]}
		    lines = [line for line in lines if line.split(",")[0] not in gone]
		    lines += [f"{10000 + n * 10 + k},new of {n},1.00,2024-01-01" for k in range(3)]
		    open(name, "w").write("\n".join(lines) + "\n")
		END
		varve commit -qam "request $n"
		varve push -q origin "r$n"
		api ada POST repos/ada/sales/pulls "{\"head\": \"r$n\", \"base\": \"main\", \"title\": \"request $n\"}" > /dev/null
		cp model.csv ../model.csv
	done
	varve switch -q main
	token=$(api ada POST users/ada/tokens '{"name": "job", "scopes": ["write:repository", "write:issue"]}' |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["sha1"])')
	api ada POST repos/ada/sales/branch_protections '{"rule_name": "main", "enable_push": false,
		"enable_status_check": true, "status_check_contexts": ["varve: check"], "required_approvals": 1}' > /dev/null
}

@test "thirty requests on one table are merged in random order by the button, with a required status, and no row is lost" {
	thirty_requests
	cd ..
	mkdir job
	export VARVE_BASE_URL=$url VARVE_BASE=main VARVE_FORGE=gitea VARVE_API=$site/api/v1/repos/ada/sales VARVE_TOKEN=$token
	# The first commits have the status that a workflow of the push would give them.
	for n in $(seq 30); do
		sha=$(git -C a rev-parse "r$n")
		api ada POST "repos/ada/sales/statuses/$sha" '{"state": "success", "context": "varve: check"}' > /dev/null
	done
	git config --global "http.$site/.extraheader" "Authorization: Basic $(printf 'ada:%s' "$token" | base64 -w0)"
	seed=${VARVE_TEST_SEED:-$RANDOM}
	echo "seed $seed"
	merged=0 refused=0
	for n in $(python3 -c "import random; r = list(range(1, 31)); random.Random($seed).shuffle(r); print(*r)"); do
		until_true api bob POST "repos/ada/sales/pulls/$n/reviews" '{"event": "APPROVED", "body": "good"}'
		# What the button does before the job: only the first request merges.
		if [ $merged -gt 0 ] && [ $merged -lt 4 ]; then
			! api ada POST "repos/ada/sales/pulls/$n/merge" '{"Do": "merge"}' > /dev/null 2>&1 || false
			refused=$((refused + 1))
		fi
		(cd job && VARVE_NEXT=0 sh "$job" update-branches) > job.log 2>&1 || { cat job.log; false; }
		[ $merged = 0 ] || grep "#$n: merged" job.log
		until_true api ada POST "repos/ada/sales/pulls/$n/merge" '{"Do": "merge"}'
		merged=$((merged + 1))
	done
	[ $merged = 30 ]
	[ $refused = 3 ]
	varve clone -q "$url" end
	python3 - model.csv end/prices.csv <<-'END'
	import sys
	model, end = (open(name).read().splitlines() for name in sys.argv[1:])
	assert model[0] == end[0] and sorted(model) == sorted(end), (len(model), len(end), set(model) ^ set(end))
	assert len(end) == 5001
	END
	varve -C end fsck --data
}

# versions COUNT: so many versions of prices.csv, pushed; two tags, and a branch that begins at the tenth.
versions() {
	local n
	a_table a 400
	for n in $(seq 2 "$1"); do
		change "$n"
		case $n in
		5 | 20) git tag "v$n" ;;
		10) git branch side ;;
		esac
	done
	varve push -q --all origin
	varve push -q --tags origin
}

# A CAR of each version, ../car/N, oldest first, before anything expires.
cars() {
	local rev n=0
	mkdir -p ../car
	for rev in $(git rev-list --reverse main -- prices.csv); do
		n=$((n + 1))
		varve ipfs car export -q "$rev:prices.csv" "../car/$n"
		varve cat --raw "$rev:prices.csv" > "../car/$n.csv"
	done
}

# A fresh clone has the versions STAY... byte for byte, and none of the others; none of these is in any byte of the FOLDERS.
only_these_stay() {
	local stay=" $1 " n rev arguments=()
	rm -rf ../fresh
	varve clone -q "$url" ../fresh
	n=0
	for rev in $(git rev-list --reverse main -- prices.csv); do
		n=$((n + 1))
		if [[ $stay = *" $n "* ]]; then
			varve -C ../fresh cat --raw "$rev:prices.csv" | cmp - "../car/$n.csv"
			arguments+=("+../car/$n")
		else
			ends_with 2 varve -C ../fresh cat "$rev:prices.csv"
			stderr_has "its rows expired"
			arguments+=("../car/$n")
		fi
	done
	succeeds varve -C ../fresh fsck --data
	python3 "$BATS_TEST_DIRNAME/search.py" "${arguments[@]}" -- "${@:2}"
}

# The administrator's task; Gitea's own runs 'git gc' without --prune=now.
gitea_gc() {
	git config --global --add safe.directory '*'
	git -C "$forge/repos/ada/sales.git" reflog expire --expire=all --all
	git -C "$forge/repos/ada/sales.git" gc -q --prune=now
	[ "$gitea_user" != nobody ] || chown -R nobody "$forge/repos"
}

@test "of thirty versions a policy keeps seven at Gitea, and after its gc no byte of the others is left" {
	versions 30
	cars
	succeeds varve expire --keep last=4 --remote origin --plan ../plan.json
	output_has "prices.csv: 30 versions: 7 stay (4 last, 3 named), 23 expire"
	succeeds varve expire --apply ../plan.json
	output_has "refs/varve/blocks: "
	output_has "23 versions expired"
	gitea_gc
	only_these_stay "5 10 20 27 28 29 30" "$forge/repos/ada/sales.git"
	change 31
	succeeds varve push -q
	is_right "$url"
}

# 24 commits with ada@example.org in three tables, a text and a message, two tags and a branch.
person() {
	local n
	a_table a 40
	for n in $(seq 24); do
		tick
		printf 'id,email\n1,ada@example.org\n2,bob%s@example.org\n' "$n" > people.csv
		printf 'id,by\n%s,ada@example.org\n70,cy@example.org\n' "$n" > orders.csv
		printf 'id,email,n\n1,ada@example.org,%s\n' "$n" > visits.csv
		varve add -q people.csv orders.csv visits.csv
		varve commit -qm "day $n$([ "$n" != 3 ] || echo ', as ada@example.org wanted')"
		case $n in
		4 | 9) git tag -a -m "tag $n" "v$n" ;;
		12) git branch side ;;
		esac
	done
	printf 'write to ada@example.org\n' > note.md
	git add note.md
	varve commit -qm note
	for n in people orders visits; do
		varve ipfs car export -q "main:$n.csv" "../$n.car"
	done
	varve push -q --all origin
	varve push -q --tags origin
}

erase_ada() {
	printf 'ada@example.org\n' | varve erase --values-from - "$@"
}

# The answer of the receipt for this kind of data at the remote.
receipt_says() {
	[ "$(jq -r ".answers[] | select(.remote == \"origin\" and .what == \"$1\") | .answer" ../receipt)" = "$2" ]
}

@test "a person is erased at Gitea, whose receipt is right before and after its gc and while a branch is protected" {
	person
	api ada POST repos/ada/sales/branch_protections '{"rule_name": "main", "enable_push": true, "enable_force_push": false}' > /dev/null
	succeeds erase_ada --plan --remote origin
	output_has "orders.csv"
	output_has "still in main, side, origin/main, origin/side, v4, v9"
	ends_with 2 erase_ada --apply --now --receipt ../receipt
	stderr_has "refuses to replace refs/heads/main"
	stderr_has "protected branches"
	api ada DELETE repos/ada/sales/branch_protections/main > /dev/null
	ends_with 1 erase_ada --apply --now --receipt ../receipt
	receipt_says refs gone
	receipt_says blocks gone
	receipt_says objects stays
	output_has "old objects there"
	gitea_gc
	succeeds erase_ada --apply --now --receipt ../receipt
	receipt_says refs gone
	receipt_says blocks gone
	receipt_says objects gone || receipt_says objects sampled # on a slow machine
	python3 "$BATS_TEST_DIRNAME/search.py" ../people.car ../orders.car ../visits.car =ada@example.org -- "$forge/repos/ada/sales.git"
	rm -rf ../fresh
	succeeds varve clone -q "$url" ../fresh
	succeeds varve -C ../fresh fsck --data
	[ "$(varve -C ../fresh cat v4:people.csv)" = "$(printf 'id,email\n2,bob4@example.org')" ]
	[ "$(git -C ../fresh rev-list --count main)" = 26 ]
}

# bob fills in the form that the link of a page opens, with another price in row 12, and sends it: $issue, its number.
bob_suggests() {
	local jar=$BATS_TEST_TMPDIR/jar
	python3 - "../public/pages/table/$(git rev-parse HEAD)/prices.csv/index.html" "$site" > link <<-'END'
	import html, re, sys
	with open(sys.argv[1], encoding="utf-8") as f:
	    links = re.findall(r'href="([^"]*/issues/new[^"]*)"', f.read())
	links = [html.unescape(link) for link in links if "row+12+" in link or "row%2012%20" in link]
	home = "https://git.example.org/"
	assert len(links) == 1 and links[0].startswith(home + "ada/sales/issues/new?"), links
	print(links[0].replace(home, sys.argv[2] + "/"))
	END
	curl -sS --fail-with-body -c "$jar" -b "$jar" -o /dev/null "$site/user/login"
	curl -sS --fail-with-body -c "$jar" -b "$jar" -o /dev/null -d user_name=bob -d password=secret12 \
		--data-urlencode "_csrf=$(awk '$6 == "_csrf" { print $7 }' "$jar")" "$site/user/login"
	curl -sS --fail-with-body -b "$jar" "$(cat link)" > form
	python3 - form > issue.json <<-'END'
	import html.parser, json, re, sys
	class Form(html.parser.HTMLParser):
	    title = body = None
	    def handle_starttag(self, tag, attrs):
	        attrs = dict(attrs)
	        if tag == "input" and attrs.get("name") == "title":
	            self.title = attrs["value"]
	        self.inside = tag == "textarea" and attrs.get("name") == "content"
	    def handle_endtag(self, tag):
	        self.inside = False
	    def handle_data(self, data):
	        if getattr(self, "inside", False):
	            self.body = (self.body or "") + data
	form = Form()
	with open(sys.argv[1], encoding="utf-8") as f:
	    form.feed(f.read())
	before, _, after = form.body.rpartition('"new"')
	after, n = re.subn(r'("price": ")[^"]*"', r'\g<1>99.99"', after)
	assert n == 1 and form.title == "Correction: row 12 of prices.csv", (form.title, form.body)
	print(json.dumps({"title": form.title, "body": before + '"new"' + after}))
	END
	issue=$(api bob POST repos/ada/sales/issues "$(cat issue.json)" | python3 -c 'import json, sys; print(json.load(sys.stdin)["number"])')
}

@test "a suggestion from a published page becomes a request, which the button merges" {
	sales
	echo '{"name": "sales", "homepage": "https://git.example.org/ada/sales", "resources": []}' > datapackage.json
	git add datapackage.json
	tick
	varve commit -qm home
	varve push -q
	varve publish -q -o ../public
	cp prices.csv ../model.csv
	bob_suggests
	mkdir ../job
	api_gives "repos/ada/sales/issues/$issue" 'd["body"]' > ../job/body
	(
		cd ../job
		export VARVE_BASE_URL=$url VARVE_BASE=main VARVE_ISSUE=$issue VARVE_AUTHOR=bob
		sh "$job" suggest body > job.log 2>&1 || { cat job.log varve.md; false; }
	)
	until_true api ada POST repos/ada/sales/pulls "{\"title\": \"suggested\", \"head\": \"suggestion/$issue\", \"base\": \"main\", \"body\": \"closes #$issue\"}"
	request=$(api_gives 'repos/ada/sales/pulls?state=open' 'd[0]["number"]')
	until_true api ada POST "repos/ada/sales/pulls/$request/merge" '{"Do": "merge"}'
	until_given "repos/ada/sales/issues/$issue" 'd["state"]' closed
	varve clone -q "$url" ../end
	sed 's/^\(12,[^,]*,\)[^,]*/\199.99/' ../model.csv | cmp - ../end/prices.csv
	! cmp -s ../model.csv ../end/prices.csv || false
	git -C ../end log --format=%B | grep -qx 'Suggested-by: bob'
	succeeds varve -C ../end fsck --data
	# again: the row has other values by then
	(cd ../job && VARVE_BASE_URL=$url VARVE_BASE=main VARVE_ISSUE=99 VARVE_AUTHOR=bob ends_with 1 sh "$job" suggest body)
}
