# A CSV that somebody without varve committed over a pointer, for example on a host's web page: it merges as a table.
load ../helper

# uploaded: main has 1,MAIN; web, of a stranger without varve, has 3,WEB as semicolons over the pointer.
uploaded() {
	new_repo
	printf 'id,v\n1,a\n2,b\n3,c\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	text=$(printf 'id;v\n1;a\n2;b\n3;WEB\n' | git hash-object -w --stdin)
	tree=$(git ls-tree HEAD | sed "s/[0-9a-f]\{40\}\tt.csv/$text\tt.csv/" | git mktree)
	git branch web "$(git commit-tree -p HEAD -m upload "$tree")"
	tick
	sed -i s/1,a/1,MAIN/ t.csv
	varve commit -qam main
}

@test "in the branch of an upload, varve and git merge main by cell into a table" {
	local verb
	uploaded
	for verb in varve git; do
		git switch -q --detach web
		touch t.csv
		[ -z "$(git status --porcelain)" ]
		succeeds "$verb" merge -q -m merged main
		git show HEAD:t.csv | grep -q '^varve pointer'
		succeeds varve sql "select group_concat(v) from t"
		output_has "MAIN,b,WEB"
	done
}

@test "an uploaded text is unmodified until it is edited or renormalized" {
	uploaded
	git switch -q web
	touch t.csv
	succeeds git add t.csv
	succeeds git diff --cached --quiet
	succeeds git add --renormalize t.csv
	git show :t.csv | grep -q '^varve pointer'
	git reset -q --hard
	sed -i s/WEB/WER/ t.csv
	git commit -qam edited
	git show HEAD:t.csv | grep -q '^varve pointer'
}

@test "an upload merges as its pointer would, in all combinations, by all verbs" {
	new_repo
	[ -n "${VARVE_TEST_ALL-}" ] && count=60 || count=2
	succeeds python3 "$BATS_TEST_DIRNAME/uploads_law.py" "$((${VARVE_TEST_SAMPLE:-0} * 7))" "$count"
}
