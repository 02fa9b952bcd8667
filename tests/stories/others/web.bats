load ../../cli/helper
load ../hosts/host
load ../../laws/faults/transfer

# Files of web servers that stand as tables in this repository.

setup() {
	varve_setup
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1
	top=$PWD
	log=$top/log
	mkdir web
	rows 300 > web/prices.csv
	touch -d @1600000000 web/prices.csv
	cp web/prices.csv v1.csv
	serve
	git init -q mine
	cd mine
	varve init -q
	git commit -q --allow-empty -m start
}

serve() {
	local i
	: > "$top/port"
	: > "$log"
	python3 "$BATS_TEST_DIRNAME/web_file.py" "$top/web" "$log" > "$top/port" 2> /dev/null 3>&- &
	server=$!
	for i in $(seq 300); do
		[ ! -s "$top/port" ] || break
		sleep 0.1
	done
	url=http://127.0.0.1:$(cat "$top/port")
}

teardown() {
	kill "$server"
}

said() {
	git config -f .varveconfig "import.prices.csv.$1"
}

imported() {
	varve import -q "$url/prices.csv"
	varve commit -qm import
}

there() {
	tick
	sed -i "$1" "$top/web/prices.csv"
	touch -d "@$varve_clock" "$top/web/prices.csv"
}

@test "a file at a URL is imported, with what the server said of it and its hash" {
	touch -d @1700000000 ../web/prices.csv
	succeeds varve import "$url/prices.csv?download=1"
	cmp prices.csv ../v1.csv
	[ "$(said url)" = "$url/prices.csv?download=1" ]
	[ "$(said sha256)" = "$(sha256sum < ../v1.csv | cut -d' ' -f1)" ]
	[ "$(said modified)" = "Tue, 14 Nov 2023 22:13:20 GMT" ]
	[ "$(said etag)" = "\"$(md5sum < ../v1.csv | cut -d' ' -f1)\"" ]
	[ "$(said root)" = "$(varve info --json prices.csv | jq -r .root)" ]
	succeeds varve info :prices.csv
	output_has "source   $url/prices.csv"
	[ "$(git diff --cached --name-only | tr '\n' ' ')" = ".gitattributes .varveconfig prices.csv " ]
	cp .varveconfig ../before
	succeeds varve import "$url/prices.csv?download=1"
	cmp .varveconfig ../before
	varve commit -qm import
	succeeds varve status
	succeeds varve fsck --data
	[ "$(wc -l < "$log")" = 2 ]
}

@test "an update asks only for what changed, and commits it" {
	imported
	before=$(git rev-parse HEAD)
	succeeds varve update
	[ "$(git rev-parse HEAD)" = "$before" ]
	[ "$(tail -n 1 "$log" | cut -d' ' -f1,2)" = "/prices.csv 304" ]
	there 's/^7,item/7,changed/'
	tick
	sed -i 's/^9,item/9,ours/' prices.csv
	varve commit -qam here
	succeeds varve update prices.csv
	[ "$(grep -c '^7,changed\|^9,ours' prices.csv)" = 2 ]
	[ "$(said sha256)" = "$(sha256sum < ../web/prices.csv | cut -d' ' -f1)" ]
	git log -1 --format=%B | grep -q "SHA-256 $(said sha256) there"
	[ -z "$(git status --porcelain)" ]
	succeeds varve update
	[ "$(tail -n 1 "$log" | cut -d' ' -f2)" = 304 ]
	there 's/^9,item/9,theirs/'
	ends_with 1 varve update
	varve resolve --ours prices.csv
	varve update --continue
	succeeds varve update
	succeeds varve fsck --data
}

@test "without an ETag the date is asked with, and a new ETag for the same bytes changes nothing" {
	echo no > ../web/.etag
	imported
	[ -z "$(said etag)" ]
	succeeds varve update
	[ "$(tail -n 1 "$log")" = "/prices.csv 304 - $(said modified)" ]
	echo new > ../web/.etag
	touch -d @1700000000 ../web/prices.csv
	before=$(git rev-parse HEAD)
	succeeds varve update
	[ "$(tail -n 1 "$log" | cut -d' ' -f2)" = 200 ]
	[ "$(git rev-parse HEAD)" = "$before" ]
}

