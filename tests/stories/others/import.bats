load ../../cli/helper
load ../hosts/host
load ../../laws/faults/transfer

# Tables of other repositories that stand in this one, and what changes at their source.

setup() {
	varve_setup
	export VARVE_CACHE=$BATS_TEST_TMPDIR/cache
	top=$PWD
	git init -q src
	cd src
	varve init -q
	mkdir data
	rows 300 > data/prices.csv
	printf '{"name": "prices", "licenses": [{"name": "CC-BY-4.0"}]}\n' > data/datapackage.json
	echo text > readme.txt
	varve add data readme.txt > /dev/null
	varve commit -qm one
	git tag v1
	cp data/prices.csv ../v1.csv
	cd ..
	git init -q mine
	cd mine
	varve init -q
	git commit -q --allow-empty -m start
}

teardown() {
	[ -z "${server-}" ] || kill "$server"
}

# there SED: another version at the source.
there() {
	tick
	sed -i "$1" "$top/src/data/prices.csv"
	varve -C "$top/src" commit -qam "there $1"
}

here() {
	tick
	sed -i "$1" prices.csv
	varve commit -qam "here $1"
}

said() {
	git config -f .varveconfig "import.prices.csv.$1"
}

imported() {
	varve import -q ../src#data/prices.csv 2> /dev/null
	varve commit -qm import
}

@test "an import stages the version and a line that says where it came from" {
	succeeds varve import ../src#data/prices.csv
	cmp prices.csv ../v1.csv
	[ "$(said url)" = "$top/src" ]
	[ "$(said path)" = data/prices.csv ]
	[ "$(said commit)" = "$(git -C ../src rev-parse HEAD)" ]
	[ "$(said root)" = "$(varve -C ../src info --json HEAD:data/prices.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])')" ]
	[ "$(said licence)" = CC-BY-4.0 ]
	succeeds varve info prices.csv
	output_has "source   $top/src#HEAD:data/prices.csv"
	output_has "licence  CC-BY-4.0"
	[ "$(git diff --cached --name-only | tr '\n' ' ')" = ".gitattributes .varveconfig prices.csv " ]
	succeeds varve import ../src#data/prices.csv
	varve commit -qm import
	mv ../src ../away
	rm -rf "$VARVE_CACHE"
	[ -z "$(git status --porcelain)" ]
	succeeds varve status
	succeeds varve fsck --data
	git clone -q --bare . ../far.git
	varve init -q --bare ../far.git
	varve push -q ../far.git main
	varve clone -q ../far.git ../copy
	cmp ../copy/prices.csv ../v1.csv
}

