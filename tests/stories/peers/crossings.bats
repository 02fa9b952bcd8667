load ../../cli/helper

# Features that meet: each is tested by itself elsewhere.

setup() {
	varve_setup
	work=$PWD
}

# A host without varve, and in ./a its first table of 3,000 rows.
hosted() {
	git init -q --bare host
	new_repo a
	rows 3000 > a/t.csv
	cd a
	varve add -q --key id "$@" .
	varve commit -qm one
	git remote add origin "file://$work/host"
	git config remote.origin.varveKind git
	varve push -q -u origin main
}

# takes CLONE NAME: NAME takes the next number there, and sends it in spite of others who do so at the same time.
takes() {
	local i
	cd "$work/$1"
	echo "3001,$2,${#2}$3.00,2024-01-0$3" >> t.csv # different things
	varve commit -qam "$2"
	for i in 1 2 3 4 5 6; do
		varve pull -q && varve push -q && return
	done
	return 1
}

@test "three clones, lazy ones among them, take one number at the same time: each row stays, once, under its own" {
	mkdir a
	echo '{"merge": {"t.csv": {"new keys": "renumber"}}}' > a/varve.json
	hosted
	cd ..
	varve clone -q --lazy "file://$work/host" b
	varve clone -q --lazy "file://$work/host" c
	pids=()
	for each in "a ada 1" "b bob 2" "c cy 3"; do
		(takes $each > "$work/said-${each%% *}" 2>&1) &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { cat said-* >&2; return 1; }
	done
	varve clone -q "file://$work/host" d
	[ "$(grep -cE '^300[123],(ada|bob|cy),' d/t.csv)" = 3 ]
	[ "$(cut -d, -f1 d/t.csv | sort | uniq -d)" = "" ]
	[ "$(wc -l < d/t.csv)" = 3004 ]
	grep -q "is now row" said-*
	succeeds varve -C d fsck --data
	for each in a b c; do
		varve -C "$each" pull -q
		cmp "$each/t.csv" d/t.csv
	done
}

@test "a lazy clone gets the versions of earlier merges that tell which row has which key since then" {
	mkdir a
	echo '{"merge": {"t.csv": {"new keys": "renumber"}}}' > a/varve.json
	hosted
	cd ..
	for each in b c; do
		varve clone -q --lazy "file://$work/host" "$each"
		echo "3001,$each,1$each.00,2024-02-01" >> "$each/t.csv" # another thing each
		varve -C "$each" commit -qam "$each"
	done
	(takes a ada 1)
	# c and b have met ada's row, neither the other's
	for each in b c; do
		varve -C "$each" pull -q
		grep -qE "^3001,$each," "$each/t.csv"
		grep -q "^3002,ada," "$each/t.csv"
	done
	varve -C c push -q
	succeeds varve -C b pull
	stderr_has "row 3001 of origin/main is now row 3003"
	[ "$(tail -n 3 b/t.csv | cut -d, -f1,2 | sort | xargs)" = "3001,b 3002,ada 3003,c" ]
}

@test "bytes of gzip that were uploaded over a pointer are refused by name in each direction, and stay what they are" {
	hosted
	git clone -q . ../s
	cd ../s
	git switch -qc up
	rows 3000 | sed '5s/item/stranger/' | gzip -n > t.csv
	git -c filter.varve.clean=cat commit -qam up --no-verify
	cd ../a
	git fetch -q ../s up:up
	sed -i '9s/item/mine/' t.csv
	varve commit -qam mine
	for words in "varve merge -q up" "git merge -q up"; do
		ends_with 1 $words
		[[ "$output$stderr" == *"t.csv: theirs is text that is not a table: t.csv: compressed with gzip"* ]]
		git merge --abort
		[ -z "$(git status --porcelain)" ]
		grep -q mine t.csv
	done
	git branch -q stranger up
	git switch -q up
	cmp t.csv ../s/t.csv
	ends_with 1 varve merge -q main
	output_has "ours is text that is not a table"
	cmp t.csv ../s/t.csv
	# the table is taken as it is; the bytes of gzip, which are none, are refused before anything is replaced
	succeeds varve resolve -q --theirs t.csv
	succeeds varve merge --continue -q
	git show main:t.csv | cmp - <(git show HEAD:t.csv)
	grep -q mine t.csv
	git switch -q main
	ends_with 1 varve merge -q stranger
	ends_with 2 varve resolve --theirs t.csv
	stderr_has "t.csv: theirs cannot be taken: "
	stderr_has "compressed with gzip, not a table"
	[ "$(git status --porcelain)" = "UU t.csv" ]
	grep -q mine t.csv
	succeeds varve resolve -q --ours t.csv
	succeeds varve merge --continue -q
}

@test "plain git clones during gc have all rows of the branches" {
	hosted
	for i in 1 2 3; do
		sed -i "$((i + 1))s/item/v$i/" t.csv
		varve commit -qam "v$i"
	done
	git switch -qc gone
	rows 3000 5 > t.csv
	varve commit -qam gone
	git switch -q main
	git branch -qD gone
	git reflog expire --expire=now --all
	(
		for i in 1 2 3 4; do
			varve gc -q --prune=now
			git gc -q --prune=now
		done
	) &
	gc=$!
	for i in 1 2 3; do
		git clone -q "file://$work/a" "../c$i"
		varve -C "../c$i" init -q > /dev/null
		varve -C "../c$i" restore -q .
		cmp t.csv "../c$i/t.csv"
		varve clone -q "file://$work/a" "../v$i"
		succeeds varve -C "../v$i" fsck --data
	done
	wait "$gc"
	succeeds varve fsck --data
}