@test "a date within its own second is not asked with" {
	echo no > ../web/.etag
	soon=@$(($(date +%s) + 3600))
	touch -d "$soon" ../web/prices.csv
	imported
	[ -z "$(said modified)" ]
	sed -i s/1/2/ ../web/prices.csv
	touch -d "$soon" ../web/prices.csv
	succeeds varve update
	[ "$(tail -n 1 "$log" | cut -d' ' -f2)" = 200 ]
	cmp prices.csv ../web/prices.csv
}

@test "after a gc an update still knows what edits are compared with, and without that it says so" {
	imported
	varve set -q prices.csv 5 name=MINE
	varve commit -qam mine
	there 's/^7,item/7,one/'
	succeeds varve update -q
	export VARVE_TEST_GC_YOUNG=0
	succeeds varve gc --prune=now
	there 's/^8,item/8,two/'
	succeeds varve update -q
	grep -q ^5,MINE prices.csv
	grep -q ^8,two prices.csv
	git update-ref -d "$(git for-each-ref --format='%(refname)' refs/varve/imports)"
	succeeds varve gc --prune=now
	there 's/^9,item/9,three/'
	ends_with 1 varve update
	stderr_has "is missing in this clone, so edits made since then cannot be found"
	succeeds varve update -q --force
	cmp prices.csv ../web/prices.csv
	succeeds varve fsck --data
}

@test "redirects are followed, but only to web servers" {
	succeeds varve import -q "$url/to/to/prices.csv"
	cmp prices.csv ../v1.csv
	[ "$(said url)" = "$url/to/to/prices.csv" ]
	stderr_is ""
	succeeds varve import -q "$url/moved/prices.csv" -o moved.csv
	stderr_is "warning: the source of moved.csv has moved to $url/prices.csv: set this URL in .varveconfig"
	ends_with 2 varve import "$url/file/prices.csv" -o other.csv
	ends_with 2 varve import "$url/loop" -o other.csv
	[ ! -e other.csv ]
}

@test "what is cut, missing, no table or no file's URL changes nothing" {
	printf 'a,b\n1,2,3\n"' > ../web/odd.csv
	head -c 3000 /dev/urandom > ../web/odd.bin
	for file in cut/prices.csv nothing.csv odd.csv odd.bin; do
		ends_with 2 varve import "$url/$file"
	done
	ends_with 2 varve import "$url/"
	ends_with 2 varve import ../web/prices.csv
	ends_with 2 varve import "$url/prices.csv" --rev v1
	ends_with 2 varve import "$url/prices.csv?X-Amz-Signature=12"
	stderr_lacks "=12"
	ends_with 2 varve --offline import "$url/prices.csv"
	[ -z "$(git status --porcelain)" ]
	[ -z "$(ls .git/varve | grep import || true)" ]
	echo mine > prices.csv
	ends_with 2 varve import "$url/prices.csv"
	[ "$(cat prices.csv)" = mine ]
	rm prices.csv
	imported
	rm ../web/prices.csv
	ends_with 1 varve update
	cmp prices.csv ../v1.csv
}

@test "a server that a commit names is asked only where it is trusted" {
	imported
	git clone -q . ../other
	cd ../other
	varve init -q
	: > "$log"
	ends_with 2 varve update
	[ ! -s "$log" ]
	VARVE_TRUSTED_HOSTS=$url succeeds varve fetch --data
	VARVE_TRUSTED_HOSTS=$url succeeds varve update
}

@test "of three rows two are enough for an update, and one is not" {
	rows 3 > ../web/prices.csv
	imported
	tick
	rows 1 > ../web/prices.csv
	ends_with 1 varve update
	stderr_has "1 row in place of 3"
	tick
	rows 2 > ../web/prices.csv
	succeeds varve update
	cmp prices.csv ../web/prices.csv
	tick
	rows 1 > ../web/prices.csv # half of two
	succeeds varve update
}

