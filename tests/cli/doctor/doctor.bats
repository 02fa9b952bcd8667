load ../helper

healthy() {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
}

# Notes about documents apart.
no_problems() {
	output=$(grep -v "^note: documents: \|^	fix: pip install 'varve-data\[office\]'" <<< "$output")
	output_is "no problems found"
}

@test "a healthy repository has nothing wrong" {
	healthy
	succeeds varve doctor
	no_problems
	succeeds varve doctor --json
	output_has '"wrong": 0'
	[ "$(jq -r '[.findings[].what] | unique | join(" ")' <<< "$output")" = documents ]
	ends_with 2 varve doctor x
	stderr_has "doctor accepts no arguments"
}

@test "a line of .gitattributes with a macro declares a table, too" {
	new_repo
	printf '%s\n' '[attr]tbl filter=varve diff=varve merge=varve -text' '*.csv tbl' > .gitattributes
	rows 20 > p.csv
	varve add -q .
	varve commit -qm one
	succeeds varve doctor
	no_problems
	printf '%s\n' '[attr]tbl filter=varve diff=varve merge=varve -text' '*.tsv tbl' > .gitattributes
	ends_with 1 varve doctor
	output_has "no line of .gitattributes declares it"
}

@test "outside of a repository only programs are looked at" {
	succeeds varve doctor
	no_problems
}

@test "git: missing, or too old" {
	healthy
	mkdir bin
	ln -s "$VARVE_BIN/varve" bin/varve
	ends_with 1 env PATH="$PWD/bin" "$VARVE_BIN/varve" doctor --offline
	output_has "git: git was not found or does not run"
	printf '#!/bin/sh\necho git version 2.7.4\n' > bin/git
	chmod +x bin/git
	ends_with 1 env PATH="$PWD/bin:/usr/bin:/bin" "$VARVE_BIN/varve" doctor --offline
	output_has "git: git 2.7.4 is too old: varve needs 2.34"
	output_has "fix: install a newer git"
}

@test "varve is not on the PATH" {
	healthy
	ends_with 1 env PATH=/usr/bin:/bin "$VARVE_BIN/varve" doctor --offline
	output_has "path: git calls 'varve', and no folder of the PATH has it"
}

@test "the varve on the PATH is another program" {
	healthy
	mkdir bin
	printf '#!/bin/sh\necho usage: varve run >&2\nexit 2\n' > bin/varve
	chmod +x bin/varve
	ends_with 1 env PATH="$PWD/bin:/usr/bin:/bin" "$VARVE_BIN/varve" doctor --offline
	output_has "path: git calls 'varve', which is another program: $PWD/bin/varve"
	output_has "fix: put varve's folder before that one on the PATH"
}

@test "settings that lack or are another's, mended by init" {
	healthy
	git config --unset merge.varve.driver
	git config filter.varve.clean cat
	ends_with 1 varve doctor
	output_has "settings: git cannot handle tables: the setting merge.varve.driver is missing"
	output_has "settings: filter.varve.clean is 'cat', which does not call varve"
	output_has "fix: varve init"
	output_has "2 things are wrong"
	varve init -q
	succeeds varve doctor
}

@test "a hook that is missing, another's, not executable or elsewhere" {
	healthy
	rm .git/hooks/pre-push
	ends_with 1 varve doctor
	output_has "hook: the hook"
	printf '#!/bin/sh\ngit lfs pre-push "$@"\n' > .git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	ends_with 1 varve doctor
	output_has "pre-push does not call varve: 'git push' sends commits without the rows of their tables"
	output_has "fix: varve init"
	varve init -q
	succeeds varve doctor
	chmod -x .git/hooks/pre-push
	ends_with 1 varve doctor
	output_has "it is not executable"
	output_has "fix: chmod +x"
	cp -a . "../a b"
	ends_with 1 varve -C "../a b" doctor
	output_has "fix: chmod +x '"
	mkdir .husky
	git config core.hooksPath .husky
	ends_with 1 varve doctor
	output_has '.husky/pre-push the line: varve pre-push "$@"'
	git config varve.prePush false
	succeeds varve doctor
	output_has "note: hook: 'git push' sends no rows of tables: varve.prePush is false"
}

@test "both a foreign hook and a renamed one" {
	healthy
	cp .git/hooks/pre-push .git/hooks/pre-push.before-varve
	printf '#!/bin/sh\nexit 0\n' > .git/hooks/pre-push
	ends_with 1 varve doctor
	output_has 'the line: varve pre-push "$@"'
}

@test "attributes that win, and LFS on the same path" {
	healthy
	echo 'p.csv filter=lfs diff=lfs merge=lfs' >> .gitattributes
	ends_with 1 varve doctor
	output_has "lfs: p.csv: filter=lfs overrides varve's line"
	output_has "git check-attr filter -- p.csv"
	git checkout -q .gitattributes
	echo '*.csv text eol=crlf' >> .gitattributes
	ends_with 1 varve doctor
	output_has "attributes: .gitattributes:3 (*.csv text eol=crlf) overrides -text for p.csv: this line makes Git change pointers"
	: > .gitattributes
	ends_with 1 varve doctor
	output_has "p.csv: it is a table of varve, but no line of .gitattributes declares it"
	output_has "fix: varve track p.csv"
	varve track p.csv > /dev/null
	succeeds varve doctor
}

