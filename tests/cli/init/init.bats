load ../helper

@test "a new repository is made" {
	succeeds varve init sales
	output_has "New repository for tables in"
	output_has "/sales/.git"
	[ -d sales/.git/varve ]
	[ "$(git -C sales config filter.varve.required)" = true ]
	succeeds git -C sales fsck --strict
}

@test "an existing Git repository keeps its files and history" {
	git init -q
	echo text > notes.txt
	git add notes.txt
	git commit -q -m one
	local before
	before=$(git rev-parse HEAD)
	succeeds varve init
	output_has "can now keep tables; no file was changed"
	[ "$(git rev-parse HEAD)" = "$before" ]
	[ -z "$(git status --porcelain)" ]
}

@test "running it again is harmless" {
	varve init > /dev/null
	cp .git/config config.before
	succeeds varve init
	output_has "is already set up for tables"
	same_bytes .git/config config.before
}

@test "the first branch can be named" {
	succeeds varve init -b trunk
	succeeds varve status
	output_has "On branch trunk"
}

@test "a bare repository is made" {
	succeeds varve init --bare store.git
	[ "$(git -C store.git rev-parse --is-bare-repository)" = true ]
}

@test "two folders are refused" {
	ends_with 2 varve init a b
	stderr_has "init accepts one folder, not 2"
	[ ! -e a ]
}

@test "quiet says nothing" {
	succeeds varve init -q
	output_is ""
}

@test "a missing program on the PATH is warned of" {
	local varve=$VARVE_BIN/varve
	PATH=/usr/bin:/bin succeeds "$varve" init
	stderr_has "no program 'varve' on the PATH"
}

@test "a folder inside another repository can become one of its own" {
	new_repo
	mkdir inner
	succeeds varve init inner
	[ -d inner/.git ]
	succeeds varve init other
	[ -d other/.git ]
}

@test "GIT_DIR, templates and a shared repository are set up as git init sets them up" {
	local kind
	mkdir template
	echo mine > template/description
	git config --global init.templateDir "$PWD/template"
	git config --global core.sharedRepository group
	for kind in git varve; do
		mkdir $kind
		(
			cd $kind
			GIT_DIR=named.git $kind init -q -b main
			GIT_DIR=beside.git GIT_WORK_TREE=. $kind init -q -b main
			$kind init -q -b main plain
			$kind init -q -b main --bare bare.git
			find . -type f -path '*/description' -o -type d -name refs | sort > ../$kind.files
			for dir in named.git beside.git plain/.git bare.git; do
				git config -f $dir/config --list | grep ^core
				stat -c '%a' $dir $dir/refs
			done | sed "s,/$kind/,/X/,; s,/$kind\$,/X," > ../$kind.settings
		)
	done
	cmp git.files varve.files
	diff git.settings varve.settings
	same_bytes varve/plain/.git/description template/description
}

@test "a default format that libgit2 cannot read is not used" {
	GIT_DEFAULT_HASH=sha256 GIT_DEFAULT_REF_FORMAT=reftable succeeds varve init here
	[ "$(git -C here rev-parse --show-object-format)" = sha1 ]
	cd here
	rows 3 > t.csv
	succeeds varve add t.csv
	succeeds varve commit -qm one
}

# What others of the group cannot read, and those of a shared repository that they cannot write.
kept_apart() {
	find "$@" ! -type l ! -path '*/tmp/*' \( ! -perm -g+r -o -perm -u+w ! -perm -g+w -o -type d ! -perm -g+xs \)
}

@test "what core.sharedRepository shares others of the group can read and write" {
	umask 077
	git init -q --shared=group work
	git init -q --bare --shared=group there.git
	cd work
	varve init -q
	rows 3000 > t.csv
	varve add -q t.csv && varve commit -q -m one
	varve -C ../there.git init -q
	varve push -q ../there.git main
	git worktree add -q ../linked -b linked
	rows 3100 > ../linked/t.csv
	varve -C ../linked commit -q -a -m two
	varve -C ../linked push -q ../there.git linked
	succeeds varve check
	succeeds varve diff main linked
	succeeds varve gc
	[ -z "$(kept_apart .git/varve .git/worktrees/linked/varve ../there.git/varve)" ]
	[ "$(stat -c %a t.csv)" = 600 ]
	[ "$(stat -c %a ../linked/t.csv)" = 600 ]
}

@test "a HEAD that is a symbolic link is named, with what makes it a file" {
	git config --global core.preferSymlinkRefs true
	succeeds varve init -q here
	[ ! -L here/.git/HEAD ]
	git init -q there
	cd there
	[ -L .git/HEAD ]
	ends_with 2 varve status
	stderr_has "/.git/HEAD' is a symbolic link, and varve supports only a file"
	stderr_has "hint: unset core.preferSymlinkRefs, then run 'git symbolic-ref HEAD"
	git symbolic-ref HEAD refs/heads/other # git finds no repository in a link to a branch that does not exist yet
	ends_with 2 varve init
	stderr_has "is a symbolic link"
	git config --global --unset core.preferSymlinkRefs
	git symbolic-ref HEAD "$(git symbolic-ref HEAD)"
	succeeds varve init -q
	succeeds varve status
}

@test "a repository whose refs are a reftable, or whose objects are named by SHA-256, is refused with what helps" {
	new_repo
	git config core.repositoryformatversion 1
	git config extensions.refstorage reftable
	for command in status log "add ." "fetch" "fsck"; do
		ends_with 2 varve $command
		stderr_has "stores its refs in the format 'reftable', and varve supports only files"
		stderr_has "hint: convert it with 'git refs migrate --ref-format=files'"
	done
	git config --file .git/config --unset extensions.refstorage
	git config --file .git/config extensions.objectformat sha256
	ends_with 2 varve status
	stderr_has "names its objects with the hash 'sha256', and varve supports only SHA-1"
}
