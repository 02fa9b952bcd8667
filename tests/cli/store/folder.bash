# A store in a folder, for tests that load ../hosts/host.

# a_store [ROWS]: a plain host, an empty store in $store, and the clone `a` that names it, with prices.csv pushed.
a_store() {
	plain_host
	store=$PWD/store
	mkdir store
	printf 'varve store 1\n' > store/format
	varve clone -q "$url" a
	cd a
	printf '[store "team"]\n\turl = %s\n' "$store" > .varveconfig
	rows "${1-3000}" > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
}

# All that the store has, but for the mark.
files() {
	find "$store" -type f ! -name format | sed "s|^$store/||" | sort
}
