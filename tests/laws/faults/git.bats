# Real Git beside varve: what moves tables about, in every kind of repository.
load ../../cli/helper

base() {
	new_repo
	rows 300 > prices.csv
	cp prices.csv ../v1.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	rows 310 1 > prices.csv
	cp prices.csv ../v2.csv
	varve commit -q -a -m two
}

clean() {
	[ -z "$(git status --porcelain)" ] || { git status >&2; return 1; }
	succeeds varve status --porcelain
	output_is ""
}

is_pointer() {
	head -n 3 "$1" | grep -q '^{"varve": 1, "kind": "table"'
}

@test "git moves tables between versions byte for byte" {
	base
	git checkout -q HEAD~1
	cmp prices.csv ../v1.csv
	clean
	git checkout -q main
	cmp prices.csv ../v2.csv
	rows 320 2 > prices.csv
	cp prices.csv ../v3.csv
	git stash -q
	cmp prices.csv ../v2.csv
	clean
	git stash pop -q
	cmp prices.csv ../v3.csv
	git add prices.csv
	git commit -q -m three
	clean
	git reset -q --hard HEAD~2
	cmp prices.csv ../v1.csv
	clean
	git merge -q --ff-only 'HEAD@{1}'
	cmp prices.csv ../v3.csv
	clean
	git revert --no-edit HEAD > /dev/null
	cmp prices.csv ../v2.csv
	clean
	succeeds git fsck --strict
	succeeds varve fsck --data
}

@test "git rebases and picks commits with tables" {
	base
	git checkout -q -b side HEAD~1
	echo side > side.txt
	rows 200 5 > other.csv
	cp other.csv ../other.csv
	varve add side.txt other.csv > /dev/null
	varve commit -q -m side
	git rebase -q main
	cmp prices.csv ../v2.csv
	cmp other.csv ../other.csv
	clean
	git checkout -q -b pick HEAD~2
	cmp prices.csv ../v1.csv
	git cherry-pick side > /dev/null
	cmp other.csv ../other.csv
	cmp prices.csv ../v1.csv
	clean
	git checkout -q main
	git merge -q --no-edit pick
	cmp prices.csv ../v2.csv
	cmp other.csv ../other.csv
	clean
	succeeds git fsck --strict
}

@test "git worktree makes tables and shares the blocks" {
	base
	git worktree add -q ../linked HEAD~1
	cmp ../linked/prices.csv ../v1.csv
	cd ../linked
	clean
	rows 330 3 > prices.csv
	cp prices.csv ../v3.csv
	succeeds varve commit -q -a -m linked
	clean
	cd ../work
	varve cat "$(git -C ../linked rev-parse HEAD):prices.csv" | cmp - ../v3.csv
	[ ! -e ../linked/.git/varve ]
	clean
}

@test "a local clone has pointers and says what is missing" {
	base
	git clone -q --local . ../copy 2> ../why
	cd ../copy
	is_pointer prices.csv
	varve init > /dev/null
	git config varve.autoFetch false
	clean
	git checkout -q HEAD~1 2> ../why
	is_pointer prices.csv
	ends_with 2 varve cat HEAD:prices.csv
	stderr_has "varve fetch --data"
	git checkout -q main 2> ../why
	cp -a ../work/.git/varve/packs/. .git/varve/packs/
	succeeds varve restore prices.csv
	cmp prices.csv ../v2.csv
	clean
}

@test "with the blocks missing git goes on with pointers and says so" {
	base
	mv .git/varve/packs ../packs
	mkdir .git/varve/packs
	git checkout -q HEAD~1 2> ../why
	grep -q "varve restore" ../why
	is_pointer prices.csv
	[ -z "$(git status --porcelain)" ]
	git checkout -q main 2> ../why
	git stash -q 2> ../why || true
	git reset -q --hard HEAD~1 2> ../why
	[ -z "$(git status --porcelain)" ]
	cp -a ../packs/. .git/varve/packs/ # git may have had the table's own bytes stored again
	succeeds varve restore prices.csv
	cmp prices.csv ../v1.csv
	clean
}

