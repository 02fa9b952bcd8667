load ../helper

history() {
	new_repo
	rows 2000 > prices.csv
	echo text > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -qm one
	varve tag v1
	tick
	sed -i 's/^77,/77000,/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
	tick
	echo more >> note.txt
	varve add note.txt > /dev/null
	varve commit -qm three
}

@test "commits are listed newest first as git lists them" {
	history
	succeeds varve log --oneline
	output_is "$(git log --oneline --decorate)"
	succeeds varve log
	output_is "$(git log --decorate)"
}

@test "a merge is shown as git shows it" {
	history
	git checkout -qb side v1
	tick
	git commit -q --allow-empty -m side
	git checkout -q main
	tick
	git merge -q --no-edit side
	succeeds varve log
	output_is "$(git log --decorate)"
	succeeds varve log --first-parent --oneline
	output_is "$(git log --first-parent --oneline --decorate)"
}

@test "stat tells rows and columns, and with -v stored bytes" {
	history
	succeeds varve log --stat --oneline
	output_has " prices.csv | ~1 row (1 key)"
	output_has " prices.csv     | new: 2,000 rows, 4 columns"
	output_has " note.txt | 5 B -> 10 B"
	output_lacks "stored"
	succeeds varve log --stat --oneline -v
	output_has " prices.csv | ~1 row (1 key); "
	output_has " stored"
	succeeds varve log -v --oneline
	output_has " prices.csv | ~1 row (1 key); "
	output_has " stored"
	sed -i '$d' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm four
	succeeds varve log --stat --oneline -n 1
	output_has " prices.csv | -1 row"
	varve rm -q prices.csv
	varve commit -qm five
	succeeds varve log --stat --oneline -n 1
	output_has " prices.csv | removed: 1,999 rows, 4 columns"
}

@test "a path limits it with and without --" {
	history
	succeeds varve log --oneline note.txt
	output_is "$(git log --oneline --decorate -- note.txt)"
	succeeds varve log --oneline -- prices.csv
	output_is "$(git log --oneline --decorate -- prices.csv)"
	rm note.txt
	succeeds varve log --oneline -- note.txt
	output_is "$(git log --oneline --decorate -- note.txt)"
}

@test "ranges and counts" {
	history
	succeeds varve log --oneline v1..main
	output_is "$(git log --oneline --decorate v1..main)"
	succeeds varve log --oneline -n 1
	output_is "$(git log --oneline --decorate -n 1)"
	succeeds varve log --oneline -2 --skip 1
	output_is "$(git log --oneline --decorate -2 --skip 1)"
	succeeds varve log --oneline --reverse
	output_is "$(git log --oneline --decorate --reverse)"
	succeeds varve log -n 0
	output_is ""
}

@test "JSON is one array with what stat tells" {
	history
	succeeds varve log --json --stat
	echo "$output" | python3 -c '
import json, sys
log = json.load(sys.stdin)
assert [c["subject"] for c in log] == ["three", "two", "one"], log
assert log[0]["names"] == ["HEAD", "main"]
assert log[2]["names"] == ["v1"] or log[2]["names"] == ["tag: v1"]
assert log[1]["parents"] == [log[2]["commit"]]
(f,) = log[1]["files"]
assert f["path"] == "prices.csv" and f["kind"] == "table" and f["change"] == "modified"
assert f["rowCount"] == f["rowCountBefore"] == 2000 and f["addedBytes"] > 0 and f["changes"]["rowsChanged"] == 1 and f["root"].startswith("bafy")
'
	succeeds varve log --json -n 0
	output_is "[]"
}

@test "a plain text table that becomes a table is told" {
	new_repo
	rows 10 > t.csv
	git -c filter.varve.required=false add t.csv
	git commit -qm text
	varve add --convert t.csv > /dev/null
	varve commit -qm convert
	succeeds varve log --stat --oneline -n 1
	output_has "now a table: 10 rows, 4 columns"
}

@test "no commits yet and unknown revisions are said in words" {
	new_repo
	ends_with 2 varve log
	stderr_has "branch 'main' has no commits yet"
	rows 2 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
	ends_with 2 varve log nothing
	stderr_is "varve: no version or file is named 'nothing'
hint: 'varve log' lists versions, 'varve branch' and 'varve tag' branches and tags; for a path that is not in the work tree: varve log -- nothing"
	ends_with 2 varve log -n x
	stderr_has "requires a number"
}

