load ../../cli/helper
load host

# Remotes that are Git hosts without varve: history goes by git, blocks lie in a ref there.

@test "a table goes to a plain host and comes back byte for byte" {
	plain_host
	a_table a
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = "refs/heads/main
refs/varve/blocks" ]
	git -C ../host.git fsck --strict
	[ ! -e ../host.git/varve ]
	cd ..
	succeeds varve clone "$url" b
	stderr_has "received 1 commit, 1 version of a table"
	cmp a/prices.csv b/prices.csv
	[ -z "$(git -C b status --porcelain)" ]
	cd b
	sound
	[ -z "$(git for-each-ref refs/varve)" ]
}

# A newer git takes reftable for a default. This one knows sha256, and the word with which varve answers the other.
@test "varve's own repositories for a host have the formats it reads, whatever the defaults are" {
	plain_host
	local git=$(command -v git)
	mkdir "$BATS_TEST_TMPDIR/first"
	cat > "$BATS_TEST_TMPDIR/first/git" <<-END
	#!/bin/sh
	case " \$* " in *" init "*) echo "\$GIT_DEFAULT_HASH \$GIT_DEFAULT_REF_FORMAT" >> '$PWD/inits' ;; esac
	exec '$git' "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/first/git"
	PATH=$BATS_TEST_TMPDIR/first:$PATH
	git config --global init.defaultRefFormat reftable
	git config --global init.defaultObjectFormat sha256
	export GIT_DEFAULT_HASH=sha256 GIT_DEFAULT_REF_FORMAT=reftable
	a_table a
	cd ..
	succeeds varve clone "$url" b
	same_bytes a/prices.csv b/prices.csv
	cd b
	succeeds git fetch -q
	sed -i 's/^9,/900,/' prices.csv
	varve commit -qam two
	succeeds git push -q
	cd ../a
	succeeds varve pull -q
	same_bytes ../b/prices.csv prices.csv
	sound
	[ "$(grep -c . ../inits)" -ge 3 ]
	[ "$(sort -u ../inits)" = "sha1 files" ]
}