@test "text, an LFS pointer and a broken pointer under a path of varve's" {
	healthy
	rows 5 > t.csv
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n' 7 > l.csv
	git cat-file blob :p.csv | sed 's/"rows": 20/"rows": 21/' > false
	sed '4s/rows/row/' false > broken
	for f in t l; do
		git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters $f.csv),$f.csv"
	done
	git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters false),f.csv"
	git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters broken),b.csv"
	varve track '*.csv' > /dev/null
	ends_with 1 varve doctor
	output_has "plain: t.csv: Git stores it as plain text, but .gitattributes assigns it to varve"
	output_has "fix: varve add --fix t.csv"
	output_has "lfs: l.csv: Git LFS stores its data, but .gitattributes assigns it to varve"
	output_has "pointer: f.csv: its pointer was edited, and no longer identifies its data"
	output_has 'pointer: b.csv: a damaged pointer: the pointer must have a number of "rows"'
	output_has "4 things are wrong"
}

@test "conflict markers in a pointer of the work tree" {
	healthy
	{ echo '<<<<<<< HEAD'; git cat-file blob :p.csv; echo '>>>>>>> side'; } > p.csv
	ends_with 1 varve doctor
	output_has "pointer: in the work tree, p.csv: git merged this pointer as text, and left conflict markers in it"
	output_has "fix: varve restore --source REV p.csv && varve add p.csv"
}

@test "blocks that are not here, and since when" {
	healthy
	git init -q ../b
	cd ../b
	git pull -q ../work main 2> /dev/null
	varve init -q
	ends_with 1 varve doctor
	output_has "blocks: p.csv: some of its blocks are missing here (the path last changed in commit $(git rev-parse --short HEAD) of 2023-11-14)"
	output_has "varve remote add NAME URL"
	git remote add origin ../work
	ends_with 1 varve doctor
	output_has "fix: varve fetch"
	varve fetch -q
	varve restore p.csv > /dev/null 2>&1
	succeeds varve doctor
}

