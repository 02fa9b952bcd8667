load ../helper

# A repository with two versions of 5,000 rows, tagged v1 and v2; $one and $two: their roots.
two_versions() {
	new_repo
	rows 5000 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	git tag v1
	sed -i '2500s/^[^,]*/9999/' prices.csv
	tick
	varve add -q prices.csv
	varve commit -qm two
	git tag v2
	one=$(root_of v1)
	two=$(root_of v2)
}

root_of() {
	git show "$1:prices.csv" | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p'
}

file_of() {
	varve ipfs publish --json "$1" | sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p'
}

@test "publish tells the CIDs of the table and of the file" {
	two_versions
	succeeds varve ipfs publish v1:prices.csv
	output_has "prices.csv  "
	output_has "table  $one"
	output_has "file   bafybei"
	stderr_has "'ipfs add' of this file returns another CID"
	file=$(file_of v1:prices.csv)
	# every varve gives this file this CID: a leaf of it is a row group
	[ "$file" = bafybeiesddmbqvljtsshesursv24hebhf57eu3a7dwhsimt3hquoczf5iy ]
	# the same version always has the same two
	rm -r .git/varve/cache/unixfs
	[ "$(file_of "$one")" = "$file" ]
	[ "$(file_of v2:prices.csv)" != "$file" ]
	succeeds varve ipfs publish -q v1:prices.csv
	output_is ""
	stderr_is ""
}

@test "what is published is listed until it is withdrawn" {
	two_versions
	file=$(file_of v1:prices.csv)
	varve ipfs publish -q v2:prices.csv
	succeeds varve ipfs publish --list
	output_has "table  $one"
	output_has "table  $two"
	succeeds varve ipfs publish --list --json
	[ "$(grep -c '"path": "prices.csv"' <<< "$output")" = 2 ]
	succeeds varve ipfs publish --withdraw "$file"
	output_has "table  $one"
	succeeds varve ipfs publish --list
	output_lacks "$one"
	output_has "$two"
	succeeds varve ipfs publish --withdraw v2:prices.csv
	succeeds varve ipfs publish --list
	output_is ""
	ends_with 2 varve ipfs publish --withdraw "$file"
	stderr_has "is not published by this repository"
	[ -z "$(ls .git/varve/published)$(ls .git/varve/cache/unixfs)" ]
}

@test "gc keeps what was published although no branch reaches it" {
	two_versions
	varve ipfs publish -q v2:prices.csv
	git tag -d v2 > /dev/null
	git reset -q --hard v1
	git reflog expire --expire=now --all
	git update-ref -d ORIG_HEAD
	varve gc -q --prune=now
	succeeds varve cat "$two" --limit 1 --columns id
	succeeds varve fsck
	varve ipfs publish -q --withdraw "$two"
	varve gc -q --prune=now
	ends_with 2 varve cat "$two"
}

@test "what cannot be published is refused" {
	two_versions
	ends_with 2 varve ipfs publish v1:nothing.csv
	ends_with 2 varve ipfs publish
	ends_with 2 varve ipfs publish --list v1:prices.csv
	echo text > note.txt
	git add note.txt
	git commit -qm note
	ends_with 2 varve ipfs publish HEAD:note.txt
	stderr_has "is not a stored version of a table"
	# blocks that are not here
	git clone -q . ../plain
	cd ../plain
	varve init -q
	ends_with 2 varve ipfs publish v1:prices.csv
	[ ! -e .git/varve/published ] || [ -z "$(ls .git/varve/published)" ]
}

@test "a record that was damaged is reported and made again" {
	two_versions
	varve ipfs publish -q v1:prices.csv
	echo rubbish > ".git/varve/published/$one"
	ends_with 2 varve ipfs publish --list
	stderr_has "of a published version is damaged"
	varve gc -q
	varve ipfs publish -q v1:prices.csv
	succeeds varve ipfs publish --list
	output_has "table  $one"
	output_has "prices.csv"
}
