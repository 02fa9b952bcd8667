load ../helper
load ../hosts/host

# Every kind of file that varve writes, damaged in every way: kinds.py has the table.

# A repository with five versions of t.csv in a store, two holders of its vault, and their copies to begin from.
begin() {
	local i
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
	plain_host
	mkdir store
	printf 'varve store 1\n' > store/format
	varve clone -q "$url" a
	cd a
	printf '[store "team"]\n\turl = %s\n' "${PWD%/*}/store" > .varveconfig
	rows 3000 > t.csv
	varve add .varveconfig > /dev/null
	varve add --key id t.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	for i in 10 20 30 40; do
		tick
		sed -i "${i}s/item/thing/" t.csv
		varve commit -qam "change $i"
		succeeds varve push -q
	done
	varve check > /dev/null 2>&1 || true
	touch t.csv
	varve status > /dev/null
	varve gc --remote > /dev/null 2>&1
	printf 'varve condemned 1\nrun %032d\n' 1 > ../store/condemned
	varve vault key new > /dev/null
	for i in x y; do
		varve vault holder add $i "${PWD%/*}/$i" --domain "house $i" 2> /dev/null
	done
	succeeds varve vault replicate
	cd ..
	for i in a store host.git x y; do
		cp -a $i $i.0
	done
}

@test "what is damaged is seen and mended" {
	local every=12
	[ -z "${VARVE_TEST_ALL-}" ] || every=1
	begin
	python3 "$BATS_TEST_DIRNAME/kinds.py" "$HOME" "$PWD" "$every" "${VARVE_TEST_SAMPLE-5}"
}
