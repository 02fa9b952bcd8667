load ../helper

# branch, tag, remote and ls-remote are git's.

one_commit() {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
}

@test "branches are git's, with all its options" {
	one_commit
	succeeds varve branch spring
	succeeds varve branch -m spring summer
	succeeds varve branch --sort=-refname --format='%(refname:short)'
	output_is $'summer\nmain'
	succeeds varve branch -d summer
	ends_with 1 varve branch -d summer
	stderr_has "error: branch 'summer' not found"
	cd ..
	succeeds varve -C work branch --show-current
	output_is main
	succeeds varve --git-dir work/.git branch --show-current
	output_is main
}

@test "tags are git's, with all its options" {
	one_commit
	succeeds varve tag -a -m "as published" v1
	succeeds varve tag -n --points-at HEAD
	output_is "v1              as published"
	GIT_EDITOR="printf 'edited\n' >" varve tag -a v2
	[ "$(git tag -l --format='%(contents:subject)' v2)" = edited ]
	rows 6 > a.csv
	varve commit -qam two
	succeeds varve diff --name-only v1 HEAD
	output_is a.csv
}

@test "remotes are git's, and what varve keeps of one goes along" {
	one_commit
	git init -q --bare ../hub.git
	succeeds varve remote add origin ../hub.git
	git config --add remote.origin.peers ../third.git
	succeeds varve push -q -u origin main
	succeeds varve remote rename origin far
	[ "$(git config remote.far.peers)" = ../third.git ]
	succeeds varve remote -v
	output_has $'far\t../hub.git (fetch)'
	succeeds varve fetch
	succeeds varve ls-remote --heads
	output_is "$(git rev-parse main)"$'\trefs/heads/main'
	succeeds varve remote remove far
	[ -z "$(git config --get-regexp '^remote' || true)" ]
}

@test "git's commands reach no other machine when varve is told --offline" {
	new_repo
	git remote add far ssh://127.0.0.1:1/far.git
	ends_with 128 varve --offline ls-remote far
	stderr_has "transport 'ssh' not allowed"
	git init -q ../near
	succeeds varve --offline ls-remote ../near
}

@test "their help shows what is usual and points to git's" {
	succeeds varve help tag
	output_has "usage: varve tag [-l] [PATTERN...]"
	output_has "this command runs 'git tag': 'git help tag' explains it"
	succeeds varve tag -h
	output_has "'git help tag'"
}
