load ../helper
load ../serve/server

# What `web --export` writes and takes away. How it looks is tests/web.

links="$BATS_TEST_DIRNAME/../../web/folder_links.py"

teardown() {
	[ -z "${server:-}" ] || stop_server
}

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

whole() {
	git -C src rev-parse "$1"
}

# What stands in a folder, a line each.
listed() {
	find "$1" -mindepth 1 -printf '%P\n' | sort
}

@test "an export into an earlier one leaves nothing of it, and what others wrote" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD~2..HEAD~1
	[ -f "out/compare/$(whole HEAD~2)..$(whole HEAD~1)/a.csv/index.html" ]
	echo data.example > out/CNAME
	mkdir out/table/own
	touch out/table/own/kept out/index.html.bak
	succeeds varve -C src web --export "$PWD/out" HEAD
	succeeds python3 "$links" out
	varve -C src web --export "$PWD/new" HEAD
	# the same again replaces nothing
	ls -lR --time-style=full-iso out/table > before
	succeeds varve -C src web --export "$PWD/out" HEAD
	ls -lR --time-style=full-iso out/table | diff before -
	rm out/CNAME out/table/own/kept out/index.html.bak
	rmdir out/table/own
	diff -r out new
	# a page of others is not replaced
	page="compare/$(whole HEAD~1)..$(whole HEAD)/index.html"
	mkdir -p "out/${page%/*}"
	echo own > "out/$page"
	ends_with 2 varve -C src web --export "$PWD/out"
	stderr_has "is not from an earlier export"
	[ "$(cat "out/$page")" = own ]
	rm -r out/compare
	diff -r out new
}

@test "an export of all versions has the addresses of the live pages, and no others" {
	versions
	cd src
	mkdir 'a folder'
	rows 3 > 'a folder/<odd> #1?.csv'
	printf '# Hi\n[t](b.csv) [d](a%%20folder/) ![p](p.png)\n' > README.md
	head -c 60 "$BATS_TEST_DIRNAME/../../../docs/use/web-cell.png" > p.png
	printf 'a,b\n1,"2\n' > broken.csv
	git add README.md p.png broken.csv
	varve add -q 'a folder'
	varve commit -qm four
	varve mv a.csv 'a folder/c.csv'
	git tag v1 HEAD~1
	varve commit -qm five
	cd ..
	succeeds varve -C src web --export "$PWD/out"
	succeeds python3 "$links" out
	start_server src
	run python3 "$BATS_TEST_DIRNAME/walk.py" "$url" out
	stop_server
	[ "$status" = 0 ] || { echo "$output" >&2; return 1; }
}

@test "every link of an export leads somewhere, of one version and of two" {
	versions
	for what in HEAD HEAD~1..HEAD HEAD~2...HEAD HEAD~2..HEAD~1; do
		succeeds varve -C src web --export "$PWD/out" $what
		succeeds python3 "$links" out
	done
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
	stderr_has "is not empty, and was not published by varve"
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
	varve -C src web --export "$PWD/new" HEAD
	diff -r out new
}

@test "a list that names other files has none of them removed" {
	versions
	succeeds varve -C src web --export "$PWD/out" HEAD
	mkdir away
	touch away/kept outside
	ln -s "$PWD/away" out/link
	cp out/varve-export list
	for name in ../outside "$PWD/outside" .git/config; do
		echo "held 0 $name" >> out/varve-export
		ends_with 2 varve -C src web --export "$PWD/out" HEAD~1
		stderr_has "varve-export' is damaged or was written by another version of varve"
		cp list out/varve-export
	done
	echo "held 0 link/kept" >> out/varve-export
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
		grep -q "Left out to stay within the size limit" out/index.html || [ $size -gt 150000 ]
	done
}

@test "an export without room for all rows has the data files, and lists what is left out" {
	versions
	succeeds varve -C src web --export "$PWD/out" --size 154000 HEAD
	cmp "out/raw/$(whole HEAD)/a.csv" src/a.csv
	cmp "out/raw/$(whole HEAD)/b.csv" src/b.csv
	grep -q "Left out to stay within the size limit" out/index.html
	grep -q "rows of a.csv" out/index.html
	# one line for all of them, without an escaped line's end
	! grep -q 'Left out.*\\n' out/index.html || false
	succeeds varve -C src web --export "$PWD/out" --size 55000 HEAD
	grep -q "rows of a.csv; " out/index.html
	! grep -q "the file of " out/index.html || false
	succeeds python3 "$links" out
}

