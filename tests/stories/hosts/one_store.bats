# Two Git hosts whose repositories write to one store: what is freed with one of them stays for the other.
load ../../cli/helper

# Both have main; a branch with a row of its own is at b alone. The current folder is work.
two_hosts() {
	local host
	mkdir store
	new_repo work
	cd work
	printf 'id,name,email\n1,Ann,ann@x.org\n2,Bob,bob@x.org\n' > t.csv
	varve add -q t.csv
	varve store add team ../store > /dev/null 2>&1
	varve add -q .varveconfig
	varve commit -qm one
	for host in a b; do
		git init -q --bare "../$host.git"
		git remote add "$host" "../$host.git"
		git config "remote.$host.varvekind" git
		varve push -q "$host" main
	done
	git switch -qc beside
	echo '3,Cleo,cleo@x.org' >> t.csv
	varve commit -qam "at b alone"
	varve push -q b beside
	git switch -q main
	git branch -qD beside
}

# The branch at b in a fresh clone: $1.
beside_is() {
	rm -rf ../new
	varve clone -q -b beside ../b.git ../new
	[ "$(cat ../new/t.csv)" = "$1" ]
	succeeds varve -C ../new fsck --data
}

@test "gc of a store keeps what another remote of this repository names" {
	two_hosts
	find ../store -type f -exec touch -d '3 hours ago' {} +
	succeeds varve gc --remote=a --prune=now
	grep -q "removed: 0 versions" <<< "$output$stderr"
	beside_is "$(printf 'id,name,email\n1,Ann,ann@x.org\n2,Bob,bob@x.org\n3,Cleo,cleo@x.org')"
}

# Another clone pushes a branch to b, with the row $1; this one has not fetched it.
another_pushes() {
	varve clone -q ../a.git ../else
	git -C ../else remote add b ../b.git
	git -C ../else config remote.b.varvekind git
	git -C ../else switch -qc other
	echo "$1" >> ../else/t.csv
	varve -C ../else commit -qam other
	varve -C ../else push -q b other
}

@test "gc of a store asks other remotes, of which little or nothing was fetched" {
	two_hosts
	another_pushes 4,Dan,dan@x.org
	find ../store -type f -exec touch -d '3 hours ago' {} +
	succeeds varve gc --remote=a --prune=now
	grep -q "removed: 0 versions" <<< "$output$stderr"
	varve clone -q -b other ../b.git ../new
	grep -q 4,Dan ../new/t.csv
	succeeds varve -C ../new fsck --data
	# with the same host under another name
	git remote add again ../a.git
	git config remote.again.varvekind git
	succeeds timeout 60 varve gc --remote=a --prune=now
	mv ../b.git ../away.git
	ends_with 2 varve gc --remote=a --prune=now
	stderr_has "the remote 'b' may write to the same store, and could not be asked"
	stderr_has "'git remote remove b'"
}

@test "gc of a store keeps branches that a refspec writes to another folder, though their host lost them" {
	two_hosts
	git config remote.b.fetch '+refs/heads/*:refs/other/b/*'
	git fetch -q b
	git update-ref -d refs/remotes/b/beside
	tip=$(git rev-parse refs/other/b/beside)
	git -C ../b.git update-ref -d refs/heads/beside
	find ../store -type f -exec touch -d '3 hours ago' {} +
	succeeds varve gc --remote=a --prune=now
	git -C ../b.git update-ref refs/heads/beside "$tip"
	beside_is "$(printf 'id,name,email\n1,Ann,ann@x.org\n2,Bob,bob@x.org\n3,Cleo,cleo@x.org')"
}

@test "a person is erased at one host, and the store keeps what another host has that was never fetched" {
	two_hosts
	another_pushes 4,Dan,dan@x.org
	echo ann@x.org > ../who
	succeeds varve erase --column email --values-from - --plan --remote a < ../who
	ends_with 1 timeout 120 varve erase --column email --values-from - --apply --now < ../who
	output_has "not looked at: the remote b"
	run varve clone -q -b other ../b.git ../new # its older versions are erased
	grep -q 4,Dan ../new/t.csv
}

@test "a person is erased at two hosts with one store, which keeps the rows that one host alone names" {
	two_hosts
	echo ann@x.org > ../who
	succeeds varve erase --column email --values-from - --plan --remote a --remote b < ../who
	ends_with 1 timeout 120 varve erase --column email --values-from - --apply --now < ../who
	grep -q "^a: " <<< "$output"
	! grep -q "blocks: still there" <<< "$output" || return 1
	beside_is "$(printf 'id,name,email\n2,Bob,bob@x.org\n3,Cleo,cleo@x.org')"
	erased=$(git -C ../b.git rev-list --all --count)
	[ "$erased" = 2 ]
}

@test "versions expire at two hosts with one store, which keeps the rows that one host alone names" {
	two_hosts
	local day
	for day in 1 2 3; do
		printf 'id,name,email\n%s,Ann,ann@x.org\n' "$day" > t.csv
		tick 86400
		varve commit -qam "day $day"
	done
	varve push -q a main
	varve push -q b main
	succeeds timeout 120 varve expire --keep last=1 --remote a --remote b --plan ../plan t.csv
	succeeds timeout 120 varve expire --apply ../plan --now
	beside_is "$(printf 'id,name,email\n1,Ann,ann@x.org\n2,Bob,bob@x.org\n3,Cleo,cleo@x.org')"
}
