load ../helper

# Where values are in all of history, and the history without them.

# A table of people, with a renamed column, a moved file, text and a tag.
people() {
	new_repo
	printf 'id,email,note\n1,ada@example.org,\n2,bob@example.org,knows ada@example.org\n3,cy@example.org,\n' > people.csv
	varve add -q people.csv
	varve commit -qm "people, for ada@example.org"
	sed -i '1s/email/mail/' people.csv
	tick 86400
	varve commit -qam "a column renamed"
	printf 'see <ada@example.org>, not nada@example.org\n' > notes.txt
	git add notes.txt
	tick 86400
	GIT_AUTHOR_EMAIL=ada@example.org git commit -qm "notes"
	git tag -a -m "as ada@example.org wanted" v1
	printf 'id,mail,note\n3,cy@example.org,\n' > people.csv
	tick 86400
	varve commit -qam "less"
}

find_ada() {
	printf 'ada@example.org\n' | varve erase "$@" --values-from -
}

@test "a person is found in tables, files, messages and names, and nothing is written" {
	people
	before=$(find .git -type f -not -path "*/varve/cache/*" -exec sha256sum {} + | sort)
	succeeds find_ada --column email
	output_has "  column 'email': 1 row, 1 version, 2023-11-14 to 2023-11-14"
	output_has "  column 'mail': 1 row, 1 version, 2023-11-15 to 2023-11-15"
	output_has "  inside of cells of 'note': 1 row, 2 versions, 2023-11-14 to 2023-11-15"
	output_has "  in its text: 1 version, 2023-11-16 to 2023-11-16"
	output_has "1 message of a commit: "
	output_has "1 commit by or for this person: "
	output_has "1 tag, in its message or tagger: refs/tags/v1"
	output_has "still in main, v1"
	output_has "nothing is changed: --plan and then --apply erase it"
	[ "$(find .git -type f -not -path "*/varve/cache/*" -exec sha256sum {} + | sort)" = "$before" ]
	succeeds find_ada --column id
	output_has "  another column, 'email': 1 row"
	printf 'nobody@example.org\n' > ../values
	succeeds varve erase --values-from - < ../values
	output_has "nothing found"
	output_has "1 value not found: line 1"
}

@test "values that would match everything or nothing are refused with their line" {
	people
	: > ../values
	ends_with 2 varve erase --values-from - < ../values
	stderr_has "standard input has no values"
	printf 'ada@example.org\n\nbob\n' > ../values
	ends_with 2 varve erase --values-from - < ../values
	stderr_has "line 2 of the values is empty, and an empty value would match every empty cell"
	printf 'ada@example.org\n \t\n' > ../values
	ends_with 2 varve erase --ignore-blanks --values-from - < ../values
	stderr_has "line 2 of the values has nothing but blanks"
	printf 'ada\0bob\n' > ../values
	ends_with 2 varve erase --values-from - < ../values
	stderr_has "line 1 of the values has a NUL byte"
	ends_with 2 varve erase --values-from ../values
	stderr_has "--values-from requires '-'"
	printf 'ada\n' > ../values
	ends_with 2 varve erase --column emial --values-from - < ../values
	stderr_has "no version of a table that was searched has a column 'emial'"
	ends_with 2 varve erase --where "id = 1"
	stderr_has "--where requires one FILE"
	ends_with 2 varve erase other.csv --where "id = 1"
	stderr_has "no version has the file 'other.csv'"
}

@test "case, blanks, line ends and other spellings of a value are found if asked for" {
	new_repo
	printf 'id,name\n1,ada  LOVELACE\n2,"two\nlines"\n3,JOSÉ ÄLG\n' > t.csv
	printf '{"id": 1, "who": {"name": "Jos\\u00e9 \\u00c4lg"}}\n{"id": 2, "who": 2}\n' > t.ndjson
	varve add -q t.csv t.ndjson
	varve commit -qm tables
	printf 'Ada Lovelace\nJosé Älg\n' > ../values
	succeeds varve erase --values-from - < ../values
	output_lacks "t.csv"
	output_has "  inside of cells of 'who': 1 row"
	succeeds varve erase --ignore-case --ignore-blanks --values-from - < ../values
	output_has "  column 'name': 2 rows"
	printf 'two\nlines\0' > ../values
	succeeds varve erase -z --values-from - < ../values
	output_has "  column 'name': 1 row"
	printf '\xef\xbb\xbfada  LOVELACE\r\n' > ../values
	succeeds varve erase --values-from - < ../values
	output_has "  column 'name': 1 row"
}

@test "what cannot be searched is named, and the command ends with 1" {
	people
	varve clone -q --bare . ../origin.git
	printf '%s\n' 'version https://git-lfs.github.com/spec/v1' "oid sha256:$(printf x | sha256sum | cut -d' ' -f1)" 'size 1' > big.bin
	printf '\0GITCRYPT\0secret' > key.txt
	printf 'ada@example.org\n' | gzip > list.gz
	printf 'a\0b' > some.bin
	git add .
	git commit -qm "other files"
	ends_with 1 find_ada
	output_has "not searched, or only in part:"
	output_has "  big.bin, 1 version: "
	output_has "  key.txt, 1 version: encrypted: searched as bytes only"
	output_has "  list.gz, 1 version: compressed: searched as bytes only"
	output_has "  some.bin, 1 version: binary: searched as bytes only"
	git rm -q big.bin key.txt list.gz some.bin
	git commit -qm "gone again"
	rm -rf .git/varve/packs
	mkdir .git/varve/packs
	ends_with 1 find_ada
	output_has "  people.csv, 3 versions: "
	cd ..
	git clone -q --depth 1 "file://$PWD/origin.git" shallow
	cd shallow
	ends_with 1 find_ada
	output_has "this clone is shallow: older commits are not here"
}

@test "rows are found by a condition, under earlier names of the file and of its columns" {
	people
	varve mv people.csv persons.csv
	varve commit -qm moved
	succeeds varve erase persons.csv --where "mail = 'ada@example.org'"
	output_has "people.csv"
	output_has "  rows that meet the condition: 1 row, 2 versions, 2023-11-14 to 2023-11-15"
	succeeds varve erase people.csv --where "email like '%example.org'" --json
	output_has '"rowCount": 3'
	output_has '"path": "persons.csv"'
}

@test "a key that a table had again is asked about, and --from and --all answer" {
	new_repo
	printf 'id,name\n1,Ada\n2,Bob\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id,name\n2,Bob\n' > t.csv
	varve commit -qam two
	printf 'id,name\n1,Cy\n2,Bob\n' > t.csv
	tick 86400
	varve commit -qam three
	printf '1\n' > ../values
	succeeds varve erase --column id --values-from - < ../values
	output_has "the key 'id' of t.csv had the value of line 1, lost it, and had it again on 2023-11-15"
	output_has "column 'id': 1 row, 2 versions"
	succeeds varve erase --column id --values-from - --from HEAD < ../values
	output_has "column 'id': 1 row, 1 version, 2023-11-15 to 2023-11-15"
	output_lacks "lost it"
	succeeds varve erase --column id --values-from - --all < ../values
	output_has "column 'id': 1 row, 2 versions"
	output_lacks "lost it"
}

@test "stashes, amended commits, notes, staged and unsaved files are searched" {
	people
	printf 'ada@example.org\n' > s.txt
	git add s.txt
	git stash -q
	printf 'ada@example.org\n' > a.txt
	git add a.txt
	git commit -qm amended
	git rm -q a.txt
	git commit -q --amend --allow-empty -m amended
	git notes add -m "by ada@example.org" HEAD
	printf 'ada@example.org\n' > staged.txt
	git add staged.txt
	printf 'ada@example.org\n' > new.txt
	git tag file "$(git hash-object -w new.txt)"
	succeeds find_ada
	output_has "only in the stash"
	output_has "only in reflogs or HEADs"
	output_has "refs/notes/commits"
	output_has "; staged"
	output_has "; in the work tree"
	output_has "refs/tags/file"
	output_lacks "1970"
}

@test "a value in notes is listed under the ref that has these notes" {
	people
	git notes --ref=first add -m "hello" HEAD
	git notes --ref=second add -m "by ada@example.org" HEAD
	git notes --ref=second append -m "and ada@example.org again" HEAD
	succeeds find_ada
	output_has "refs/notes/second"
	output_lacks "refs/notes/first"
}

@test "a hundred thousand values are searched at once, and very long ones" {
	people
	seq 1 100000 | sed 's/$/@example.net/' > ../values
	printf 'ada@example.org\n' >> ../values
	head -c 1000000 /dev/zero | tr '\0' x >> ../values
	succeeds varve erase --column email --values-from - < ../values
	output_has "  column 'email': 1 row, 1 version"
	output_has "100,001 values not found: line 1, 2, 3"
}

# book.toy, a document with the tables people and log, and its reader.
toy_books() {
	new_repo
	mkdir -p "$HOME/bin"
	printf '%s\n' '#!/bin/sh' 'case $1 in' \
		'list) echo "{\"name\": \"people\"}"; echo "{\"name\": \"log\"}" ;;' \
		'read) if [ "$3" = people ]; then printf "email,n\nada@example.org,1\nbob,2\n"; else printf "who,n\nx,1\nby ada@example.org,2\n"; fi ;;' \
		'esac' > "$HOME/bin/toy"
	chmod +x "$HOME/bin/toy"
	git config --global varve.reader.toy.command "$HOME/bin/toy"
	printf 'toy\0one' > book.toy
	git add book.toy
	git commit -qm book
}

@test "tables of a document are searched by its reader, and a document without one is named" {
	toy_books
	succeeds find_ada --column email
	output_has "book.toy#people"
	output_has "  column 'email': 1 row, 1 version"
	output_has "book.toy#log"
	output_has "  inside of cells of 'who': 1 row, 1 version"
	git config --global varve.readers false
	ends_with 1 find_ada --column email
	output_has "  book.toy, 1 version: "
}

@test "plan, answer and receipt of an erasure name each document that has a value, or that no reader reads" {
	toy_books
	cp book.toy ada@example.org.toy
	git add ada@example.org.toy
	printf '*.toy filter=varve diff=varve merge=varve\n' > .gitattributes
	cp book.toy tracked.toy
	printf 'PK\003\004\024\000\006\000word/document.xml' > letter.docx
	printf '%%PDF-1.7\n(ada@example.org)\n' > letter.pdf
	git add .
	git commit -qm documents
	ends_with 1 find_ada --column email --plan
	for path in book.toy tracked.toy; do
		output_has "$path#people"
		output_has "$path#log"
	done
	output_has "  letter.docx, 1 version: "
	output_has "  letter.pdf, 1 version: "
	ends_with 1 find_ada --column email --apply --receipt ../receipt
	for path in book.toy tracked.toy; do
		output_has "not erased: $path, 1 version: "
		grep -q "\"place\": \"$path\"" ../receipt
	done
	output_has "  letter.docx, 1 version: "
	output_has "not erased: letter.pdf, 1 version: a document: offsets in it would be wrong"
	grep -q '"place": "letter.pdf"' ../receipt
	[ "$(git show HEAD:letter.pdf)" = "$(printf '%%PDF-1.7\n(ada@example.org)')" ]
	grep -q '"place": "erased.toy"' ../receipt
	grep -q '"reason": "a document: its reader cannot write it"' ../receipt
	! grep -q 'ada@' ../receipt || false
}

# No object of Git, no file of .git, and no version matches the pattern.
is_nowhere() {
	git cat-file --batch-all-objects --batch > ../objects
	! grep -aqE "$1" ../objects || false
	! grep -raqE "$1" .git || false
	for commit in $(git rev-list --all --reflog); do
		for path in $(git ls-tree -r --name-only "$commit" | sed -n '/csv$/p'); do
			varve cat "$commit:$path" > ../version
			! grep -qE "$1" ../version || false
		done
	done
}

@test "--apply removes a person from tables, texts, messages, authors, tags and reflogs, and keeps everything else" {
	people
	sed -i 's/3,cy/4,dan@example.org,\n3,cy/' people.csv
	git stash -q
	git checkout -q -b side HEAD~3
	echo side > side.txt
	git add side.txt
	git commit -qm "a side branch"
	git notes add -m "ada@example.org asked" HEAD
	varve -C . switch -q main
	succeeds find_ada --column email --plan
	output_has "the same command with --apply in place of --plan erases it"
	[ "$(stat -c %a .git/varve/erase-plan)" = 600 ]
	! grep -q ada .git/varve/erase-plan || false
	succeeds find_ada --column email --apply --map ../map
	output_has "nothing found"
	output_lacks "not found:"
	is_nowhere '(^|[^n])ada@example[.]org'
	[ "$(varve cat main~2:people.csv)" = "$(printf 'id,mail,note\n2,bob@example.org,knows erased\n3,cy@example.org,')" ]
	[ "$(git show main~1:notes.txt)" = "see <erased>, not nada@example.org" ]
	[ "$(git show -s --format='%s %ae' main~1)" = "notes erased" ]
	[ "$(git show -s --format=%s main~3)" = "people, for erased" ]
	[ "$(git for-each-ref --format='%(contents:subject)' refs/tags/v1)" = "as erased wanted" ]
	[ "$(git rev-parse 'v1^{}')" = "$(git rev-parse main~1)" ]
	[ "$(git notes show side)" = "erased asked" ]
	[ "$(git merge-base main side)" = "$(git rev-parse main~3)" ]
	grep -q "^[0-9a-f]* $(git rev-parse main)$" ../map
	git stash pop -q
	grep -q dan@example.org people.csv
	git checkout -q people.csv
	varve fsck
	git fsck --strict
	succeeds find_ada --column email --apply
	output_has "0 refs moved"
}

@test "--apply changes one commit that only its message names" {
	new_repo
	rows 30 > t.csv
	varve add -q .
	varve commit -qm "from ada@example.org"
	find_ada --all --plan > /dev/null
	succeeds find_ada --all --apply
	[ "$(git log --format=%s)" = "from erased" ]
	[ "$(find .git/objects -name 'tmp_objdir*')" = "" ]
	succeeds varve fsck --data
}

@test "--cells keeps the rows, and a version without a value keeps its blocks, key and spelling" {
	new_repo
	printf 'id;mail;note\r\n1;"ada@example.org";"a"\r\n2;bob@example.org;  b\r\n' > p.csv
	varve add -q --key mail p.csv
	varve commit -qm one
	printf 'id,x\n1,2\n' > q.csv
	varve add -q q.csv
	varve commit -qm two
	other=$(git rev-parse HEAD:q.csv)
	find_ada --plan > /dev/null
	succeeds find_ada --apply --cells 'someone'
	output_has "erased 0 rows and 1 cell in 1 version of files"
	[ "$(varve cat HEAD:p.csv | od -c)" = "$(printf 'id;mail;note\r\n1;"someone";"a"\r\n2;bob@example.org;  b\r\n' | od -c)" ]
	[ "$(git rev-parse HEAD:q.csv)" = "$other" ]
	[ "$(varve key p.csv)" = "$(varve key HEAD:p.csv)" ]
	varve info --json HEAD:p.csv > ../info
	grep -q '"mail"' ../info
	cmp p.csv <(varve cat HEAD:p.csv)
}

@test "--apply refuses what its plan does not have, and a repository in which something would stay or be lost" {
	people
	ends_with 2 find_ada --apply
	stderr_has "no plan"
	find_ada --plan > /dev/null
	git branch other
	refs=$(git for-each-ref)
	ends_with 2 find_ada --apply
	stderr_has "the plan is outdated: a branch, tag or other ref has moved since"
	find_ada --plan > /dev/null
	printf 'bob@example.org\n' > ../values
	ends_with 2 varve erase --values-from - --apply < ../values
	stderr_has "the plan is outdated"
	find_ada --plan > /dev/null
	echo x >> people.csv
	ends_with 2 find_ada --apply
	stderr_has "people.csv has uncommitted changes"
	git checkout -q people.csv
	git worktree add -q ../second other
	ends_with 2 find_ada --apply
	stderr_has "this repository has several work trees"
	git worktree remove ../second
	git checkout -q --detach
	ends_with 2 find_ada --apply
	stderr_has "HEAD is not on a branch"
	git checkout -q main
	mkdir .git/rebase-apply
	touch .git/rebase-apply/applying
	ends_with 2 find_ada --apply
	stderr_has "an am is in progress, and needs the old commits"
	rm -r .git/rebase-apply
	git config uploadpack.allowFilter true
	git clone -q --filter=blob:none "file://$PWD" ../partial
	[ "$(git for-each-ref)" = "$(printf '%s' "$refs")" ]
	cd ../partial
	varve pull -q
	find_ada --plan > /dev/null
	ends_with 2 find_ada --apply
	stderr_has "this clone is shallow or partial"
	cd ../work
	ends_with 2 find_ada --apply --from HEAD
	ends_with 2 find_ada --cells ''
}

@test "what cannot be erased is named, and the rest is erased" {
	people
	printf 'x\0 ada@example.org\n' > data.bin
	echo text > ada@example.org.txt
	git add data.bin ada@example.org.txt
	git commit -qm files
	find_ada --plan > /dev/null || true
	ends_with 1 find_ada --apply
	output_has "not erased: data.bin, 1 version: binary, compressed or encrypted"
	output_has "1 name of a file: ada@example.org.txt"
	output_has "data.bin"
	! varve cat HEAD~4:people.csv | grep -q ada || false
}

@test "rows that meet a condition are erased from the versions of one file" {
	people
	succeeds varve erase people.csv --where 'id = 1' --plan
	succeeds varve erase people.csv --where 'id = 1' --apply
	output_has "erased 2 rows and 0 cells in 2 versions of files"
	[ "$(varve cat HEAD~3:people.csv | head -n 2 | tail -n 1)" = "2,bob@example.org,knows ada@example.org" ]
	[ "$(git show -s --format=%s HEAD~3)" = "people, for ada@example.org" ]
	varve fsck
}

@test "a person is erased from a bare clone, which names its remote" {
	people
	varve clone -q --bare . ../bare.git
	cd ../bare.git
	find_ada --plan > /dev/null
	succeeds find_ada --apply
	output_has "not looked at: the remote origin: plan with --remote origin if it is a Git host; erase there if it is a peer"
	! varve cat main~2:people.csv | grep -q ada@ || false
	varve fsck
}

# The table of people at a Git host, with a pull request.
hosted_people() {
	people
	git init -q --bare -b main ../host.git
	git remote add origin ../host.git
	git config remote.origin.varveKind git
	varve push -q --all origin
	varve push -q --tags origin
	git push -q --no-verify origin main~3:refs/pull/1/head
}

# No object of the host has the pattern, nor an object that its next garbage collection keeps.
host_has_nothing() {
	git -C ../host.git update-ref -d refs/pull/1/head
	git -C ../host.git gc -q --prune=now
	git -C ../host.git cat-file --batch-all-objects --batch > ../objects
	! grep -aqE "$1" ../objects || false
}

@test "--remote erases at a Git host, too, and a receipt says of each place what was seen there afterwards" {
	hosted_people
	git branch other main~1
	git push -q --no-verify origin other
	git branch -q -D other
	git update-ref -d refs/remotes/origin/other
	succeeds find_ada --column email --plan --remote origin
	grep -qx "remote origin" .git/varve/erase-plan
	ends_with 1 find_ada --column email --apply --now --receipt ../receipt
	output_has "refs: still there; 1 ref there"
	output_has "old commits are in refs/pull/1/head: users cannot move them, the host's support can"
	output_has "objects: still there; "
	output_has "'git gc --prune=now' there"
	output_has "refs/varve/blocks: blocks: gone; "
	output_lacks "not looked at: the remote origin"
	[ "$(git rev-parse main)" = "$(git -C ../host.git rev-parse main)" ]
	[ "$(git rev-parse v1)" = "$(git -C ../host.git rev-parse v1)" ]
	[ "$(git rev-parse main~1)" = "$(git -C ../host.git rev-parse other)" ]
	! grep -q "ada@" ../receipt || false
	python3 -c '
import json, sys
r = json.load(open("../receipt"))
got = {(a["remote"], a["what"]): a["answer"] for a in r["answers"]}
assert got == {(None, "objects"): "gone", (None, "blocks"): "gone", (None, "values"): "gone",
	("origin", "refs"): "stays", ("origin", "objects"): "stays", ("origin", "blocks"): "gone"}, got
assert all(a["lookedAt"] for a in r["answers"]) and r["objects"] and r["roots"]'
	host_has_nothing '(^|[^n])ada@example[.]org'
	succeeds find_ada --column email --apply --now
	output_has "refs: gone; "
	output_has "objects: gone; "
	varve clone -q --git-host ../host.git ../copy
	cd ../copy
	varve fsck
	[ "$(varve cat HEAD~3:people.csv | wc -l)" = 3 ]
}

@test "an erasure whose new version the host already had changes nothing there when it is repeated" {
	hosted_people
	git checkout -q -b draft main~3
	printf 'id,email,note\n2,bob@example.org,knows erased\n3,cy@example.org,\n' > people.csv
	varve commit -qam "no ref of the host names it later"
	varve push -q origin draft
	git push -q --no-verify origin :draft
	git checkout -q main
	git branch -q -D draft
	find_ada --column email --plan --remote origin > /dev/null
	ends_with 1 find_ada --column email --apply --now
	host_has_nothing '(^|[^n])ada@example[.]org'
	before=$(git -C ../host.git rev-parse refs/varve/blocks)
	succeeds find_ada --column email --apply --now
	output_has "objects: gone; "
	[ "$(git -C ../host.git rev-parse refs/varve/blocks)" = "$before" ]
}

@test "a new plan after an application that did not end has what that removed" {
	hosted_people
	find_ada --column email --plan --remote origin > /dev/null
	ends_with 1 find_ada --column email --apply --now
	before=$(grep -c "^object" .git/varve/erase-plan)
	ends_with 1 find_ada --column email --plan # the pull request's rows are gone
	grep -qx "remote origin" .git/varve/erase-plan
	[ "$(grep -c "^object" .git/varve/erase-plan)" = "$before" ]
	ends_with 1 find_ada --column email --apply --now
	output_has "objects: still there; "
}

@test "a host that refuses to replace a branch is named, and after it allows it the same command finishes" {
	hosted_people
	git -C ../host.git config receive.denyNonFastForwards true
	before=$(git -C ../host.git for-each-ref refs/heads refs/tags)
	find_ada --column email --plan --remote origin > /dev/null
	ends_with 2 find_ada --column email --apply --now
	stderr_has "/host.git refuses to replace refs/heads/main"
	stderr_has "receive.denyNonFastForwards"
	[ "$(git -C ../host.git for-each-ref refs/heads refs/tags)" = "$before" ]
	varve clone -q --git-host ../host.git ../copy
	varve -C ../copy fsck
	git -C ../host.git config receive.denyNonFastForwards false
	ends_with 1 find_ada --column email --apply --now
	[ "$(git rev-parse main)" = "$(git -C ../host.git rev-parse main)" ]
	host_has_nothing '(^|[^n])ada@example[.]org'
}

@test "a branch of the host that moved after the plan is erased, too, or asks for another plan" {
	hosted_people
	find_ada --column email --plan --remote origin > /dev/null
	varve clone -q --git-host ../host.git ../copy
	echo more > ../copy/more.txt
	git -C ../copy add more.txt
	git -C ../copy commit -qm more
	varve -C ../copy push -q
	ends_with 1 find_ada --column email --apply --now
	[ "$(git rev-parse main)" = "$(git -C ../host.git rev-parse main~1)" ]
	[ "$(git -C ../host.git show main:more.txt)" = more ]
	git -C ../copy checkout -q -B main HEAD~1
	printf 'id,mail,note\n3,cy@example.org,\n9,ada@example.org,\n' > ../copy/people.csv
	varve -C ../copy commit -qam "ada again"
	varve -C ../copy push -q --force
	find_ada --column email --plan --remote origin > /dev/null
	sed -i 's/9,ada@example.org/10,ada@example.org/' ../copy/people.csv
	varve -C ../copy commit -qam "another"
	varve -C ../copy push -q --force
	ends_with 2 find_ada --column email --apply --now
	stderr_has "the plan is outdated"
	find_ada --column email --plan --remote origin > /dev/null
	ends_with 1 find_ada --column email --apply --now
	host_has_nothing '(^|[^n])ada@example[.]org'
}

@test "what a host and a store keep without --now is said, and so is a remote that does not answer" {
	hosted_people
	mkdir ../store
	varve store add bucket ../store > /dev/null 2>&1
	git add .varveconfig
	git commit -qm store
	varve push -q --all origin
	varve push -q --blocks origin
	find_ada --column email --plan --remote origin > /dev/null
	ends_with 1 find_ada --column email --apply
	output_has "files are marked, and removed if the same command is run in a week; with --now at once"
	ends_with 1 find_ada --column email --apply --now
	output_has "/store: blocks: gone; "
	host_has_nothing '(^|[^n])ada@example[.]org'
	git remote add gone ../nowhere.git
	git config remote.gone.varveKind git
	ends_with 2 find_ada --column email --plan --remote gone
	stderr_has "nowhere.git"
	ends_with 2 find_ada --apply --remote origin
}

@test "an aborted merge keeps no row of an erased person" {
	new_repo
	printf 'id,mail,price\n1,ada@example.org,1\n2,bob@example.org,2\n' > people.csv
	varve add -q people.csv
	varve commit -qm one
	git checkout -q -b side
	sed -i 's/bob@example.org,2/bob@example.org,3/' people.csv
	varve commit -qam side
	git checkout -q main
	sed -i 's/bob@example.org,2/bob@example.org,4/' people.csv
	varve commit -qam main
	run ! git merge side
	[ -n "$(ls .git/varve/conflicts)" ]
	git merge --abort
	succeeds find_ada --plan --all
	VARVE_TEST_GC_YOUNG=0 succeeds find_ada --apply --all
	output_has "blocks are gone"
	output_lacks "not looked at"
	[ ! -e .git/varve/conflicts ]
	succeeds varve gc -n
	output_lacks "unused"
	for file in .git/varve/packs/*.pack; do
		run -1 grep -qa ada@example.org "$file"
	done
}