@test "no file of the repository runs as a page of the site: others than tables, texts and pictures end in .file.txt" {
	versions
	for name in a.html A.HTM b.svg README x.html.en a.html.file.txt; do
		printf '<script>alert(1)</script>' > "src/$name"
	done
	git -C src add .
	git -C src commit -qm files
	succeeds varve -C src web --export "$PWD/out" HEAD
	raw=out/raw/$(whole HEAD)
	for name in a.html A.HTM b.svg README x.html.en a.html.file.txt; do
		cmp "$raw/$name.file.txt" "src/$name"
	done
	[ "$(find "$raw" -name '*.html' -o -name '*.svg' -o -iname '*.htm' -o -name '*.en' | wc -l)" = 0 ]
	cmp "$raw/a.csv" src/a.csv
	succeeds python3 "$links" out
}

@test "without varve beside it varve-web starts that of the PATH" {
	new_repo src
	seq 100 > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	git clone -q src part
	mkdir alone
	cp "$VARVE_BIN/varve-web" alone
	cd part
	succeeds ../alone/varve-web --export ../out HEAD
	stderr_has 'fetching blocks from origin'
	[ -e ../out/index.html ]
}

@test "the size of a file that is not UTF-8 is that of its bytes, in pages, their API, and published pages" {
	local file folder
	new_repo src
	{ echo id,name; seq 40 | sed 's/$/,Zürich/'; } > utf8
	iconv -t ISO-8859-1 utf8 > src/latin.csv
	iconv -t UTF-16 utf8 > src/wide.csv
	varve -C src add -q latin.csv wide.csv
	varve -C src commit -qm one
	varve -C src web --export ../out HEAD > log
	varve -C src publish -q -o ../public
	for file in latin.csv wide.csv; do
		for folder in out public/pages; do
			grep -q "The file itself, $(wc -c < src/$file) B<" $folder/table/*/$file/index.html
		done
	done
	server_setup
	start_server src
	[ "$(curl -s "$url/api/v0/data/main/latin.csv" | jq .dataset.bytes)" = "$(wc -c < src/latin.csv)" ]
	[ "$(curl -s "$url/api/v0/data/main/wide.csv" | jq .dataset.bytes)" = "$(wc -c < src/wide.csv)" ]
}

@test "a repository whose work tree is elsewhere is exported and published" {
	git init -q --bare src.git
	mkdir tree
	cd tree
	for how in setting environment; do
		if [ $how = setting ]; then
			git init -q ../there
			git -C ../there config core.worktree "$PWD"
			there() { GIT_DIR=$PWD/../there/.git varve "$@"; }
		else
			there() { GIT_DIR=$PWD/../src.git GIT_WORK_TREE=$PWD varve "$@"; }
		fi
		there init -q
		rows 5 > t.csv
		there add -q t.csv
		there commit -qm one
		there web --export "$PWD/../$how" 2> /dev/null
		[ "$(ls -d ../$how/table/*/t.csv)" != '' ]
		there publish -q -o "$PWD/../$how.public"
		cmp t.csv ../$how.public/t.csv
		[ "$(ls -d ../$how.public/pages/table/*/t.csv)" != '' ]
		rm -f t.csv .gitattributes
	done
}

@test "a version with a submodule is exported and published" {
	git init -q other
	git -C other commit -q --allow-empty -m one
	new_repo src
	cd src
	rows 5 > t.csv
	varve add -q t.csv
	git -c protocol.file.allow=always submodule --quiet add "$PWD/../other" mod
	varve commit -qm one
	git -C mod commit -q --allow-empty -m two
	varve commit -qam two
	succeeds varve web --export ../out
	stderr_lacks "left out"
	grep -rq "new: submodule" ../out --include='*.html'
	grep -rq "submodule $(git rev-parse --short=7 HEAD~:mod) -&gt; $(git rev-parse --short=7 HEAD:mod)" ../out --include='*.html'
	succeeds varve publish -q -o ../public
	cmp t.csv ../public/t.csv
	succeeds python3 "$links" ../out
	git rm -q mod
	git commit -qm three
	succeeds varve web --export ../out HEAD~..HEAD
	succeeds varve publish -q -o ../public
}

