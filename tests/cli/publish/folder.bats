load ../helper
load folder

# `varve publish`: a folder of plain files that is a complete origin, whoever serves it.

teardown() {
	stop_server
}

@test "a folder behind a plain web server is cloned by varve and by git, read by ranges, fetched and pulled" {
	a_table
	git tag -a v1 -m first
	succeeds varve publish -o ../public/
	output_has "main, 1 version of a table sent, 1 file of a table, 1 written"
	cmp prices.csv ../public/prices.csv
	cd ..
	serve_files "$PWD/public"
	succeeds varve clone "$site/" b
	[ "$(git -C b config remote.origin.varveKind)" = folder ]
	cmp a/prices.csv b/prices.csv
	[ "$(git -C b rev-parse v1)" = "$(git -C a rev-parse v1)" ]
	git clone -q "$site/repo.git" plain
	[ "$(git -C plain rev-parse HEAD)" = "$(git -C a rev-parse HEAD)" ]
	succeeds varve -C plain init
	succeeds varve -C plain cat HEAD:prices.csv
	cmp a/prices.csv <(varve -C plain cat HEAD:prices.csv)
	succeeds varve clone --lazy --no-checkout "$site/repo.git" lazy
	[ "$(varve -C lazy cat HEAD:prices.csv --where id=41 --format csv)" = "$(varve -C a cat HEAD:prices.csv --where id=41 --format csv)" ]
	succeeds varve cat "$site/#HEAD:prices.csv" --limit 1
	cd a
	another 2
	succeeds varve publish -q -o ../public
	output_is ""
	stderr_is ""
	cmp prices.csv ../public/prices.csv
	cd ../b
	succeeds varve fetch
	succeeds varve pull
	cmp prices.csv ../a/prices.csv
	succeeds varve fsck --data
	echo more >> prices.csv
	varve commit -qam mine
	ends_with 2 varve push
	stderr_has "' is a published folder, which cannot be pushed to"
}

