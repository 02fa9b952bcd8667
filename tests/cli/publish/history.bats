load ../helper
load folder

# The history of a published folder: its packs come over connections of varve's own, and git brings the rest.

teardown() {
	stop_server
}

# asked REGEX: how many requests of the server's log match.
asked() {
	grep -c -- "$1" "$server_log" || true
}

@test "the history comes in packs that the folder lists, later only the new ones, and git is not asked" {
	a_table
	varve tag -m first v1
	varve publish -q --no-pages -o ../public
	cd ..
	serve_files "$PWD/public"
	varve clone -q "$site" b
	[ "$(git -C b rev-parse HEAD v1)" = "$(git -C a rev-parse HEAD v1)" ]
	[ "$(asked '/objects/pack/.*\.pack')" -eq 1 ]
	[ "$(asked '\.idx')$(asked 'service=git-upload-pack')" = 00 ]
	git -C b fsck --full
	cd a
	head -c 600000 /dev/urandom > notes.bin
	varve add -q notes.bin
	varve commit -qm notes
	varve publish -q --no-pages -o ../public
	another 2
	varve publish -q --no-pages -o ../public
	: > "$server_log"
	varve -C ../b pull -q
	cmp prices.csv ../b/prices.csv
	cmp notes.bin ../b/notes.bin
	[ "$(asked '/objects/pack/.*\.pack')" -eq "$(grep -c '^P' ../public/repo.git/objects/info/packs)" ]
	another 3
	varve publish -q --no-pages -o ../public
	: > "$server_log"
	varve -C ../b pull -q
	[ "$(asked '/objects/pack/.*\.pack')" -eq 1 ]
	[ "$(asked 'service=git-upload-pack')" -eq 0 ]
	: > "$server_log"
	varve -C ../b fetch -q
	[ "$(asked '/objects/')" -eq 1 ]
	[ ! -e ../b/.git/varve/host/*/coming ]
}

@test "git brings what no pack of the list has, and names what is damaged" {
	a_table
	another 1
	varve publish -q --no-pages -o ../public
	cd ../public/repo.git/objects
	mv pack/*.pack "$HOME/whole.pack"
	rm -f pack/*.idx
	git -C .. unpack-objects -q < "$HOME/whole.pack"
	printf 'P ../../../secret.pack\nP pack-0123456789012345678901234567890123456789.pack\nnonsense\n\n' > info/packs
	serve_files "$BATS_TEST_TMPDIR/work/public"
	cd "$BATS_TEST_TMPDIR/work"
	succeeds varve clone -q "$site" b
	cmp a/prices.csv b/prices.csv
	[ "$(asked secret)" -eq 0 ]
	# a list that is longer than any of varve's is not kept, to be searched line by line the next time
	yes 'P pack-0123456789012345678901234567890123456789.pack' | head -2000 > public/repo.git/objects/info/packs
	succeeds varve clone -q "$site" long
	cmp a/prices.csv long/prices.csv
	[ "$(cat long/.git/varve/host/*/listed | wc -c)" -lt 65536 ]
	# half a pack
	rm -rf public
	varve -C a publish -q --no-pages -o ../public
	pack=$(ls public/repo.git/objects/pack/*.pack)
	chmod u+w "$pack"
	truncate -s -300 "$pack"
	ends_with 2 varve clone -q "$site" c
	stderr_has "$(basename "$pack") of '$site' is damaged"
	[ ! -e c/prices.csv ]
	# a pack of somebody else's, at the place of one of ours
	git init -q other
	git -C other commit -q --allow-empty -m other
	git -C other repack -qad
	cat other/.git/objects/pack/*.pack > "$pack"
	ends_with 2 varve clone -q "$site" c
	[ ! -e c/prices.csv ]
}

@test "a clone that is killed goes on with the history that it has, in the middle of a pack, too" {
	a_table
	head -c 20000000 /dev/urandom > notes.bin
	varve add -q notes.bin
	varve commit -qm notes
	varve publish -q --no-pages -o ../public
	cd ..
	serve_files "$PWD/public" '\.pack bytes=16777216'
	varve clone -q "$site" b 3>&- &
	pid=$!
	until [ "$(stat -c %s b/.git/varve/host/*/coming/*.pack 2> /dev/null || echo 0)" -eq 16777216 ]; do sleep 0.05; done
	kill -9 "$pid"
	wait "$pid" || true
	stop_server
	# packs of history, but no blocks
	serve_files "$PWD/public" '^/packs/'
	(cd b && exec varve pull -q) 3>&- &
	pid=$!
	until grep -q '/lists/' "$server_log"; do sleep 0.05; done
	kill -9 "$pid"
	wait "$pid" || true
	[ "$(grep -c 'objects/pack/.*bytes=0-' "$server_log")" -eq 0 ]
	grep -q 'objects/pack/.*bytes=16777216-' "$server_log"
	stop_server
	serve_files "$PWD/public" '^never'
	succeeds varve -C b pull
	[ "$(asked 'objects/pack')" -eq 0 ]
	cmp a/prices.csv b/prices.csv
	cmp a/notes.bin b/notes.bin
	succeeds varve -C b fsck --data
}

@test "a pack of history that stalls at one copy goes on from there at the next" {
	a_table
	varve key new > /dev/null
	head -c 12000000 /dev/urandom > notes.bin
	varve add -q notes.bin
	varve commit -qm notes
	varve sign -q --name prices
	key=$(varve key show | sed 's/^did:key://')
	varve publish -q --no-pages -o ../both/one
	cp -r ../both/one ../both/two
	cd ..
	serve_files "$PWD/both" '^/one/.*\.pack bytes=8388608'
	succeeds varve clone -q --from "$site/one/" --from "$site/two/" "$key/prices" b
	cmp a/notes.bin b/notes.bin
	cmp a/prices.csv b/prices.csv
	grep -q '/two/.*objects/pack/.*bytes=8388608-' "$server_log"
	[ "$(asked '/two/.*objects/pack/.*bytes=0-')" -eq 0 ]
}

@test "a pack of more than receive.maxInputSize is refused, as a peer's is" {
	a_table
	varve publish -q --no-pages -o ../public
	cd ..
	serve_files "$PWD/public"
	git config --global receive.maxInputSize 100
	ends_with 2 varve clone -q "$site" b
	stderr_has "maximum allowed size"
}