@test "git fails loudly for every command when varve is not on the PATH" {
	base
	path=$(printf '%s' "$PATH" | tr : '\n' | grep -v -x -F "$VARVE_BIN" | paste -sd :)
	if PATH=$path command -v varve > /dev/null; then skip "another varve is on the PATH"; fi
	rows 320 2 > prices.csv
	cp prices.csv ../mine.csv
	for command in "add prices.csv" "commit -a -m x" "stash"; do
		run env PATH="$path" git $command
		[ "$status" -ne 0 ]
		[[ $output == *varve* ]]
		cmp prices.csv ../mine.csv
	done
	succeeds varve fsck --data
}

@test "git gc and git prune take nothing from varve" {
	base
	varve tag first HEAD~1
	git gc -q --prune=now
	git prune
	succeeds git fsck --strict
	varve cat first:prices.csv | cmp - ../v1.csv
	varve cat HEAD:prices.csv | cmp - ../v2.csv
	succeeds varve fsck --data
	clean
}

@test "writes within one second of each other are never overlooked" {
	base
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		# The same size, and the same time as far as seconds go.
		rows 310 $((i + 10)) > prices.csv
		varve commit -q -a -m "$i"
		[ -z "$(git status --porcelain)" ]
		sed -i "s/^7,item [0-9]*/7,item $((200 + i))/" prices.csv
		[ "$(git status --porcelain)" = " M prices.csv" ]
		succeeds varve status --porcelain
		output_is " M prices.csv"
	done
}

@test "a bare repository answers and changes nothing" {
	base
	git clone -q --bare . ../bare.git
	mkdir -p ../bare.git/varve
	cp -a .git/varve/packs ../bare.git/varve/
	cd ../bare.git
	varve cat main~1:prices.csv | cmp - ../v1.csv
	succeeds varve log --oneline main
	succeeds varve fsck --data
	succeeds varve gc -q
	varve cat main:prices.csv | cmp - ../v2.csv
	ends_with 2 varve add prices.csv
	stderr_has "varve: "
	ends_with 2 varve status
}

@test "a repository full of CSV fixtures keeps them as text" {
	git init -q
	mkdir -p tests/data
	for i in 1 2 3 4 5; do rows $((i * 5)) > "tests/data/f$i.csv"; done
	echo '{"a": 1}' > tests/data/x.ndjson
	git add . && git commit -q -m fixtures
	varve init > /dev/null
	rows 7 > tests/data/f1.csv
	rows 9 > tests/data/new.csv
	succeeds varve add .
	[[ $output$stderr == *text* ]]
	git diff --cached --name-only | grep -q f1.csv
	git cat-file blob :tests/data/f1.csv | cmp - tests/data/f1.csv
	git cat-file blob :tests/data/new.csv | cmp - tests/data/new.csv
	succeeds varve commit -q -m more
	! git ls-files | grep -q '^\.gitattributes$' || false
	clean
}

# Names that Git and its files of patterns give trouble with.
odd_names() {
	printf '%s\0' 'two words.csv' "it's.csv" 'quo"te.csv' 'prix été.csv' '#comment.csv' '!not.csv' \
		'star*.csv' 'what?.csv' '[a-z].csv' 'back\slash.csv' ' lead.csv' 'a=b.csv' '表.csv' '-dash.csv' \
		'sub dir/in [it].csv' $'tab\there.csv'
}