@test "blocks below roots that are here are fetched from a folder that cannot be listed" {
	a_table
	another 1
	varve publish -q -o ../public
	cd ..
	serve_files "$PWD/public"
	varve clone -q "$site/" b
	local pack how
	pack=$(ls -S b/.git/varve/packs/*.pack | head -n 1)
	printf 'XXXXXXXXXXXXXXXX' | dd of="$pack" bs=1 seek=$(($(stat -c %s "$pack") / 2)) conv=notrunc status=none
	rm b/prices.csv
	for how in "fsck --repair --from origin" "fetch --data --all --from $site/"; do
		rm -rf c
		cp -a b c
		ends_with 1 varve -C c fsck --repair
		output_has "missing block"
		succeeds varve -C c $how
		succeeds varve -C c fsck --data
		cmp a/prices.csv <(varve -C c cat HEAD:prices.csv)
	done
}

@test "the same folder as a path, and a copy of it, is an origin too" {
	a_table
	varve publish -q -o ../public
	cd ..
	cp -r public copy
	rm -rf public
	succeeds varve clone "$PWD/copy" b
	cmp a/prices.csv b/prices.csv
	succeeds git clone -q copy/repo.git plain
	[ -z "$(git -C plain fsck --full 2>&1)" ]
	git init -q --bare empty.git
	git -C b config remote.origin.pushurl "$PWD/empty.git"
	succeeds varve -C b whereis HEAD:prices.csv
	output_has "  all       origin"
}

@test "nginx serves a lazy clone by ranges" {
	new_repo a
	cd a
	rows 60000 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	varve publish -q -o ../public
	cd ..
	serve_nginx "$PWD/public"
	varve clone -q --lazy --no-checkout "$site" b
	cd b
	: > "$server_log"
	succeeds varve cat HEAD:prices.csv --where id=41234
	grep -q '" 206 ' "$server_log"
	[ "$(awk '{ sum += $10 } END { print sum }' "$server_log")" -lt 300000 ]
}

@test "only what was asked for is published, and what is not reachable any more goes" {
	a_table
	varve switch -q -c secret
	echo '9999,hidden,1.00,2024-01-01' >> prices.csv
	varve commit -qam secret
	git tag hidden
	varve switch -q main
	git tag open
	varve publish -q -o ../public
	[ "$(cut -f2 ../public/repo.git/info/refs)" = "$(printf '%s\n' refs/heads/main refs/tags/open)" ]
	ends_with 1 git -C ../public/repo.git cat-file -e "$(git rev-parse secret)"
	secret=$(varve info --json secret:prices.csv | jq -r .root)
	[ ! -e "../public/versions/$secret.packs" ]
	varve publish -q -o ../public main secret
	[ -e "../public/versions/$secret.packs" ]
	git -C ../public/repo.git cat-file -e "$(git rev-parse secret)"
	varve publish -q -o ../public main
	a_day_passes ../public
	find ../public -name '*.packs' -exec touch -d '2 days ago' {} +
	varve publish -q -o ../public --prune main
	[ ! -e "../public/versions/$secret.packs" ]
	ends_with 1 git -C ../public/repo.git cat-file -e "$(git rev-parse secret)"
	[ -z "$(git -C ../public/repo.git fsck --full 2>&1)" ]
	succeeds varve publish -q --all -o ../public
	[ "$(cut -f2 ../public/repo.git/info/refs)" = "$(printf '%s\n' refs/heads/{main,secret} refs/tags/{hidden,open})" ]
	ends_with 2 varve publish -o ../public nothing
	stderr_has "no branch or tag is called 'nothing'"
}

@test "rows that are not published any more leave the folder at once with --prune, and else an hour later" {
	local how
	a_table
	another 1
	varve switch -q -c side
	rows 500 9 > side.csv
	sed -i 's/,item/,hidden/' side.csv
	varve add -q side.csv
	sed -i 's/^41,/41,secret /' prices.csv
	varve commit -qam side
	roots=$(varve info --json side:side.csv | jq -r .root; varve info --json side:prices.csv | jq -r .root)
	for how in --prune later; do
		rm -rf ../public
		varve publish -q --no-pages -o ../public main side
		varve switch -q main
		varve clone -q ../public ../old # what a reader has
		if [ "$how" = later ]; then
			varve publish -q --no-pages -o ../public main
			succeeds varve clone -q ../public ../new && rm -rf ../new
			a_day_passes ../public
			varve publish -q --no-pages -o ../public main
		else
			varve publish -q --no-pages --prune -o ../public main
		fi
		for root in $roots; do [ ! -e "../public/versions/$root.packs" ]; done
		ends_with 1 git -C ../public/repo.git cat-file -e "$(git rev-parse side)"
		# the pointers alone, and the folder: no block of side is there
		git clone -q . ../pointers
		git -C ../pointers fetch -q origin side:side
		succeeds varve -C ../pointers init
		git -C ../pointers remote set-url origin "$PWD/../public"
		ends_with 2 varve -C ../pointers fetch --data --all
		for file in side.csv prices.csv; do
			ends_with 2 varve -C ../pointers --offline cat "side:$file"
		done
		cmp prices.csv <(varve -C ../pointers --offline cat --raw origin/main:prices.csv)
		succeeds varve clone -q ../public ../new
		same_versions . main ../new
		# nothing is left to rewrite
		find ../public -type f | sort > ../files
		varve publish -q --no-pages --prune -o ../public main
		find ../public -type f | sort | diff ../files -
		# and it can be published again
		varve publish -q --no-pages -o ../public main side
		succeeds varve clone -q ../public ../again
		cmp <(varve cat --raw side:side.csv) <(varve -C ../again --offline cat --raw origin/side:side.csv)
		rm -rf ../again
		rm -rf ../old ../new ../pointers
		varve switch -q side
	done
}

@test "nothing is written into a folder that is somebody else's" {
	a_table
	mkdir ../mine
	echo important > ../mine/notes.txt
	ends_with 2 varve publish -o ../mine
	stderr_has "is not empty, and was not published by varve"
	[ "$(ls -A ../mine)" = notes.txt ]
	varve publish -q -o ../public
	echo mine > ../public/README.md
	rows 5 > more.csv
	echo mine > ../public/more.csv
	varve add -q more.csv
	varve commit -qm more
	cp -a ../public ../before
	ends_with 2 varve publish -o ../public
	diff -r ../before ../public
	stderr_has "more.csv' was not written by varve, and has the name of a table"
	[ "$(cat ../public/more.csv)" = mine ]
	rm ../public/more.csv
	succeeds varve publish -o ../public
	[ "$(cat ../public/README.md)" = mine ]
	cmp more.csv ../public/more.csv
	echo rubbish > ../public/folder
	ends_with 2 varve publish -o ../public
	stderr_has "publish into a new folder"
}

@test "files are those of the newest version, up to the limit" {
	a_table
	mkdir -p sub
	rows 10 > sub/small.csv
	rows 10 > packs.csv
	varve add -q sub/small.csv packs.csv
	varve commit -qm small
	succeeds varve publish --files 1k -o ../public
	stderr_has "1 table is too long for a file (see --files)"
	[ ! -e ../public/prices.csv ]
	cmp sub/small.csv ../public/sub/small.csv
	succeeds varve publish --files 20m -o ../public
	cmp prices.csv ../public/prices.csv
	varve rm -q sub/small.csv
	varve commit -qm gone
	succeeds varve publish --json -o ../public
	[ "$(jq -c '[.changed, .tableCount, .written]' <<< "$output")" = '[true,2,0]' ]
	[ ! -e ../public/sub ]
	succeeds varve publish --files 0 -o ../public
	[ ! -e ../public/prices.csv ]
	varve clone -q "$PWD/../public" ../b
	cmp prices.csv ../b/prices.csv
}

@test "a year of daily publishing is at most ten packs of each kind, and a clone some forty requests" {
	days=${VARVE_TEST_DAYS:-40}
	a_table
	varve publish -q --no-pages -o ../public
	for ((i = 2; i <= days; i++)); do
		another "$i"
		varve publish -q --no-pages -o ../public
		a_day_passes ../public
	done
	varve publish -q --no-pages -o ../public
	a_day_passes ../public
	varve publish -q --no-pages -o ../public
	cd ..
	echo "$(ls public/packs | wc -l) packs of blocks, $(ls public/repo.git/objects/pack/*.pack | wc -l) of history"
	[ "$(ls public/packs | wc -l)" -le 10 ]
	[ "$(ls public/repo.git/objects/pack/*.pack | wc -l)" -le 10 ]
	[ -z "$(git -C public/repo.git fsck --full 2>&1)" ]
	serve_files "$PWD/public"
	varve clone -q "$site" b
	echo "$(requests) requests"
	[ "$(requests)" -le 45 ]
	same_versions a HEAD b
	stop_server
	export VARVE_TEST_ROUNDS=1
	serve_files "$PWD/public"
	count_rounds
	varve clone -q "$site" c
	echo "$(tail -1 "$BATS_TEST_TMPDIR/rounds") rounds"
	[ "$(tail -1 "$BATS_TEST_TMPDIR/rounds")" -le 8 ]
	same_versions a HEAD c
}

@test "a folder behind a login is read with the one in the URL, or of git's credential helper, and else asks for one" {
	a_table
	varve publish -q --no-pages -o ../public
	export LOGIN=ann:pw GIT_TERMINAL_PROMPT=0
	serve_files "$PWD/../public"
	cd ..
	ends_with 2 varve clone -q "$site" none
	stderr_has "requires a login"
	ends_with 2 varve clone -q "http://ann:no@${site#http://}" none
	stderr_has "authentication failed"
	succeeds varve clone -q "http://ann:pw@${site#http://}" in_url
	same_versions a HEAD in_url
	[ "$(grep -rl ann:pw in_url)" = in_url/.git/config ] # as with git clone; a merge of FETCH_HEAD names the URL
	git config --global credential.helper '!f() { [ "$1" != get ] || printf "username=ann\npassword=pw\n"; }; f'
	succeeds varve clone -q "$site" helped
	same_versions a HEAD helped
	(cd a && another 2 && varve publish -q --no-pages -o ../public)
	succeeds varve -C helped pull -q
	same_versions a HEAD helped
	# a secret that is wrong by now
	git config --global credential.helper '!f() { [ "$1" != get ] || printf "username=ann\npassword=no\n"; }; f'
	ends_with 2 varve -C helped fetch
	stderr_has "Authentication failed"
}

@test "whoever reads while the folder is updated finds the old state or the new one" {
	a_table
	varve publish -q --no-pages -o ../public
	serve_files "$PWD/../public"
	(
		for i in $(seq 2 12); do
			another "$i"
			varve publish -q --no-pages -o ../public
		done
		: > ../done
	) 3>&- &
	writer=$!
	n=0
	while [ ! -e ../done ]; do
		rm -rf ../b ../plain
		varve clone -q "$site" ../b
		cmp <(varve -C ../b cat HEAD:prices.csv) ../b/prices.csv
		git clone -q "$site/repo.git" ../plain
		n=$((n + 1))
	done
	wait "$writer"
	echo "$n clones"
	[ "$n" -ge 2 ]
}

@test "two passes of rsync bring a copy from one state to the next" {
	command -v rsync > /dev/null || skip "rsync is not installed"
	a_table
	varve publish -q --no-pages -o ../public
	cd ..
	rsync -a public/ copy/
	cd a
	another 2
	git tag v2
	varve publish -q --no-pages -o ../public
	cd ..
	# after the first pass the copy is the old state, with files that nothing names
	rsync -a --exclude=/repo.git/info/refs --exclude=/repo.git/packed-refs public/ copy/
	varve clone -q "$PWD/copy" b
	[ "$(git -C b rev-list --count HEAD)" = 1 ]
	succeeds varve -C b fsck --data
	rsync -a --delete-after public/ copy/
	varve clone -q "$PWD/copy" c
	cmp a/prices.csv c/prices.csv
	succeeds varve -C c fsck --data
}

@test "the pages are those of varve-web, and the folder's own address leads there" {
	[ -x "$VARVE_BIN/varve-web" ] || skip "varve-web is not built"
	a_table
	succeeds varve publish -o ../public
	[ -f ../public/pages/index.html ]
	grep -q pages/index.html ../public/index.html
	echo own > ../public/index.html
	another 2
	succeeds varve publish -o ../public
	[ "$(cat ../public/index.html)" = own ]
}

@test "a table or page whose bytes changed is written again by the next run" {
	local file
	[ -x "$VARVE_BIN/varve-web" ] || skip "varve-web is not built"
	a_table
	succeeds varve publish -o ../public
	cp -a ../public ../good
	for file in prices.csv pages/search/index.html pages/assets/style.css; do
		printf '\125' | dd of="../public/$file" bs=1 seek=30 conv=notrunc 2> /dev/null
		touch -r "../good/$file" "../public/$file"
		succeeds varve publish -o ../public
		diff -r ../good ../public
	done
	truncate -s 20 ../public/index.html
	succeeds varve publish -o ../public
	diff -r ../good ../public
	rm ../public/pages/varve-export
	ends_with 2 varve publish -o ../public
	stderr_has "remove it and publish again"
	rm -r ../public/pages
	succeeds varve publish -o ../public
	diff -r ../good/pages ../public/pages
}

@test "what is missing, empty or cut in the folder is written again by the next run" {
	local how file one
	a_table 3000
	for one in 2 3; do
		another $one
		varve publish -q --no-pages -o ../good
	done
	for file in $(cd ../good && find packs lists repo.git -type f -not -name config); do
		! grep -q "^gone .*${file#repo.git/}" ../good/folder || continue # no reader is told of it
		for how in missing empty cut; do
			rm -rf ../public ../b
			cp -r ../good ../public
			chmod u+w "../public/$file"
			case $how in
			missing) rm "../public/$file" ;;
			empty) : > "../public/$file" ;;
			cut) truncate -s -3 "../public/$file" ;;
			esac
			varve publish -q --no-pages -o ../public > "$HOME/out" 2>&1 || {
				echo "$file $how: $(cat "$HOME/out")"
				return 1
			}
			varve clone -q "$PWD/../public" ../b
			same_versions . main ../b || {
				echo "$file $how"
				return 1
			}
			git --git-dir=../public/repo.git fsck > /dev/null 2>&1 || [ "$file" = repo.git/HEAD ]
		done
	done
}

@test "nothing is written, moved or removed through a symbolic link in the folder" {
	local link n=0
	a_table
	mkdir -p eu
	rows 10 > eu/more.csv
	varve add -q eu/more.csv
	varve commit -qm two
	varve publish -q -o ../public
	for link in repo.git repo.git/objects/pack repo.git/info packs eu pages pages/assets; do
		rm -rf ../trial ../elsewhere
		cp -r ../public ../trial
		mv "../trial/$link" ../elsewhere
		ln -s "$PWD/../elsewhere" "../trial/$link"
		find ../elsewhere -type f -exec sha1sum {} + | sort > ../before
		sed -i "2s/item/item$((++n))/" eu/more.csv
		another "$n"
		if [ "$link" != pages/assets ]; then # which has nothing new
			ends_with 2 varve publish --prune -o ../trial
			stderr_has "/$link' is a symbolic link"
		fi
		find ../elsewhere -type f -exec sha1sum {} + | sort | cmp - ../before
		rm -rf ../elsewhere
		mkdir ../elsewhere
		ends_with 2 varve publish --prune -o ../trial
		[ -z "$(ls -A ../elsewhere)" ]
	done
	# a link in the place of a file is replaced
	cp -r ../public ../trial2
	echo mine > ../mine
	for link in repo.git/HEAD repo.git/info/refs prices.csv folder; do
		ln -sf "$PWD/../mine" "../trial2/$link"
	done
	varve publish -o ../trial2 2> /dev/null || true
	[ "$(cat ../mine)" = mine ]
}

@test "verify names a pack of a published folder whose index is a pipe, and does not wait" {
	local index
	new_repo
	rows 4 > t.csv
	varve add -q t.csv
	varve commit -qm one
	succeeds varve publish -q -o ../p
	index=$(echo ../p/repo.git/objects/pack/*.idx)
	rm -f "$index"
	mkfifo "$index"
	ends_with 1 timeout 60 varve verify ../p
	output_has "repo.git/objects/pack/$(basename "$index" .idx).pack"
	rm ../p/repo.git/HEAD
	mkfifo ../p/repo.git/HEAD
	ends_with 2 timeout 60 varve clone -q ../p ../c
	stderr_has "repo.git/HEAD' is not a regular file"
}

@test "a folder whose address is known has a sitemap of it" {
	new_repo src
	rows 20 > src/prices.csv
	varve -C src add -q .
	varve -C src commit -qm one
	succeeds varve -C src publish -o "$PWD/pub" --site https://example.org/data
	grep -q '<loc>https://example.org/data/pages/</loc>' pub/pages/sitemap.xml
	grep -q '"contentUrl": "https://example.org/data/pages/raw/' pub/pages/croissant.json
	ends_with 2 varve -C src publish -o "$PWD/pub" --site ftp://example.org/
	stderr_has "write it like https://example.org/prices/"
}
