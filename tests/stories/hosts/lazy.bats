load ../../cli/helper
load host

# Clones that have history alone, and get the data of a version when it is needed.

# five VERSIONS of prices.csv and a second table in peer, a repository that speaks varve.
peer() {
	mkdir peer
	cd peer
	varve init -q
	rows 400 > prices.csv
	rows 50 > other.csv
	varve add prices.csv other.csv > /dev/null
	varve commit -qm one
	for row in 7 8 9 10; do
		change $row
	done
	cd ..
}

# A plain host with the same: $url; host.git is all that is left of it.
host() {
	peer
	plain_host "$@"
	git -C peer remote add origin "$url"
	git -C peer config remote.origin.varveKind git
	varve -C peer push -q origin main
}

not_here() {
	succeeds varve fsck
	if [ "$1" = 0 ]; then
		output_lacks "not here"
	else
		output_has "not here: $1 version"
		output_has "left with origin (no peer was asked); 'varve fetch --data --all' gets $([ "$1" = 1 ] && echo it || echo them)"
	fi
}

@test "a lazy clone has the version at hand, and says what it left" {
	peer
	succeeds varve clone --lazy peer b
	stderr_has "found 6 versions of tables; the data of each is fetched when it is needed"
	cmp peer/prices.csv b/prices.csv
	cd b
	[ -z "$(git status --porcelain)" ]
	not_here 4
	output_has "sound: 2 versions of tables"
	succeeds varve fsck --json
	[ "$(jq_get "$output" elsewhere)" = 4 ]
	succeeds varve doctor
	output_has "no problems found"
	[ "$(git config --type=bool remote.origin.varveLazy)" = true ]
}

jq_get() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"; }

@test "commands that read get what they need, and say so once" {
	local command
	peer
	for command in "cat HEAD~2:prices.csv" "diff HEAD~4 HEAD~3" "log --stat" "log -p -n 3" "show HEAD~2" \
		"show HEAD~2:prices.csv" "blame --row 9 prices.csv" "log --row 7 prices.csv" "check HEAD~2.." \
		"info HEAD~3:prices.csv" "log -S changed7" "convert HEAD~1:prices.csv ../out.tsv"; do
		rm -rf b out.tsv
		varve clone -q --lazy peer b 2> /dev/null
		cd b
		succeeds varve $command
		[ "$(grep -c "varve: fetching blocks from origin" <<< "$stderr")" -eq 1 ]
		mine=$(sed '/ (HEAD/d; /^  stored/d' <<< "$output")
		rm -f ../out.tsv
		cd ../peer
		succeeds varve $command
		[ "$mine" = "$(sed '/ (HEAD/d; /^  stored/d' <<< "$output")" ]
		cd ..
	done
}

@test "restore, switch and git's own checkout get what they need" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd b
	succeeds varve restore --source HEAD~2 prices.csv
	git -C ../peer show HEAD~2:prices.csv > /dev/null
	varve -C ../peer cat --raw HEAD~2:prices.csv | cmp - prices.csv
	varve restore -q prices.csv
	succeeds varve switch -q --detach HEAD~3
	varve -C ../peer cat --raw HEAD~3:prices.csv | cmp - prices.csv
	git checkout -q HEAD~1 2> /dev/null
	varve -C ../peer cat --raw HEAD~4:prices.csv | cmp - prices.csv
	not_here 1
	succeeds git --no-pager diff main~2 main~1
	output_has "changed"
	not_here 0
}

@test "offline the answer is 2 and the command that mends it" {
	local command
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd b
	for command in "cat HEAD~2:prices.csv" "diff HEAD~2 HEAD" "log --stat" "log -p" "show HEAD~2" \
		"blame --row 9 prices.csv" "check HEAD~2.." "restore --source HEAD~2 prices.csv"; do
		ends_with 2 varve --offline $command
		stderr_has "varve fetch --data"
		stderr_lacks "fetching blocks"
	done
	ends_with 2 varve --offline cat HEAD~2:prices.csv
	stderr_has "could not be fetched: --offline forbids fetching"
	stderr_has "hint: varve fetch --data HEAD~2 prices.csv"
	succeeds varve fetch --data HEAD~2 prices.csv
	stderr_has "1 version of a table: fetched"
	succeeds varve --offline cat HEAD~2:prices.csv
	# Nobody there is the same.
	mv ../peer ../away
	ends_with 2 varve cat HEAD~1:prices.csv
	stderr_has "hint: varve fetch --data HEAD~1 prices.csv"
	git remote remove origin
	ends_with 2 varve cat HEAD~1:prices.csv
	stderr_has "no remote is configured"
	cmp prices.csv ../away/prices.csv
}

