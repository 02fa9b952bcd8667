load ../helper
load ../../laws/faults/transfer

one_table() {
	new_repo
	rows 3000 > prices.csv
	cp prices.csv ../one.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
}

changed() {
	sed -i 's/^1500,/1500000,/' prices.csv
	cp prices.csv ../two.csv
}

@test "git add does not repeat the warnings of varve add" {
	new_repo
	printf 'a,b\n1,2\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	printf '3\n' >> t.csv
	succeeds varve add t.csv
	stderr_has "fewer cells"
	touch -d 2020-01-01 t.csv
	succeeds git add t.csv
	stderr_is ""
	printf '4\n' >> t.csv
	succeeds git add t.csv
	stderr_has "2 rows have fewer cells"
}

@test "git add stores the pointer and git checkout the table" {
	one_table
	changed
	git add prices.csv
	git commit -qm two
	git show HEAD:prices.csv | grep -q '^{"varve": 1, "kind": "table"'
	[ -z "$(git status --porcelain)" ]
	git checkout -q HEAD~1
	same_bytes ../one.csv prices.csv
	[ -z "$(git status --porcelain)" ]
	git checkout -q main
	same_bytes ../two.csv prices.csv
	varve fsck --data
}

@test "git add gives the same pointer as varve add" {
	one_table
	changed
	git add prices.csv
	first=$(git ls-files -s prices.csv)
	git reset -q
	varve add prices.csv > /dev/null
	[ "$(git ls-files -s prices.csv)" = "$first" ]
}

@test "reset stash and rebase do the right thing" {
	one_table
	changed
	git stash -q
	same_bytes ../one.csv prices.csv
	git stash pop -q
	same_bytes ../two.csv prices.csv
	git reset -q --hard
	same_bytes ../one.csv prices.csv
	git checkout -q -b side
	cp ../two.csv prices.csv
	git commit -qam two
	git checkout -q main
	echo x > x
	git add x
	git commit -qm x
	git checkout -q side
	git rebase -q main
	same_bytes ../two.csv prices.csv
	[ -z "$(git status --porcelain)" ]
}

@test "with the blocks missing the pointer is written with one line that says so" {
	one_table
	changed
	varve add prices.csv > /dev/null
	varve commit -qm two
	mv .git/varve/packs ../packs
	run --separate-stderr git checkout -q HEAD~1
	[ "$status" = 0 ]
	stderr_has "varve restore prices.csv"
	head -n 1 prices.csv | grep -q '^varve pointer: '
	[ -z "$(git status --porcelain)" ]
	git checkout -q main
	[ -z "$(git status --porcelain)" ]
	rm -rf .git/varve/packs
	mv ../packs .git/varve/packs
	varve restore -q prices.csv
	same_bytes ../two.csv prices.csv
}

@test "a table above the limit stays a pointer" {
	one_table
	git config varve.smudgelimit 1k
	rm prices.csv
	run --separate-stderr git checkout prices.csv
	[ "$status" = 0 ]
	stderr_has "exceed varve.smudgeLimit"
	head -n 1 prices.csv | grep -q '^varve pointer: '
}

@test "git add of a pointer that nobody knows is refused" {
	one_table
	git show HEAD:prices.csv | sed 's/"root": "bafyrei..../"root": "bafyreiaaaa/' > pointer
	mv pointer prices.csv
	run --separate-stderr git add prices.csv
	[ "$status" != 0 ]
	stderr_has "is missing here"
	git show HEAD:prices.csv > prices.csv
	git add prices.csv
	[ -z "$(git diff --cached --name-only)" ]
}

@test "git add of a pointer with conflict markers is refused" {
	one_table
	{ git show HEAD:prices.csv | head -n 3; echo '<<<<<<< ours'; } > pointer
	mv pointer prices.csv
	run --separate-stderr git add prices.csv
	[ "$status" != 0 ]
	stderr_has "prices.csv"
}

@test "git add of malformed CSV is refused with its place" {
	one_table
	printf 'a,b\n1,"open\n' > prices.csv
	run --separate-stderr git add prices.csv
	[ "$status" != 0 ]
	stderr_has "never closed"
	[ -z "$(git diff --cached --name-only)" ]
}

