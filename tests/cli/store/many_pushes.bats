load ../helper
load ../../stories/hosts/host
load ../vault/stores

# A store after many small pushes: how many files a version, a clone and a push need.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/s3
	start_s3
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1
	git config --global varve.trustedHost s3://bucket
	sales=$store/bucket/sales
}

teardown() {
	stop_program
}

# pushed COUNT: `a`, of whose table the bucket has COUNT versions, each from a push of its own.
pushed() {
	local i
	plain_host
	varve clone -q "$url" a
	cd a
	varve store add team s3://bucket/sales 2> /dev/null
	rows 3000 > prices.csv
	varve add -q prices.csv .varveconfig
	varve commit -qm one
	succeeds varve push -q -u origin main
	for ((i = 2; i <= $1; i++)); do
		sed -i "$((i * 61 % 3000 + 2))s/item/item$i/; $((i * 911 % 3000 + 2))s/item/more$i/" prices.csv
		tick
		varve add -q prices.csv
		varve commit -qm "$i"
		[ "$i" != "${last_of-}" ] || : > "$store.log"
		varve push -q
	done
}

files() { find "$sales/$1" -type f | wc -l; }

requests() { grep -c '^[A-Z]' "$store.log"; }

# The names of joined packs, by their lists, which are longer than their counts say.
joined() {
	python3 - "$sales/lists" <<-'END'
	import os, struct, sys
	for name in sorted(os.listdir(sys.argv[1])):
	    with open(os.path.join(sys.argv[1], name), "rb") as f:
	        b = f.read()
	    blocks, bases = struct.unpack("<II", b[32:40])
	    if len(b) > 48 + 42 * blocks + 33 * bases:
	        print(name.split(".")[0])
	END
}

# Every version of a new clone in $1 is what it is here.
whole() {
	local rev
	rm -rf "../$1"
	varve clone -q "$url" "../$1"
	for rev in $(git rev-list HEAD); do
		varve cat "$rev:prices.csv" > "$HOME/here"
		varve -C "../$1" --offline cat "$rev:prices.csv" | cmp - "$HOME/here"
	done
}

@test "a push costs three writes of a bucket and few reads, a pull few reads" {
	pushed 3
	varve clone -q "$url" ../b
	sed -i 's/^5,item/5,more/' prices.csv
	varve commit -qam four
	: > "$store.log"
	succeeds varve push -q
	[ "$(grep -c '^PUT' "$store.log")" -eq 3 ]
	[ "$(grep -c '^GET' "$store.log")" -le 6 ]
	: > "$store.log"
	succeeds varve -C ../b pull -q
	[ "$(requests)" -le 6 ]
	cmp prices.csv ../b/prices.csv
}

@test "after 50 pushes a version names few packs, a clone asks for few files, and gc --remote keeps every version" {
	pushed 50
	[ "$(files packs)" -ge 50 ]
	[ "$(joined | wc -l)" -ge 3 ]
	newest=$(git cat-file blob HEAD:prices.csv | sed -n 's/^root: *//p; s/^.*\(bafy[a-z0-9]*\).*$/\1/p' | head -1)
	echo "the newest version names $(grep -c '^[0-9a-f]\{32\}' "$sales/versions/$newest.packs") packs"
	[ "$(grep -c '^[0-9a-f]\{32\}' "$sales/versions/$newest.packs")" -le 22 ]
	: > "$store.log"
	varve clone -q "$url" ../b
	echo "$(requests) requests"
	[ "$(requests)" -le 50 ]
	cmp prices.csv ../b/prices.csv
	(cd ../b && sound)
	whole c
	succeeds varve gc --remote --prune=now
	echo "then $(files packs) packs"
	[ "$(files packs)" -le 8 ]
	[ "$(files lists)" = "$(files packs)" ]
	sed -i 's/item 7,/seven,/' prices.csv
	varve commit -qam more
	varve push -q
	whole d
}

@test "a push that joins packs reads each of them once, and others read none" {
	last_of=17 pushed 17
	[ "$(joined | wc -l)" = 1 ]
	[ "$(grep -c 'GET .*/packs/' "$store.log")" -le 17 ]
	: > "$store.log"
	sed -i 's/item 7,/seven,/' prices.csv
	varve commit -qam more
	varve push -q
	[ "$(grep -c 'GET .*/packs/' "$store.log")" = 0 ]
}

@test "what a joined pack loses is in the packs that it was made of" {
	pushed 20
	one=$(joined)
	[ "$(wc -w <<< "$one")" = 1 ]
	cp -r "$sales" "$BATS_TEST_TMPDIR/sound"
	for how in list-none list-cut list-noise pack-none pack-empty pack-cut pack-noise; do
		file=$sales/${how%-*}s/$one.${how%-*}
		case $how in
		*-none) rm "$file" ;;
		*-empty) : > "$file" ;;
		*-cut) truncate -s -50 "$file" ;;
		*-noise) printf '%64s' x | dd of="$file" bs=1 seek=200 conv=notrunc status=none ;;
		esac
		echo "$how"
		rm -rf ../b
		varve clone -q "$url" ../b 2> "$HOME/said" || { cat "$HOME/said"; false; }
		(cd ../b && sound)
		[ "$how" != pack-noise ] || unlisted
		varve push --blocks > /dev/null 2>&1
		succeeds varve status --remote
		rm -rf .git/varve/host
		whole c
		rm -rf "$sales"
		cp -r "$BATS_TEST_TMPDIR/sound" "$sales"
		rm -rf .git/varve/host
	done
}

# replaced FROM TO FILE...: pushes of which each has new content of one FILE, in turn, of which nothing is there yet.
replaced() {
	local i
	for ((i = $1; i <= $2; i++)); do
		file=${*:$((3 + i % ($# - 2))):1}
		numbers 40 "$i" > "$file"
		tick
		varve add -q "$file"
		varve commit -qm "$file $i"
		varve push -q
	done
}

# unlisted: a new clone of all versions, whole, by somebody who may list nothing; sets $asked.
unlisted() {
	echo hides > "$store.mode"
	: > "$store.log"
	rm -rf ../unlisted
	varve clone -q "$url" ../unlisted
	asked=$(requests)
	rm "$store.mode"
	echo "$(git rev-list --count HEAD) commits: $asked requests"
	(cd ../unlisted && sound)
}

@test "who may list nothing clones many versions by few requests, also where none needs what another does" {
	pushed 1
	replaced 2 20 prices.csv
	unlisted
	[ "$asked" -le 20 ]
	replaced 21 60 prices.csv
	unlisted
	[ "$asked" -le 40 ]
	[ "$(grep -c 'GET .*list-type' "$store.log")" = 0 ]
	whole c
	succeeds varve push --blocks
	succeeds varve gc --remote --prune=now
	unlisted
	[ "$asked" -le 8 ]
	replaced 61 63 prices.csv
	unlisted
	[ "$asked" -le 14 ]
	whole d
}

@test "of two tables that are pushed in turn each version is found by few requests" {
	pushed 1
	replaced 2 61 prices.csv b.csv
	unlisted
	[ "$asked" -le 70 ]
	for file in prices.csv b.csv; do
		for rev in $(git rev-list HEAD -- "$file"); do
			varve cat "$rev:$file" > "$HOME/here"
			varve -C ../unlisted --offline cat "$rev:$file" | cmp - "$HOME/here"
		done
	done
}
