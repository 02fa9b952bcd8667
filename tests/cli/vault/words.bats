# Messages of the vault's commands about missing copies: the reason, and the remedy.
load vault

@test "status says in plain words what is not safe and what would help" {
	new_vault
	succeeds varve vault replicate --copies 3
	succeeds varve vault status
	output_has "safe: everything has 3 copies; the loss of any 2 holders would lose no data"
	mv ../c ../c.away
	varve vault holder dead c
	ends_with 1 varve vault status
	output_has "NOT SAFE: some data has only 2 copies instead of 3"
	output_has "1 copy is missing: the holders are in only 2 failure domains, and 3 copies are required; add a holder elsewhere ('varve vault holder add'), or require fewer ('varve vault replicate --copies 2')"
	varve vault holder dead b
	ends_with 1 varve vault status
	output_has "NOT SAFE: some data has only 1 copy instead of 3: if its holder fails, the data is lost"
	varve vault holder add b2 ../b2 --domain "house b2" 2> /dev/null
	varve vault holder add c2 ../c2 --domain "house c2" 2> /dev/null
	ends_with 1 varve vault status
	output_has "2 copies are missing: run 'varve vault replicate' to make them"
	succeeds varve vault replicate
	succeeds varve vault status
	change 5
	ends_with 1 varve vault status
	output_has "NOT SAFE: refs/heads/main has commits that have no copies yet; the rest has 3 copies"
}

@test "replicate goes on with the holders that are left, and status names what no holder has" {
	new_vault
	succeeds varve vault replicate --copies 3
	rm -rf ../b ../c
	varve vault holder dead b
	varve vault holder dead c
	change 5
	git tag later
	ends_with 1 varve vault status
	[[ ${lines[0]} = "NOT SAFE: refs/heads/main and 1 other ref have commits that have no copies yet; some of the rest has only 1 copy"* ]]
	ends_with 1 varve vault status --json
	[ "$(jq -c '[.current, .newRefs, .newRef]' <<< "$output")" = '[false,2,"refs/heads/main"]' ]
	ends_with 1 varve vault replicate
	stderr_has "copies are missing: the holders are in only 1 failure domain, and 3 copies are required"
	ends_with 1 varve vault status
	[[ ${lines[0]} = "NOT SAFE: some data has only 1 copy"* ]]
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	cmp t.csv ../again/t.csv
	# A policy that cannot be met is refused where it is new.
	ends_with 2 varve vault replicate --copies 2
	stderr_has "failure domain"
}

@test "with one copy status says what a lost holder would mean" {
	new_vault a
	succeeds varve vault replicate --copies 1
	succeeds varve vault status
	output_has "safe: everything has 1 copy; the loss of a holder would lose data"
}

@test "replicate says what helps where the next run cannot" {
	new_vault a b
	succeeds varve vault replicate
	# An unreachable holder with an unknown domain.
	git config --unset-all holder.b.domain
	mv ../b ../b.away
	change 5
	ends_with 1 varve vault replicate
	stderr_has "1 copy is missing: the holder 'b' cannot be reached; run 'varve vault replicate' when it is back, or add another with 'varve vault holder add'"
	mv ../b.away ../b
	git config holder.b.domain "house b"
	git config holder.b.quota 5000
	ends_with 1 varve vault replicate
	stderr_has "missing: holder 'b': it is full: "
	stderr_has " of at most 5.0 kB are used; make room there, give it more with 'varve vault holder add --quota', or add another holder"
	ends_with 1 varve vault repair
	stderr_has "still missing: holder 'b': it is full: "
	git config --unset-all holder.b.quota
	succeeds varve vault replicate
}

@test "a holder that keeps nothing can go when a copy is missing elsewhere" {
	new_vault a b
	succeeds varve vault replicate
	mv ../b ../b.away
	varve vault holder dead b
	mkdir ../empty
	varve vault holder add empty ../empty --domain "house a" 2> /dev/null
	ends_with 1 varve vault status
	succeeds varve vault holder remove empty
	ends_with 2 varve vault holder remove a
	stderr_has "'a' keeps 1 copy that no other holder can accept: after its removal, it would be missing"
	stderr_has "require fewer copies ('varve vault replicate --copies')"
	succeeds varve vault holder list
	output_has "a  "
}

@test "an audit and a status without any holder say that none could be reached" {
	new_vault a
	succeeds varve vault replicate --copies 1
	git add .varveconfig
	git commit -q -m policy
	git clone -q . ../other
	cd ../other
	for command in audit "vault status" repair replicate "vault prune" "ledger log"; do
		ends_with 2 varve $command
		stderr_lacks "is not sealed to"
	done
	ends_with 2 varve vault audit
	stderr_has "no reachable holder has this vault's ledger"
	stderr_has "'varve vault holder list' shows the holders"
	varve vault holder add a ../away --domain x 2> /dev/null
	rm -r ../away
	ends_with 2 varve vault audit
	stderr_has "no reachable holder has this vault's ledger"
}