@test "of a commit that changed more, the rows that are missing here are an error of log -p, too" {
	local command
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd peer
	sed -i '3s/$/9/' prices.csv
	sed -i '4s/$/9/' other.csv
	echo text > note.txt
	git add note.txt
	varve commit -qam more
	cd ../b
	varve fetch -q
	for command in "log -p -n 1 origin/main" "show -p origin/main" "show origin/main"; do
		ends_with 2 varve --offline $command
		stderr_has "varve fetch --data"
		output_has "note.txt: text added"
		succeeds varve -C ../peer ${command/origin\/main/main}
	done
	succeeds varve log -p -n 1 origin/main
	output_has "prices.csv: "
	output_has "other.csv: "
}

is_pointer() {
	head -c 15 "$1" | grep -q '^varve pointer: '
}

# A lazy clone of peer, with a branch whose data it lacks.
old_branch() {
	peer
	succeeds varve clone -q --lazy peer b
	git -C b branch old HEAD~2
	cd b
}

@test "a switch that leaves a pointer where data belongs ends with 1" {
	old_branch
	mv ../peer ../away
	ends_with 1 varve switch old
	stderr_has "prices.csv"
	[ "$(git branch --show-current)" = old ]
	is_pointer prices.csv
	ends_with 1 varve switch -q --detach old~1
	stderr_has "prices.csv: blocks are missing here"
	mv ../away ../peer
	succeeds varve switch main
	cmp prices.csv ../peer/prices.csv
}

@test "where nobody is to be asked a lazy clone's pointers are what is wanted" {
	old_branch
	succeeds varve --offline switch old
	stderr_has "prices.csv: blocks are missing here"
	git config varve.autoFetch false
	succeeds varve switch --detach old~1
	succeeds varve merge old
	# A version that nobody keeps elsewhere is lost, whatever is asked for.
	git config --unset varve.autoFetch
	succeeds varve switch main
	git config varve.autoFetch false
	mv .git/varve/packs ../packs
	rm -f .git/varve/elsewhere
	ends_with 1 varve switch old
	rm -rf .git/varve/packs
	mv ../packs .git/varve/packs
}

@test "fetch --data takes a commit, a range, paths, everything" {
	peer
	varve clone -q --lazy -n peer b 2> /dev/null
	cd b
	not_here 6
	succeeds varve fetch --data HEAD other.csv
	stderr_has "1 version of a table: fetched"
	not_here 5
	succeeds varve fetch --data
	stderr_has "2 versions of tables: missing ones were fetched"
	not_here 4
	succeeds varve fetch --data HEAD~2..HEAD~1
	not_here 2
	succeeds varve fetch --data HEAD~1
	stderr_has "2 versions of tables: all blocks already existed here"
	ends_with 2 varve fetch --data HEAD nothing.csv
	stderr_has "no table at 'nothing.csv' in these versions"
	ends_with 2 varve fetch --data nonesuch
	stderr_has "no version named 'nonesuch'"
	ends_with 2 varve fetch --data --prune
	stderr_has "--data and --prune cannot be used together"
	succeeds varve fetch --data --all
	not_here 0
	sound
}

@test "fetch --data --from asks another repository, and says what it lacks" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cp -a peer copy
	cd b
	mv ../peer ../away
	ends_with 2 varve fetch --data HEAD~2
	stderr_has "could not be fetched"
	succeeds varve fetch --data --from ../copy HEAD~2
	varve init -q ../empty
	ends_with 2 varve fetch --data --from ../empty HEAD~3
	stderr_has "1 version could not be fetched: prices.csv"
	not_here 3
	# a ninth is not left out silently
	ends_with 2 varve fetch --data $(printf ' --from ../empty%.0s' 1 2 3 4 5 6 7 8) --from ../copy HEAD~3
	stderr_has "--from: at most 8 peers with --data"
}

@test "a plain host gives packs when they are needed, with and without filters" {
	local filters
	for filters in true false; do
		rm -rf peer host.git b
		host "uploadpack.allowFilter=$filters" uploadpack.allowAnySHA1InWant=true
		succeeds varve clone --lazy "$url" b
		stderr_has "fetching blocks from origin"
		cmp peer/prices.csv b/prices.csv
		cd b
		succeeds varve diff HEAD~4 HEAD~3
		output_has "1 row changed"
		ends_with 2 varve --offline cat HEAD~2:prices.csv
		not_here "$([ "$filters" = true ] && echo 2 || echo 2)"
		succeeds varve fetch --data --all
		not_here 0
		sound
		cd ..
	done
}