@test "an import whose file is no longer in the index stages it again, with edits made since" {
	succeeds varve import ../src#data/prices.csv
	git reset -q
	succeeds varve import ../src#data/prices.csv
	stderr_has "staged for the next commit"
	[ "$(git status --porcelain)" = "A  .gitattributes
A  .varveconfig
A  prices.csv" ]
	git reset -q
	sed -i '2s/$/0/' prices.csv
	cp prices.csv ../edited
	succeeds varve import ../src#data/prices.csv
	cmp prices.csv ../edited
	git cat-file --filters :prices.csv | cmp - ../edited
}

@test "an existing file, and a source that is not a table, are refused without changes" {
	echo mine > prices.csv
	ends_with 2 varve import ../src#data/prices.csv
	[ "$(cat prices.csv)" = mine ]
	rm prices.csv
	ends_with 2 varve import ../src#readme.txt
	stderr_has "get"
	ends_with 2 varve import ../src#data/nothing.csv
	ends_with 2 varve import ../src#v9:data/prices.csv
	ends_with 2 varve import ../src2#data/prices.csv
	ends_with 2 varve update
	[ -z "$(git status --porcelain)" ]
	imported
	ends_with 2 varve import ../src#v1:data/prices.csv
	stderr_has "update"
	ends_with 2 varve update nothing.csv
}

@test "an update commits what changed at the source" {
	imported
	before=$(git rev-parse HEAD)
	succeeds varve update
	[ "$(git rev-parse HEAD)" = "$before" ]
	there 's/^7,item/7,changed/'
	succeeds varve update prices.csv
	cmp prices.csv ../src/data/prices.csv
	[ "$(said commit)" = "$(git -C ../src rev-parse HEAD)" ]
	[ "$(git rev-parse HEAD~1)" = "$before" ]
	[ -z "$(git status --porcelain)" ]
	succeeds varve fsck --data
	succeeds varve update -q
	output_is ""
	[ "$(git rev-parse HEAD~1)" = "$before" ]
}

@test "an update follows a file that the source renamed, and columns that either side renamed" {
	imported
	varve rename-column prices.csv name label
	varve commit -qm ours
	cd ../src
	varve mv data/prices.csv data/moved.csv
	varve commit -qm moved
	tick
	varve mv data/moved.csv data/list.csv
	varve commit -qm "moved again"
	sed -i 's/^7,item/7,changed/' data/list.csv
	tick
	varve commit -qam theirs
	varve rename-column data/list.csv price cost
	cd ../mine
	succeeds varve update
	stderr_has "the source renamed 'data/prices.csv' to 'data/list.csv'"
	[ "$(said path)" = data/list.csv ]
	tick
	varve -C ../src commit -qm column
	succeeds varve update
	[ "$(head -n 1 prices.csv)" = id,label,cost,day ]
	grep -q '^7,changed' prices.csv
	varve -C ../src mv data/list.csv data/last.csv
	sed -i 's/^8,item/8,changed/' ../src/data/last.csv
	varve -C ../src commit -qam last
	succeeds varve update -q
	stderr_lacks renamed
	[ "$(said path)" = data/last.csv ]
	git -C ../src rm -q data/last.csv
	git -C ../src commit -qm gone
	ends_with 1 varve update
	stderr_has "no longer has 'data/last.csv'"
	stderr_has "import.prices.csv.path"
}

@test "an update follows a table that was renamed here, by varve or git, and leaves alone one that was removed" {
	imported
	printf 'id,n\n1,5\n2,6\n3,7\n' > ../src/n.csv
	varve -C ../src add -q --key id n.csv
	varve -C ../src commit -qm n
	varve import -q ../src#n.csv
	varve commit -qm n
	git mv prices.csv list.csv
	varve track list.csv > /dev/null # as status says
	git commit -qm list
	varve mv n.csv m.csv
	varve commit -qm m
	varve -C ../src set -q n.csv 1 n=9
	there 's/^7,item/7,changed/'
	succeeds varve update
	grep -q '^7,changed' list.csv
	grep -qx 1,9 m.csv
	[ "$(git config -f .varveconfig import.list.csv.path)" = data/prices.csv ]
	[ -z "$(said path)" ]
	git rm -q -f list.csv # no line of .gitattributes tracks it after git mv
	git commit -qm gone
	there 's/^8,item/8,changed/'
	succeeds varve update
	stderr_has "list.csv was removed here"
	mkdir below
	succeeds varve -C below update
	stderr_has "'git config -f ../.varveconfig --remove-section import.list.csv' forgets its source"
	[ ! -e list.csv ]
	ends_with 2 varve update prices.csv
}

@test "an update ends where two branches of the source renamed two files to each other's names, and both are gone" {
	imported
	cd ../src
	seq 1 9 | sed 's/.*/&,x&/' > data/other.csv
	varve add -q data/other.csv
	varve commit -qm other
	git checkout -qb side
	git rm -q data/prices.csv
	git commit -qm "prices are gone"
	git mv data/other.csv data/prices.csv
	git commit -qm "other is prices"
	git checkout -q main
	git rm -q data/other.csv
	git commit -qm "other is gone"
	git mv data/prices.csv data/other.csv
	git commit -qm "prices are other"
	git merge -q -s ours --no-commit side
	git rm -qf data/other.csv
	git commit -qm "both are gone"
	cd ../mine
	ends_with 1 varve update
	stderr_has prices.csv
}

@test "an update of a revision stays with it" {
	varve import -q ../src#v1:data/prices.csv -o old.csv 2> /dev/null
	varve commit -qm import
	there 's/^7,item/7,changed/'
	varve update -q
	cmp old.csv ../v1.csv
	git -C ../src tag -f v1 > /dev/null
	succeeds varve update
	cmp old.csv ../src/data/prices.csv
}

@test "edits made here are merged with it by cell, and a cell that both changed is a conflict" {
	imported
	there 's/^7,item/7,changed/'
	here 's/^9,item/9,ours/'
	succeeds varve update
	[ "$(grep -c '^7,changed\|^9,ours' prices.csv)" = 2 ]
	there 's/^20,item/20,theirs/'
	here 's/^20,item/20,ours/'
	before=$(git rev-parse HEAD)
	ends_with 1 varve update
	stderr_has "varve update --continue"
	stderr_lacks "cherry-pick"
	ends_with 2 varve update
	stderr_has "varve update --abort"
	succeeds varve update --abort
	[ "$(git rev-parse HEAD)" = "$before" ]
	[ -z "$(git status --porcelain)" ]
	ends_with 2 varve update --abort
	stderr_has "no update is in progress"
	ends_with 1 varve update
	varve resolve --ours prices.csv
	succeeds varve update --continue
	[ "$(grep -c '^20,ours' prices.csv)" = 1 ]
	[ "$(said commit)" = "$(git -C ../src rev-parse HEAD)" ]
	succeeds varve update
	succeeds varve fsck --data
}

@test "an update decides by the rules of this repository what the source and edits here both changed" {
	imported
	echo '{"merge": {"prices.csv": {"price": "max", "name": "ours"}}}' > varve.json
	varve add -q varve.json
	varve commit -qm rules
	here 's/^7,\([^,]*\),[^,]*/7,\1,500.00/; s/^9,[^,]*/9,mine/; s/^11,\([^,]*\),[^,]*/11,\1,3.00/'
	there 's/^7,\([^,]*\),[^,]*/7,\1,400.00/; s/^9,[^,]*/9,theirs/; s/^11,\([^,]*\),[^,]*/11,\1,9999.00/'
	succeeds varve update
	output_has "3 cells by rule (max 2, ours 1)"
	grep '^7,.*,500.00' prices.csv
	grep '^9,mine' prices.csv
	grep '^11,.*,9999.00' prices.csv
	varve fsck --data
}

@test "an update with conflicts is called so by all who speak of it, and a cherry-pick is not" {
	imported
	there 's/^7,item/7,theirs/'
	sed -i 's/^7,item/7,mine/' prices.csv
	varve commit -qam edit
	ends_with 1 varve update
	succeeds varve status
	output_has "An update is in progress"
	output_has 'use "varve update --continue" to conclude it, "varve update --abort"'
	output_lacks cherry-pick
	[ "$(varve status --json | jq -r .state)" = cherry-pick ]
	ends_with 2 varve merge HEAD
	stderr_has "an update is in progress"
	stderr_has "'varve update --abort'"
	ends_with 2 varve switch -c other
	stderr_has "'varve update --abort'"
	succeeds varve resolve --ours prices.csv
	stderr_has "'varve update --continue' concludes the update"
	succeeds varve update --abort
	[ ! -e .git/VARVE_UPDATE ]
	git branch side HEAD~1
	git switch -q side
	sed -i 's/^7,item/7,side/' prices.csv
	varve commit -qam side
	ends_with 1 varve cherry-pick main
	succeeds varve status
	output_has "A cherry-pick is in progress"
}

# Killed when all was done it has nothing left to do, and says so.
update_gone() {
	"$@" 2> ../said || grep -q "no update is in progress" ../said
	if grep -q "it was completed" ../said; then
		[ "$(tail -1 ../said)" = "'update --abort' was interrupted; it was completed" ]
	fi
	grep -q '^7,mine' prices.csv
	[ -z "$(git status --porcelain)" ]
	[ ! -e .git/CHERRY_PICK_HEAD ]
}

@test "kill -9 in update --abort: the same again gets through" {
	need_strace
	imported
	there 's/^7,item/7,theirs/'
	sed -i 's/^7,item/7,mine/' prices.csv
	varve commit -qam edit
	ends_with 1 varve update
	cd ..
	mv mine mine0
	mkdir mine
	fresh() { cd "$top"; rm -rf mine; cp -a mine0 mine; cd mine; }
	MOST=9 each_killed client fresh update_gone varve update --abort
}

@test "changes that are not committed are not lost" {
	imported
	there 's/^7,item/7,changed/'
	sed -i 's/^9,item/9,ours/' prices.csv
	cp prices.csv ../edited.csv
	ends_with 2 varve update
	stderr_has "the update would overwrite these files"
	cmp prices.csv ../edited.csv
	git checkout -q prices.csv
	here 's/^7,item/7,ours/'
	sed -i 's/^9,item/9,ours/' prices.csv
	cp prices.csv ../edited.csv
	ends_with 2 varve update
	stderr_has "the update would overwrite these files"
	cmp prices.csv ../edited.csv
	[ "$(git status --porcelain)" = " M prices.csv" ]
}

@test "a host that a commit names is asked only where it is trusted" {
	cd "$top"
	http_host
	git -C src push -q "$top/host.git" main 2> /dev/null || true
	git -C src remote add host "$url"
	git -C src config remote.host.varveKind git
	varve -C src push -q host main
	cd mine
	succeeds varve import "$url#data/prices.csv"
	varve commit -qm import
	succeeds varve update
	varve clone -q . ../other
	cd ../other
	ends_with 2 varve update
	stderr_has "trusted"
	VARVE_TRUSTED_HOSTS=${url%/host.git} succeeds varve update
}

@test "a URL with a password is not committed" {
	ends_with 2 varve import https://ada:secret@127.0.0.1:1/x#prices.csv
	stderr_lacks "secret"
	ends_with 2 varve import https://token@127.0.0.1:1/x#prices.csv
	[ -z "$(git status --porcelain)" ]
}

@test "status asks no source" {
	imported
	git config -f .varveconfig import.prices.csv.url http://127.0.0.1:1/x
	succeeds varve status
	stderr_is ""
}

import_sound() {
	"$@"
	cmp prices.csv ../v1.csv
	[ "$(said path)" = data/prices.csv ]
	varve commit -qm import
	varve fsck --data
	[ -z "$(git status --porcelain)" ]
}

@test "kill -9 in an import: the same import again gets through" {
	need_strace
	cd ..
	mv mine mine0
	mkdir mine
	fresh() { cd "$top"; rm -rf mine "$VARVE_CACHE"; cp -a mine0 mine; cd mine; }
	MOST=5 each_killed client fresh import_sound varve import "$top/src#data/prices.csv"
}

update_sound() {
	"$@"
	cmp prices.csv "$top/src/data/prices.csv"
	[ "$(said commit)" = "$(git -C "$top/src" rev-parse HEAD)" ]
	[ "$(git rev-list --count HEAD)" = 3 ]
	varve fsck --data
	[ -z "$(git status --porcelain)" ]
}

@test "kill -9 in an update: the same update again gets through" {
	need_strace
	imported
	there 's/^7,item/7,changed/'
	cd ..
	mv mine mine0
	mkdir mine
	cp -a "$VARVE_CACHE" cache0
	fresh() { cd "$top"; rm -rf mine "$VARVE_CACHE"; cp -a cache0 "$VARVE_CACHE"; cp -a mine0 mine; cd mine; }
	MOST=5 each_killed client fresh update_sound varve update
}
