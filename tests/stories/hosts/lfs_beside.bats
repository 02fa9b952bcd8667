# Files of Git LFS beside tables: a push sends both, whichever was set up first.
load ../../cli/helper

# git-lfs has its hooks only where git lfs install was run once.
lfs_here() {
	command -v git-lfs > /dev/null || skip "git-lfs is not installed"
	git lfs install > /dev/null
	git init -q --bare host.git
	url=file://$PWD/host.git
}

a_picture() {
	head -c 5000 /dev/urandom > x.bin
}

# all_is_there: a clone by git and one by varve have the picture and the table of this folder.
all_is_there() {
	rm -rf ../copy ../copy2
	git clone -q "$url" ../copy
	cmp x.bin ../copy/x.bin
	varve clone -q --git-host "$url" ../copy2
	cmp x.bin ../copy2/x.bin
	cmp t.csv ../copy2/t.csv
}

begin() {
	git remote add origin "$url"
	git config remote.origin.varveKind git
	rows 20 > t.csv
	a_picture
}

@test "git lfs track after varve init: every push sends the files of Git LFS" {
	lfs_here
	new_repo a
	cd a
	git lfs track '*.bin' > /dev/null
	begin
	varve add -q -A
	varve commit -qm one
	succeeds git push -q -u origin main
	all_is_there
	succeeds varve doctor --offline
	a_picture
	rows 20 1 > t.csv
	varve commit -q -a -m two
	succeeds varve push -q
	all_is_there
	# nothing of varve is new
	a_picture
	git commit -qam three
	succeeds varve push -q
	all_is_there
}

@test "a clone by varve has no hook of Git LFS, and pushes its files" {
	lfs_here
	git init -q a
	cd a
	git lfs track '*.bin' > /dev/null
	varve init -q
	[ -e .git/hooks/pre-push.before-varve ]
	begin
	git add -A
	git commit -qm one
	succeeds git push -q -u origin main
	# the earlier hook has sent it, and is not run again
	[ "$(GIT_TRACE=1 git push origin main:other 2>&1 | grep -c "run_command: git lfs pre-push\|exec: git-lfs pre-push")" -le 2 ]
	all_is_there
	mv ../copy2 ../mine
	cd ../mine
	for by in git varve; do
		a_picture
		rows 20 "${#by}" > t.csv
		"$by" commit -q -a -m "by $by"
		succeeds "$by" push -q origin main
		all_is_there
	done
}

@test "varve add and commit run the filter of Git LFS by git, and the index is git's" {
	lfs_here
	new_repo a
	cd a
	git lfs track '*.bin' 'my files/*' > /dev/null
	begin
	mkdir "my files"
	echo large > "my files/-w é.dat"
	varve add -q -A
	git cat-file blob :x.bin | grep -q '^version https://git-lfs'
	git cat-file blob ":my files/-w é.dat" | grep -q '^version https://git-lfs'
	varve commit -qm one
	[ -z "$(git status -s)" ]
	a_picture
	echo larger > "my files/-w é.dat"
	git add -A
	blobs=$(git ls-files -s)
	git reset -q
	varve commit -q -a -m two
	[ "$(git ls-files -s)" = "$blobs" ]
	[ -z "$(git status -s)" ]
	git lfs fsck
	# a filter that fails stages nothing
	echo more >> x.bin
	git config filter.lfs.process ""
	git config filter.lfs.clean false
	ends_with 2 varve commit -a -m three
	stderr_has "x.bin"
	[ "$(git ls-files -s)" = "$blobs" ]
}

@test "doctor names a hook that leaves the files of Git LFS or the rows of tables behind" {
	lfs_here
	new_repo a
	cd a
	git lfs track '*.bin' > /dev/null
	begin
	varve add -q -A
	varve commit -qm one
	mkdir hooks
	printf '#!/bin/sh\nexit 0\n' > hooks/pre-push
	chmod +x hooks/pre-push
	git config core.hooksPath hooks
	ends_with 1 varve doctor --offline
	output_has "lfs: the hook $PWD/hooks/pre-push does not run Git LFS's"
	# each line alone reads the refs: the first one wins
	printf '#!/bin/sh\ngit lfs pre-push "$@"\nvarve pre-push "$@"\n' > hooks/pre-push
	ends_with 1 varve doctor --offline
	output_has "'lfs pre-push' reads the pushed refs, and varve gets none"
	printf '#!/bin/sh\nvarve pre-push "$@"\n' > hooks/pre-push
	succeeds varve doctor --offline
	succeeds git push -q -u origin main
	all_is_there
	printf '#!/bin/sh\nrefs=$(cat)\necho "$refs" | git lfs pre-push "$@"\necho "$refs" | varve pre-push "$@"\n' > hooks/pre-push
	succeeds varve doctor --offline
}

@test "without the program git-lfs a push that would leave its files behind is refused" {
	lfs_here
	new_repo a
	cd a
	git lfs track '*.bin' > /dev/null
	begin
	varve add -q -A
	varve commit -qm one
	git config alias.lfs '!false'
	mkdir "$HOME/bin"
	printf '#!/bin/sh\necho missing >&2\nexit 127\n' > "$HOME/bin/git-lfs"
	chmod +x "$HOME/bin/git-lfs"
	PATH=$HOME/bin:$PATH ends_with 1 git push -q origin main
	stderr_has "files of Git LFS would stay here"
	[ -z "$(git -C ../host.git for-each-ref refs/heads)" ]
	succeeds git push -q origin main
	all_is_there
}