@test "blocks that are gone while the work tree has the table" {
	healthy
	rm -f .git/varve/packs/*
	ends_with 1 varve doctor
	output_has "fix: varve fsck --repair"
	succeeds varve fsck --repair
	succeeds varve doctor
}

@test "a remote that does not answer, one that does not speak varve, one that does" {
	healthy
	git remote add gone ../nowhere
	ends_with 1 varve doctor
	output_has "peer: the remote gone cannot be checked (../nowhere): "
	output_has "fix: try again; if the address has changed: varve remote set-url gone URL"
	succeeds varve doctor --offline
	git remote set-url gone http://127.0.0.1:9/x
	ends_with 1 varve doctor
	output_has "peer: the remote gone cannot be checked"
	git remote remove gone
	git init -q --bare ../hub.git
	git remote add hub ../hub.git
	varve push -q hub main
	succeeds varve doctor
	no_problems
}

@test "a lock of git, and versions that no remote has" {
	healthy
	git remote add hub ../hub.git
	git init -q --bare ../hub.git
	touch .git/index.lock
	ends_with 1 varve doctor
	output_has "lock: the lock $(cd .git && pwd)/index.lock exists: git is running, or was killed"
	output_has "fix: rm "
	rm .git/index.lock
	succeeds varve doctor
	output_has "note: unsent: local branches have 1 version of a table that no known remote has"
}

@test "text that varve only compares needs no hook" {
	git init -q .
	rows 5 > p.csv
	git add . && git commit -q -m one
	varve track --text '*.csv' > /dev/null 2>&1
	rm -f .git/hooks/pre-push
	succeeds varve doctor
	no_problems
}

@test "settings whose name or value means nothing are told" {
	new_repo
	git config varve.keepFrees 5m
	succeeds varve doctor --offline
	output_has "note: settings: varve has no setting 'varve.keepfrees' (local configuration)"
	output_has "fix: did you mean 'varve.keepFree'?"
	git config --unset varve.keepFrees
	git config varve.outputs 5m
	succeeds varve doctor --offline
	output_has "varve has no setting 'varve.outputs'"
	output_lacks "did you mean"
	git config --unset varve.outputs
	git config varve.reader.h5.comand cat
	succeeds varve doctor --offline
	output_has "fix: did you mean 'varve.reader.h5.command'?"
	git config varve.autoFetch maybe
	ends_with 1 varve doctor --offline
	output_has "settings: the setting 'varve.autoFetch' is 'maybe', expected true or false (local configuration)"
}

@test "a disk that is nearly full" {
	unshare -Urm sh -c 'mount -t tmpfs -o size=4m none "$1"' sh "$BATS_TEST_TMPDIR" 2> "$HOME/err" ||
		skip "mounting in a namespace of its own is not permitted: $(head -n 1 "$HOME/err")"
	mkdir disk
	ends_with 1 unshare -Urm sh -c 'mount -t tmpfs -o size=4m none disk && cd disk && git init -q . && varve init -q && varve doctor --offline'
	output_has "disk: the disk of "
	output_has "fix: free disk space, or run 'varve gc'"
}

@test "versions of the history whose blocks are not here are counted" {
	new_repo
	rows 50 > p.csv
	varve add p.csv > /dev/null
	varve commit -qm one
	sed -i 's/^7,item/7,other/' p.csv
	varve commit -qam two
	rm -rf .git/varve
	touch p.csv
	git status > /dev/null
	run varve doctor --offline
	output_has "note: blocks: the blocks of 1 version of the history are missing here"
	output_has "fix: varve fetch"
}

@test "a pointer that stands in the place of a table whose blocks are here" {
	new_repo
	rows 40 > t.csv
	varve add -q t.csv
	varve commit -qm one
	git cat-file blob :t.csv > p
	mv p t.csv
	ends_with 1 varve doctor --offline
	output_has "t.csv: the work tree has its pointer instead of the data"
	output_has "fix: 'varve restore t.csv' writes the data"
	git config varve.smudgeLimit 10
	succeeds varve doctor --offline
	git config --unset varve.smudgeLimit
	succeeds varve restore t.csv
	succeeds varve doctor --offline
}

@test "kinds of documents that can be read here, and what the others need" {
	mkdir bin
	printf '#!/bin/sh\n[ "$*" = "-m varve_data.reader kinds" ] && printf "%%s\\n" %s %s %s\n' \
		"'{\"kind\":\"parquet\",\"missing\":null}'" "'{\"kind\":\"workbook\",\"missing\":\"pyarrow, python-calamine\"}'" \
		"'{\"kind\":\"statistics\",\"missing\":\"pyarrow, pyreadstat\"}'" > bin/python3
	chmod +x bin/python3
	export PATH="$PWD/bin:$PATH"
	git config --global varve.reader.sqlite.command "sh -c x"
	new_repo
	git config varve.reader.dta.command /none/of/a/repository
	succeeds varve doctor
	output_has 'note: documents: can be read: parquet, sqlite'
	output_has 'note: documents: cannot be read: workbook, arrow, statistics; missing: pyarrow, python-calamine, pyreadstat'
	output_has "fix: pip install 'varve-data[office]', or './python[office]' in a clone of varve"
	git config --global varve.reader.h5.command /none/read-h5
	ends_with 1 varve doctor
	output_has 'documents: the reader for h5 files is not installed: /none/read-h5'
	output_lacks dta
	git config varve.readers false
	succeeds varve doctor
	output_has 'note: documents: document readers are disabled: varve.readers is false'
}

@test "a name in .varveconfig that means nothing is named by doctor, push and fetch, and changes nothing" {
	git init -q --bare hub.git
	new_repo
	rows 10 > t.csv
	printf '%s\n' '# where the rows are' '[blocks]' '	reff = varve-blocks' '	ref = varve-blocks # right' \
		'[store "a]b"]' '	url = s3://b/p' '	pushUrl = s3://b/p\' '	continued = 1' '	defualt = true' \
		'[IMPORT "x.csv"] URL = https://host/x.csv' '[blok]' '	url = x' '[vault "later"]' '	later = 1' > .varveconfig
	varve add -q . && varve commit -qm one
	known=$'.varveconfig: this varve does not know \'reff\'; did you mean \'ref\'?
.varveconfig: this varve does not know \'defualt\'; did you mean \'default\'?
.varveconfig: this varve does not know \'blok\'; did you mean \'blocks\'?
.varveconfig: this varve does not know \'later\''
	varve doctor --offline > said || true
	[ "$(sed -n 's/^note: settings: //p' said)" = "$known" ]
	cp .varveconfig right
	printf '%s\n' $'\357\273\277[blocks]' '	# a comment ends with its line \' '	one = c:\\' \
		'	two = "# \' '	continued" \' '	again # \' '	three' '[import "a\"]b"] four = y' $'\tpath = a\\\r\n\tcontinued\r' '	five' > .varveconfig
	varve doctor --offline > said || true
	[ "$(grep -o "does not know .*" said | tr '\n' ' ')" = "does not know 'one' does not know 'two' does not know 'three' does not know 'four' does not know 'five' " ]
	mv right .varveconfig
	sed -i '/store/,/defualt/d' .varveconfig
	git add .varveconfig && git commit -qm two
	git remote add origin hub.git
	succeeds varve push origin main
	[ "$(grep -c '^warning: .varveconfig: this varve does not know' <<< "$stderr")" = 3 ]
	succeeds varve fetch origin
	stderr_has "warning: .varveconfig: this varve does not know 'reff'; did you mean 'ref'?"
}

@test "each mend that doctor prints mends" {
	succeeds python3 "$BATS_TEST_DIRNAME/mends.py" "$BATS_TEST_DIRNAME/../../.."
}