@test "a note that each page has is printed once" {
	new_repo src
	cd src
	rows 4 > t.csv
	python3 -c 'import zipfile; zipfile.ZipFile("plan.xlsx", "w").writestr("[Content_Types].xml", "<Types/>")'
	varve add -q t.csv
	git add .
	varve commit -qm one
	for i in 2 3; do
		tick
		rows 4 "$i" > t.csv
		varve commit -qam "$i"
	done
	varve web --export ../site 2> said
	[ "$(grep -c 'plan.xlsx: not checked' said)" = 1 ]
}

@test "a version is described for search engines and programs, a comparison is not" {
	new_repo src
	rows 30 > src/prices.csv
	printf 'id;x\n1;a\n' > src/'semi colon.csv'
	printf 'id,</script><b>&\n1,a\n' > src/odd.csv
	cat > src/datapackage.json <<-'end'
	{"title": "Prices </script>", "description": "Weekly", "keywords": ["plants"],
	 "licenses": [{"name": "CC0-1.0", "path": "https://example.org/cc0"}],
	 "contributors": [{"title": "Ada"}, {"title": "The office", "role": "publisher"}],
	 "resources": []}
	end
	varve -C src add -q .
	varve -C src commit -qm one
	tick
	rows 31 > src/prices.csv
	varve -C src add -q .
	varve -C src commit -qm two
	succeeds varve -C src web --export "$PWD/out" --site https://example.org/plants HEAD
	python3 - out "$(whole HEAD)" "$(whole HEAD~1)" <<-'end'
	import hashlib, json, re, sys, xml.dom.minidom
	folder, commit, before = sys.argv[1:]
	site = "https://example.org/plants/"
	text = open(f"{folder}/croissant.json").read()
	page = open(f"{folder}/index.html").read()
	data = json.loads(text)
	assert json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1]) == data
	assert data["name"] == "Prices </script>" and data["identifier"] == commit and data["isBasedOn"]["identifier"] == before
	assert data["license"] == "https://example.org/cc0" and data["keywords"] == ["plants"]
	assert [c["name"] for c in data["creator"]] == ["Ada"] and data["publisher"]["name"] == "The office"
	files = {f["name"]: f for f in data["distribution"]}
	assert sorted(files) == ["odd.csv", "prices.csv", "semi colon.csv"], files
	for name, f in files.items():
	    where = f["contentUrl"]
	    assert where.startswith(f"{site}raw/{commit}/"), where
	    bytes = open(f"{folder}/{where[len(site):].replace('%20', ' ')}", "rb").read()
	    assert hashlib.sha256(bytes).hexdigest() == f["sha256"] and f["contentSize"] == f"{len(bytes)} B"
	# a file that readers of CSV do not read by its name alone is a file, and a part of the whole, only
	assert sorted(r["name"] for r in data["recordSet"]) == ["odd.csv", "prices.csv"]
	assert sorted(p["name"] for p in data["hasPart"]) == sorted(files)
	types = {f["name"]: f["dataType"] for r in data["recordSet"] for f in r["field"]}
	assert types["id"] == "sc:Integer" and "</script><b>&" in types, types
	places = [n.firstChild.data for n in xml.dom.minidom.parse(f"{folder}/sitemap.xml").getElementsByTagName("loc")]
	assert places[0] == site and f"{site}table/{commit}/prices.csv/index.html" in places and not [p for p in places if "/raw/" in p]
	end
	succeeds varve -C src web --export "$PWD/out" HEAD~1..HEAD
	[ ! -e out/croissant.json ]
	[ ! -e out/sitemap.xml ]
	! grep -q ld+json out/index.html || false
}

@test "a description without a site leads to the files beside it, and one without room is named" {
	new_repo src
	rows 3000 > src/prices.csv
	varve -C src add -q .
	varve -C src commit -qm one
	succeeds varve -C src web --export "$PWD/out" HEAD
	at=$(sed -n 's/.*"contentUrl": "\(.*\)",/\1/p' out/croissant.json)
	cmp src/prices.csv "out/$at"
	[ ! -e out/sitemap.xml ]
	# the page of the rows and the file are left out, and so is their description
	succeeds varve -C src web --export "$PWD/small" --size 60k HEAD
	succeeds python3 "$links" small
	if [ -e small/croissant.json ]; then
		! grep -q contentUrl small/croissant.json || false
	else
		grep -q 'description for search engines' small/index.html
	fi
	ends_with 2 varve -C src web --export "$PWD/out" --site example.org HEAD
	stderr_has "write it like https://example.org/prices/"
	ends_with 2 varve -C src web --site https://example.org/
	stderr_has "--site requires --export"
}
