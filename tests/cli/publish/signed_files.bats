load ../helper
load folder

# The SHA-256 of files in signed heads: what Git's SHA-1 ids alone would let pass.

teardown() {
	stop_server
}

# The data set of ada, who signs with an SSH key, published; `b` is a clone.
signed_by_ssh() {
	a_table
	ssh-keygen -q -t ed25519 -N '' -f "$HOME/id"
	git config varve.signingKey "$HOME/id"
	echo a text > notes.txt
	git add notes.txt
	git commit -qm notes
	varve sign -q --name prices
	head=$(git for-each-ref --format='%(refname)' refs/varve/heads)
	publish_again
	serve_files "$BATS_TEST_TMPDIR/work/public"
}

publish_again() {
	rm -rf ../public
	varve publish -q --no-pages -o ../public
}

# resign CODE: signs the newest head again, after CODE has changed `content`, the text of its list, `entries`, the files of its
# tree, or `message`, in Python. `line` is the line of the message with the list's SHA-256, which is set to that of `content`
# before CODE runs; `digest()` computes it.
resign() {
	python3 - "$head" "$HOME/id" "$1" "$2" <<- 'END'
	import hashlib, re, subprocess, sys
	head, key, early, late = sys.argv[1:]
	def git(*args, data=None):
	    return subprocess.run(["git", *args], input=data, stdout=subprocess.PIPE, check=True).stdout
	raw = git("cat-file", "commit", head)
	raw = re.sub(rb"gpgsig .*\n(?: .*\n)*", b"", raw)
	top, message = raw.split(b"\n\n", 1)
	content = git("cat-file", "blob", head + ":content").decode()
	exec(early)
	line = f"content sha256 {hashlib.sha256(content.encode()).hexdigest()}\n"
	message = re.sub(r"content sha256 \w+\n", line, message.decode())
	entries = {n: git("rev-parse", f"{head}:{n}").decode().strip() for n in ("head", "refs")}
	entries["content"] = git("hash-object", "-w", "--stdin", data=content.encode()).decode().strip()
	exec(late)
	tree = git("mktree", data="".join(f"100644 blob {id}\t{n}\n" for n, id in entries.items()).encode()).strip()
	top = re.sub(rb"^tree \w+", b"tree " + tree, top)
	signed = top + b"\n\n" + message.encode()
	signature = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "varve-head", "-f", key], input=signed,
	                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
	whole = top + b"\ngpgsig " + signature.strip().replace(b"\n", b"\n ") + b"\n\n" + message.encode()
	git("update-ref", head, git("hash-object", "-w", "-t", "commit", "--stdin", data=whole).decode().strip())
	END
	rm -f .git/varve/trust
	publish_again
}

# The owner signed other files than those that a copy shows at the same ids: what a collision of SHA-1 would be.
other_files() {
	resign 'content = "ab" * 32 + content[64:]' ""
}

# no_door WORDS...: no door leads to the version that a clone, `b`, does not have yet, and each says WORDS.
no_door() {
	local before
	before=$(git -C ../b rev-parse origin/main)
	for place in "$site" "$PWD/../public" "$PWD"; do
		run --separate-stderr varve clone "$place" ../c
		[ "$status" != 0 ]
		stderr_has "$*"
		[ ! -e ../c/prices.csv ]
		[ -z "$(git -C ../c for-each-ref refs/heads refs/remotes refs/tags 2> /dev/null)" ]
		rm -rf ../c
		for command in fetch pull; do
			run --separate-stderr varve -C ../b "$command" "$place"
			[ "$status" != 0 ]
			stderr_has "$*"
			[ "$(git -C ../b rev-parse origin/main main | sort -u)" = "$before" ]
		done
		run --separate-stderr varve cat "$place#main:prices.csv"
		[ "$status" != 0 ]
		[ -z "$output" ]
		stderr_has "$*"
		(
			cd ../b
			run --separate-stderr varve import -o "$HOME/got" "$place#main:prices.csv"
			[ "$status" != 0 ]
			[ ! -e "$HOME/got" ]
		)
		run --separate-stderr varve verify "$place"
		[ "$status" = 1 ]
		[[ "$output$stderr" == *"$*"* ]]
		rm -rf "$HOME/.cache"
	done
	git -C ../b remote set-url origin "$PWD/../public"
	for command in fetch pull; do
		run --separate-stderr varve -C ../b "$command"
		[ "$status" != 0 ]
		[ "$(git -C ../b rev-parse origin/main main | sort -u)" = "$before" ]
	done
}

@test "a head has the id that git itself gives the files in its SHA-256 format" {
	signed_by_ssh
	git tag -m v v1
	git tag of-notes HEAD:notes.txt
	mkdir -p deep/er
	echo more > deep/er/x
	git add deep
	git commit -qm deep
	varve sign -q --all
	git init -q --bare --object-format=sha256 ../sha256.git
	git fast-export main | git -C ../sha256.git fast-import --quiet
	{
		echo "$(git -C ../sha256.git rev-parse main:) refs/heads/main"
		echo "$(git -C ../sha256.git rev-parse main:notes.txt) refs/tags/of-notes"
		echo "$(git -C ../sha256.git rev-parse main~1:) refs/tags/v1"
	} > ../want
	git show "$head:content" | cmp - ../want
	succeeds varve verify --json
	[ "$(jq -c '[.covered, .uncovered]' <<< "$output")" = '[3,[]]' ]
}

