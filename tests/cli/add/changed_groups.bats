# Groups in which few cells changed are made from those of the version before: by every way in it is the version that
# reading the whole file gives (which is what happens without the scan cache), and it comes back.
load ../helper

# big N: a table of several row groups whose rows have N in some cells.
big() {
	awk -v n="$1" 'BEGIN {
		print "id,day,place,price,note"
		for (i = 1; i <= 12000; i++) {
			changed = n > 0 && i % 2500 == 700
			printf "%d,2026-%02d-%02d,%s,%d.%02d,%s\n", i * 3, i % 12 + 1, i % 28 + 1,
				(changed ? "elsewhere" n : i % 3 ? "north" : "\"south, east\""), i % 900, i % 100,
				(changed && i > 3000) ? "" : "note " i * 7919 % 65537
		}
	}'
}

# of PATH: the blob in the index.
of() {
	git rev-parse ":$1"
}

# whole FILE: what adding FILE over the version before gives where all of it is read.
whole() {
	rm -rf ../whole
	cp -a . ../whole
	rm -rf ../whole/.git/varve/cache/scan
	(cd ../whole && varve add -q "$1" && of "$1")
}

# holds FILE WANTED: it is that version, and comes back.
holds() {
	[ "$(of "$1")" = "$2" ]
	cp "$1" ../kept
	succeeds varve fsck --data
	rm "$1"
	succeeds varve restore "$1"
	same_bytes ../kept "$1"
}

begin() {
	new_repo a
	cd a
	big 0 > t.csv
	varve add -q t.csv
	varve commit -qm one
}

@test "a version with few changed cells is the one that reading all of it gives" {
	begin
	for n in 1 2 3; do
		big $n > t.csv
		wanted=$(whole t.csv)
		case $n in
		1) varve add -q t.csv ;;
		2) git add t.csv ;;
		3) varve commit -qam three ;;
		esac
		holds t.csv "$wanted"
		[ $n = 3 ] || varve commit -qm $n
	done
	succeeds varve diff --json HEAD~1 HEAD
	[ "$(jq '.tables[0].rows | length' <<< "$output")" = 5 ]
	big 4 > t.csv
	wanted=$(whole t.csv)
	varve add -qn t.csv # which stores nothing
	varve diff > /dev/null
	varve add -q t.csv
	holds t.csv "$wanted"
}

@test "so is one in which rows came, went and moved, and one of another form" {
	begin
	for edit in '700d' '3000{h;d};3001G' '6000i\
1,2026-01-01,north,1.00,put in' '5s/$/ and more/' '$s/note/last/' '2s/note.*/"first"/' '9000,9100s/north/"nor""th"/' \
		's/,note 1/,remark 1/'; do
		sed -i "$edit" t.csv
		wanted=$(whole t.csv)
		varve add -q t.csv
		holds t.csv "$wanted"
	done
	sed -i 's/$/\r/' t.csv
	varve add -q t.csv
	sed -i '4000s/note/read/' t.csv
	wanted=$(whole t.csv)
	varve add -q t.csv
	holds t.csv "$wanted"
}

@test "so is one in a clone, whether it has the version before or not" {
	begin
	big 1 > t.csv
	varve commit -qam two
	for how in "" --lazy; do
		varve clone -q $how . ../b$how
		(
			cd ../b$how
			big 2 > t.csv
			varve add -q t.csv
			big 3 > t.csv
			wanted=$(whole t.csv)
			varve add -q t.csv
			holds t.csv "$wanted"
			varve commit -qm three
			git reset -q HEAD~2 -- t.csv # in the lazy clone its groups may not be here
			sed -i '700s/note/word/' t.csv
			wanted=$(whole t.csv)
			varve add -q t.csv
			holds t.csv "$wanted"
		)
	done
}

@test "what is damaged of the version before is in the way of nothing" {
	begin
	big 1 > t.csv
	pack=$(ls .git/varve/packs/*.pack)
	size=$(stat -c %s "$pack")
	chmod -R u+w .git/varve
	for at in $(sampled 40 12); do
		rm -rf ../b
		cp -a . ../b
		printf 'XYZZY' | dd of="../b/$pack" bs=1 seek=$((size * at / 41)) conv=notrunc status=none
		cp -a ../b ../c
		rm -rf ../c/.git/varve/cache/scan
		want=0 got=0
		(cd ../c && varve add -q t.csv 2> ../c.err) || want=$?
		(cd ../b && varve add -q t.csv 2> ../b.err) || got=$?
		[ $want = $got ]
		[ "$(git -C ../b rev-parse :t.csv)" = "$(git -C ../c rev-parse :t.csv)" ]
		rm -rf ../c
	done
}
