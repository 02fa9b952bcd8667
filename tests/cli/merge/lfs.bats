# A branch that is still under Git LFS, merged with one that was migrated.
load ../helper

# to_lfs PATH: it becomes what Git LFS commits, its object in .git/lfs.
to_lfs() {
	local hash
	hash=$(sha256sum "$1" | cut -d' ' -f1)
	mkdir -p ".git/lfs/objects/${hash:0:2}/${hash:2:2}"
	cp "$1" ".git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n' "$hash" "$(stat -c %s "$1")" > "$1"
}

commit_lfs() {
	to_lfs a.csv
	git -c filter.lfs.clean=cat add . && git -c filter.lfs.clean=cat commit -q -m "$1"
}

# main was migrated, and has another cell; old is as it was, with a cell of its own.
half_migrated() {
	new_repo
	git config filter.lfs.clean cat
	git config filter.lfs.smudge cat
	echo '*.csv filter=lfs diff=lfs merge=lfs -text' > .gitattributes
	rows 20 > a.csv
	commit_lfs lfs
	git checkout -q -b old
	rows 20 | sed 's/item 31,/lfs,/' > a.csv
	commit_lfs edit
	git checkout -q main
	tick
	varve migrate '*.csv' > /dev/null
	rows 20 > a.csv
	sed -i 's/item 62,/varve,/' a.csv
	varve commit -qam edit
}

both() {
	grep -q '^1,lfs,' a.csv
	grep -q '^2,varve,' a.csv
	[ "$(wc -l < a.csv)" -eq 21 ]
	varve cat HEAD:a.csv | cmp - a.csv
	git cat-file blob HEAD:a.csv | grep -q '^varve pointer'
}

@test "a branch under Git LFS is merged by cell into one that was migrated" {
	half_migrated
	succeeds varve merge old
	both
	git reset -q --hard HEAD~1
	succeeds git merge -q -m merged old
	both
}

@test "and the migrated one into it" {
	half_migrated
	git checkout -q -f old
	succeeds varve merge main
	both
	git status --porcelain
	[ -z "$(git status --porcelain)" ]
}

@test "without the object the merge is refused, and names it" {
	half_migrated
	rm -rf .git/lfs
	ends_with 2 varve merge old
	stderr_has "a.csv"
	[ -z "$(git status --porcelain)" ]
}

@test "what git merged as text beside Git LFS is merged by cell afterwards" {
	half_migrated
	git checkout -q -f old
	ends_with 1 git merge -q main
	succeeds varve add --fix
	succeeds varve merge --continue
	both
}

@test "merge-file --pointers leaves what has no pointer to Git LFS" {
	half_migrated
	seq 5 > ../base
	seq 5 | sed s/1/one/ > ../ours
	seq 5 | sed s/5/five/ > ../theirs
	cp ../ours ../before
	ends_with 1 varve merge-file --pointers ../base ../ours ../theirs a.csv
	cmp ../ours ../before
	succeeds varve merge-file ../base ../ours ../theirs a.csv
	[ "$(cat ../ours)" = "$(seq 5 | sed 's/1/one/; s/5/five/')" ]
}
