load vault

# varve whereis: which holders of the vault have a version, requested by the names of shards alone.

setup() {
	varve_setup
}

# The value of a member of the holder named, in JSON.
of() {
	varve whereis --json "${@:3}" t.csv | python3 -c '
import json, sys
d = json.load(sys.stdin)
[h] = [h for h in d["holders"] if h["holder"] == sys.argv[1]]
print(h[sys.argv[2]])' "$1" "$2"
}

@test "holders that have all shards have the version" {
	new_vault a b
	varve vault replicate -q --copies 2
	succeeds varve whereis t.csv
	output_has "the vault has all of the blocks of this version; its holders:"
	output_has "  all       a: 1 of 1 shard, proven never"
	output_has "  all       b: 1 of 1 shard, proven never"
	[ "$(of a shown)" = 1 ]
	varve vault audit > /dev/null
	succeeds varve whereis t.csv
	output_has "  all       a: 1 of 1 shard, proven 20"
	varve whereis --json t.csv | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["vault"] == {"complete": True, "shards": 1, "error": None}, d
assert [h["has"] for h in d["holders"]] == ["all", "all"], d
assert d["peers"][0]["rate"] is None, d
assert d["holders"][0]["proven"].startswith("20"), d'
}

@test "what a holder lost or cannot show is said, and where nobody can be asked" {
	new_vault a b c
	varve vault replicate -q --copies 3
	shard=$(find ../a -path '*/shards/*' -type f)
	rm -f "$shard"
	shard=$(find ../b -path '*/shards/*' -type f)
	chmod u+w "$shard"
	head -c "$(stat -c %s "$shard")" /dev/zero > zeros
	cp zeros "$shard"
	mv ../c ../c.away
	succeeds varve whereis t.csv
	output_has "  nothing   a: 1 of 1 shard, proven never; holder 'a': it does not have the shard"
	output_has "  nothing   b: 1 of 1 shard, proven never; holder 'b': "
	output_has "  unknown   c: holder 'c': "
	[ "$(of b shown)" = 0 ]
	# by the ledger alone all of them have it
	succeeds varve whereis --no-ask t.csv
	output_has "the vault has all of the blocks of this version; its holders according to its ledger:"
	output_has "  all       a: 1 of 1 shard"
	output_has "  all       c: 1 of 1 shard"
	[ "$(of c asked --no-ask)" = 0 ]
}

@test "a holder that has a part of the vault has some of a version, or nothing of it" {
	new_vault a b c
	for n in 1 2 3 4 5 6; do
		varve vault replicate -q --copies 1
		change "$n"
	done
	succeeds varve whereis HEAD~1:t.csv
	[ "$(grep -c '^  some  ' <<< "$output")" -ge 1 ]
	output_lacks "  all       a"
	output_lacks "  all       b"
	# the last one was not replicated
	succeeds varve whereis t.csv
	output_lacks "has all of the blocks of this version"
	varve whereis --json t.csv | python3 -c '
import json, sys
assert json.load(sys.stdin)["vault"]["complete"] is False'
}

@test "a version that was dropped here is found at the holders" {
	new_vault a b
	change 1
	change 2
	varve vault replicate -q --copies 2
	succeeds varve drop -q --history --copies 2
	succeeds varve whereis HEAD~1:t.csv
	output_has "nothing   here"
	output_has "  all       a: "
	mv ../a ../a.away
	mv ../b ../b.away
	ends_with 1 varve whereis HEAD~1:t.csv
	output_has "  unknown   a: "
}

@test "a vault that cannot be read hides nobody else, and no vault is no line" {
	new_vault a
	varve vault replicate -q --copies 1
	mv "$XDG_CONFIG_HOME/varve/key" ../key.away
	succeeds varve whereis t.csv
	output_has "  all       here"
	output_has "  unknown   this machine has no key yet"
	cd ..
	mkdir plain
	cd plain
	new_repo
	cp ../repo/t.csv .
	varve add -q t.csv
	varve commit -q -m one
	succeeds varve whereis t.csv
	output_lacks "holders"
	varve whereis --json t.csv | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["vault"] is None and d["holders"] == [], d'
}

@test "no holder hears the name of a version or of its blocks" {
	unset http_proxy HTTP_PROXY
	export no_proxy=127.0.0.1 AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	new_vault a
	python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$store.port" "$store.log" "$store" x 3>&- &
	pid=$!
	for ((i = 0; i < 1200; i++)); do
		[ ! -s "$store.port" ] || break
		sleep 0.05
	done
	varve vault holder add x "s3://x/?endpoint=http://127.0.0.1:$(cat "$store.port")&region=eu-test-1" --domain x 2> /dev/null
	varve vault replicate -q --copies 2
	: > "$store.log"
	succeeds varve whereis t.csv
	output_has "  all       x: 1 of 1 shard"
	root=$(varve whereis --no-ask --json t.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])')
	grep -q "/shards/bafk" "$store.log"
	[ "$(grep -c "$root" "$store.log")" = 0 ]
	# every requested name is that of a shard, a record, or the holder's mark
	ls ../a/*/shards > names
	[ "$(grep -o 'shards/baf[a-z0-9]*' "$store.log" | sed 's|shards/||' | sort -u | grep -vcxFf names)" = 0 ]
	kill "$pid"
	wait "$pid" || true
}
