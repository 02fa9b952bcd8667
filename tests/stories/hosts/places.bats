load ../../cli/helper

# Remotes with several places, and places that are not what they were: what a push brings to each.

# ./a with two versions of t.csv, both hosts empty; the current folder.
table_and_hosts() {
	work=$PWD
	git init -q --bare h1
	git init -q --bare h2
	mkdir a
	cd a
	new_repo
	varve track '*.csv' > /dev/null
	rows 300 > t.csv
	git add .
	git commit -qm one
	git remote add origin "file://$work/h1"
	git config remote.origin.varveKind git
}

# change NUMBER: another version of t.csv.
change() {
	tick
	sed -i "s/^$1,item/$1,changed/" t.csv
	git commit -qam "change $1"
}

# whole HOST: a clone has all rows of all that it names.
whole() {
	rm -rf "$work/look"
	succeeds varve clone -q "file://$work/$1" "$work/look"
	(
		cd "$work/look"
		git config remote.origin.url file:///nowhere
		succeeds varve fsck --data
		output_has sound
	)
}

@test "git push brings all rows to a host that set-url names" {
	table_and_hosts
	git push -q -u origin main
	change 7
	git push -q origin main
	git remote set-url origin "file://$work/h2"
	succeeds git push -q origin main
	stderr_has "sent the rows of 2 versions of tables to origin"
	whole h2
	rm -rf ../h1
	git init -q --bare ../h1
	git remote set-url origin "file://$work/h1"
	for what in --all -f "-u origin main:main" "origin HEAD:refs/heads/x"; do
		rm -rf ../h1
		git init -q --bare ../h1
		succeeds git push -q $what
		stderr_has "sent the rows of 2 versions of tables to origin"
	done
}

@test "a host that was deleted and made again gets all rows with the next git push" {
	table_and_hosts
	git push -q -u origin main
	rm -rf ../h1
	git init -q --bare ../h1
	succeeds git push -q
	stderr_has "sent the rows of 1 version"
	whole h1
	rm -rf ../h1
	git init -q --bare ../h1
	succeeds git push -q origin main:topic
	whole h1
}

@test "git push brings all rows to each of two push URLs" {
	table_and_hosts
	git remote set-url --add --push origin "file://$work/h1"
	git remote set-url --add --push origin "file://$work/h2"
	for i in 1 2 3; do
		change "$i"
		succeeds git push -q origin main
	done
	whole h1
	whole h2
}

@test "refs that a fetch wrote below a remote's name are not what it has" {
	table_and_hosts
	git push -q origin main
	change 7
	git update-ref refs/remotes/origin/pr/1 HEAD
	git update-ref refs/remotes/origin/main HEAD
	git remote add origin/x "file://$work/h2"
	git update-ref refs/remotes/origin/x/main HEAD
	succeeds git push -q origin main
	stderr_has "sent the rows of 1 version"
	whole h1
}

@test "a push to refs/for sends the rows, to a host and to a peer" {
	table_and_hosts
	git push -q origin main
	git switch -qc topic
	change 5
	succeeds git push -q origin HEAD:refs/for/main
	stderr_has "sent the rows of 1 version"
	git -C ../h1 update-ref refs/heads/main refs/for/main
	whole h1
	git init -q --bare ../peer
	git remote add peer ../peer
	git push -q peer main
	succeeds git push -q peer HEAD:refs/for/main
	stderr_has "sent the rows of 1 version"
	git -C ../peer update-ref refs/heads/main refs/for/main
	(cd ../peer && succeeds varve fsck --data && output_has sound)
}

@test "a push of a tree or a file as a ref asks for no rows" {
	table_and_hosts
	git push -q origin main
	succeeds git push -q origin 'HEAD^{tree}:refs/x/tree' 'HEAD:.gitattributes:refs/x/file'
}

