load ../helper

need_strace() {
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2> strace.err || skip "strace is not permitted here: $(head -n 1 strace.err)"
	rm strace.err
	# Finding leaks needs ptrace, which strace has taken.
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
}

# packed KIND FILE: the table on stdin as FILE, compressed.
packed() {
	case $1 in
	gz) gzip -n > "$2" ;;
	zst) zstd -q -c > "$2" ;;
	xz) xz -c > "$2" ;;
	bz2) bzip2 -c > "$2" ;;
	esac
}

# table [N]: 300 rows; that of N has another price.
table() {
	awk -v other="${1-}" 'BEGIN { print "id,name,price"; for (i = 1; i <= 300; i++) print i ",item " i % 7 "," (i == other ? "99.5" : i ".25") }'
}

@test "a compressed file comes back byte for byte, and its rows are seen" {
	local kind
	new_repo
	for kind in gz zst xz bz2; do
		table | packed $kind t.csv.$kind
	done
	succeeds varve add .
	output_has "4 ordinary files"
	output_has "varve add --as-csv"
	varve commit -qm one
	table > want
	for kind in gz zst xz bz2; do
		varve cat HEAD:t.csv.$kind > got
		same_bytes t.csv.$kind got
		varve cat --format csv HEAD:t.csv.$kind > got
		same_bytes want got
		[ "$(varve cat --where id=7 --columns price t.csv.$kind | tail -n 1)" = 7.25 ]
		[ "$(varve info --json t.csv.$kind | jq .rowCount)" = 300 ]
		varve info t.csv.$kind | grep -q "compressed, not stored in blocks"
		succeeds varve check --files t.csv.$kind
		varve convert -f t.csv.$kind got.csv
		same_bytes want got.csv
		table 7 | packed $kind t.csv.$kind
		succeeds varve diff --json t.csv.$kind
		[ "$(jq -c '.tables[0].summary | [.rowsAdded, .rowsRemoved, .rowsChanged]' <<< "$output")" = "[0,0,1]" ]
	done
	git add .
	git commit -qm two
	succeeds varve diff --json HEAD~1 HEAD
	[ "$(jq '[.tables[] | .summary.cellsChanged // empty] | add' <<< "$output")" = 4 ]
	succeeds varve log -p t.csv.xz
	output_has "7.25 -> 99.5"
	succeeds varve blame --row 7 t.csv.gz
	output_has "$(git rev-parse --short=7 HEAD)"
	succeeds varve blame --row 8 t.csv.gz
	output_has "$(git rev-parse --short=7 HEAD~1)"
}

@test "a compressed file that varve keeps as bytes is compared by its rows" {
	new_repo
	table | packed gz t.csv.gz
	varve add -q --as file t.csv.gz
	varve commit -qm one
	table 9 | packed gz t.csv.gz
	succeeds varve diff --json
	[ "$(jq -c '.tables[0].summary | [.rowsAdded, .rowsRemoved, .rowsChanged]' <<< "$output")" = "[0,0,1]" ]
	varve add -q t.csv.gz
	varve commit -qm two
	succeeds varve diff --json HEAD~1 HEAD
	[ "$(jq -c '.tables[0].summary | [.rowsAdded, .rowsRemoved, .rowsChanged]' <<< "$output")" = "[0,0,1]" ]
	varve cat HEAD:t.csv.gz > got
	same_bytes t.csv.gz got
	succeeds varve check
}

@test "members after each other are one table, and tabs, JSON lines and JSON are found by the name inside" {
	new_repo
	{ printf 'a\tb\n1\t2\n' | gzip; printf '3\t4\n' | gzip; } > t.tsv.gz
	[ "$(varve cat --format json t.tsv.gz | jq -c 'map([.a, .b])')" = '[[1,2],[3,4]]' ]
	{ printf '{"a":1}\n' | xz; printf '{"a":2}\n' | xz; } > t.ndjson.xz
	[ "$(varve cat --format json t.ndjson.xz | jq -c 'map(.a)')" = '[1,2]' ]
	printf '[{"a":1},{"a":2}]' | bzip2 > t.json.bz2
	[ "$(varve cat --format csv t.json.bz2 | tail -n 1)" = 2 ]
	{ printf 'a,b\n1,2\n' | zstd -q; printf '3,4\n' | zstd -q; } > t.csv.zst
	[ "$(varve cat --format csv t.csv.zst | wc -l)" = 3 ]
	{ printf 'a,b\n1,2\n' | bzip2; printf '3,4\n' | bzip2; } > t.csv.bz2
	[ "$(varve cat --format csv t.csv.bz2 | wc -l)" = 3 ]
	printf 'stra\337e;n\nHauptstra\337e;1\nNebenstra\337e;2\n' | gzip > l.csv.gz
	succeeds varve convert --format csv --encoding windows-1252 l.csv.gz -
	output_has "Hauptstraße"
}

@test "what is cut off or damaged is an error, whatever kind it is" {
	local kind
	new_repo
	for kind in gz zst xz bz2; do
		table | packed $kind whole
		head -c "$(($(wc -c < whole) - 9))" whole > t.csv.$kind
		ends_with 2 varve cat --format csv t.csv.$kind
		stderr_has "t.csv.$kind"
		ends_with 2 varve add --as-csv t.csv.$kind
		[ ! -e t.csv ]
		ends_with 1 varve check --files t.csv.$kind
		{ head -c 60 whole; printf '\377\377\377\377\377\377\377\377'; tail -c +69 whole; } > t.csv.$kind
		ends_with 2 varve cat --format csv t.csv.$kind
		ends_with 2 varve add --as-csv t.csv.$kind
		[ -z "$(find . -name '.varve-tmp-*')" ]
	done
}

