load ../helper
load ../../stories/hosts/host
load ../../stories/ssh/sshd
load forgets

# A folder of a machine with sshd, without varve there, as a store.

setup() {
	varve_setup
	forgive_libssh2
	start_sshd ed25519 -- "Subsystem sftp internal-sftp -d $BATS_TEST_TMPDIR/far"
	knows_host ed25519
	has_key ed25519
	git config --global varve.trustedHost "sftp://$(id -un)@127.0.0.1:$port"
	store=$far/sales
	plain_host
	git config --global varve.ssh libssh2 # git has a program of its own for the host
	varve clone -q "$url" a
	cd a
}

teardown() {
	stop_sshd
	stop_agent
}

begin() {
	succeeds varve store add --json team "sftp://$(id -un)@127.0.0.1:$port$store"
	[ "$(jq -c '[.reads, .ranges, .writes, .lists, .removes]' <<< "$output")" = '[true,true,true,true,true]' ]
	[ "$(jq -r .who <<< "$output")" = "$(id -un) at 127.0.0.1" ]
	rows "$1" > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
}

@test "a folder over SFTP keeps the blocks, a second machine gets them, and what is lost comes again" {
	begin 3000
	for i in 1 2 3; do
		change "$i"
		varve push -q
	done
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	(cd ../b && sound)
	[ "$(varve status --remote --json | jq -c '[.versions, .lacking]')" = '[4,[]]' ]
	succeeds varve doctor
	rm "$(ls "$store"/packs/*.pack | head -1)"
	succeeds varve push --blocks
	succeeds varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	succeeds varve gc --remote --prune=now
	[ "$(find "$store/packs" -type f | wc -l)" -eq 1 ]
	succeeds varve clone -q "$url" ../d
	cmp prices.csv ../d/prices.csv
}

@test "a lazy cat --where over SFTP gets its row, and a machine that is away stops the push" {
	begin 20000
	varve rm -q --cached prices.csv
	varve commit -qm none
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	succeeds varve cat HEAD~1:prices.csv --where id=1500 --format csv
	[ "$output" = "$(sed -n '1p; /^1500,/p' ../a/prices.csv)" ]
	[ -z "$(find .git/varve/packs -name '*.pack')" ]
	cd ../a
	rows 30 > prices.csv
	varve add prices.csv
	varve commit -qm two
	head=$(git -C ../host.git rev-parse main)
	kill "$sshd_pid"
	wait "$sshd_pid" || true
	ends_with 2 varve push
	stderr_has "team"
	[ "$(git -C ../host.git rev-parse main)" = "$head" ]
}

@test "expired and erased rows are in no byte of a folder over SFTP" {
	six_days team "sftp://$(id -un)@127.0.0.1:$port$store"
	forgets
	succeeds varve clone -q "$url" ../b
	copy_has_the_rest ../b
}
