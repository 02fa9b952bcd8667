load ../../cli/helper
load ../hosts/host

# Imported tables whose blocks stay at their source: varve import --link.

setup() {
	varve_setup
	export VARVE_CACHE=$BATS_TEST_TMPDIR/cache
	top=$PWD
	git init -q src
	cd src
	varve init -q
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	cp prices.csv ../v1.csv
	cd ..
}

# mine [SOURCE]: a repository with a table of its own, and one that it links.
mine() {
	git init -q "$top/mine"
	cd "$top/mine"
	varve init -q
	rows 40 > own.csv
	varve add own.csv > /dev/null
	varve commit -qm own
	varve import -q --link "${1-../src}#prices.csv" 2> /dev/null
	tick
	varve commit -qm import
	root=$(said root)
}

said() {
	git config -f .varveconfig "import.prices.csv.$1"
}

# there SED: another version at the source.
there() {
	tick
	sed -i "$1" "$top/src/prices.csv"
	varve -C "$top/src" commit -qam "there $1"
}

# edit ROW: a version of our own.
edit() {
	tick
	sed -i "s/^$1,item/$1,mine/" prices.csv
	varve commit -qam "edit $1"
}

# far: a bare repository that speaks varve, with main.
far() {
	git init -q --bare "$top/far.git"
	varve init -q --bare "$top/far.git"
	git remote add origin "$top/far.git"
	succeeds varve push -q -u origin main
}

# away: the source cannot be asked, and no cache has it.
away() {
	mv "$top/src" "$top/hidden"
	rm -rf "$VARVE_CACHE"
}

back() {
	mv "$top/hidden" "$top/src"
}

# is_linked DIR COUNT: so many versions are noted there as linked, and are not there.
is_linked() {
	ends_with 0 varve -C "$1" fsck
	output_has "not here: $2 version"
	[ "$(grep -c " link:$top/src$" "$1"/varve/elsewhere "$1"/.git/varve/elsewhere 2> /dev/null | sed 's/.*://' | awk '{ n += $1 } END { print n + 0 }')" = "$2" ]
}

@test "a push leaves the blocks of a linked version at its source, and clones read them there" {
	mine
	[ "$(said link)" = true ]
	far
	is_linked ../far.git 1
	succeeds varve -C ../far.git fsck --data
	output_has "linked to $top/src"
	succeeds varve clone ../far.git ../copy
	stderr_has "1 version is linked"
	cd ../copy
	cmp prices.csv ../v1.csv
	[ -z "$(git status --porcelain)" ]
	sound
	succeeds varve push origin main
	succeeds varve doctor
	succeeds varve whereis prices.csv
	output_has "linked"
}

@test "without its source a clone has a pointer and says so, and gets the rows when it is back" {
	mine
	far
	away
	succeeds varve clone ../far.git ../copy
	stderr_has "prices.csv"
	stderr_has "no such folder"
	cd ../copy
	is_linked . 1
	cmp own.csv ../mine/own.csv
	ends_with 2 varve cat prices.csv
	stderr_has "link:$top/src"
	[ -z "$(git status --porcelain)" ]
	succeeds varve status
	output_has "prices.csv  pointer only (linked, blocks at the source)"
	succeeds varve doctor
	output_has "prices.csv is linked: its rows are at $top/src"
	back
	succeeds varve fetch --data
	succeeds varve restore .
	cmp prices.csv ../v1.csv
}

@test "an edit of a linked table travels whole, also where the version before is nowhere near" {
	mine
	far
	varve clone -q ../far.git ../copy
	away
	edit 7
	succeeds varve push -q origin main
	is_linked ../far.git 1
	edit 8
	succeeds varve push -q origin main
	is_linked ../far.git 1
	succeeds varve clone -q ../far.git ../new
	cmp prices.csv ../new/prices.csv
	is_linked ../new 1
	succeeds varve -C ../copy pull -q
	cmp prices.csv ../copy/prices.csv
	cd ../new
	edit 9
	succeeds varve push -q origin main
	cd ../copy
	succeeds varve pull -q
	cmp prices.csv ../new/prices.csv
	succeeds varve -C ../far.git fsck --data
}

@test "lines that no longer link, or are gone, make nothing incomplete" {
	mine
	far
	tick
	git config -f .varveconfig --remove-section import.prices.csv
	varve add .varveconfig
	varve commit -qm "no import"
	succeeds varve push -q origin main
	edit 7
	succeeds varve push -q origin main
	away
	succeeds varve clone -q ../far.git ../copy
	cmp prices.csv ../copy/prices.csv
	succeeds varve -C ../copy fsck
	git clone -q --bare ../far.git ../two.git
	varve init -q --bare ../two.git
	succeeds varve push -q ../two.git main
	succeeds varve clone -q ../two.git ../copy2
	cmp prices.csv ../copy2/prices.csv
}

@test "an update keeps the link, and a copy of the table under another name is linked, too" {
	mine
	far
	there 's/^7,item/7,there/'
	succeeds varve update -q
	[ "$(said link)" = true ]
	[ "$(said root)" != "$root" ]
	git mv prices.csv moved.csv
	tick
	varve commit -qm moved
	succeeds varve push -q origin main
	is_linked ../far.git 2
	varve clone -q ../far.git ../copy
	cmp ../copy/moved.csv ../src/prices.csv
}

