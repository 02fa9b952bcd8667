# Time stamps that no reader may believe, each in clone and verify. The same tokens are in varve-reader's tests.
load ../../cli/helper
load ../../cli/publish/folder

@test "no wrong time stamp, in any of many forms, makes a head count whose key's permission ended, and each is named" {
	local bob end
	a_table 50
	key_of ada
	ssh-keygen -q -t ed25519 -N "" -f "$HOME/id"
	git init -q ../other
	bob=$(
		cd ../other
		git config varve.signingKey "$HOME/id"
		git commit -q --allow-empty -m one
		varve sign -q
		git for-each-ref --format='%(refname:lstrip=3)' refs/varve/heads
	)
	end=$(($(date +%s) + 4))
	cp -r . ../own
	as ada varve sign -q --name prices --signer "$bob=@$end"
	git config varve.signingKey "$HOME/id"
	varve sign -q
	git config --unset varve.signingKey
	git -C ../own config varve.signingKey "$HOME/id"
	varve -C ../own sign -q --name prices
	until [ "$(date +%s)" -gt "$end" ]; do sleep 0.2; done
	python3 "$BATS_TEST_DIRNAME/stamps.py" "$HOME/id" "$bob" "$end" .. > ../out 2>&1 || {
		tail -n 60 ../out
		return 1
	}
}
