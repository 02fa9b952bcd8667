# Repositories with roots as a later varve may write them: refused by name, and no damage.
load ../helper

# later_repo FROM TO: HEAD's p.csv has a root in which these bytes (hex) are others.
later_repo() {
	new_repo
	printf 'id,name\n1,pen\n2,cup\n' > p.csv
	varve add -q p.csv && varve commit -qm one
	varve ipfs car export -q HEAD:p.csv ../true.car
	python3 "$BATS_TEST_DIRNAME/../cat/forge_root.py" ../true.car ../later.car "$1" "$2" > ../cid
	python3 "$BATS_TEST_DIRNAME/car_to_pack.py" ../later.car .git/varve/packs
	git show HEAD:p.csv | sed "s/bafy[a-z0-9]*/$(cat ../cid)/" > ../pointer
	git update-index --cacheinfo "100644,$(git hash-object -w ../pointer),p.csv"
	git update-ref HEAD "$(git commit-tree -p HEAD -m later "$(git write-tree)")"
}

is_named_everywhere() {
	ends_with 1 varve fsck
	output_has "later table: "
	output_lacks "damaged"
	ends_with 1 varve fsck --data
	output_has "later table: "
	output_lacks "damaged"
	succeeds varve cat HEAD~1:p.csv
	output_is $'id,name\n1,pen\n2,cup'
	ends_with 2 varve clone . "$BATS_TEST_TMPDIR/copy"
	stderr_has "cannot be checked here: p.csv in commit"
	stderr_has "upgrade varve to read it"
}

@test "a root of a later format is named everywhere, and is no damage" {
	later_repo 66666f726d617401 66666f726d617402
	ends_with 2 varve cat HEAD:p.csv
	stderr_has "has format 2, and this varve reads only format 1"
	stderr_has "upgrade varve to read it"
	is_named_everywhere
}

@test "a root in an order that this varve does not know is named everywhere, and is no damage" {
	later_repo 656f726465726466696c65 656f7264657264726f6c6c
	ends_with 2 varve cat HEAD:p.csv
	stderr_has "has a 'order' that this varve does not support"
	stderr_has "upgrade varve to read it"
	is_named_everywhere
}