@test "a pull from a plain host brings the next version, and nothing twice" {
	plain_host
	a_table a
	cd ..
	varve clone -q "$url" b
	cd a
	change 7
	succeeds varve push
	stderr_has "sent the blocks of 1 version of a table to refs/varve/blocks"
	stderr_has "main -> main"
	succeeds varve push
	stderr_is "everything up to date"
	cd ../b
	succeeds varve pull
	cmp ../a/prices.csv prices.csv
	sound
	succeeds varve fetch
	[ -z "$(find .git/varve/host -name '*.pack' -size +8k)" ]
	[ ! -e .git/varve/host/*/blocks ]
	[ "$(packs | wc -l)" -eq 2 ]
}

@test "that a host has no varve is asked once and remembered" {
	plain_host
	a_table a
	[ "$(git config remote.origin.varveKind)" = git ]
	[ "$(grep -c "^varve" "$ssh_calls")" -eq 1 ]
	change 7
	varve push -q
	[ "$(grep -c "^varve" "$ssh_calls")" -eq 1 ]
}

@test "a host at a path has one state, whatever the path and the folder it is used from" {
	local states
	plain_host
	a_table a 300
	mkdir -p in/deep ../b
	git config core.sshCommand false
	git remote set-url origin ../host.git
	git config remote.origin.varveKind git
	rm -rf .git/varve/host
	succeeds varve fetch
	cd in/deep
	succeeds varve fetch
	succeeds varve fetch ../../../host.git main
	succeeds varve fetch "$OLDPWD/../host.git" main
	ln -s ../../../host.git link
	succeeds varve fetch ./link main
	states=(../../.git/varve/host/*)
	[ "${#states[@]}" -eq 1 ]
	# the same words, another place
	cp -R ../../../host.git ../host.git
	succeeds varve fetch ../host.git main
	cd ..
	succeeds varve fetch ../../host.git main
	states=(../.git/varve/host/*)
	[ "${#states[@]}" -eq 2 ]
}

@test "what one pushes while another does lands for both" {
	plain_host
	a_table a
	cd ..
	varve clone -q "$url" b
	varve clone -q "$url" c
	(cd b && git checkout -q -b left && change 11)
	(cd c && git checkout -q -b right && change 12)
	(cd b && exec varve push -q origin left) 3>&- &
	other=$!
	(cd c && varve push -q origin right)
	wait $other
	cd a
	succeeds varve fetch
	git cat-file -e origin/left
	varve cat --raw origin/left:prices.csv | cmp - ../b/prices.csv
	varve cat --raw origin/right:prices.csv | cmp - ../c/prices.csv
	sound
}

@test "a pusher who finds more blocks there than a moment ago adds to them" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	(cd ../b && git checkout -q -b other && change 11)
	change 12
	# between the question and the push another push goes in
	cat > "$BATS_TEST_TMPDIR/ssh-slow" <<-END
	#!/bin/sh
	case "\$*" in
	*git-receive-pack*)
		if mkdir "$BATS_TEST_TMPDIR/once" 2> /dev/null; then
			cd "$BATS_TEST_TMPDIR/work/b" && GIT_SSH=$BATS_TEST_TMPDIR/ssh varve push -q origin other < /dev/null > /dev/null
		fi ;;
	esac
	exec "$BATS_TEST_TMPDIR/ssh" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh-slow"
	GIT_SSH=$BATS_TEST_TMPDIR/ssh-slow succeeds varve push -q
	[ -d "$BATS_TEST_TMPDIR/once" ]
	[ "$(packs | wc -l)" -eq 3 ]
	varve clone -q "$url" ../c
	cd ../c
	varve cat --raw origin/other:prices.csv | cmp - ../b/prices.csv
	cmp prices.csv ../a/prices.csv
	sound
}

@test "a push that meets another one's lock at the host tries again" {
	plain_host
	a_table a
	change 12
	# as while another push has it: the lock is gone when the ref is asked for again, and the ref is as it was
	cat > "$BATS_TEST_TMPDIR/ssh-locked" <<-END
	#!/bin/sh
	lock=$BATS_TEST_TMPDIR/work/host.git/refs/varve/blocks.lock
	case "\$*" in
	*git-receive-pack*)
		if [ \$(ls "$BATS_TEST_TMPDIR" | grep -c tries) -lt 3 ]; then
			: > "$BATS_TEST_TMPDIR/tries\$\$"
			: > "\$lock"
			"$BATS_TEST_TMPDIR/ssh" "\$@"
			code=\$?
			rm -f "\$lock"
			exit \$code
		fi ;;
	esac
	exec "$BATS_TEST_TMPDIR/ssh" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh-locked"
	GIT_SSH=$BATS_TEST_TMPDIR/ssh-locked succeeds varve push -q
	[ "$(ls "$BATS_TEST_TMPDIR" | grep -c tries)" -eq 3 ]
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
}

@test "of a host with filters only the packs come that are needed" {
	plain_host uploadpack.allowFilter=true uploadpack.allowAnySHA1InWant=true
	a_table a 300
	numbers 20000 > prices.csv
	varve commit -qam main
	varve push -q
	git checkout -q -b other
	numbers 20000 5 > prices.csv
	varve commit -qam other
	varve push -q origin other
	[ "$(packs | wc -l)" -eq 3 ]
	git init -q ../b
	cd ../b
	varve init > /dev/null 2>&1
	git remote add origin "$url"
	succeeds varve fetch -v origin main
	whole=$(git -C ../host.git ls-tree -r -l refs/varve/blocks | awk '/pack$/ { n += $4 } END { print n }')
	kept=$(du -sb .git/varve/packs | cut -f 1)
	[ "$kept" -lt $((whole * 3 / 4)) ]
	numbers 20000 > want
	varve cat --raw FETCH_HEAD:prices.csv | cmp - want
}

@test "a host that refuses the blocks gets no commits either" {
	plain_host
	cat > host.git/hooks/update <<-'END'
	#!/bin/sh
	case $1 in
	refs/heads/*) ;;
	*) echo "only branches, please" >&2; exit 1 ;;
	esac
	END
	chmod +x host.git/hooks/update
	varve clone -q "$url" a
	cd a
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	ends_with 2 varve push -u origin main
	stderr_has "varve: the blocks were not accepted: git says: "
	stderr_has "hook declined"
	stderr_has "only branches, please"
	stderr_has "hint: set '[blocks] ref' in .varveconfig to another ref"
	[ -z "$(git -C ../host.git for-each-ref)" ]
}

@test "a host that refuses a branch is told of, and its blocks may be there" {
	plain_host
	cat > host.git/hooks/update <<-'END'
	#!/bin/sh
	case $1 in
	refs/heads/main) echo "main is protected" >&2; exit 1 ;;
	esac
	END
	chmod +x host.git/hooks/update
	varve clone -q "$url" a
	cd a
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	ends_with 1 varve push -u origin main
	stderr_has "remote: main is protected"
	stderr_has " ! [refused]          main -> main"
	stderr_has "hook declined"
	succeeds varve push -q origin main:refs/heads/topic
	varve clone -q -b topic "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "a push that is behind is refused, and pull makes it possible" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	change 7
	varve push -q
	cd ../b
	change 1500
	ends_with 1 varve push
	stderr_has "'varve pull' first"
	succeeds varve pull -q
	succeeds varve push -q
	cd ../a
	succeeds varve pull -q
	grep -q "^7,changed" prices.csv
	grep -q "^1500,changed" prices.csv
}

@test "push --delete finds a tag by its name, as git does, at a host and at a peer" {
	plain_host
	a_table a
	varve init -q --bare ../peer.git
	git remote add peer ../peer.git
	for remote in origin peer; do
		git tag -f v1 > /dev/null
		succeeds varve push -q "$remote" main v1 HEAD:refs/heads/both HEAD:refs/tags/both
		succeeds varve push --delete "$remote" v1
		[ -z "$(varve ls-remote --tags "$remote" | grep v1)" ]
		succeeds varve push -q "$remote" v1
		succeeds varve push "$remote" :v1
		[ -z "$(varve ls-remote --tags "$remote" | grep v1)" ]
		ends_with 2 varve push --delete "$remote" both
		stderr_has "refs/tags/both"
		succeeds varve push --delete "$remote" refs/tags/both
		succeeds varve push --delete "$remote" both
		ends_with 1 varve push --delete "$remote" nosuch
		git tag -d v1 > /dev/null
	done
}

@test "branches are deleted and forced at a plain host" {
	plain_host
	a_table a
	git branch extra
	succeeds varve push -q origin extra
	succeeds varve push origin :extra
	stderr_has "[deleted]"
	ends_with 1 git -C ../host.git rev-parse -q --verify extra
	git commit -q --amend -m other
	ends_with 1 varve push
	succeeds varve push -f
	stderr_has "(forced)"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "blocks that a mirror push deleted are missed, named and put back" {
	plain_host
	a_table a
	change 7
	varve push -q
	git clone -q --no-checkout "$url" ../plain
	git -C ../plain push -q --mirror
	ends_with 1 git -C ../host.git rev-parse -q --verify refs/varve/blocks
	succeeds varve push --blocks
	stderr_has "warning: refs/varve/blocks is no longer there: it was deleted from $url"
	stderr_has "sent the blocks of 2 versions of tables"
	succeeds varve push --blocks
	stderr_is "the remote has every block that this repository has"
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	cd ../b
	sound
}

@test "blocks that somebody overwrote are named and put back" {
	plain_host
	a_table a
	change 7
	varve push -q
	varve clone -q "$url" ../b
	git -C ../host.git update-ref refs/varve/blocks refs/varve/blocks~1
	cd ../b
	change 9
	succeeds varve push
	stderr_has "warning: refs/varve/blocks has lost blocks: it was overwritten on $url"
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	cd ../c
	sound
}

@test "a fork has no blocks until somebody pushes them there" {
	plain_host
	a_table a
	git clone -q --bare ../host.git ../fork.git
	fork=ssh://host$PWD/../fork.git
	ends_with 1 varve clone "$fork" ../b
	stderr_has "1 version lacks blocks"
	git remote add fork "$fork"
	succeeds varve push fork main
	stderr_has "[its blocks]       main -> main"
	cd ../b
	succeeds varve fetch
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "a clone of a fork names what helps, and moves packs" {
	plain_host uploadpack.allowFilter=true uploadpack.allowAnySHA1InWant=true
	a_table a
	for row in 2 3 4 5 6 7; do
		change $row
		varve push -q
	done
	cp -a ../host.git ../fork.git
	git -C ../fork.git update-ref -d refs/varve/blocks
	fork=ssh://host$PWD/../fork.git
	ends_with 1 varve clone "$fork" ../b
	stderr_has "in a clone of a fork, run 'varve fetch --data --all --from URL'"
	cd ../b
	ends_with 1 varve doctor
	output_has "varve fetch --data --all --from URL"
	succeeds varve fetch --data --all --from "$url"
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
	(sound)
	succeeds varve clone -v "$url" ../c
	[[ $stderr =~ \(([0-9.]+)\ kB\ of\ data\ in\ ([0-9.]+)\ kB ]]
	direct=${BASH_REMATCH[2]%.*}
	succeeds varve clone -v --from "$url" "$fork" ../d
	[[ $stderr =~ \(([0-9.]+)\ kB\ of\ data\ in\ ([0-9.]+)\ kB ]]
	[ "${BASH_REMATCH[2]%.*}" -le $((direct * 2)) ]
	cmp ../d/prices.csv ../a/prices.csv
}

@test "squashed and deleted branches change nothing about what a host has" {
	plain_host
	a_table a
	git checkout -q -b topic
	change 7
	change 8
	unset GIT_COMMITTER_DATE # roots in packs that a gc takes for old are sent again
	varve push -q origin topic
	before=$(git -C ../host.git rev-parse refs/varve/blocks)
	git checkout -q main
	git merge -q --squash topic > /dev/null
	git commit -q -m squashed
	succeeds varve push -q
	succeeds varve push -q origin :topic
	[ "$(git -C ../host.git rev-parse refs/varve/blocks)" = "$before" ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "git push sends the blocks to a plain host by its hook" {
	plain_host
	a_table a
	change 7
	succeeds git push -q
	stderr_has "varve: sent the rows of 1 version of a table to origin"
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "a checkout after git pull gets its blocks from the plain host" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	change 7
	varve push -q
	cd ../b
	succeeds git pull -q
	cmp prices.csv ../a/prices.csv
}

@test "the user's own hooks run for a push to a plain host" {
	plain_host
	a_table a
	cat > .git/hooks/pre-push <<-'END'
	#!/bin/sh
	echo "not today" >&2
	exit 1
	END
	chmod +x .git/hooks/pre-push
	change 7
	ends_with 2 varve push
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse main~1)" ]
	succeeds varve push -q --no-verify
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "settings of the clone hold for the blocks too, and none of them changes" {
	plain_host
	a_table a
	git config core.sshCommand "$GIT_SSH"
	git config url.ssh://host/.insteadOf short:
	git remote set-url origin "short:${url#ssh://host/}"
	unset GIT_SSH
	export GIT_SSH_VARIANT=ssh
	before=$(git config --local --list)
	change 7
	succeeds varve push -q
	succeeds varve fetch -q
	[ "$(git config --local --list)" = "$before" ]
	[ "$(packs | wc -l)" -eq 2 ]
}

@test "git:// is read and written" {
	[ -x "$(git --exec-path)/git-daemon" ] || skip "no git daemon"
	plain_host
	for try in 1 2 3; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
		git daemon --listen=127.0.0.1 --port=$port --base-path="$PWD" --export-all \
			--enable=receive-pack --reuseaddr 2> daemon.log 3>&- &
		daemon=$!
		for i in $(seq 300); do
			sleep 0.1
			git ls-remote git://127.0.0.1:$port/host.git > /dev/null 2>&1 && break 2
			kill -0 $daemon 2> /dev/null || break
		done
		kill $daemon 2> /dev/null || true
	done
	url=git://127.0.0.1:$port/host.git
	a_table a
	varve clone -q "$url" ../b
	kill $daemon
	cmp prices.csv ../b/prices.csv
}

# evil: a clone on what is at the blocks' ref; the current folder.
tampering() {
	plain_host
	a_table a
	change 7
	varve push -q
	git clone -q --no-checkout "$url" ../evil
	cd ../evil
	git fetch -q origin refs/varve/blocks
	git checkout -q FETCH_HEAD
}

tamper() {
	git add -A
	git commit -qm tampered
	git push -q origin HEAD:refs/varve/blocks
}

@test "packs of other bytes are not believed" {
	tampering
	for pack in packs/*/*.pack; do
		head -c 2000 /dev/zero | tr '\0' x > "$pack"
	done
	tamper
	ends_with 1 varve clone "$url" ../b
	stderr_has "warning: packs in refs/varve/blocks of $url are damaged or missing"
	stderr_has "2 of 2 versions lack blocks"
	[ ! -e ../b/.git/varve/host/*/blocks ]
	# the way out that it names
	stderr_has "hint: 'varve push --blocks' in a clone that has the blocks restores them"
	succeeds varve -C ../a push --blocks
	cd ../b
	succeeds varve fetch
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

# No pack of the host's is other than its name says: each ends with it.
packs_are_whole() {
	local pack
	for pack in $(packs); do
		[ "$(git -C "$BATS_TEST_TMPDIR/work/host.git" cat-file blob "refs/varve/blocks:packs/0000/$pack.pack" |
			tail -c 16 | od -An -tx1 | tr -d ' \n')" = "$pack" ]
	done
}

@test "push --blocks finds a damaged pack and puts its blocks back, and doctor names it" {
	tampering
	size=$(stat -c %s packs/*/*.pack | sort -n | head -1)
	for pack in packs/*/*.pack; do # that of the second version only
		[ "$(stat -c %s "$pack")" -ne "$size" ] ||
			printf '\377' | dd of="$pack" bs=1 seek=$((size / 2)) conv=notrunc 2> /dev/null
	done
	tamper
	varve clone -q "$url" ../lost || true
	! cmp -s ../lost/prices.csv ../a/prices.csv || false
	cd ../a
	ends_with 1 varve doctor
	output_has "varve push --blocks origin"
	succeeds varve push --blocks -n
	ends_with 1 varve doctor
	succeeds varve push --blocks
	packs_are_whole
	succeeds varve doctor
	succeeds varve push --blocks
	stderr_is "the remote has every block that this repository has"
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	(cd ../c && sound && varve doctor)
	cd ../lost
	succeeds varve fetch
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "where a bad pack stays beside a sound one, the sound one is read" {
	tampering
	set -- packs/*/*.pack
	mkdir keep
	cp packs/*/* keep
	for pack; do
		printf x >> "$pack"
	done
	tamper
	# somebody else brought the blocks again, and left the bad packs
	git rm -q -r packs
	tamper
	succeeds varve -C ../a push --blocks
	git fetch -q origin refs/varve/blocks
	git checkout -q FETCH_HEAD
	mkdir -p packs/0000
	for list in keep/*.list; do
		name=$(basename "$list" .list)
		[ -e "packs/0000/$name.pack" ] || {
			cp "$list" packs/0000
			head -c 2000 "keep/$name.pack" > "packs/0000/$name.pack"
		}
	done
	rm -r keep
	tamper
	varve clone -q "$url" ../b
	cmp ../b/prices.csv ../a/prices.csv
	(cd ../b && sound)
}

@test "a pack under another's name gives nothing wrong" {
	tampering
	set -- packs/*/*.pack
	cp "$1" keep
	cp "$2" "$1"
	mv keep "$2"
	tamper
	run varve clone -q "$url" ../b
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ]
	[ "$status" -eq 1 ] || cmp ../b/prices.csv ../a/prices.csv
	succeeds varve -C ../b fsck --data || ends_with 1 varve -C ../b fsck --data
	! grep -q "false pointer\|damaged" <<< "$output" || false
}

