# What a peer keeps for others: varve vault serve. It takes shards that a record names: those of a vault's versions, which
# are taken away from it again.
load ../cli/vault/vault
load ../cli/vault/hold

kind_many=8200 # more than one answer holds
kind_limits_itself=yes

kind_start() {
	new_vault a
	new_keeper x
	serve_keeper x 100m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	for n in 1 2 3; do
		change "$n"
		varve vault replicate -q --copies 2 > /dev/null
	done
	mapfile -t small < <(kind_shards x)
	add_file large
	varve vault replicate -q > /dev/null
	objects=$BATS_TEST_TMPDIR/shards
	mkdir "$objects"
	cp ../a/*/shards/* "$objects"
	large=$(cd "$objects" && ls -S | head -n 1)
	vault=$(git config --file .varveconfig vault.id)
	rm "$(keeper_path x)/varve/hold/$vault"/shards/*
	cd ..
	as=holder
	port=${url##*:}
	port=${port%%/*}
}

# A server lets go of what its owner's records let go of, and of nothing else.
remove() {
	fails 11 at remove "$vault/shards/$1"
	grep -q "with a retire or drop record" err
	rm "$(kind_file "$1")" 2> /dev/null
}

kind_proxied() {
	url=${url/:$port/:$1}
}

kind_stop() {
	stop_keeper
}

kind_file() {
	echo "$(keeper_path x)/varve/hold/$vault/shards/$1"
}

kind_full() {
	stop_keeper
	serve_keeper x 100k
}