@test "a small file out of which gigabytes would come is refused" {
	new_repo
	yes 1,1 | head -c 400000000 | zstd -q > t.csv.zst
	[ "$(wc -c < t.csv.zst)" -lt 1000000 ]
	ends_with 2 varve add --as-csv t.csv.zst
	stderr_has "200 times"
	[ "$(ls -A)" = "$(printf '.git\nt.csv.zst')" ]
	ends_with 2 varve cat --format csv t.csv.zst
	stderr_has "200 times"
}

@test "add --as-csv keeps the table under its own name, whose versions share blocks" {
	local before
	new_repo
	mkdir in
	table | packed gz in/t.csv.gz
	cd in
	succeeds varve add --as-csv t.csv.gz
	output_has "in/t.csv: new table, 300 rows"
	cd ..
	table > want
	same_bytes want in/t.csv
	[ "$(git diff --cached --name-only | grep -v gitattributes)" = in/t.csv ]
	varve commit -qm one
	succeeds varve add --as-csv in/t.csv.gz
	[ -z "$(git diff --cached --name-only)" ]
	table 8 | packed xz in/t.csv.xz
	succeeds varve add --as-csv in/t.csv.xz
	succeeds varve diff --cached --json
	[ "$(jq -c '.tables[0].summary | [.rowsAdded, .rowsRemoved, .rowsChanged]' <<< "$output")" = "[0,0,1]" ]
	varve commit -qm two
	table 8 > want
	varve cat HEAD:in/t.csv > got
	same_bytes want got
}

@test "add --as-csv replaces no file whose content would be lost" {
	new_repo
	table | packed gz t.csv.gz
	echo mine > t.csv
	ends_with 2 varve add --as-csv t.csv.gz
	stderr_has "t.csv"
	[ "$(cat t.csv)" = mine ]
	rm t.csv
	varve add -q --as-csv t.csv.gz
	varve commit -qm one
	echo '301,mine,1' >> t.csv
	cp t.csv want
	table 3 | packed gz t.csv.gz
	ends_with 2 varve add --as-csv t.csv.gz
	same_bytes want t.csv
	succeeds varve add t.csv
	succeeds varve add --as-csv t.csv.gz
	table 3 > want
	same_bytes want t.csv
	mv t.csv real.csv
	ln -s real.csv t.csv
	git add t.csv
	git commit -qm link
	table 4 | packed gz t.csv.gz
	ends_with 2 varve add --as-csv t.csv.gz
	stderr_has "'t.csv' is not a regular file"
	[ -L t.csv ]
	for words in "t.csv" "-n t.csv.gz" "-A" "."; do
		ends_with 2 varve add --as-csv $words
	done
}

@test "add --as-csv merges the next delivery by cell with what was corrected and committed" {
	new_repo
	deliver() {
		printf 'id,item,price\n1,a,%s\n2,b,2\n3,c,%s\n' "$1" "$2" | packed gz t.csv.gz
		git add t.csv.gz
	}
	deliver 1 3
	varve add -q --as-csv t.csv.gz
	varve commit -qm one
	varve set -q t.csv 2 item=right
	varve commit -qam right
	deliver 10 3
	succeeds varve add --as-csv t.csv.gz
	output_has "t.csv: 37 B, unpacked from t.csv.gz"
	printf 'id,item,price\n1,a,10\n2,right,2\n3,c,3\n' > want
	same_bytes want t.csv
	varve commit -qm two
	succeeds varve add --as-csv t.csv.gz
	same_bytes want t.csv
	varve set -q t.csv 3 price=33
	varve commit -qam theirs
	cp t.csv want
	deliver 10 4
	git commit -qm "the file first" t.csv.gz
	ends_with 2 varve add --as-csv t.csv.gz
	stderr_has "both 't.csv' and 't.csv.gz' changed 1 cell of 1 row; 't.csv' was not written"
	same_bytes want t.csv
	deliver 11 4
	succeeds varve add --as-csv t.csv.gz
	printf 'id,item,price\n1,a,11\n2,right,2\n3,c,33\n' > want
	same_bytes want t.csv
	varve commit -qm three
	succeeds varve fsck --data
}

@test "kill -9 in add --as-csv: the file is the old or the new one, and the same command gets through" {
	local call n
	new_repo
	need_strace
	table | packed gz t.csv.gz
	varve add -q --as-csv t.csv.gz
	varve commit -qm one
	table 5 | packed gz t.csv.gz
	table > old
	table 5 > new
	cp -a . ../template
	for call in openat write fsync fdatasync rename renameat close; do
		for n in 1 2 3 5 9; do
			cd ..
			rm -rf victim
			cp -a template victim
			cd victim
			strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n varve add -q --as-csv t.csv.gz 2> /dev/null || true
			cmp -s t.csv old || cmp -s t.csv new
			succeeds varve add --as-csv t.csv.gz
			same_bytes new t.csv
			[ -z "$(find . -maxdepth 1 -name '.varve-tmp-*')" ]
			succeeds varve commit -qm two
			varve cat HEAD:t.csv > got
			same_bytes new got
		done
	done
}