@test "varve push goes to each push URL, and says each" {
	table_and_hosts
	git remote set-url --add --push origin "file://$work/h1"
	git remote set-url --add --push origin "file://$work/h2"
	succeeds varve push -u origin main
	stderr_has "To file://$work/h1"
	stderr_has "To file://$work/h2"
	[ "$(grep -c "now follows" <<< "$stderr")" -eq 1 ]
	whole h1
	whole h2
	change 7
	rm -rf ../h1
	ends_with 2 varve push
	stderr_has "h1"
	whole h2
	git init -q --bare ../h1
	change 8
	succeeds varve push --json
	[ "$(python3 -c '
import json, sys
d = json.load(sys.stdin)
print([(r["url"][-2:], r["state"]) for r in d["refs"]], d["versions"])' <<< "$output")" = \
		"[('h1', 'moved'), ('h2', 'moved')] 4" ]
	whole h1
	whole h2
	# a second URL for fetches is one more place for pushes
	git config --unset-all remote.origin.pushurl
	git config --add remote.origin.url "file://$work/h2"
	change 9
	succeeds varve push origin main
	whole h1
	whole h2
}

@test "settings that rewrite URLs for pushes send the rows where the commits go" {
	table_and_hosts
	git config "url.file://$work/h2.pushInsteadOf" "file://$work/h1"
	git push -q origin main
	[ -z "$(git -C ../h1 for-each-ref)" ]
	whole h2
	change 7
	succeeds varve push origin main
	stderr_has "To file://$work/h2"
	[ -z "$(git -C ../h1 for-each-ref)" ]
	whole h2
	git config --remove-section "url.file://$work/h2"
	git config "url.file://$work/h.insteadOf" "short:"
	git remote set-url origin short:1
	succeeds git push -q origin main
	whole h1
	change 8
	succeeds varve push origin main
	whole h1
}

@test "a push to a URL that is typed goes where settings send it, rows and commits" {
	table_and_hosts
	git remote remove origin
	git config "url.file://$work/h2.pushInsteadOf" "file://$work/h1"
	succeeds git push "file://$work/h1" main
	stderr_has "sent the rows of 1 version of a table to file://$work/h2"
	whole h2
	for verb in varve git; do
		change $((++n))
		succeeds $verb push "file://$work/h1" main
		[ -z "$(git -C ../h1 for-each-ref)" ] && [ ! -e ../h1/varve ]
		[ "$(git -C ../h2 rev-parse main)" = "$(git rev-parse main)" ]
		whole h2
	done
	# a path from a folder below, which no setting is about
	mkdir sub
	cd sub
	git init -q --bare ../../h3
	succeeds varve push ../../h3 main
	cd ..
	whole h3
}

# asked COMMAND...: how many connections to a host it takes git.
asked() {
	GIT_TRACE=$work/trace "$@"
	grep -c "run_command: .*git-upload-pack" "$work/trace" || :
	rm "$work/trace"
}

@test "a push that brings nothing new to a host that was found whole asks it nothing" {
	table_and_hosts
	git push -q -u origin main
	git commit -q --allow-empty -m nothing
	[ "$(asked git push -q)" -eq 0 ]
	varve clone -q --git-host "file://$work/h1" ../b
	cd ../b
	git commit -q --allow-empty -m nothing
	[ "$(asked git push -q)" -eq 0 ]
	sed -i "s/^9,item/9,changed/" t.csv
	git commit -qam nine
	git push -q
	cd ../a
	varve pull -q
	git commit -q --allow-empty -m nothing
	[ "$(asked git push -q)" -eq 0 ]
	change 4
	[ "$(asked git push -q)" -gt 0 ]
	whole h1
}

@test "a host that has commits without rows is made whole by the next push of anything" {
	table_and_hosts
	change 3
	git push -q --no-verify origin main
	git branch old HEAD~1
	succeeds git push -q origin old
	stderr_has "sent the rows of 2 versions"
	whole h1
}

@test "status --remote, doctor and whereis look at each push URL" {
	table_and_hosts
	git remote set-url --add --push origin "file://$work/h1"
	git remote set-url --add --push origin "file://$work/h2"
	git push -q origin main
	succeeds varve status --remote
	output_has "file://$work/h1, refs/varve/blocks: 1 version, 0 incomplete there"
	output_has "file://$work/h2, refs/varve/blocks: 1 version, 0 incomplete there"
	git -C ../h2 update-ref -d refs/varve/blocks
	succeeds varve status --remote
	output_has "file://$work/h2, refs/varve/blocks: 1 version, 1 incomplete there"
	succeeds varve status --remote --json
	[ "$(python3 -c '
import json, sys
print([(p["url"][-2:], len(p["lacking"])) for p in json.load(sys.stdin)])' <<< "$output")" = "[('h1', 0), ('h2', 1)]" ]
	ends_with 1 varve doctor
	output_has "the remote origin, at its URL file://$work/h2 lacks the blocks of 1 version"
	succeeds varve whereis t.csv
	output_has "file://$work/h2"
	succeeds varve push --blocks
	succeeds varve status --remote
	output_has "file://$work/h2, refs/varve/blocks: 1 version, 0 incomplete there"
	whole h2
}

@test "gc --remote keeps for its time what was pushed to refs/for" {
	table_and_hosts
	git push -q origin main
	git switch -qc topic
	change 5
	unset GIT_COMMITTER_DATE # by which packs are dated
	git push -q origin HEAD:refs/for/main
	commit=$(git rev-parse HEAD)
	git -C ../h1 update-ref -d refs/for/main
	varve gc -q --remote
	git -C ../h1 update-ref refs/heads/main "$commit"
	whole h1
}

@test "a mirror push does not delete the blocks of a host whose refs are read at another URL" {
	table_and_hosts
	git push -q origin main
	git config "url.file://$work/h2.insteadOf" "file://$work/h1"
	git config "url.file://$work/h1.pushInsteadOf" "file://$work/h1"
	ends_with 1 git push --mirror origin
	stderr_has "this push would delete refs/varve/blocks"
}

@test "git push --dry-run sends nothing, whatever way it is said" {
	table_and_hosts
	git -C ../h1 config receive.advertisePushOptions true
	git config alias.try "push -n"
	for words in "push --dry-run" "push -n" "push -nv" "try" "-c x.y=z push -q -o any --dry-run"; do
		git $words origin main || [ $? = 141 ] # git writes options to a receiver that may have ended
		[ -z "$(git -C ../h1 for-each-ref)" ]
	done
	for words in "-o -n" "--push-option --dry-run" "--dry-run --no-dry-run" "-n --no-dry"; do
		rm -rf ../h1
		git init -q --bare ../h1
		git -C ../h1 config receive.advertisePushOptions true
		succeeds git push $words origin main
		stderr_has "sent the rows of 1 version"
	done
}

@test "a fetch of many refs looks for their commits once" {
	table_and_hosts
	git push -q origin main
	seq 1 400 | sed "s/.*/create refs\/heads\/b& $(git rev-parse HEAD)/" | git -C ../h1 update-ref --stdin
	seq 1 400 | sed "s/.*/create refs\/tags\/v& $(git rev-parse HEAD)/" | git -C ../h1 update-ref --stdin
	succeeds varve fetch -q
	[ "$(git for-each-ref refs/tags | wc -l)" -eq 400 ]
	succeeds python3 -c '
import resource, subprocess
subprocess.run(["varve", "fetch", "-q"], check=True)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(u.ru_utime + u.ru_stime)
assert u.ru_utime + u.ru_stime < 4, "it takes more than linear time"'
}