@test "a Git host and a store get no block of a linked version, and nobody misses them" {
	plain_host
	varve clone -q "$url" mine
	mine
	succeeds varve push -q -u origin main
	succeeds varve status --remote
	output_has "1 version, 0 incomplete there; 1 version of a linked table was not checked: the blocks are kept at the source"
	succeeds varve push --blocks
	stderr_has "the remote has every block that this repository has"
	edit 7
	succeeds varve push -q
	succeeds varve doctor
	away
	succeeds varve clone -q "$url" ../copy
	cmp prices.csv ../copy/prices.csv
	is_linked ../copy 1
	succeeds varve -C ../copy doctor
	mkdir ../nas
	succeeds varve store add team ../nas
	varve add .varveconfig
	varve commit -qm store
	succeeds varve push -q
	[ "$(find ../nas/versions -type f | wc -l)" = 2 ]
	[ ! -e "../nas/versions/$root.packs" ]
	git -C ../host.git update-ref -d refs/varve/blocks
	succeeds varve clone -q "$url" ../two
	cmp prices.csv ../two/prices.csv
	succeeds varve -C ../two doctor
	succeeds varve gc --remote --prune=now
	succeeds varve doctor
	back
	succeeds varve clone -q --lazy "$url" ../lazy
	cmp <(varve -C ../lazy cat HEAD~2:prices.csv) ../v1.csv
}

@test "a clone by git reads linked versions at their source, and fetch notes them" {
	plain_host
	varve clone -q "$url" mine
	mine
	varve push -q -u origin main
	git clone -q "$url" ../plain
	cd ../plain
	varve init -q
	varve fetch -q --data HEAD own.csv
	succeeds varve fsck
	output_has "not here: prices.csv, linked to $(cd "$top/src" && pwd), which was not asked"
	output_has "sound: 1 version"
	succeeds varve fetch
	is_linked . 1
	rm -r .git/varve
	varve init -q
	cmp <(varve cat prices.csv) ../v1.csv
}

@test "a source that the user does not trust is not asked" {
	plain_host
	git -C host.git config receive.denyNonFastForwards true
	git -C src remote add origin "$url"
	varve -C src push -q origin main
	mine "$url"
	far
	git config --get-all varve.trustedHost | grep -q '^ssh://host$'
	rm -rf "$VARVE_CACHE"
	: > "$ssh_calls"
	succeeds varve clone ../far.git ../copy
	stderr_has "ssh://host$top/host.git, which is not used, as this host is not trusted"
	[ ! -s "$ssh_calls" ]
	cd ../copy
	ends_with 2 varve cat prices.csv
	[ ! -s "$ssh_calls" ]
	git config --add varve.trustedHost ssh://host
	cmp <(varve cat prices.csv) ../v1.csv
	[ -s "$ssh_calls" ]
}

@test "a source is asked for nothing but what is linked to it" {
	plain_host
	git -C src remote add origin "$url"
	varve -C src push -q origin main
	mine "$url"
	far
	succeeds varve clone -q --lazy --bare ../far.git ../lazy
	cd ../lazy
	git config --add varve.trustedHost ssh://host
	mv ../far.git ../gone.git
	: > "$ssh_calls"
	ends_with 2 varve cat HEAD:own.csv
	[ ! -s "$ssh_calls" ]
}

@test "drop frees a linked version only once somebody shows it" {
	mine
	far
	tick
	varve import -qf ../src#prices.csv -o other.csv 2> /dev/null
	git rm -q --cached prices.csv other.csv
	rm prices.csv other.csv
	varve commit -qm gone
	succeeds varve drop --history # what a tracking branch has is no history
	output_has "nothing to drop: no versions of tables match"
	git update-ref refs/remotes/origin/main main
	ends_with 1 varve drop --history
	succeeds varve gc
	away
	cmp <(varve cat "$root") ../v1.csv
}

@test "a server that checks what is pushed refuses a linked table, whose rows it does not have" {
	mine
	git init -q --bare "$top/far.git"
	varve init -q --bare "$top/far.git"
	git -C "$top/far.git" config receive.varveCheck refuse
	git remote add origin "$top/far.git"
	ends_with 1 varve push -u origin main
	stderr_has "(receive.varveCheck is 'refuse'"
	stderr_has "prices.csv: block"
	git -C "$top/far.git" config receive.varveCheck warn
	succeeds varve push -u origin main
}

@test "a file of a web server has no blocks to link" {
	mine
	ends_with 2 varve import --link https://example.org/prices.csv
	stderr_has "--link requires a repository"
}

@test "git push leaves linked blocks at their source, too, and edits travel" {
	mine
	git init -q --bare "$top/far.git"
	varve init -q --bare "$top/far.git"
	git remote add origin "$top/far.git"
	git push -q -u origin main
	is_linked ../far.git 1
	edit 7
	git push -q origin main
	is_linked ../far.git 1
	away
	succeeds varve clone -q ../far.git ../copy
	cmp prices.csv ../copy/prices.csv
}

@test "a vault has no block of a linked version, and a repository recovered from it reads the source" {
	mine
	mkdir ../stick
	varve vault key new > /dev/null
	varve vault holder add stick ../stick/varve 2> /dev/null
	succeeds varve vault replicate --copies 1
	grep -o 'varve-recovery-[a-z0-9-]*' <<< "$output$stderr" > ../paper
	chmod 600 ../paper
	edit 7
	succeeds varve vault replicate
	varve vault prune > /dev/null
	succeeds varve vault recover --key ../paper --to ../again ../stick/varve
	cmp prices.csv ../again/prices.csv
	is_linked ../again 1
	cmp <(varve -C ../again cat HEAD~1:prices.csv) ../v1.csv
}

@test "what is linked at the source itself is read at its source" {
	mine
	far
	git init -q ../third
	cd ../third
	varve init -q
	varve import -q --link ../far.git#prices.csv 2> /dev/null
	varve commit -qm import
	git init -q --bare ../more.git
	varve init -q --bare ../more.git
	succeeds varve push -q ../more.git main
	rm -rf "$VARVE_CACHE"
	succeeds varve clone -q ../more.git ../copy
	cmp ../copy/prices.csv ../v1.csv
}