@test "a fetch in a lazy clone brings history, and pull what it checks out" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd peer
	change 11
	change 12
	cd ../b
	succeeds varve fetch
	not_here 6
	succeeds varve pull
	cmp ../peer/prices.csv prices.csv
	not_here 5
	# Commits that git alone brought count from the next fetch on.
	cd ../peer
	change 13
	cd ../b
	git fetch -q
	ends_with 1 varve fsck
	output_has "incomplete table"
	succeeds varve fetch
	not_here 6
}

@test "a lazy clone commits, merges and pushes, and nobody lacks anything" {
	host
	varve clone -q --lazy "$url" b 2> /dev/null
	cd b
	git switch -q -c side HEAD~2 2> /dev/null
	sed -i 's/^100,item/100,side/' prices.csv
	tick
	varve commit -qam side
	varve switch -q main
	succeeds varve merge side
	grep -q '^100,side' prices.csv
	grep -q '^10,changed' prices.csv
	succeeds varve push -q origin main
	not_here 3
	succeeds varve gc
	not_here 3
	cmp <(varve cat --raw HEAD:prices.csv) prices.csv
	varve clone -q "$url" ../c
	cd ../c
	sound
	cmp prices.csv ../b/prices.csv
}

@test "after git fetch, merge and cherry-pick get the rows that they need" {
	local verb
	host
	varve clone -q "$url" b
	sed -i 's/^100,item/100,theirs/' peer/prices.csv
	tick
	varve -C peer commit -qam theirs
	varve -C peer push -q origin main
	cd b
	sed -i 's/^300,item/300,ours/' prices.csv
	tick
	varve commit -qam ours
	git fetch -q
	for verb in "merge --no-edit" cherry-pick; do
		cp -r ../b ../c
		cd ../c
		succeeds varve $verb origin/main
		grep -q '^300,ours' prices.csv
		grep -q '^100,theirs' prices.csv
		[ -z "$(git status --porcelain)" ]
		rm -r ../c
		cd ../b
	done
	succeeds varve merge --dry-run origin/main
}

@test "what a lazy clone lacks it neither gives nor claims" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	git init -q --bare empty.git
	varve init -q --bare empty2.git
	cd b
	git remote add plain "$PWD/../empty.git"
	git config remote.plain.varveKind git
	# A push fetches them first: here nobody has them.
	mv ../peer ../gone
	ends_with 2 varve push plain main
	stderr_has "could not be fetched: prices.csv"
	[ -z "$(git -C ../empty.git for-each-ref)" ]
	ends_with 2 varve push ../empty2.git main
	stderr_has "could not be fetched: prices.csv"
	[ -z "$(git -C ../empty2.git for-each-ref)" ]
	mv ../gone ../peer
	cd ..
	ends_with 1 varve clone b c
	stderr_has "4 of 6 versions lack blocks"
	cmp peer/prices.csv c/prices.csv
	ends_with 1 varve -C c fsck
	cd b
	succeeds varve push plain main
	stderr_has "fetched, as the push needs them"
	succeeds varve push -q ../empty2.git main
	varve clone -q ../empty2.git ../d
	cd ../d
	sound
}

@test "versions that drop removed are fetched for git's push, and a hook runs once" {
	peer
	cd peer
	git init -q --bare ../kept.git
	varve push -q ../kept.git main
	git remote add kept ../kept.git
	git init -q --bare ../fresh.git
	git remote add fresh ../fresh.git
	varve drop -q --history --from kept
	succeeds git push -q fresh main
	stderr_has "fetched, as the push needs them"
	varve clone -q ../fresh.git ../b
	varve -C ../b fsck --data
	varve drop -q --history --from kept
	printf '#!/bin/sh\necho ran >> ../ran\nexec varve pre-push "$@"\n' > .git/hooks/pre-push
	varve init -q --bare ../there.git
	succeeds varve push ../there.git main
	stderr_has "fetched, as the push needs them"
	[ "$(cat ../ran)" = ran ]
	varve -C ../there.git fsck --data
}

@test "a version that was made here and is lost is damage, in a lazy clone, too" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd b
	cp -a .git/varve/packs ../packs
	change 20
	not_here 4
	rm -rf .git/varve/packs
	mv ../packs .git/varve/packs
	ends_with 1 varve fsck
	output_has "incomplete table"
	# A list that was lost claims nothing.
	varve restore -q --source HEAD~1 prices.csv
	rm .git/varve/elsewhere
	ends_with 1 varve fsck
	[ "$(grep -c "incomplete table" <<< "$output")" -eq 4 ]
}