@test "a file that varve knows is compared with what git passes, and not imported" {
	new_repo
	rows 100000 > prices.csv
	[ "$(stat -c %s prices.csv)" -gt 2000000 ]
	sleep 1.1 # a younger file may have changed since its stat was taken
	strace -f -e trace=openat -o ../calls varve add prices.csv > ../out
	[ "$(grep -c 'cache/scan/.*O_WRONLY' ../calls)" = 1 ] # an import notes its groups
	# git may pass other bytes for the path: another end, fewer, more, none alike
	local edits=('$s/^/9/' '60000,$d' '$a 100001,more,1' '2s/^/9/') edit blobs=()
	for edit in "${edits[@]}"; do
		blobs+=("$(sed "$edit" prices.csv | git hash-object -w --path prices.csv --stdin)")
	done
	cp prices.csv ../before.csv
	for edit in "${edits[@]}"; do
		sed "$edit" ../before.csv > prices.csv
		varve add prices.csv > ../out
		[ "$(git rev-parse :prices.csv)" = "${blobs[0]}" ]
		blobs=("${blobs[@]:1}")
		cp ../before.csv prices.csv
		varve add prices.csv > ../out
	done
	varve fsck --data
}

@test "git fails loudly when varve is not on the PATH" {
	one_table
	changed
	run --separate-stderr env PATH=/usr/bin:/bin git add prices.csv
	[ "$status" != 0 ]
	stderr_has "varve"
}

@test "many files go through one process" {
	new_repo
	varve track '*.csv' > /dev/null
	for i in 1 2 3 4 5 6 7 8; do rows 50 "$i" > "t$i.csv"; done
	git add .
	git commit -qm all
	mkdir ../kept
	cp t*.csv ../kept
	rm t*.csv
	git checkout -q .
	for i in 1 2 3 4 5 6 7 8; do same_bytes "../kept/t$i.csv" "t$i.csv"; done
	[ -z "$(git status --porcelain)" ]
}

@test "descriptions and git's own files pass a broad pattern" {
	new_repo
	printf '*.json filter=varve\n' >> .gitattributes
	echo '{"resources": []}' > datapackage.json
	git add datapackage.json
	[ "$(git show :datapackage.json)" = '{"resources": []}' ]
}

@test "one file at a time with clean and smudge" {
	one_table
	varve filter clean prices.csv < ../one.csv > pointer
	git show HEAD:prices.csv | cmp - pointer
	varve filter smudge prices.csv < pointer > back
	same_bytes ../one.csv back
	printf 'plain text' | varve filter smudge x | cmp - <(printf 'plain text')
	ends_with 2 varve filter
	ends_with 2 varve filter polish prices.csv
}

@test "what is not git's protocol is refused" {
	new_repo
	ends_with 2 varve filter-process < /dev/null
	run --separate-stderr sh -c 'echo hello | varve filter-process'
	[ "$status" = 2 ]
	stderr_has "packet"
}

@test "a change on one side merges" {
	one_table
	git checkout -qb theirs
	changed
	git commit -qam theirs
	git checkout -q main
	echo x > x
	git add x
	git commit -qm x
	git merge -q --no-edit theirs
	same_bytes ../two.csv prices.csv
	[ -z "$(git status --porcelain)" ]
}

# A .gitattributes below that gives line ends to all files there.
crlf_attributes() {
	new_repo
	mkdir data
	rows 50 > data/prices.csv
	cp data/prices.csv ../one.csv
	varve add -q data/prices.csv
	varve commit -qm one
	printf '# ours\n*.csv text eol=crlf\n' > data/.gitattributes
	git add data/.gitattributes
	git commit -qm attributes
}

@test "a text attribute that beats -text leaves the table whole" {
	crlf_attributes
	rm data/prices.csv
	succeeds git checkout -- data/prices.csv
	same_bytes ../one.csv data/prices.csv
	sed -i 's/^7,/700,/' data/prices.csv
	cp data/prices.csv ../two.csv
	succeeds git stash
	same_bytes ../one.csv data/prices.csv
	succeeds git stash pop
	same_bytes ../two.csv data/prices.csv
	git commit -qam two
	succeeds git checkout -q HEAD~1
	same_bytes ../one.csv data/prices.csv
	succeeds git checkout -q main
	same_bytes ../two.csv data/prices.csv
	git cat-file blob HEAD:data/prices.csv > ../pointer
	! grep -q $'\r' ../pointer || false
	[ -z "$(git status --porcelain)" ]
}

