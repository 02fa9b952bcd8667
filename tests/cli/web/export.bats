load ../helper

# What `web --export` writes and takes away. How it looks is tests/web.

links="$BATS_TEST_DIRNAME/../../web/folder_links.py"

# Three versions of a.csv and b.csv in src; the second also has gone.csv.
versions() {
	new_repo src
	rows 700 > src/a.csv
	rows 30 > src/b.csv
	varve -C src add -q a.csv b.csv
	varve -C src commit -qm one
	tick
	rows 710 7 > src/a.csv
	rows 5 > src/gone.csv
	varve -C src add -q a.csv gone.csv
	varve -C src commit -qm two
	tick
	git -C src rm -q gone.csv
	rows 31 > src/b.csv
	varve -C src add -q b.csv
	varve -C src commit -qm three
}

id() {
	git -C src rev-parse --short=8 "$1"
}

# What stands in a folder, a line each.
listed() {
	find "$1" -mindepth 1 -printf '%P\n' | sort
}

@test "an export into an earlier one leaves nothing of it, and what others wrote" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD~2..HEAD~1
	[ -f "out/$(id HEAD~2)-$(id HEAD~1)/changes-2-a.csv.html" ]
	echo data.example > out/CNAME
	mkdir out/own
	touch out/own/kept out/index.html.bak
	succeeds varve -C src web --export "$PWD/out" HEAD
	succeeds python3 "$links" out
	[ "$(listed out | grep -v "^$(id HEAD)/")" = "$(printf '%s\n' CNAME "$(id HEAD)" index.html index.html.bak own own/kept varve-export | sort)" ]
	varve -C src web --export "$PWD/new" HEAD
	[ "$(listed "out/$(id HEAD)")" = "$(listed "new/$(id HEAD)")" ]
	cmp out/index.html new/index.html
	# the same again: the folder of pages is another one
	succeeds varve -C src web --export "$PWD/out" HEAD
	succeeds python3 "$links" out
	[ "$(listed out | grep -c "^$(id HEAD)-2$")" = 1 ]
	[ ! -e "out/$(id HEAD)" ]
}

@test "every link of an export leads somewhere, of one version and of two" {
	versions
	for what in HEAD HEAD~1..HEAD HEAD~2...HEAD HEAD~2..HEAD~1; do
		succeeds varve -C src web --export "$PWD/out" $what
		succeeds python3 "$links" out
	done
	! grep -rq 'index.html#datasets' out/*/rows-* || grep -q 'id="datasets"' out/index.html
}

@test "an export that cannot be written leaves the one before" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD~1
	cp -a out before
	ends_with 2 varve -C src web --export "$PWD/out" nothing..HEAD
	diff -r out before
	# the data of a version is lost
	cp -a src lost
	rm -rf lost/.git/varve/packs
	ends_with 2 varve -C lost web --export "$PWD/out" HEAD~1..HEAD
	diff -r out before
	ends_with 2 varve -C lost web --export "$PWD/none" HEAD
	[ ! -e none ]
	mkdir other
	touch other/file
	ends_with 2 varve -C src web --export "$PWD/other"
	stderr_has "has other files in it"
	[ "$(listed other)" = file ]
}

@test "an export that is killed leaves the pages before, and the next one takes its pages away" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD~1
	cp -a out before
	local n killed=0
	for n in 5 20 40 60 90 140; do
		varve -C src web --export "$PWD/out" HEAD~2..HEAD > killed.log 2>&1 &
		sleep "0.$(printf %03d $n)"
		kill -KILL $! 2> /dev/null || true
		# waited for: a process that nobody has waited for still counts as alive
		wait $! || killed=1
		succeeds python3 "$links" out
		cmp -s out/index.html before/index.html || break
	done
	[ $killed = 1 ]
	succeeds varve -C src web --export "$PWD/out" HEAD
	[ "$(listed out | grep -v / | tr '\n' ' ')" = "$(id HEAD) index.html varve-export " ] || { listed out; return 1; }
}

@test "a list that names other files has none of them removed" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD
	mkdir away
	touch away/kept outside
	ln -s "$PWD/away" out/link
	printf '%s\n' ../outside "$PWD/outside" link/kept own >> out/varve-export
	succeeds varve -C src web --export "$PWD/out" HEAD~1
	[ -e outside ]
	[ -e away/kept ]
	[ -e out/link ]
}

@test "an export of a lazy clone gets what it needs, or says how and writes nothing" {
	versions
	varve clone -q --lazy src lazy
	git -C lazy config varve.autoFetch false
	ends_with 2 varve -C lazy web --export "$PWD/out" HEAD~2..HEAD
	stderr_has "'varve fetch --data $(id HEAD~2) a.csv'"
	[ ! -e out ]
	git -C lazy config --unset varve.autoFetch
	succeeds varve -C lazy web --export "$PWD/out" HEAD~2..HEAD
	varve -C src web --export "$PWD/whole" HEAD~2..HEAD
	sed -i 's/>src</>lazy</g; s/"src: /"lazy: /g; s/src: what/lazy: what/g' whole/index.html
	[ "$(listed out)" = "$(listed whole)" ]
	succeeds python3 "$links" out
}

@test "an export keeps to its size, and its first page says what has no room" {
	versions
	for size in 60000 100000 200000 400000; do
		rm -rf out
		succeeds varve -C src web --export "$PWD/out" --size $size HEAD~2..HEAD
		[ "$(find out -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" -le $size ]
		succeeds python3 "$links" out
		grep -q "This did not fit" out/index.html || [ $size -gt 150000 ]
	done
}

@test "an export without room for all rows has the data files, and lists what is left out" {
	versions
	succeeds varve -C src web --export "$PWD/out" --size 145000 HEAD
	cmp "out/$(id HEAD)/files/1-a.csv" src/a.csv
	cmp "out/$(id HEAD)/files/2-b.csv" src/b.csv
	grep -q "This did not fit" out/index.html
	grep -q "rows of a.csv" out/index.html
	# one line for all of them, without an escaped line's end
	! grep -q 'did not fit.*\\n' out/index.html
	succeeds varve -C src web --export "$PWD/out" --size 55000 HEAD
	grep -q "rows of a.csv; " out/index.html
	succeeds python3 "$links" out
}
