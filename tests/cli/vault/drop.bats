load vault

# Versions dropped here because the vault's holders keep them.

three_versions() {
	new_vault "a b"
	change 1
	change 2
	change 3
	varve vault replicate --copies 2 > /dev/null
	git add .varveconfig
	varve commit -qm vault
	varve vault replicate -q
}

@test "the holders of a vault count, when each shows a leaf of every shard" {
	three_versions
	before=$(varve cat HEAD~3:t.csv | sha256sum)
	ends_with 1 varve drop --history --copies 3
	output_has "at 2 places"
	succeeds varve drop --history --copies 2
	output_has "the vault: has 4 of 4 versions, at 2 places"
	output_has "dropped 4 versions"
	succeeds varve fsck
	output_has "not here: 4 versions, left with the vault"
	succeeds varve cat HEAD~3:t.csv
	stderr_has "fetching blocks from the vault"
	[ "$(varve cat HEAD~3:t.csv | sha256sum)" = "$before" ]
	succeeds varve vault status
	succeeds varve fetch --data --all
	stderr_has "3 more versions fetched"
	succeeds varve fsck
	output_lacks "not here"
}

@test "a holder that lost a shard or changed it does not count" {
	three_versions
	shard=$(find ../a -path '*/shards/*' -type f | head -n 1)
	chmod u+w "$shard"
	truncate -s -1 "$shard"
	ends_with 1 varve drop --history --copies 2
	output_has "1 copy"
	succeeds varve fsck
	output_lacks "not here"
	succeeds varve drop --history
	output_has "dropped 4 versions"
}

@test "what is not in the vault yet is not dropped" {
	three_versions
	change 4
	change 5
	ends_with 1 varve drop --history
	output_has "the vault: has 5 of 6 versions"
	stderr_has "1 version stays"
}

@test "a vault is pruned and goes on when most versions were dropped" {
	three_versions
	varve drop -q --history --copies 2
	change 6
	succeeds varve vault replicate
	succeeds varve vault prune
	succeeds varve vault status
	keys=$(ls "$XDG_CONFIG_HOME"/varve)
	[ -n "$keys" ]
	varve vault key export > ../key.txt 2> /dev/null || cp "$XDG_CONFIG_HOME/varve/key" ../key.txt
	chmod 600 ../key.txt
	succeeds varve vault recover --key ../key.txt --to ../new ../a
	[ "$(varve -C ../new cat HEAD~5:t.csv | sha256sum)" = "$(varve cat HEAD~5:t.csv | sha256sum)" ]
}

@test "without any holder that can be reached nothing is lost, and the message says who had it" {
	three_versions
	varve drop -q --history
	mv ../a ../a.away
	mv ../b ../b.away
	ends_with 2 varve cat HEAD~3:t.csv
	stderr_has "the vault"
	succeeds varve fsck
	output_has "not here: 4 versions, left with the vault"
	mv ../b.away ../b
	succeeds varve cat HEAD~3:t.csv
}