@test "odd names go through attributes and every command" {
	new_repo
	local name taken=0
	mkdir 'sub dir'
	# Bait that a pattern taken for a glob would catch.
	rows 5 > stars.csv
	rows 5 > whatX.csv
	rows 5 > b.csv
	while IFS= read -r -d '' name; do
		rows $((20 + ${#name})) > "$name"
		if varve add -- "$name" > ../out 2> ../why; then
			taken=$((taken + 1))
			git cat-file blob ":$name" | is_pointer /dev/stdin
			cp "$name" ../expected.csv
			varve commit -q -m "$taken"
			varve cat "HEAD:$name" | cmp - ../expected.csv
			rm -- "$name"
			succeeds varve restore -- "$name"
			cmp -- "$name" ../expected.csv
			succeeds varve info "HEAD:$name"
			succeeds varve log --oneline -- "$name"
			[ "${#lines[@]}" = 1 ]
			[ -z "$(git status --porcelain -- ":(literal)$name")" ]
			succeeds varve mv -- "$name" moved.csv
			succeeds varve mv -- moved.csv "$name"
		else
			grep -q '^varve: ' ../why || { cat ../why >&2; return 1; }
			! git ls-files --error-unmatch -- ":(literal)$name" 2> ../err || false
		fi
	done < <(odd_names)
	[ "$taken" -ge 13 ]
	for name in stars.csv whatX.csv b.csv; do
		[ "$(git check-attr filter -- $name)" = "$name: filter: unspecified" ]
	done
	succeeds git fsck --strict
	succeeds varve fsck --data
}

# Trees made by hand, with names that no checkout may follow.
hostile_tree() {
	local blob tree
	blob=$(git rev-parse HEAD:prices.csv)
	tree=$(python3 - "$1" "$blob" <<-'END'
	import subprocess, sys
	name, blob = sys.argv[1].encode("utf-8", "surrogateescape"), bytes.fromhex(sys.argv[2])
	parts = name.split(b"/") if b"/" in name and name[0:1] != b"/" and b".." not in name else [name]
	data = b"100644 " + parts[-1] + b"\0" + blob
	def put(data):
	    return subprocess.run(["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
	        input=data, capture_output=True, check=True).stdout.strip().decode()
	oid = put(data)
	for part in reversed(parts[:-1]):
	    oid = put(b"40000 " + part + b"\0" + bytes.fromhex(oid))
	print(oid)
	END
	) || return 1
	git commit-tree -m hostile -p HEAD "$tree"
}

@test "hostile names lead nowhere" {
	base
	local name commit code snapshot
	snapshot=$(cd .. && ls -A && ls -A work | grep -v -x -F prices.csv)
	find .git/config .git/hooks .git/info -type f -exec md5sum {} + | sort > ../git-before
	while IFS= read -r name; do
		name=$(printf '%b' "$name")
		commit=$(hostile_tree "$name")
		for command in "cat $commit:prices.csv" "show $commit" "log --stat $commit" \
			"restore --source $commit --staged --worktree ." \
			"switch --detach $commit" "status"; do
			code=0
			timeout 20 varve $command > ../answer 2> ../why || code=$?
			[ "$code" -le 2 ] || { printf 'varve %s: %d\n' "$command" "$code" >&2; cat ../why >&2; return 1; }
			if LC_ALL=C grep -q "[$(printf '\001-\010\013-\037\177')]" ../answer ../why; then
				printf 'raw control bytes: varve %s: %q\n' "$command" "$name" >&2
				return 1
			fi
		done
		rm -f ../answer ../why
		[ ! -e ../evil ] && [ ! -e .git/evil ] && [ ! -e .git/hooks/evil ] && [ ! -e /evil-of-varve ]
		git -c filter.varve.process= -c filter.varve.required=false -c filter.varve.smudge=cat reset -q --hard main 2> /dev/null ||
			git -c filter.varve.process= -c filter.varve.required=false -c filter.varve.smudge=cat checkout -q -f main
		git checkout -q -f main
		git clean -q -f -d -x
		find .git -name '*.lock' ! -path '*/varve/*' | grep . && return 1
	done <<-'END'
	..
	.
	.git
	.GIT
	.Git
	git~1
	../evil
	/evil-of-varve
	.git/evil
	.git/hooks/evil
	.g\xe2\x80\x8cit
	.git::$INDEX_ALLOCATION
	.git\\\\evil
	..\\\\evil
	a/../../evil
	-evil
	--output=evil
	con
	aux.csv
	nul
	evil.
	evil\x20
	evil:stream
	esc\x1b]0;title\x07.csv
	esc\x1b[2J.csv
	bidi\xe2\x80\xae.csv
	bad\xff\xfe.csv
	cr\r.csv
	nl\n.csv
	.gitmodules/evil
	END
	varve restore prices.csv
	cmp prices.csv ../v2.csv
	[ "$(git status --porcelain)" = "" ]
	find .git/config .git/hooks .git/info -type f -exec md5sum {} + | sort | cmp - ../git-before
	[ "$(cd .. && ls -A | grep -v -x git-before && ls -A work | grep -v -x -F prices.csv)" = "$snapshot" ]
}

# hidden MARK COMMAND...: what git hides in t.csv and plain.cfg is neither overwritten, nor staged, nor loses its mark.
hidden() {
	local mark=$1 flag
	shift
	sed -i '3s/item/LOCAL/' t.csv
	echo LOCAL >> plain.cfg
	git update-index "--$mark" t.csv plain.cfg
	flag=$(git ls-files -v t.csv plain.cfg)
	"$@" > ../said 2>&1 || true
	grep -q LOCAL t.csv && grep -q LOCAL plain.cfg && [ "$(git ls-files -v t.csv plain.cfg)" = "$flag" ] &&
		! varve cat HEAD:t.csv | grep -q LOCAL && ! git show HEAD:plain.cfg | grep -q LOCAL || {
		echo "$mark: $*" >&2
		cat ../said >&2
		return 1
	}
	git update-index "--no-$mark" t.csv plain.cfg
	git reset -q --hard
}

@test "edits that git hides, and files behind a link, are left alone" {
	new_repo
	git config gc.auto 0
	rows 20 > t.csv
	echo port=1 > plain.cfg
	mkdir d
	rows 9 > d/t.csv
	echo a > d/plain
	varve add t.csv plain.cfg d > /dev/null
	varve commit -q -m base
	git switch -q -c side
	sed -i '9s/item/side/' t.csv
	echo side >> plain.cfg
	varve commit -q -a -m side
	git switch -q main
	local mark command
	for mark in skip-worktree assume-unchanged; do
		while read -r command; do
			hidden "$mark" $command
		done <<-'END'
		varve switch side
		varve merge side
		varve pull . side
		varve cherry-pick side
		varve commit -a -m mine
		varve add .
		varve add t.csv plain.cfg
		varve status
		END
		sed -i '3s/item/LOCAL/' t.csv
		git update-index "--$mark" t.csv
		succeeds varve status -s
		output_is ""
		ends_with 2 varve add t.csv
		stderr_has "'git update-index --no-skip-worktree --no-assume-unchanged t.csv'"
		git update-index "--no-$mark" t.csv
		git reset -q --hard
	done
	# index.skipHash
	truncate -s -20 .git/index
	head -c 20 /dev/zero >> .git/index
	echo more >> plain.cfg
	succeeds varve status -s
	output_is " M plain.cfg"
	succeeds varve add plain.cfg
	succeeds git fsck --no-dangling
	git reset -q --hard
	# ... also where Git converts line ends, and in a merge.
	git config core.autocrlf input
	git commit -q --allow-empty -m two
	truncate -s -20 .git/index
	head -c 20 /dev/zero >> .git/index
	echo more >> plain.cfg
	succeeds varve add plain.cfg
	git reset -q --hard
	truncate -s -20 .git/index
	head -c 20 /dev/zero >> .git/index
	succeeds varve merge --no-commit --no-ff side
	succeeds varve merge --abort
	git config --unset core.autocrlf
	# Where a folder became a link its files are gone.
	cp -r d ../out
	sed -i '3s/item/SECRET/' ../out/t.csv
	rm -r d
	ln -s ../out d
	succeeds varve status -s
	output_is "$(git status -s)"
	succeeds varve commit -q -a -m gone
	[ -z "$(git ls-files d)" ]
	! git status -s | grep -v '^?? d$' || false
	# The mode is what the umask leaves of it.
	chmod +x t.csv
	varve commit -q -a -m x
	rm t.csv
	(umask 027 && varve restore -q t.csv)
	[ "$(stat -c %a t.csv)" = 750 ]
}