@test "a pointer with CRLF in the work tree is taken as the pointer that it is" {
	crlf_attributes
	git cat-file blob HEAD:data/prices.csv | sed 's/$/\r/' > data/prices.csv
	[ -z "$(git diff --cached --name-only)" ]
	succeeds git add data/prices.csv
	[ -z "$(git diff --cached --name-only)" ]
	succeeds varve status
	output_has "data/prices.csv  pointer only: varve restore data/prices.csv"
	succeeds varve cat data/prices.csv
	succeeds varve restore data/prices.csv
	same_bytes ../one.csv data/prices.csv
}

# A host's editor changes them when it resolves a conflict. $1 prints the pointer so.
committed_as() {
	git update-index --cacheinfo "100644,$(git cat-file blob "$whole" | "$@" | git hash-object -w --stdin),prices.csv"
	git commit -q --allow-empty -m "$*"
}

no_last() { head -c -1; }
one_more() { cat; echo; }
all_crlf() { sed 's/$/\r/'; }

@test "a pointer that is committed with other line ends is the pointer that it is" {
	new_repo
	rows 60 > prices.csv
	varve add -q prices.csv
	varve commit -q -m one
	local whole form
	whole=$(git rev-parse HEAD:prices.csv)
	cp prices.csv ../one.csv
	for form in no_last one_more all_crlf; do
		committed_as $form
		rm prices.csv
		git checkout -q -- prices.csv
		same_bytes ../one.csv prices.csv
		varve cat HEAD:prices.csv > ../two.csv
		same_bytes ../one.csv ../two.csv
		ends_with 1 varve doctor --offline
		output_has "pointer: prices.csv: its pointer has wrong line ends"
		succeeds varve fsck
		git cat-file blob HEAD:prices.csv > prices.csv
		succeeds git status # the pointer stands there, and its data may be elsewhere
		varve restore prices.csv
		succeeds varve add --fix prices.csv
		[ "$(git rev-parse :prices.csv)" = "$whole" ]
		succeeds varve doctor --offline
	done
}

@test "track add and status name the line that beats -text" {
	crlf_attributes
	succeeds varve status
	output_has "data/.gitattributes:2 (*.csv text eol=crlf) overrides -text for data/prices.csv"
	rows 60 > data/prices.csv
	succeeds varve add data/prices.csv
	stderr_has "data/.gitattributes:2 (*.csv text eol=crlf) overrides -text for data/prices.csv: Git would change pointers"
	succeeds varve track data/prices.csv
	stderr_has "data/.gitattributes:2 (*.csv text eol=crlf) overrides -text for data/prices.csv"
	sed -i '2s/$/ -text/' data/.gitattributes
	succeeds varve status
	output_lacks "overrides"
	succeeds varve add data/prices.csv
	stderr_is ""
}

@test "lines that beat -text are found in macros and in info/attributes and only where they do" {
	new_repo
	rows 5 > a.csv
	rows 5 > b.csv
	printf '*.csv text\n' > .gitattributes
	varve add -q a.csv b.csv
	varve commit -qm one
	succeeds varve status
	output_lacks "overrides"
	printf '[attr]dos text eol=crlf\n*.csv dos\n' > .git/info/attributes
	succeeds varve status
	output_has ".git/info/attributes:2 (*.csv dos) overrides -text for a.csv and 1 more"
}