@test "control characters of messages and names do not reach the terminal" {
	new_repo
	printf 'x' > "$(printf 'a\033[2Jb')"
	git add -A
	git commit -qm "$(printf 'evil \033]0;title\007 subject')"
	succeeds varve log --stat
	[ -z "$(printf '%s' "$output" | tr -d '\n\t' | tr -cd '\000-\037\177')" ]
	output_has 'evil \x1B]0;title\x07 subject'
}

@test "stat counts rows of a table that was plain text, as diff does" {
	git init -q
	printf 'id,v\n1,a\n2,b\n' > t.csv
	git add t.csv && git commit -qm one && tick
	printf 'id,v\n1,a\n2,x\n3,c\n' > t.csv
	git commit -qam two && tick
	varve init > ../out
	for command in log show; do
		succeeds varve $command --stat HEAD
		output_has " t.csv | +1 ~1 row"
		succeeds varve $command --stat HEAD~1
		output_has " t.csv | new: 2 rows, 2 columns"
	done
	succeeds varve log --json --stat
	printf '%s' "$output" | python3 -c '
import json, sys
two, one = [c["files"][0] for c in json.load(sys.stdin)]
assert two["changes"]["rowsAdded"] == 1 and two["changes"]["cellsChanged"] == 1 and not two["changes"]["reordered"], two
assert (two["rowCount"], two["rowCountBefore"], two["columnCount"], two["columnCountBefore"]) == (3, 2, 2, 2), two
assert one["rowCount"] == one["columnCount"] == 2 and one["rowCountBefore"] is one["columnCountBefore"] is None and one["kind"] == "text", one'
	sed -i 's/x/y/' t.csv
	varve add --convert t.csv > ../out && varve commit -qm three && tick
	succeeds varve show --stat
	output_has " t.csv          | now a table: 3 rows, 2 columns; ~1 row"
	git rm -q t.csv
	git commit -q -m four
	git checkout -q HEAD~2
	git rm -q t.csv
	git commit -q -m gone
	succeeds varve show --stat
	output_has " t.csv | removed: 3 rows, 2 columns"
}

@test "a history in a partial clone asks the remote once" {
	new_repo source
	cd source
	git config uploadpack.allowFilter true
	git config uploadpack.allowAnySHA1InWant true
	for i in 1 2 3 4 5; do
		printf 'id,v\n1,%s\n2,b\n' "$i" > t.csv
		varve add -q t.csv
		varve commit -qm "$i"
	done
	cd ..
	for command in "log --stat t.csv" "blame t.csv" "log --row 1 t.csv" "log --stat" "log -p --all" \
		"check HEAD~4..HEAD"; do
		rm -rf part
		git clone -q --filter=blob:none "file://$PWD/source" part
		varve -C part init -q
		GIT_TRACE="$PWD/trace" succeeds varve -C part $command
		[ "$(grep -c 'run_command: .*upload-pack' trace)" = 1 ]
		rm trace
	done
}

@test "people have the names that .mailmap gives them, as in git log" {
	local line who
	git init -q
	varve init -q > /dev/null
	seq 9 > t.csv
	varve add t.csv > /dev/null
	for who in 'Ann <a@x>' 'ann <A@X>' 'Ann B <b@x>' 'Bob <b@x>' 'B <c d@x>' 'Ü <ü@x>'; do
		tick
		GIT_AUTHOR_NAME="${who% <*}" GIT_AUTHOR_EMAIL="$(sed 's/.*<//; s/>//' <<< "$who")" \
			git commit -q --allow-empty -m "$who"
	done
	for line in 'Ann Proper <a@x>' '<ann@y> <A@X>' 'Bee <bee@y> Ann B <B@x>' '<a@x> Bob <b@x>' '  Q  < c d@x > <c d@x>  # x' 'Ann<n@y><a@x>' '# Ann <z@y> <a@x>' 'Ü Ö <ö@y> <ü@x>' ''; do
		echo "$line" >> .mailmap
		succeeds varve log
		output_is "$(git log --decorate)"
	done
	succeeds varve log --author 'Bee <bee' --oneline
	output_is "$(git log --decorate --author 'Bee <bee' --oneline)"
	output_has 'Ann B <b@x>'
	succeeds varve show
	output_has "$(git show -s --format='Author: %aN <%aE>' HEAD)"
	varve blame t.csv > ../blamed
	grep -q "$(git log -1 --format=%aN -- t.csv)" ../blamed
	git add .mailmap
	git commit -qm mailmap
	git clone -q --bare . ../bare.git
	cd ../bare.git
	succeeds varve log
	output_is "$(git log --decorate)"
	git config log.mailmap false
	succeeds varve log
	output_is "$(git log --decorate)"
	output_lacks 'Bee'
}