@test "a damaged list is left out, and what it named is sent again" {
	tampering
	for list in packs/*/*.list; do
		printf garbage > "$list"
	done
	tamper
	rm -rf ../a/.git/varve/host
	cd ../a
	succeeds varve push
	stderr_has "a list of blocks is damaged: its first bytes are wrong"
	stderr_has "[its blocks]       main -> main"
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "what is not ours and what is newer is refused" {
	tampering
	printf 'varve blocks 2\n' > format
	tamper
	ends_with 1 varve clone "$url" ../b
	stderr_has "a newer varve wrote refs/varve/blocks in format 2"
	git rm -q format
	tamper
	rm -rf ../b
	ends_with 1 varve clone "$url" ../b
	stderr_has "the file 'format' in the ref refs/varve/blocks of the host is damaged"
	git rm -qr packs
	tamper
	rm -rf ../b
	ends_with 1 varve clone "$url" ../b
	stderr_has "of the host does not have blocks of varve"
}

@test "names in the tree that lead elsewhere are passed over" {
	tampering
	hex=0123456789abcdef0123456789abcdef
	mkdir -p packs/zzzz "packs/0000/$hex.pack" other
	echo x > packs/zzzz/$hex.list
	echo x > "packs/0000/$hex.pack/x"
	ln -s /etc/passwd packs/0000/$hex.list
	echo x > other/$hex.pack
	tamper
	varve clone -q "$url" ../b
	cmp ../b/prices.csv ../a/prices.csv
	[ -z "$(find ../b/.git/varve -type l)" ]
}

@test "a clone of depth 1 gets what it needs, and pushes" {
	plain_host
	a_table a
	change 7
	varve push -q
	git clone -q --depth 1 "$url" ../b
	cd ../b
	varve init > /dev/null 2>&1
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
	change 9
	succeeds varve push
	stderr_has "sent the blocks of 1 version of a table"
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
}

@test "a version that lacks blocks is named with the commit that brought it" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	change 7
	git push -q --no-verify
	cd ../b
	ends_with 2 varve fetch
	stderr_has "prices.csv, since commit $(git -C ../a rev-parse --short=10 main): "
	stderr_has "missing that $url does not have: "
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main~1)" ]
	succeeds varve -C ../a push
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
}

@test "what is no repository at all is named by both who were asked" {
	plain_host
	ends_with 2 varve clone "ssh://host$PWD/none.git" b
	stderr_has "hint: no varve server answers there either: "
	stderr_has "none.git' does not appear to be a git repository"
	[ ! -e b ]
}

@test "what a push found complete is not believed once the blocks were overwritten" {
	plain_host
	a_table a
	change 7
	varve push -q
	change 8
	varve push -q
	git -C ../host.git update-ref refs/varve/blocks refs/varve/blocks~2
	change 9
	succeeds varve push
	stderr_has "sent the blocks of 3 versions of tables"
	varve clone -q "$url" ../b
	cd ../b
	sound
	cmp prices.csv ../a/prices.csv
}

@test "tags, prune, refspecs and bare clones work with a plain host" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	git tag -a -m tagged v1
	git tag light
	git branch side
	change 7
	varve push -q --tags origin
	varve push -q --all origin
	cd ../b
	succeeds varve fetch
	[ "$(git rev-parse v1 light origin/side)" = "$(git -C ../a rev-parse v1 light side)" ]
	succeeds varve fetch origin main:copy
	[ "$(git rev-parse copy)" = "$(git -C ../a rev-parse main)" ]
	(cd ../a && varve push -q origin :side)
	succeeds varve fetch -p
	ends_with 1 git rev-parse -q --verify origin/side
	sound
	git fsck --strict
	succeeds varve clone -q --bare "$url" ../bare.git
	cd ../bare.git
	sound
	[ "$(git for-each-ref --format='%(refname)')" = "$(git -C ../host.git for-each-ref --format='%(refname)' refs/heads refs/tags)" ]
	varve cat --raw main:prices.csv | cmp - ../a/prices.csv
	varve clone -q ../bare.git ../c
	cmp ../c/prices.csv ../a/prices.csv
}

@test "more refs than one command line holds go to a plain host" {
	plain_host
	a_table a
	for i in $(seq 60); do git branch b$i; done
	succeeds varve push -q --all origin
	[ "$(git -C ../host.git for-each-ref refs/heads | wc -l)" -eq 61 ]
	cd ..
	succeeds varve clone -q "$url" b
	[ "$(git -C b for-each-ref refs/remotes/origin | wc -l)" -eq 62 ] # with HEAD
}

@test "a forced push to a plain host moves only what is where it was seen" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	change 7
	varve push -q
	cd ../b
	change 8
	ends_with 1 varve push --force-with-lease
	stderr_has "stale info: it has moved"
	# between the question and the push somebody else is faster
	cat > "$BATS_TEST_TMPDIR/ssh-slow" <<-END
	#!/bin/sh
	case "\$*" in
	*git-receive-pack*)
		if ! mkdir "$BATS_TEST_TMPDIR/once" 2> /dev/null && mkdir "$BATS_TEST_TMPDIR/twice" 2> /dev/null; then
			git -C "$BATS_TEST_TMPDIR/work/host.git" update-ref refs/heads/main refs/heads/main~1
		fi ;;
	esac
	exec "$BATS_TEST_TMPDIR/ssh" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh-slow"
	GIT_SSH=$BATS_TEST_TMPDIR/ssh-slow ends_with 1 varve push -f
	stderr_has "stale info"
	[ "$(git -C ../host.git rev-parse main)" != "$(git rev-parse main)" ]
	succeeds varve push -q -f
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "clone --single-branch gets one branch and its blocks, from a host and from a peer" {
	plain_host uploadpack.allowFilter=true
	a_table a
	git tag v1
	git checkout -q -b other
	numbers 20000 > prices.csv
	varve commit -qam other
	git tag v2
	varve push -q --tags origin other
	git checkout -q main
	for from in "$url" ../a; do
		rm -rf ../b
		succeeds varve clone --single-branch "$from" ../b
		[ "$(git -C ../b for-each-ref --format='%(refname)' refs/remotes refs/tags)" = "refs/remotes/origin/HEAD
refs/remotes/origin/main
refs/tags/v1" ]
		cmp prices.csv ../b/prices.csv
		[ "$(du -sk ../b/.git/varve | cut -f 1)" -lt 150 ]
		(cd ../b && sound)
		succeeds varve -C ../b fetch
		[ "$(git -C ../b for-each-ref refs/remotes | wc -l)" -eq 2 ]
	done
	rm -rf ../b
	succeeds varve clone -q --single-branch -b other "$url" ../b
	varve cat --raw other:prices.csv | cmp - ../b/prices.csv
	ends_with 2 varve clone --single-branch -b none "$url" ../c
	stderr_has "none"
}

@test "git push --mirror does not delete the blocks on a host" {
	plain_host
	a_table a
	ends_with 1 git push -q --mirror origin
	stderr_has "varve: this push would delete refs/varve/blocks of origin"
	stderr_has "git push --all"
	stderr_has "git push --no-verify"
	git config alias.copy "-c push.default=current push --no-mirror"
	git config alias.again "copy --mirror -q"
	ends_with 1 git -C . -c core.abbrev=9 again origin
	stderr_has "varve: this push would delete refs/varve/blocks of origin"
	git -C ../host.git rev-parse -q --verify refs/varve/blocks
	change 7
	succeeds git push -q --all origin
	ends_with 1 git push -q -f origin HEAD:refs/varve/blocks
	stderr_has "would overwrite refs/varve/blocks"
	printf '[blocks]\n\tref = kept\n' > .varveconfig
	git add .varveconfig
	git commit -qm "another ref"
	succeeds varve push -q
	ends_with 1 git push -q origin :kept
	stderr_has "would delete refs/heads/kept of origin"
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	succeeds git push -q --no-verify --mirror origin
}

@test "that the blocks are gone from a host is told by fetch and doctor, with what helps" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	git -C ../host.git update-ref -d refs/varve/blocks
	ends_with 1 varve clone "$url" ../c
	stderr_has "warning: refs/varve/blocks is missing on $url, where the blocks of 1 version of a table should be"
	stderr_has "hint: ask someone who has the blocks to run 'varve push --blocks'"
	[ "${stderr/ 0 B/}" = "$stderr" ]
	for i in 1 2; do
		succeeds varve -C ../b fetch
		stderr_has "'varve push --blocks' in a clone that has the blocks restores them"
	done
	ends_with 1 varve -C ../b doctor
	output_has "the remote origin lacks the blocks of 1 version of a table"
	output_has "varve push --blocks origin"
	ends_with 1 varve -C ../c doctor
	output_has "fix: ask someone who has the blocks to run 'varve push --blocks'"
	[ "${output/fix: varve fetch/}" = "$output" ]
	succeeds varve push --blocks
	# all is back: nobody is told of it
	for clone in ../b ../c .; do
		succeeds varve -C $clone fetch
		[ "${stderr/warning/}${stderr/push --blocks/}" = "$stderr$stderr" ]
	done
	succeeds varve -C ../b doctor
	succeeds varve -C ../c restore .
	cmp prices.csv ../c/prices.csv
}

@test "that blocks were overwritten is told once, by a fetch that needs none, too" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	git -C ../host.git update-ref refs/varve/blocks "$(git -C ../host.git commit-tree -m x \
		"$(git -C ../host.git mktree < <(git -C ../host.git ls-tree refs/varve/blocks format))")"
	succeeds varve -C ../b fetch
	stderr_has "refs/varve/blocks has lost blocks"
	ends_with 1 varve -C ../b doctor
	output_has "varve push --blocks origin"
	succeeds varve push --blocks
	succeeds varve -C ../b fetch
	stderr_is ""
	succeeds varve -C ../b doctor
}

@test "a push to a plain host that lost a race says what helps" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	change 7
	cat > "$BATS_TEST_TMPDIR/ssh-slow" <<-END
	#!/bin/sh
	case "\$*" in
	*git-receive-pack*)
		mkdir "$BATS_TEST_TMPDIR/once" 2> /dev/null || mkdir "$BATS_TEST_TMPDIR/twice" 2> /dev/null &&
			[ -d "$BATS_TEST_TMPDIR/twice" ] &&
			git -C "$BATS_TEST_TMPDIR/work/host.git" update-ref refs/heads/main \
				"\$(git -C "$BATS_TEST_TMPDIR/work/host.git" commit-tree -p main -m theirs main^{tree})" ;;
	esac
	exec "$BATS_TEST_TMPDIR/ssh" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh-slow"
	GIT_SSH=$BATS_TEST_TMPDIR/ssh-slow ends_with 1 varve push
	stderr_has " ! [refused] "
	stderr_has "hint: 'varve pull' first, then push again"
	succeeds varve pull -q
	succeeds varve push -q
}

@test "a host that takes no blob so large gets no commits, and its words are shown" {
	plain_host receive.maxInputSize=8k
	varve clone -q "$url" a
	cd a
	numbers 5000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	ends_with 2 varve push -u origin main
	stderr_has "varve: the blocks were not accepted: git says: "
	stderr_has "exceeds maximum allowed size"
	[ -z "$(git -C ../host.git for-each-ref)" ]
	# git push is stopped, too, before it sends a pointer without its rows.
	ends_with 1 git push -q origin main
	stderr_has "exceeds maximum allowed size"
	[ -z "$(git -C ../host.git for-each-ref)" ]
}

@test "a lock that a killed git left in the scratch repository stops nothing" {
	plain_host
	a_table a
	varve clone -q "$url" ../b
	varve clone -q "$url" ../c
	row=7
	for lock in refs/heads/next.lock refs/heads/tip-refs%varve%blocks.lock HEAD.lock packed-refs.lock config.lock; do
		for git in {.,../b,../c}/.git/varve/host/*/git; do
			touch "$git/$lock"
		done
		change $((row += 1))
		succeeds varve push
		succeeds varve -C ../b fetch
		succeeds varve -C ../c pull
		cmp prices.csv ../c/prices.csv
		touch "$(echo .git/varve/host/*/git)/$lock"
		change $((row += 1))
		succeeds git push -q
	done
	(cd ../b && sound)
}