# The transcripts of the manual pages are what the program printed (./dev samples).
@test "the examples in the help of the vault's commands are those of the manual pages" {
	for command in key holder replicate recover status audit repair ledger; do
		local page=vault-$command
		[ "$command" != status ] || page=vault
		sed -n '/^\.SH EXAMPLE/,/^\.SH EXIT/p' "$BATS_TEST_DIRNAME/../../../docs/man/varve-$page.1" |
			sed "s/\\\\-/-/g; s/\\\\(aq/'/g; s/…/.../g" > page
		varve vault "$command" -h | sed -n '/^example/,/^$/p' | sed '1d; /^$/d; s/^  //' > help
		[ "$(wc -l < help)" -ge 2 ]
		while IFS= read -r line; do
			grep -q -x -F -e "$line" page || {
				echo "not in the page of $command: $line"
				false
			}
		done < help
	done
}

@test "help and refusals name all kinds of holders" {
	local kind
	new_vault a
	succeeds varve help vault holder
	for kind in FOLDER sftp:// s3://BUCKET 'http[s]://' ssh:// HOST:PATH 'ipfs+http[s]://'; do
		output_has "$kind"
	done
	ends_with 2 varve vault holder add y ftp://host/x
	for kind in ssh http https sftp s3 ipfs+http; do
		stderr_has "$kind"
	done
	ends_with 2 varve vault holder add y git://host/x
	for kind in folder sftp:// s3:// http https ssh host:path ipfs+http://; do
		stderr_has "$kind"
	done
}

@test "limits, and a clone without the vault's records, are named" {
	new_vault a
	succeeds varve vault replicate --copies 1
	ends_with 2 varve vault prune --grace 99999
	stderr_has "--grace requires a number of days up to 36500, not '99999'"
	ends_with 2 varve vault key trust "$(printf 'a%.0s' {1..65})" "$(varve vault key show)"
	stderr_has "use 1 to 64 letters"
	git add .varveconfig
	git commit -q -m policy
	git clone -q . ../other
	cd ../other
	ends_with 2 varve vault ledger log --offline
	stderr_has "this clone has no records of the vault yet"
	stderr_lacks "no reachable holder"
}

@test "a record that cannot be read is not to be removed" {
	new_vault a
	succeeds varve vault replicate --copies 1
	record=$(find .git/varve/vault -name '0000000001-*' | head -n 1)
	rm "$record"
	mkdir "$record"
	ends_with 2 varve vault status
	stderr_has "${record##*/}"
	stderr_lacks "remove the file"
}

@test "a name and a key the wrong way round are told apart" {
	did=$(varve vault key new)
	ends_with 2 varve vault key trust "$did" bob
	stderr_has "'$did' is a key, but the name must come first"
	stderr_has "hint: run 'varve vault key trust bob $did'"
	succeeds varve vault key trust bob "$did"
}

@test "whereis has no heading for receipts where there are none" {
	new_vault a
	succeeds varve vault replicate --copies 1
	succeeds varve whereis HEAD:t.csv
	output_lacks "received here"
	output_has "the vault has all of the blocks of this version; its holders:"
	succeeds varve whereis --json HEAD:t.csv
	[ "$(jq -c .receipts <<< "$output")" = "[]" ]
}

@test "a minimum that no run can reach is refused, and so is 0" {
	new_vault a b
	ends_with 2 varve vault replicate --copies 2 --min 5
	stderr_is "varve: the minimum (--min) is 5, but a run makes only 2 copies"
	ends_with 2 varve vault replicate --copies 0
	stderr_has "--copies requires a number above 0"
}

@test "a replicate that ends a run that waited says so" {
	new_vault a b
	mv ../b ../b.away
	ends_with 1 varve vault replicate --copies 2 --min 2
	stderr_has "so this run does not count yet"
	mv ../b.away ../b
	succeeds varve vault replicate
	stderr_has "finished the interrupted run; sent "
	stderr_has "head bafy"
	stderr_lacks "nothing new"
	succeeds varve vault replicate
	stderr_is "nothing new"
}

@test "two holders that accept and are silent cost some seconds once, and then nothing" {
	new_vault "a f"
	succeeds varve vault replicate --copies 2
	python3 - > ../ports 3>&- <<-'END' &
	import socket, time
	both = [socket.socket() for _ in range(2)]
	for s in both:
	    s.bind(("127.0.0.1", 0))
	    s.listen(50)
	print(*(s.getsockname()[1] for s in both), flush=True)
	time.sleep(120)
	END
	silent=$!
	for _ in $(seq 1200); do
		[ ! -s ../ports ] || break
		sleep 0.05
	done
	read -r one two < ../ports
	git config holder.one.url "http://127.0.0.1:$one/r"
	git config holder.two.url "ipfs+http://127.0.0.1:$two"
	begin=$(date +%s)
	change 5
	succeeds timeout 60 varve vault replicate
	succeeds timeout 60 varve vault audit f
	run timeout 60 varve vault status
	[ "$status" -ne 124 ]
	kill "$silent"
	[ $(($(date +%s) - begin)) -lt $((25 * $(slowed))) ]
}