@test "log and blame warn that they do not follow git replace" {
	new_repo
	for i in 1 2 3; do
		rows $i > t.csv
		varve add -q t.csv
		varve commit -qm $i
	done
	git replace --graft HEAD
	for how in "log --oneline" "blame t.csv"; do
		succeeds varve $how
		stderr_has "refs/replace is ignored: 'git log' may show another history"
		[ "$(grep -c replace <<< "$stderr")" = 1 ]
	done
	git replace -d HEAD
	succeeds varve log
	stderr_is ""
}

@test "a word after a path that names no file is an error as in git" {
	history
	ends_with 2 varve log prices.csv typo.csv
	stderr_has "no version or file is named 'typo.csv'"
	ends_with 128 git log prices.csv typo.csv
	ends_with 2 varve log HEAD prices.csv note.tx
	stderr_has "did you mean 'note.txt'"
	for pattern in '*.txt' ':/note.txt' ':!note.txt'; do
		ends_with 2 varve log -- prices.csv "$pattern"
		stderr_has "log accepts files and folders, not patterns: '$pattern'"
		for how in "show HEAD" "drop --history"; do
			ends_with 2 varve $how -- "$pattern"
			stderr_has "${how%% *} accepts files and folders, not patterns: '$pattern'"
		done
	done
	succeeds varve log --oneline -- prices.csv typo.csv
	output_is "$(git log --oneline --decorate -- prices.csv typo.csv)"
}

@test "log --stat has the commits of a submodule and the size of a link" {
	new_repo
	git init -q sub
	git -C sub commit -q --allow-empty -m one
	ln -s abc link
	git -c advice.addEmbeddedRepo=false add sub link && git commit -qm one
	local one=$(git -C sub rev-parse --short=7 HEAD)
	git -C sub commit -q --allow-empty -m two
	ln -sf abcdef link
	git add sub link && git commit -qm two
	local two=$(git -C sub rev-parse --short=7 HEAD)
	succeeds varve log --stat
	output_has " link | 3 B -> 6 B"
	output_has " sub  | submodule $one -> $two"
	output_has " link | new: 3 B"
	output_has " sub  | new: submodule $one"
	succeeds varve log --json --stat -n 1
	output_has '"path":"sub","change":"modified","kind":"submodule","bytes":null,"bytesBefore":null'
	git rm -q --cached sub && rm -rf sub && echo text > sub && git add sub && git commit -qm three
	succeeds varve show --stat
	output_has " sub | no longer a submodule: 5 B"
}

@test "a commit in another encoding is shown in UTF-8" {
	new_repo
	rows 3 > t.csv
	varve add -q t.csv
	printf 'Gr\374\337e\n\nm\366glich\n' > message
	GIT_AUTHOR_NAME=$(printf 'J\366rg') git -c i18n.commitEncoding=ISO-8859-1 commit -qF message
	printf 'kaputt\n' > message
	git -c i18n.commitEncoding=x-unknown commit -q --allow-empty -F message
	succeeds varve log
	output_has "    Grüße"
	output_has "    möglich"
	output_has "Author: Jörg"
	output_has "    kaputt"
	succeeds varve log --json -n 2
	output_has '"subject":"Grüße"'
	succeeds varve log --oneline --grep Grüße
	output_has Grüße
	succeeds varve blame t.csv
	output_has Jörg
	printf 'whole +AAA-message\n' > message
	git -c i18n.commitEncoding=UTF-7 commit -q --allow-empty -F message
	succeeds varve log --json -n 1
	output_has '"message":"whole +AAA-message\n"'
}