@test "what the filter wrote is read again by what it noted, and a damaged or foreign note is not believed" {
	one_table
	rows 20000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	old=$(git rev-parse HEAD:prices.csv)
	changed
	varve commit -qam two
	git checkout -q HEAD~1
	note=$(ls .git/varve/cache/scan/*-given)
	[ -s "$note" ]
	cp "$note" ../note
	for at in 0 40 200 600; do
		cp ../note "$note"
		printf '\377' | dd of="$note" bs=1 seek=$at conv=notrunc 2> /dev/null
		[ "$(varve filter clean prices.csv < prices.csv | git hash-object --stdin)" = "$old" ]
	done
	# a note of a version that is not in the index
	git checkout -q main
	cp ../note "$note"
	new=$(git rev-parse HEAD:prices.csv)
	[ "$(varve filter clean prices.csv < prices.csv | git hash-object --stdin)" = "$new" ]
	git diff HEAD~1 HEAD > /dev/null
	[ "$(varve filter clean prices.csv < prices.csv | git hash-object --stdin)" = "$new" ]
	[ -z "$(git status --porcelain)" ]
	varve fsck --data
}

# main has another column, and the branch ren another name of the key.
diverged() {
	new_repo
	rows 300 > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	git checkout -q -b ren
	sed -i '1s/^id,/code,/' t.csv
	varve add -q --key code t.csv
	varve commit -qm rename
	git checkout -q main
	sed -i '1s/$/,extra/; 2,$s/$/,e/' t.csv
	varve add -q t.csv
	varve commit -qm column
}

rebased() {
	stderr_lacks "is gone"
	[ "$(head -n 1 t.csv)" = code,name,price,day,extra ]
	git show HEAD:t.csv | grep -q '"key": \["code"\]'
	succeeds varve fsck --data
}

@test "git rebase of a touched file reads what git checked out meanwhile" {
	diverged
	touch t.csv
	succeeds git rebase ren
	rebased
	[ -z "$(git status --porcelain)" ]
}

@test "git rebase of several commits, and with --autostash, does so too" {
	diverged
	sed -i '2s/,e$/,f/' t.csv
	varve add -q t.csv
	varve commit -qm cell
	sed -i '3s/,e$/,mine/' t.csv
	succeeds git rebase --autostash ren
	rebased
	[ "$(git status --porcelain)" = " M t.csv" ]
	[ "$(sed -n 2p t.csv | sed 's/.*,//')" = f ]
	[ "$(sed -n 3p t.csv | sed 's/.*,//')" = mine ]
}

# The branch other drops the last column, whose cells are in quotes: what an import beside the table before keeps of
# its quoting is not what a merge does.
narrowed() {
	new_repo
	local i
	for i in a b; do
		{ echo id,a,q; seq 40 | sed 's/.*/&,a&,"q&"/'; } > "$i.csv"
	done
	varve add -q a.csv b.csv
	varve commit -qm base
	git checkout -q -b other
	sed -i 's/,[^,]*$//; 3s/$/theirs/' a.csv b.csv
	varve add -q a.csv b.csv
	varve commit -qm narrower
	git checkout -q main
	sed -i '20s/,a19/&mine/' a.csv b.csv
}

both_are_there() {
	local i
	for i in a b; do
		[ "$(sed -n '1p; 3p; 20p' $i.csv | paste -sd ' ')" = "id,a 2,a2theirs 19,a19mine" ]
	done
}

@test "git checkout -m takes local changes of two tables to a branch of another form" {
	narrowed
	succeeds git checkout -m other
	both_are_there
	[ "$(git branch --show-current)" = other ]
	[ "$(git status --porcelain | paste -sd ' ')" = " M a.csv  M b.csv" ]
}

@test "git checkout -m takes local changes to a branch that renamed and changed the table" {
	new_repo
	rows 40 > t.csv
	varve add -q t.csv
	varve commit -qm one
	git checkout -q -b other
	varve mv t.csv u.csv
	sed -i 's/^9,item/9,theirs/' u.csv
	varve add -q u.csv
	varve commit -qm renamed
	git checkout -q main
	sed -i 's/^3,item/3,mine/' t.csv
	succeeds git checkout -m other
	[ "$(git status --porcelain)" = " M u.csv" ]
	grep -q '^9,theirs' u.csv
	grep -q '^3,mine' u.csv
}

@test "git merge, cherry-pick, rebase, am and stash with the recursive strategy write what the merge driver made" {
	narrowed
	git stash -q
	git checkout -q other
	succeeds git stash pop
	both_are_there
	git checkout -q -f main
	sed -i '20s/,a19/&mine/' a.csv b.csv
	varve add -q a.csv b.csv
	varve commit -qm mine
	git format-patch -q -1 --stdout other > ../other.patch
	local how
	for how in 'merge -q --no-edit -s recursive other' 'cherry-pick --strategy=recursive other' \
		'rebase -q --strategy=recursive other' 'am -q -3 ../other.patch'; do
		git checkout -q -B tried main
		# shellcheck disable=SC2086
		succeeds git $how
		both_are_there
		touch a.csv b.csv
		[ -z "$(git status --porcelain)" ]
	done
	succeeds varve fsck --data
}

@test "a recursive merge that changes only the key writes the same bytes, and git gets the merged pointer" {
	new_repo
	rows 300 > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	git checkout -q -b other
	varve add -q --key day,id t.csv
	varve commit -qm key
	git checkout -q main
	sed -i '7s/,/,mine/' t.csv
	cp t.csv ../mine.csv
	varve add -q t.csv
	varve commit -qm mine
	succeeds git merge -q --no-edit -s recursive other
	same_bytes ../mine.csv t.csv
	git show HEAD:t.csv | grep -q '"key": \["day", "id"\]'
	touch t.csv
	[ -z "$(git status --porcelain)" ]
}

@test "a version that was staged after the filter wrote a file is the version of its bytes" {
	new_repo
	rows 300 > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	varve add -q --key day,id t.csv
	varve commit -qm key
	cat > ../ask.py <<-'END'
		import subprocess
		p = subprocess.Popen(["varve", "filter-process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		def put(*lists):
		    for l in lists:
		        for b in l:
		            p.stdin.write(b"%04x" % (len(b) + 4) + b)
		        p.stdin.write(b"0000")
		    p.stdin.flush()
		def get():
		    out = b""
		    while (n := int(p.stdout.read(4), 16)) > 0:
		        out += p.stdout.read(n - 4)
		    return out
		def ask(command, content):
		    put([b"command=" + command, b"pathname=t.csv"], [content])
		    status, out, end = get(), get(), get()
		    assert status == b"status=success\n" and end == b"", status
		    return out
		def git(*a):
		    return subprocess.run(["git", *a], stdout=subprocess.PIPE, check=True).stdout
		put([b"git-filter-client\n", b"version=2\n"])
		get()
		put([b"capability=clean\n", b"capability=smudge\n"])
		get()
		old, new = git("cat-file", "blob", "HEAD~1:t.csv"), git("cat-file", "blob", "HEAD:t.csv")
		file = open("t.csv", "rb").read()
		assert old != new and ask(b"clean", file) == new
		assert ask(b"smudge", old) == file
		open("t.csv", "wb").write(file)
		assert ask(b"clean", file) == old  # git is checking it out
		assert ask(b"clean", file.replace(b"7", b"8")) not in (old, new)
		git("rm", "-q", "--cached", "t.csv")
		assert ask(b"clean", file) != old  # another program has staged something
		git("reset", "-q")
		assert ask(b"smudge", old) == file
		git("update-index", "--cacheinfo", "100644," + git("rev-parse", "HEAD~1:t.csv").decode().strip() + ",t.csv")
		assert ask(b"clean", file) == old
		p.stdin.close()
		assert p.wait() == 0
	END
	succeeds python3 ../ask.py
}

@test "git add of many tables waits for the disk a few times" {
	need_strace
	new_repo
	for i in $(seq 60); do rows 20 > "t$i.csv"; done
	varve add . > /dev/null
	varve commit -qm one
	for i in $(seq 60); do sed -i "s/^7,/7$i,/" "t$i.csv"; done
	strace -f -qq -o ../trace -e trace=fsync,fdatasync git add .
	# Three for each, or a few at the end, and where a slow machine makes git idle.
	[ "$(grep -c sync ../trace)" -lt 60 ]
	[ ! -e .git/varve/unsynced ]
	varve fsck --data
	[ "$(varve status --json | grep -c '"path"')" -eq 60 ]
}

@test "what git add stored and a power cut tore is named and mended" {
	one_table
	changed
	touch .git/varve/unsynced # as where the filter could not wait
	old=$(ls .git/varve/packs)
	git add prices.csv
	touch -d '1 minute ago' .git/varve/unsynced
	for file in .git/varve/packs/*.pack; do
		[[ "$old" == *"${file##*/}"* ]] || truncate -s 90 "$file"
	done
	run varve fsck
	[ "$status" -eq 1 ]
	[[ "$output" == *":prices.csv: "* ]]
	varve fsck --repair
	varve commit -qm two
	[ ! -e .git/varve/unsynced ]
	varve fsck --data
	varve cat HEAD:prices.csv > ../back.csv
	same_bytes ../two.csv ../back.csv
}

@test "below a varve that runs git a failure is worded for its message" {
	one_table
	git config varve.smudgeLimit nonsense
	VARVE_BY_GIT=there ends_with 2 varve filter clean prices.csv < /dev/null
	stderr_has "error: the setting 'varve.smudgelimit'"
	stderr_lacks "varve: "
}

@test "a table comes back under a working-tree-encoding, and git does not store it" {
	new_repo
	printf 'id,größe\n1,2\n2,3\n' > t.csv
	touch -d 2020-01-01 t.csv
	varve add -q t.csv
	varve commit -qm one
	cp .gitattributes ../lines
	for encoding in UTF-16 UTF-16LE; do
		{ echo "*.csv working-tree-encoding=$encoding"; cat ../lines; } > .gitattributes
		git add .gitattributes
		git commit -qm $encoding
		rm -rf ../clone
		varve clone -q . ../clone
		same_bytes t.csv ../clone/t.csv
		succeeds varve -C ../clone status
		output_has ".gitattributes:1 (*.csv working-tree-encoding=$encoding) overrides -text for t.csv"
		echo 3,4 >> ../clone/t.csv
		for how in "git add" "varve commit -m two"; do
			run env -C ../clone $how t.csv
			[ "$status" -ne 0 ]
			[[ "$output" == *"working-tree-encoding=$encoding makes git convert the pointer of this table"*"'-working-tree-encoding'"* ]]
		done
		sed -i 's/ -text$/ -text -working-tree-encoding/' ../clone/.gitattributes
		succeeds varve -C ../clone commit -qam two
		[ -z "$(git -C ../clone status --porcelain)" ]
	done
}

@test "a file that restore wrote is recognised by its bytes, without an import" {
	new_repo
	rows 20000 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	cp prices.csv ../one.csv
	rm -r prices.csv .git/varve/cache
	succeeds varve restore prices.csv
	same_bytes ../one.csv prices.csv
	git diff-files --quiet
	# an import keeps what it scanned, and another stat proves nothing
	rm -r .git/varve/cache/scan .git/varve/stat
	touch -d 2020-01-01 prices.csv
	[ -z "$(git status --porcelain)" ]
	[ ! -e .git/varve/cache/scan ]
	# other bytes of the same length, as young as the file that was written
	sed -i 's/^777,item/777,ITEM/' prices.csv
	[ -n "$(git status --porcelain)" ]
	rm prices.csv
	varve restore -q prices.csv
	sed -i 's/^778,item/778,ITEM/' prices.csv
	git add prices.csv
	[ "$(git show :prices.csv)" != "$(git show HEAD:prices.csv)" ]
	varve cat :prices.csv | cmp - prices.csv
}

@test "git passes a small file as young as its index again, and it is compared with its version, not imported" {
	need_strace
	new_repo
	rows 300 > t.csv
	varve add -q t.csv
	varve commit -qm one
	rm .git/varve/stat
	touch -r t.csv .git/index
	strace -f -e trace=execve,openat -o ../calls git status --porcelain > ../out
	grep -q 'execve.*"filter-process"' ../calls
	[ ! -s ../out ]
	[ "$(grep -c cache/scan/ ../calls)" = 0 ]
	# other bytes of the same length and time in the same file
	touch -r t.csv ../stamp
	printf 9 | dd of=t.csv bs=1 seek=$(($(stat -c %s t.csv) - 2)) conv=notrunc status=none
	touch -r ../stamp t.csv
	touch -r t.csv .git/index
	[ "$(git status --porcelain)" = ' M t.csv' ]
}