update_sound() {
	"$@"
	cmp prices.csv ../web/prices.csv
	[ "$(said sha256)" = "$(sha256sum < ../web/prices.csv | cut -d' ' -f1)" ]
	varve fsck --data
	[ -z "$(git status --porcelain)" ]
	[ "$(git rev-list --count HEAD)" = 3 ]
}

@test "kill -9 in an update: the same update again gets through" {
	need_strace
	imported
	there 's/^7,item/7,changed/'
	cd ..
	mv mine mine0
	mkdir mine
	fresh() { cd "$top"; rm -rf mine; cp -a mine0 mine; cd mine; }
	MOST=5 each_killed client fresh update_sound varve update -q
}

@test "lines that were committed cannot add a header to the request" {
	imported
	: > "$log"
	git config -f .varveconfig import.prices.csv.etag "$(printf 'x\r\nX-Evil: 1')"
	ends_with 1 varve update
	[ ! -s "$log" ]
}

@test "a first import takes no page nor an empty file, unless it is forced" {
	imported
	printf '<!DOCTYPE html>\n<html><body>Sign in</body></html>\n' > ../web/page.csv
	: > ../web/empty.csv
	ends_with 2 varve import "$url/page.csv"
	stderr_has "/page.csv was not imported as page.csv: it is a web page (HTML)"
	stderr_has "hint: --force accepts it"
	ends_with 2 varve import "$url/empty.csv"
	stderr_has "/empty.csv was not imported as empty.csv: it is empty"
	[ -z "$(git status --porcelain)" ]
	succeeds varve import --force "$url/page.csv"
	[ -f page.csv ]
}

@test "an update takes no page, empty, cut or other file for the next version, and says why" {
	imported
	rows 10 > ../web/other.csv
	varve import -q "$url/other.csv"
	varve commit -qm other
	before=$(git rev-parse HEAD)
	refused() { # WORDS
		touch -d "@$((varve_clock += 10))" ../web/prices.csv
		ends_with 1 varve update
		stderr_has "prices.csv was not updated"
		stderr_has "$1"
		stderr_has "varve update --force prices.csv"
		[ "$(git rev-parse HEAD)" = "$before" ]
		[ -z "$(git status --porcelain)" ]
	}
	printf '<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n' > ../web/prices.csv
	refused "it is a web page (HTML)"
	: > ../web/prices.csv
	refused "it is empty"
	head -n 1 ../v1.csv > ../web/prices.csv
	refused "0 rows in place of 300"
	head -n 100 ../v1.csv > ../web/prices.csv
	refused "99 rows in place of 300"
	head -n 150 ../v1.csv > ../web/prices.csv
	refused "149 rows in place of 300"
	head -c -1 ../v1.csv | sed '$d' | head -c -1 > ../web/prices.csv
	refused "its last line has no line end"
	printf 'error,detail\n1,over quota\n' > ../web/prices.csv
	refused "none of the old columns exists"
	# the other table goes on
	tick
	rows 11 > ../web/other.csv
	ends_with 1 varve update
	stderr_has "prices.csv was not updated"
	[ "$(git log -1 --format=%s)" = "Update other.csv from $url/other.csv" ]
	succeeds varve update --force prices.csv
	grep -q 'over quota' prices.csv
	# gone, or away: not "nothing changed"
	rm ../web/prices.csv
	ends_with 1 varve update
	stderr_has "prices.csv was not updated"
	kill "$server"
	wait "$server" || true
	ends_with 1 varve update
	stderr_has "other.csv was not updated"
	serve
}

@test "an update whose repository does not answer ends with 1, although it was read before" {
	varve init -q ../source
	rows 20 > ../source/t.csv
	(cd ../source && varve add -q t.csv && varve commit -qm one)
	varve import -q ../source#t.csv
	varve commit -qm import
	succeeds varve update
	mv ../source ../gone
	ends_with 1 varve update
	stderr_has "t.csv was not updated"
	mv ../gone ../source
	succeeds varve update
}