@test "files other than those that were signed, at the same id, lead nowhere and are named" {
	signed_by_ssh
	varve clone -q ../public ../b
	another 2
	varve sign -q
	other_files
	ends_with 1 varve verify
	output_has "main has other files than those of its signed head, number 2"
	no_door "other files"
}

@test "a list of contents that is not the one that was signed is refused" {
	local late
	signed_by_ssh
	varve clone -q ../public ../b
	another 2
	varve sign -q
	signed=$(git rev-parse "$head")
	for late in 'entries["content"] = git("hash-object", "-w", "--stdin", data=b"x").decode().strip()' \
		'del entries["content"]'; do
		git update-ref "$head" "$signed"
		resign "" "$late"
		ends_with 1 varve verify
		stderr_has "does not match its list of contents"
		ends_with 2 varve clone -q ../public ../c
		stderr_has "does not match its list of contents"
		[ ! -e ../c ]
	done
	for late in 'content += content' 'content = content[1:]' 'content = content.rstrip()' \
		'content = content.replace("main", "mine")' 'content = content.upper()' 'content += "\0"'; do
		git update-ref "$head" "$signed"
		resign "$late" ""
		ends_with 1 varve verify
		ends_with 2 varve clone -q ../public ../c
	done
	for late in 'message += line' 'message = message.replace(line, line.replace("\n", " \n"))'; do
		git update-ref "$head" "$signed"
		resign "" "$late"
		ends_with 1 varve verify
		stderr_has "malformed"
	done
}

@test "a head with another algorithm alone is refused as one of a newer varve; beside SHA-256 it is passed over" {
	signed_by_ssh
	resign "" 'message += "content sha3-256 ab\n"'
	succeeds varve verify
	succeeds varve clone -q ../public ../b
	resign "" 'message = message.replace("content sha256", "content sha3-256").replace("content sha3-256 ab\n", "")'
	ends_with 2 varve clone -q ../public ../c
	stderr_has "only a newer varve can check"
	[ ! -e ../c ]
}

@test "a head of varve 1.0, without hashes of files, is valid, and verify says what protects the files" {
	signed_by_ssh
	resign "" 'message = message.replace(line, ""); del entries["content"]'
	succeeds varve verify
	output_has "has no SHA-256 of the files: Git's SHA-1 ids alone protect them"
	succeeds varve clone -q ../public ../b
	cmp prices.csv ../b/prices.csv
	succeeds varve -C ../b verify ../public
	output_has "has no SHA-256 of the files"
	[ "$(varve -C ../b verify --json | jq -c '[.covered, .uncovered]')" = '[0,["refs/heads/main"]]' ]
	# the next head has them
	another 2
	varve sign -q
	publish_again
	varve -C ../b pull -q
	[ "$(varve -C ../b verify --json | jq -c '[.covered, .uncovered]')" = '[1,[]]' ]
}

@test "a ref whose files are not at the signer is named, and left out of the list" {
	signed_by_ssh
	git tag v1
	another 2
	git rm -q --cached notes.txt
	git commit -qm "no notes"
	rm -f ".git/objects/$(git rev-parse v1:notes.txt | sed 's,^..,&/,')"
	succeeds varve sign main v1
	stderr_has "the head has no SHA-256 of: v1"
	[ "$(git show "$head:content" | wc -l)" = 1 ]
	succeeds varve verify
	output_has "files not compared with their SHA-256"
	output_has ": v1"
	# a clone by git without files cannot compare them, and fetches none for that
	git -C . config uploadpack.allowFilter true
	git clone -q --bare --filter=blob:none "file://$PWD" ../partial.git
	git -C ../partial.git fetch -q origin 'refs/varve/heads/*:refs/varve/heads/*'
	run --separate-stderr varve -C ../partial.git verify
	output_has "files not compared with their SHA-256"
	[ "$(git -C ../partial.git rev-list --objects --missing=print main | grep -c '^?')" -gt 0 ]
}

@test "files that were swapped on this disk below their ids are found, small and large ones" {
	local path
	signed_by_ssh
	seq 1500000 > large.txt
	git add large.txt
	git commit -qm large
	varve sign -q
	for path in notes.txt large.txt; do
		cp -r . ../swapped
		object=.git/objects/$(git rev-parse "HEAD:$path" | sed 's,^..,&/,')
		python3 - "$path" "../swapped/$object" <<- 'END'
		import os, sys, zlib
		data = open(sys.argv[1], "rb").read()
		data = b"blob %d\0" % len(data) + data[:-3] + b"9" + data[-2:]
		os.chmod(sys.argv[2], 0o644)
		open(sys.argv[2], "wb").write(zlib.compress(data))
		END
		ends_with 1 varve -C ../swapped verify
		rm -rf ../swapped
	done
}
