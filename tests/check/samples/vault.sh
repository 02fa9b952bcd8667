# Ada's prices, which will have sealed copies on a stick and on a disk. What is random (keys, heads) is `…` in the pages.
begin() {
	person ada
	mkdir "$HOME/media"
	repo sales
	prices 1204 > prices.csv
	commit "February prices" prices.csv
}

before_holder() {
	varve vault key new
}

before_replicate() {
	before_holder
	varve vault holder add stick ../media/stick --domain stick 2> /dev/null
	varve vault holder add disk ../media/disk --domain disk 2> /dev/null
}

# The recovery key goes where replicate says that it belongs.
before_vault() {
	before_replicate
	varve vault replicate 2> /dev/null | sed -n 's/^ *\(varve-recovery-\)/\1/p' > ../paper.txt
	chmod 600 ../paper.txt
	commit "Keep sealed copies" .varveconfig
	varve vault replicate -q
}

before_audit() {
	before_vault
}

before_ledger() {
	before_vault
}

# The stick lost a shard, and an audit found that.
before_repair() {
	before_vault
	rm "$(find ../media/stick -path '*/shards/*' -type f | sort | head -n 1)"
	varve vault audit 2> /dev/null || true
}

# A machine that has the stick, and no other thing of Ada's than the paper.
before_recover() {
	before_vault
	cd ..
	rm -r sales .config media/disk
}