@test "a list that is torn counts for what can be read of it" {
	peer
	varve clone -q --lazy peer b 2> /dev/null
	cd b
	head -c -20 .git/varve/elsewhere > torn
	mv torn .git/varve/elsewhere
	printf 'nonsense\n' | cat - .git/varve/elsewhere > two
	mv two .git/varve/elsewhere
	varve fsck > out || true
	grep -Eq "not here: [3-4] versions" out
	sed -n 2p .git/varve/elsewhere > one
	mv one .git/varve/elsewhere
	succeeds varve fetch --data --all
	sound
}

@test "a shallow clone says what it cannot answer, and what mends it" {
	local command
	peer
	git clone -q --depth 2 "file://$PWD/peer" b 2> /dev/null
	cd b
	varve init -q
	succeeds varve fetch -q
	for command in "log --oneline" "log --oneline main" "log --oneline prices.csv"; do
		succeeds varve $command
		[ "$(wc -l <<< "$output")" -eq 2 ]
		stderr_has "this clone is shallow: it lacks the older commits"
	done
	for command in "log HEAD~1.." "log -n 1" "diff HEAD~1 HEAD"; do
		succeeds varve $command
		stderr_lacks "shallow"
	done
	succeeds varve check HEAD~1..
	succeeds varve blame --row 10 prices.csv # HEAD changed it: nothing older is needed
	for command in "blame --row 9 prices.csv" "blame --row 100 prices.csv" "blame prices.csv" "log --row 9 prices.csv" "log --stat" "log -p" "show HEAD~1" \
		"diff HEAD~2 HEAD" "check HEAD~1" "push ../none.git main"; do
		[ "$command" != "push ../none.git main" ] || varve init -q --bare ../none.git
		ends_with 2 varve $command
		[[ "$stderr" =~ "git fetch --unshallow"|"git fetch --deepen=1" ]]
	done
	[ -z "$(git -C ../none.git for-each-ref)" ]
	git fetch -q --unshallow
	succeeds varve fetch -q
	succeeds varve blame --row 9 prices.csv
}

@test "what asks a host for blocks keeps no other command waiting for it" {
	host
	varve clone -q --git-host "$url" b
	cd b
	# A version that nobody has, in the way of git's own log, which calls varve more than once.
	sed -i 's/^1,item/1,lost/' prices.csv
	tick
	varve commit -qam lost
	git push -q --no-verify origin main
	git clone -q "$url" ../c 2> /dev/null
	cd ../c
	varve init -q
	varve fetch -q --allow-missing 2> /dev/null || true
	GIT_PAGER=cat timeout 30 git log -p -2 > ../log 2> ../why
	grep -q "lost" ../log
	timeout 30 varve log -p HEAD~1 > ../log2
	grep -q "changed" ../log2
}

@test "a host is reached with an old git, which knows no GIT_CONFIG_COUNT" {
	mkdir bin
	printf '#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec %s "$@"\n' "$(command -v git)" > bin/git
	chmod +x bin/git
	export PATH="$PWD/bin:$PATH"
	host
	git config --global url."${url%host.git}".insteadOf short:
	varve clone -q --git-host short:host.git b
	cmp peer/prices.csv b/prices.csv
	cd b
	git config http.extraHeader "X-It's: 'a quote' and a = sign"
	change 30
	succeeds varve push -q
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
}

@test "a version that resembles one that is here comes as what differs" {
	mkdir peer
	cd peer
	varve init -q
	numbers 20000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	for n in 1 2 3; do
		tick
		# in every row group
		sed -i "s/^\([0-9]*\)${n}0,[0-9]*/\1${n}0,$n/" prices.csv
		varve commit -qam "change $n"
	done
	cd ..
	varve clone -q --lazy peer b 2> /dev/null
	cd b
	before=$(du -sb .git/varve/packs | cut -f 1)
	succeeds varve diff --stat HEAD~3 HEAD
	output_has "~600 rows"
	after=$(du -sb .git/varve/packs | cut -f 1)
	[ $((after - before)) -lt $((before / 4)) ]
	varve fsck --data
}

@test "pull --allow-missing takes a version whose rows nobody has, and pull alone does not" {
	host
	varve clone -q --git-host "$url" b
	before=$(git -C b rev-parse HEAD)
	cd peer
	sed -i 's/^1,item/1,lost/' prices.csv
	tick
	varve commit -qam lost
	git push -q --no-verify origin main
	lost=$(git rev-parse HEAD)
	cd ../b
	ends_with 2 varve pull
	stderr_has "is missing"
	[ "$(git rev-parse HEAD)" = "$before" ]
	ends_with 1 varve pull --allow-missing
	[ "$(git rev-parse HEAD)" = "$lost" ]
	varve -C ../peer push -q --blocks origin
	succeeds varve fetch --data
	succeeds varve restore prices.csv
	cmp prices.csv ../peer/prices.csv
}
