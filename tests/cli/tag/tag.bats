load ../helper

one_commit() {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
}

@test "tags are made listed and deleted" {
	one_commit
	succeeds varve tag v1
	succeeds varve tag -m "as published" v2
	[ "$(git cat-file -t v1)" = commit ]
	[ "$(git cat-file -t v2)" = tag ]
	[ "$(git tag -l --format='%(contents)' v2)" = "as published" ]
	succeeds varve tag
	output_is $'v1\nv2'
	succeeds varve tag -l '*2'
	output_is v2
	succeeds varve tag -d v1
	output_has "deleted tag v1 (was "
	ends_with 2 varve tag -d v1
	stderr_is "varve: there is no tag 'v1'"
	git fsck --strict
}

@test "a tag of an older version" {
	one_commit
	git commit -q --allow-empty -m two
	succeeds varve tag old HEAD~1
	[ "$(git rev-parse old)" = "$(git rev-parse HEAD~1)" ]
	ends_with 2 varve tag x nothing
	stderr_has "no version named 'nothing'"
}

@test "a tag is moved only with force" {
	one_commit
	varve tag v1
	git commit -q --allow-empty -m two
	ends_with 2 varve tag v1
	stderr_has "there is a tag 'v1' already"
	succeeds varve tag -f v1
	[ "$(git rev-parse v1)" = "$(git rev-parse HEAD)" ]
}

@test "the message comes from a file the editor or several paragraphs" {
	one_commit
	printf '\n\nfrom a file\n\n' > ../message
	succeeds varve tag -F ../message v1
	[ "$(git tag -l --format='%(contents)' v1)" = "from a file" ]
	succeeds varve tag -m one -m two v2
	[ "$(git tag -l --format='%(contents)' v2)" = $'one\n\ntwo' ]
	printf '#!/bin/sh\necho edited > "$1"\necho "# not this" >> "$1"\n' > ../editor
	chmod +x ../editor
	GIT_EDITOR="$PWD/../editor" varve tag -a v3
	[ "$(git tag -l --format='%(contents)' v3)" = edited ]
	ends_with 2 varve tag -m '' v4
	stderr_has "message is empty"
}

@test "signing is git's" {
	one_commit
	ends_with 2 varve tag -s v1
	stderr_has "'git tag -s' works here"
}

@test "JSON lists them for scripts" {
	one_commit
	varve tag v1
	varve tag -m x v2
	succeeds varve tag --json
	echo "$output" | python3 -c '
import json, sys
t = json.load(sys.stdin)
assert [(x["name"], x["annotated"]) for x in t] == [("v1", False), ("v2", True)]
'
}

@test "a tag of a file is not called annotated" {
	one_commit
	git tag file HEAD:prices.csv 2>/dev/null || git tag file "$(git hash-object -w --stdin <<< x)"
	git tag -a -m x file2 "$(git hash-object -w --stdin <<< y)"
	succeeds varve tag --json
	echo "$output" | python3 -c '
import json, sys
t = json.load(sys.stdin)
assert [(x["name"], x["commit"], x["annotated"]) for x in t] == [("file", None, False), ("file2", None, True)]
'
}

@test "--json makes, moves and deletes nothing" {
	one_commit
	ends_with 2 varve tag --json v1
	stderr_has "'varve tag --list --json'"
	[ -z "$(git tag)" ]
	git tag v1
	ends_with 2 varve tag --json -d v1
	[ "$(git tag)" = v1 ]
	ends_with 2 varve branch --json side
	stderr_has "'varve branch --json'"
	[ "$(git branch --format='%(refname:short)')" = main ]
	ends_with 2 varve remote --json add far ../far
	[ -z "$(git remote)" ]
}