# The tree of the blocks' last commit, of the repository in this folder.
lose_tree() {
	local pack tree
	mkdir packs
	find objects/pack -type f -exec mv {} packs \;
	for pack in packs/*.pack; do
		git unpack-objects -q < "$pack"
	done
	rm -r packs
	tree=$(git rev-parse 'refs/heads/tip-refs%varve%blocks^{tree}')
	rm "objects/${tree:0:2}/${tree:2}"
}

@test "what is broken in the scratch repository is thrown away" {
	plain_host
	a_table a
	row=7
	for break in 'find . -type f -name "*.pack" -exec truncate -s 40 {} +' \
		'rm -rf objects/pack' \
		'find refs -type f -exec truncate -s 0 {} +' \
		'find . -type f -name "*.idx" -exec truncate -s 9 {} +' \
		'lose_tree' 'rm HEAD' 'echo x > refs/heads/next' 'mkdir -p refs/heads/tip-refs%varve%blocks/x refs/heads/next/x'; do
		(
			cd .git/varve/host/*/git
			chmod -R u+w .
			case $break in *mkdir*) rm -f refs/heads/* packed-refs ;; esac
			eval "$break"
		)
		change $((row += 1))
		succeeds varve push
		rm -rf ../c
		varve clone -q "$url" ../c
		cmp prices.csv ../c/prices.csv
		change $((row += 1))
		succeeds git push -q
	done
}

@test "a file's name in what git says is not cut off" {
	plain_host
	a_table a
	change 7
	long=$PWD/.git/varve/host/long-$(printf '%0150d' 0)
	mkdir -p "$long"
	cat > ../bin-git <<-END
	#!/bin/sh
	case "\$*" in *fast-import*)
		echo "fatal: Unable to create '$long/next.lock': Permission denied." >&2
		exit 128 ;;
	esac
	exec $(command -v git) "\$@"
	END
	mkdir ../bin
	mv ../bin-git ../bin/git
	chmod +x ../bin/git
	PATH=$PWD/../bin:$PATH ends_with 2 varve push
	stderr_has "/next.lock': Permission denied"
	# what can be mended here is no reason to leave the rows out
	rm -rf .git/varve/host
	: > .git/varve/host
	run git push
	[ "$status" -ne 0 ]
	! grep -q no-verify <<< "$output" || false
}

@test "refs that are neither branch nor tag are fetched as git takes them" {
	plain_host
	a_table a
	git checkout -q -b topic
	change 7
	varve push -q origin topic
	git -C ../host.git update-ref refs/pull/9/head refs/heads/topic
	git -C ../host.git update-ref refs/merge-requests/3/head refs/heads/topic
	git -C ../host.git update-ref -d refs/heads/topic
	varve clone -q "$url" ../b
	cd ../b
	succeeds varve fetch origin pull/9/head
	grep -q "	'refs/pull/9/head' of " .git/FETCH_HEAD
	varve cat --raw FETCH_HEAD:prices.csv | cmp - ../a/prices.csv
	succeeds varve fetch origin refs/pull/9/head:nine
	[ "$(git rev-parse nine)" = "$(git rev-parse FETCH_HEAD)" ]
	succeeds varve fetch origin '+refs/pull/*/head:refs/remotes/origin/pr/*'
	[ "$(git rev-parse origin/pr/9)" = "$(git rev-parse nine)" ]
	succeeds varve switch -q nine
	cmp prices.csv ../a/prices.csv
	git config --add remote.origin.fetch '+refs/merge-requests/*/head:refs/remotes/origin/mr/*'
	succeeds varve fetch -p
	[ "$(git rev-parse origin/mr/3)" = "$(git rev-parse nine)" ]
	git -C ../host.git update-ref -d refs/merge-requests/3/head
	succeeds varve fetch -p
	! git rev-parse -q --verify origin/mr/3 || false
	ends_with 2 varve fetch origin pull/10/head
	ends_with 2 varve fetch origin refs/varve/blocks
	(sound)
}

# How many commits the ref of blocks has.
commits() {
	git -C "$BATS_TEST_TMPDIR/work/host.git" rev-list --count refs/varve/blocks
}

@test "a push that a host refuses for its size goes in halves, and the size is remembered" {
	plain_host receive.maxInputSize=4m
	large_table
	succeeds varve push -u origin main
	stderr_has "the host refuses a push of"
	size=$(git config --local remote.origin.varvePushBytes)
	echo "size $size commits $(commits)"
	[ "${size%k}" -ge 1024 ]
	[ "${size%k}" -le 4096 ]
	[ "$(commits)" -ge 4 ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	# the next push does not learn it again
	sed -i 's/^\([0-9]*\),/\1,x/' prices.csv
	varve commit -qam two
	succeeds varve push
	stderr_lacks "refuses"
	cd ../b
	varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
}

@test "pushes are as large as remote.NAME.varvePushBytes, and what one brought is not sent again" {
	plain_host
	large_table
	git config remote.origin.varvePushBytes 3m
	# the host takes two pushes of blocks, and no third
	cat > ../host.git/hooks/pre-receive <<-'END'
	#!/bin/sh
	echo x >> pushes
	[ -e open ] || [ "$(wc -l < pushes)" -le 2 ]
	END
	chmod +x ../host.git/hooks/pre-receive
	ends_with 2 varve push -u origin main
	[ "$(wc -l < ../host.git/pushes)" = 3 ]
	before=$(packs | sort)
	[ "$(wc -l <<< "$before")" -ge 2 ]
	touch ../host.git/open
	succeeds varve push -u origin main
	[ -z "$(comm -23 <(echo "$before") <(packs | sort))" ]
	[ "$(git -C ../host.git log --format=%H refs/varve/blocks | wc -l)" = "$(packs | wc -l)" ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "sizes of pushes that cannot be are refused" {
	plain_host
	large_table
	for wrong in remote.origin.varvepushbytes=1k remote.origin.varvepushbytes=2048g; do
		git config "${wrong%=*}" "${wrong#*=}"
		ends_with 2 varve push -u origin main
		stderr_has "${wrong%=*} must be"
		git config --unset "${wrong%=*}"
	done
}

# meanwhile N: from the N-th `git push` on, once, a table is committed before git does it.
meanwhile() {
	mkdir -p ../wrapped
	rm -f ../pushes
	cat > ../wrapped/git <<-END
	#!/bin/sh
	case " \$* " in
	*" push "*)
		echo >> '$PWD/../pushes'
		if [ "\$(wc -l < '$PWD/../pushes')" -eq $1 ]; then
			(cd '$PWD' && unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE && PATH=\${PATH#*:} && sed -i 's/^77,item/77,meanwhile/' prices.csv &&
				varve commit -qam meanwhile) > '$PWD/../meanwhile' 2>&1 < /dev/null
		fi
		;;
	esac
	exec '$(command -v git)' "\$@"
	END
	chmod +x ../wrapped/git
}

# Of every commit that is at the host a new clone has the rows.
host_is_whole() {
	rm -rf ../fresh
	succeeds varve clone -q "$url" ../fresh
	[ "$(git -C ../fresh rev-parse HEAD)" = "$1" ]
	succeeds varve -C ../fresh fsck --data
	output_has "sound"
}

@test "a commit that is made while a push sends is not published without its blocks" {
	local with n planned words tried=0 row=100
	for with in host store; do
		mkdir "$with"
		cd "$with"
		plain_host
		a_table a
		if [ "$with" = store ]; then
			mkdir ../store
			printf 'varve store 1\n' > ../store/format
			printf '[store "team"]\n\turl = ../store\n' > .varveconfig
			varve add .varveconfig > /dev/null
			varve commit -qm store
			succeeds varve push -q
		fi
		for words in "varve push -q" "varve push -q origin main" "varve push -q origin HEAD:main"; do
			for n in 1 2; do
				[ "$with" = host ] || [ "$words" = "varve push -q" ] || continue
				row=$((row + 1))
				change $row
				planned=$(git rev-parse HEAD)
				meanwhile $n
				PATH=$PWD/../wrapped:$PATH succeeds $words
				if [ -e ../meanwhile ]; then
					tried=$((tried + 1))
					[ ! -s ../meanwhile ] || { cat ../meanwhile; return 1; }
					[ "$(git rev-parse HEAD~1)" = "$planned" ]
					rm ../meanwhile
					sed -i 's/^77,meanwhile/77,item/' prices.csv
				fi
				host_is_whole "$planned" || { echo "$with, $words, $n"; return 1; }
				git checkout -q prices.csv
				succeeds varve push -q
				host_is_whole "$(git rev-parse HEAD)"
				sed -i 's/^77,meanwhile/77,item/' prices.csv
			done
		done
		cd ../..
	done
	[ "$tried" -eq 7 ]
}

@test "a host that cannot move all refs or none moves the others, and push lists them" {
	plain_host
	a_table a
	git -C ../host.git config receive.advertiseAtomic false
	printf '#!/bin/sh\n[ "$1" != refs/heads/cc ]\n' > ../host.git/hooks/update
	chmod +x ../host.git/hooks/update
	git branch cc
	git branch dd
	ends_with 1 varve push origin cc dd
	stderr_has "dd -> dd"
	stderr_has "the other refs were pushed"
	stderr_lacks "nothing was pushed"
	git -C ../host.git rev-parse -q --verify dd
	ends_with 1 git -C ../host.git rev-parse -q --verify cc
	git -C ../host.git config receive.advertiseAtomic true
	git branch ee
	ends_with 1 varve push origin cc ee
	stderr_has "atomic push failure"
	ends_with 1 git -C ../host.git rev-parse -q --verify ee
}

@test "a push to another remote than that of the upstream branch goes where git's goes" {
	plain_host
	a_table a
	git init -q --bare ../fork.git
	git remote add fork "file://$(cd ../fork.git && pwd)"
	git checkout -q -b topic
	git branch -q --set-upstream-to=origin/main
	git config remote.pushDefault fork
	git -c push.default=simple push --dry-run --porcelain > ../git.out
	grep -q "refs/heads/topic:refs/heads/topic" ../git.out
	succeeds varve push
	stderr_has "topic -> topic"
	git -C ../fork.git rev-parse -q --verify topic
	git config push.default upstream
	ends_with 2 varve push
	stderr_has "the upstream branch of 'topic' is at 'origin', not at 'fork'"
	ends_with 1 git -C ../fork.git rev-parse -q --verify main
	ends_with 128 git push -q
}

@test "a push that others overtake each time names them, and the same command goes on later" {
	plain_host
	a_table a 300
	cat > ../host.git/hooks/update <<-'END'
	#!/bin/sh
	case $1 in refs/varve/blocks) ;; *) exit 0 ;; esac
	unset GIT_QUARANTINE_PATH
	echo race >> "$GIT_DIR/races"
	git update-ref "$1" "$(git commit-tree -p "$2" -m other "$2^{tree}")" "$2"
	END
	chmod +x ../host.git/hooks/update
	sed -i 's/^7,item/7,changed/' prices.csv
	varve commit -qam two
	ends_with 1 git push
	stderr_has "the blocks were not accepted: in each of 60 attempts, another push moved refs/varve/blocks of '$url' first"
	stderr_has "hint: try again when fewer users push; the same command continues"
	stderr_lacks "--no-verify"
	[ "$(wc -l < ../host.git/races)" -eq 60 ]
	rm ../host.git/hooks/update
	succeeds git push
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "a pre-receive hook of a bare repository that is its own remote checks the rows of the same push" {
	git init -q --bare host.git
	git -C host.git config remote.origin.url "file://$PWD/host.git"
	git -C host.git config remote.origin.varveKind git
	cat > host.git/hooks/pre-receive <<-'END'
	#!/bin/sh
	while read -r old new ref; do
		case $ref in refs/heads/*) varve check "$new" || exit 1 ;; esac
	done
	END
	chmod +x host.git/hooks/pre-receive
	varve clone -q --git-host host.git ada
	cd ada
	rows 5 > p.csv
	echo '{"rules": {"key-broken": "error"}}' > varve.json
	git add varve.json
	varve add -q --key id p.csv
	varve commit -qm one
	succeeds git push -q origin main
	stderr_has "nothing wrong"
	sed -i 's/^5,/4,/' p.csv
	varve commit -qam two
	ends_with 1 git push -q origin main
	stderr_has "key"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse main~1)" ]
}
