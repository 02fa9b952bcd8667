# Whole histories that become tables, and text again.
load ../helper
load ../../laws/faults/transfer

# LFS PATH: PATH becomes what Git LFS commits, its object in .git/lfs.
lfs() {
	local hash
	hash=$(sha256sum "$1" | cut -d' ' -f1)
	mkdir -p ".git/lfs/objects/${hash:0:2}/${hash:2:2}"
	cp "$1" ".git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n' "$hash" "$(stat -c %s "$1")" > "$1"
}

# dvc PATH [CACHE]: DVC keeps PATH.
dvc() {
	local md5 cache=${2-.dvc/cache/files/md5}
	md5=$(md5sum "$1" | cut -d' ' -f1)
	mkdir -p "$cache/${md5:0:2}"
	mv "$1" "$cache/${md5:0:2}/${md5:2}"
	printf 'outs:\n- md5: %s\n  size: 1\n  hash: md5\n  path: %s\n' "$md5" "$(basename "$1")" > "$1.dvc"
	grep -qx "/$(basename "$1")" "$(dirname "$1")/.gitignore" 2> /dev/null ||
		echo "/$(basename "$1")" >> "$(dirname "$1")/.gitignore"
}

commit() { tick; git add -A; git commit -q -m "$1"; }

# A history with branches, a merge, tags, ids in messages, a note; tables come with its second commit.
text_history() {
	git init -q -b main .
	echo hello > readme.txt
	commit "Before tables"
	rows 60 > a.csv
	commit "Prices"
	git tag -a -m "Version one" v1
	git branch side
	rows 60 1 > a.csv
	mkdir -p data/old
	printf 'k\tv\n1\tx\n' > data/old/b.tsv
	commit "Other prices"
	git switch -q side
	rows 5 > data.csv
	chmod +x data.csv
	commit "On the side"
	git switch -q main
	git merge -q --no-ff -m "Merge side" side
	rows 60 > a.csv
	commit "Undo $(git rev-parse --short HEAD~1) of $(git rev-parse HEAD~1), not abcdef1234567"
	git rm -q data.csv
	commit "Without data.csv"
	git notes add -m "a note" HEAD~1
}

is_pointer() { git cat-file blob "$1" | head -c 16 | grep -q '^varve pointer: '; }

# all_same OLD [PATTERN]: each rewritten commit has the files of the old one, in the repository OLD, byte for byte; its
# people and dates; and its tables are tables.
all_same() {
	local old new path n=0
	while read -r old new; do
		[ "$(git cat-file -t "$new")" = commit ] || continue
		[ "$(git -C "$1" log -1 --format='%an %ae %ad %cn %ce %cd' "$old")" = "$(git log -1 --format='%an %ae %ad %cn %ce %cd' "$new")" ]
		[ "$(git -C "$1" ls-tree -r "$old" | grep -v gitattributes | cut -c1-6,53-)" = "$(git ls-tree -r "$new" | grep -v gitattributes | cut -c1-6,53-)" ]
		for path in $(git ls-tree -r --name-only "$new" | grep -E '\.(csv|tsv)$'); do
			varve cat "$new:$path" > "$HOME/now"
			git -C "$1" cat-file blob "$old:$path" | cmp - "$HOME/now"
			is_pointer "$new:$path"
			n=$((n + 1))
		done
	done < <(tail -n +2 .git/varve/migrated)
	[ "$n" -gt 0 ]
}

size_of_packs() { cat .git/objects/pack/*.pack | wc -c; }

refs() { git for-each-ref --format='%(refname) %(objectname)' "$@"; }

@test "every version of every branch and tag becomes a table, byte for byte, and text again with its old ids" {
	text_history
	cp -r . ../old
	before=$(git rev-list main | tail -1)
	old=$(git rev-parse --short HEAD~3)
	succeeds varve migrate --everything
	output_has "6 of 7 commits rewritten"
	all_same ../old
	[ -z "$(git status --porcelain)" ]
	[ "$(git rev-list main | tail -1)" = "$before" ]
	[ "$(git rev-list --all --not --glob=refs/notes | wc -l)" -eq 7 ]
	[ "$(git cat-file -t v1)" = tag ]
	is_pointer v1:a.csv
	[ "$(git tag -l --format='%(contents)' v1)" = "Version one" ]
	new=$(git rev-parse HEAD~3)
	[ "$(git log -1 --format=%s HEAD~1)" = "Undo ${new:0:${#old}} of $new, not abcdef1234567" ]
	[ "$(git notes show HEAD~1)" = "a note" ]
	[ "$(git ls-tree side data.csv | cut -c1-6)" = 100755 ]
	grep -qx '\*.tsv filter=varve diff=varve merge=varve -text' .gitattributes
	git fsck --no-dangling
	succeeds varve fsck --data
	succeeds varve log --oneline -- a.csv
	succeeds varve migrate --everything
	succeeds varve migrate --everything --export
	[ -z "$(git status --porcelain)" ]
	[ "$(refs refs/heads refs/tags)" = "$(git -C ../old for-each-ref --format='%(refname) %(objectname)' refs/heads refs/tags)" ]
	[ ! -e .gitattributes ]
	rows 60 | cmp - a.csv
}

@test "text again is kept by Git as differences, whichever tables changed in turn" {
	git init -q -b main .
	rows 40000 > a.csv
	rows 40000 7 > b.csv
	commit "Two tables"
	for i in $(seq 12); do
		sed -i "$((i * 3000))s/item/changed$i/" a.csv
		sed -i "$((i * 3000))s/item/other$i/" b.csv
		commit "version $i"
	done
	git gc -q
	cp -r . ../old
	succeeds varve migrate --everything
	git reflog expire --expire=now --all
	git gc -q --prune=now
	before=$(size_of_packs)
	succeeds varve migrate --everything --export
	output_has "2 paths, 26 versions"
	[ "$(git rev-parse main)" = "$(git -C ../old rev-parse main)" ]
	git fsck --no-dangling
	# two whole files, and little for the other 24 versions
	whole=$(gzip -c a.csv b.csv | wc -c)
	echo "grew by $(($(size_of_packs) - before)), two files have $whole"
	[ $(($(size_of_packs) - before)) -lt $((whole * 3 / 2)) ]
}

@test "a dry run tells sizes by path and changes nothing" {
	text_history
	before=$(refs)
	objects=$(git count-objects -v)
	succeeds varve migrate --everything -n
	output_has "a.csv: 2 versions, 3.6 kB"
	output_has "nothing was changed"
	[ "$(refs)" = "$before" ]
	[ "$(git count-objects -v)" = "$objects" ]
	[ -z "$(git status --porcelain)" ]
	[ ! -e .gitattributes ]
	[ -z "$(find .git/varve -name '*.pack')" ]
}

@test "--include and --since choose files and commits" {
	text_history
	cp -r . ../old
	succeeds varve migrate --everything --include '*.tsv' --since v1
	[ "$(git rev-parse v1)" = "$(git -C ../old rev-parse v1)" ]
	is_pointer HEAD:data/old/b.tsv
	! is_pointer HEAD:a.csv || false
	ends_with 2 varve migrate --everything 'data/**' --include x
}

@test "objects of Git LFS take their pointers' places, and one that is not here stops all" {
	git init -q -b main .
	git config filter.lfs.clean cat
	echo '*.csv filter=lfs diff=lfs merge=lfs -text' > .gitattributes
	for i in 1 2 3; do
		rows 30 "$i" > a.csv
		lfs a.csv
		commit "version $i"
	done
	git checkout -q .
	first=$(git cat-file blob HEAD~2:a.csv | sed -n 's/^oid sha256://p')
	file=.git/lfs/objects/${first:0:2}/${first:2:2}/$first
	before=$(refs)
	mv "$file" ../away
	ends_with 2 varve migrate --everything
	stderr_has "${first:0:12}"
	stderr_has "git lfs fetch --all"
	[ "$(refs)" = "$before" ]
	mv ../away "$file"
	succeeds varve migrate --everything
	output_has "a.csv: 3 versions, 2.7 kB of Git LFS"
	for i in 1 2 3; do
		rows 30 "$i" > ../expected
		varve cat "HEAD~$((3 - i)):a.csv" | cmp - ../expected
	done
	cmp a.csv ../expected
	[ -z "$(git status --porcelain)" ]
	! git grep -q lfs HEAD -- .gitattributes || false
}

@test "exported text is not given back to Git LFS by a line of another pattern" {
	git init -q -b main .
	git config filter.lfs.clean cat
	git config filter.lfs.required true
	mkdir data
	printf 'data/** filter=lfs diff=lfs merge=lfs -text\n*.png filter=lfs\n' > .gitattributes
	for i in 1 2; do
		rows 30 "$i" > data/a.csv
		lfs data/a.csv
		commit "version $i"
	done
	git checkout -q .
	succeeds varve migrate --everything
	[ "$(git check-attr filter data/a.csv)" = "data/a.csv: filter: varve" ]
	succeeds varve migrate --everything --export
	rows 30 2 | cmp - data/a.csv
	git cat-file blob HEAD~1:data/a.csv | cmp - <(rows 30 1)
	[ "$(git check-attr filter data/a.csv)" = "data/a.csv: filter: unspecified" ]
	[ "$(git check-attr filter data/b.bin)" = "data/b.bin: filter: lfs" ]
	grep -qx '\*.csv !filter !diff !merge -text' .gitattributes
	# a clean filter that stores something else makes wrong lines seen
	git -c filter.lfs.clean=wc clone -q . ../clone
	cd ../clone
	[ -z "$(git -c filter.lfs.clean=wc status --porcelain)" ]
	succeeds varve migrate --everything
	[ "$(git check-attr filter data/a.csv)" = "data/a.csv: filter: varve" ]
}

@test "exported text that a line for Git LFS would take is refused with that filter's name" {
	git init -q -b main .
	git config filter.lfs.clean cat
	echo 'data/** filter=lfs diff=lfs merge=lfs -text' > .gitattributes
	mkdir data
	rows 30 > data/a.csv
	lfs data/a.csv
	commit "one"
	git checkout -q .
	succeeds varve migrate '*.csv'
	ends_with 2 varve migrate --export '*.csv'
	stderr_has "assigns it to the filter 'lfs'"
	[ "$(git check-attr filter data/a.csv)" = "data/a.csv: filter: varve" ]
}

@test "files that DVC keeps come into the history, from both of its caches" {
	git init -q -b main .
	mkdir -p data .dvc
	touch .dvc/config
	echo /cache > .dvc/.gitignore
	rows 30 1 > data/a.csv
	dvc data/a.csv .dvc/cache
	commit "version 1"
	rows 30 2 > data/a.csv
	dvc data/a.csv
	commit "version 2"
	printf 'outs:\n- md5: 0123456789abcdef0123456789abcdef.dir\n  path: folder\n' > folder.dvc
	commit "a folder"
	succeeds varve migrate --everything
	output_has "data/a.csv: 2 versions, 1.8 kB of DVC"
	stderr_has "of DVC not changed"
	rows 30 1 > ../1
	rows 30 2 > ../2
	varve cat HEAD~2:data/a.csv | cmp - ../1
	varve cat HEAD:data/a.csv | cmp - ../2
	cmp data/a.csv ../2
	[ "$(git ls-tree -r --name-only HEAD)" = $'.dvc/.gitignore\n.dvc/config\n.gitattributes\ndata/a.csv\nfolder.dvc' ]
	[ -z "$(git status --porcelain)" ]
	rows 30 3 > b.csv
	dvc b.csv
	commit "not in the cache"
	rm -r .dvc/cache
	ends_with 2 varve migrate --everything
	stderr_has "file efa0586ff91b is not in .dvc/cache"
}

teardown() {
	[ -z "${server-}" ] || kill "$server"
}

# kept FILE...: into DVC's cache; $md5 is that of the last one.
kept() {
	local file
	for file; do
		md5=$(md5sum "$file" | cut -d' ' -f1)
		mkdir -p ".dvc/cache/files/md5/${md5:0:2}"
		mv "$file" ".dvc/cache/files/md5/${md5:0:2}/${md5:2}${dir-}"
	done
}

# kept_folder FOLDER: with all its files; $md5 is that of the list.
kept_folder() {
	local list='' file
	for file in $(cd "$1" && find . -type f | sort); do
		kept "$1/${file#./}"
		list+="${list:+, }{\"md5\": \"$md5\", \"relpath\": \"${file#./}\"}"
	done
	printf '[%s]' "$list" > list
	dir=.dir kept list
}

# three tables in a folder
folder_of() {
	mkdir -p "$1/deep/er"
	rows 9 "$2" > "$1/a.csv"
	rows 8 "$2" > "$1/deep/b.csv"
	rows 7 "$2" > "$1/deep/er/c.csv"
}

dvc_project() {
	git init -q -b main .
	mkdir .dvc
	touch .dvc/config
	echo /cache > .dvc/.gitignore
}

@test "folders that DVC keeps come into the history with all their files" {
	dvc_project
	mkdir raw
	printf '/all\n/other\n' > raw/.gitignore
	folder_of raw/all 1
	cp -r raw ../1
	kept_folder raw/all
	printf 'outs:\n- md5: %s.dir\n  size: 1\n  nfiles: 3\n  hash: md5\n  path: all\n' "$md5" > raw/all.dvc
	commit one
	folder_of raw/all 2
	mkdir raw/other
	rows 3 > raw/other/a.csv
	cp -r raw ../2
	kept_folder raw/all
	printf 'wdir: ..\nouts:\n- md5: %s.dir\n  nfiles: 3\n  path: raw/./all\n' "$md5" > raw/all.dvc
	echo text > raw/other/notes.txt
	kept_folder raw/other
	printf 'outs:\n- md5: %s.dir\n  nfiles: 2\n  path: other\n' "$md5" > raw/other.dvc
	commit two
	cp -r . ../old
	succeeds varve migrate -n --everything
	[ "$(git rev-parse HEAD)" = "$(git -C ../old rev-parse HEAD)" ]
	succeeds varve migrate --everything
	stderr_has "of DVC not changed"
	[ "$(git ls-tree -r --name-only HEAD raw | tr '\n' ' ')" = "raw/.gitignore raw/all.dvc raw/other.dvc " ]
	[ "$(git ls-tree -r --name-only HEAD~1 raw | tr '\n' ' ')" = "raw/.gitignore raw/all/a.csv raw/all/deep/b.csv raw/all/deep/er/c.csv " ]
	for file in all/a.csv all/deep/b.csv all/deep/er/c.csv; do
		varve cat "HEAD~1:raw/$file" | cmp - "../1/$file"
	done
}

# A project whose files are in the folder ../remote alone; ../was has them.
moved_out() {
	dvc_project
	rows 30 1 > a.csv
	folder_of all 2
	printf 'k,v\r\n1,x\r\n' > dos.csv
	echo "/all /a.csv /dos.csv" | tr ' ' '\n' > .gitignore
	cp -r . ../was
	kept a.csv
	printf 'outs:\n- md5: %s\n  hash: md5\n  path: a.csv\n' "$md5" > a.csv.dvc
	kept_folder all
	printf 'outs:\n- md5: %s.dir\n  hash: md5\n  nfiles: 3\n  path: all\n' "$md5" > all.dvc
	mv .dvc/cache ../remote
	# of DVC 2, whose MD5 is that of the text with LF
	md5=$(tr -d '\r' < dos.csv | md5sum | cut -d' ' -f1)
	mkdir -p "../remote/${md5:0:2}"
	mv dos.csv "../remote/${md5:0:2}/${md5:2}"
	printf 'outs:\n- md5: %s\n  path: dos.csv\n' "$md5" > dos.csv.dvc
	remote=${1-../../remote}
	printf "[core]\n    remote = store\n['remote \"store\"']\n    url = %s\n" "$remote" > .dvc/config
	commit one
}

as_was() {
	local file
	for file in a.csv dos.csv all/a.csv all/deep/b.csv all/deep/er/c.csv; do
		varve cat "HEAD:$file" | cmp - "../was/$file"
	done
}

@test "outputs of DVC in the work tree are replaced by the same tables, and edited ones refused" {
	dvc_project
	mkdir data
	rows 30 1 > data/a.csv
	dvc data/a.csv
	commit one
	rows 30 2 > data/a.csv
	dvc data/a.csv
	rows 30 3 > b.csv
	dvc b.csv
	folder_of all 4
	kept_folder all
	printf 'outs:\n- md5: %s.dir\n  hash: md5\n  nfiles: 3\n  path: all\n' "$md5" > all.dvc
	echo /all >> .gitignore
	commit two
	# as after 'dvc checkout', with a link into the cache
	rows 30 2 > data/a.csv
	md5=$(rows 30 3 | md5sum | cut -d' ' -f1)
	ln -s ".dvc/cache/files/md5/${md5:0:2}/${md5:2}" b.csv
	folder_of all 4
	[ -z "$(git status --porcelain)" ]
	head=$(git rev-parse HEAD)
	echo more >> all/a.csv
	ends_with 2 varve migrate --everything
	stderr_has "all/a.csv is not tracked, and differs"
	[ "$(git rev-parse HEAD)" = "$head" ]
	[ "$(tail -n 1 all/a.csv)" = more ]
	folder_of all 4
	succeeds varve migrate --everything
	stderr_has "'varve push --force --all --tags REMOTE'"
	[ -z "$(git status --porcelain)" ]
	[ -f b.csv ] && [ ! -L b.csv ]
	rows 30 2 | cmp - data/a.csv
	rows 30 3 | cmp - b.csv
	rows 8 4 | cmp - all/deep/b.csv
	[ "$(git ls-tree -r --name-only HEAD | tr '\n' ' ')" = ".dvc/.gitignore .dvc/config .gitattributes all/a.csv all/deep/b.csv all/deep/er/c.csv b.csv data/a.csv " ]
	rows 30 1 | cmp - <(varve cat HEAD~1:data/a.csv)
	succeeds varve fsck --data
}

@test "what DVC's cache lacks stops all, and the command that gets it is named" {
	moved_out
	head=$(git rev-parse HEAD)
	ends_with 2 varve migrate --everything
	stderr_has "2 versions are missing here, the first is: a.csv: its content is kept by DVC"
	stderr_has "'dvc fetch --all-commits' gets it"
	[ "$(git rev-parse HEAD)" = "$head" ]
	mv ../remote .dvc/cache
	succeeds varve migrate --everything
	stderr_lacks "stay"
	as_was
}

@test "several outputs of one file of DVC, and of a lock, become tables; what Git keeps stays" {
	dvc_project
	mkdir -p data/made
	printf '/all\n/b.csv\n' > data/made/.gitignore
	printf '/x.csv\n/y.csv\n' > .gitignore
	rows 5 1 > x.csv
	rows 5 2 > y.csv
	folder_of data/made/all 3
	rows 6 4 > data/made/b.csv
	echo '{"score": 1}' > score.json
	cp -r . ../was
	kept x.csv
	printf "outs:\n- md5: %s\n  size: 1\n  hash: md5\n  path: 'x.csv'\n" "$md5" > tables.dvc
	kept y.csv
	printf -- '- md5: %s\n  path: y.csv\n' "$md5" >> tables.dvc
	score=$(md5sum score.json | cut -d' ' -f1)
	kept data/made/b.csv
	one=$md5
	kept_folder data/made/all
	cat > dvc.lock <<-END
	schema: '2.0'
	stages:
	  make:
	    cmd: python make.py
	    deps:
	    - path: x.csv
	      md5: 0123456789abcdef0123456789abcdef
	    params:
	      params.yaml:
	        outs: 3
	    outs:
	    - path: data/made/all
	      hash: md5
	      md5: $md5.dir
	      nfiles: 3
	    - path: data/made/b.csv
	      hash: md5
	      md5: $one
	    - path: score.json
	      hash: md5
	      md5: $score
	END
	printf 'stages:\n  make:\n    cmd: python make.py\n' > dvc.yaml
	commit one
	cp -r . ../old
	succeeds varve migrate --everything
	stderr_lacks "stay"
	[ "$(git ls-tree -r --name-only HEAD | tr '\n' ' ')" = ".dvc/.gitignore .dvc/config .gitattributes data/made/all/a.csv data/made/all/deep/b.csv data/made/all/deep/er/c.csv data/made/b.csv dvc.lock dvc.yaml score.json x.csv y.csv " ]
	for file in x.csv y.csv data/made/b.csv data/made/all/a.csv data/made/all/deep/b.csv data/made/all/deep/er/c.csv; do
		varve cat "HEAD:$file" | cmp - "../was/$file"
		cmp "$file" "../was/$file"
		is_pointer "HEAD:$file"
	done
	[ -z "$(git status --porcelain)" ]
	git fsck --no-dangling
	succeeds varve fsck --data
	cd ../old
	sed -i 's/^    cmd/    wdir: data\n&/' dvc.yaml
	commit two
	succeeds varve migrate --everything
	stderr_has "of DVC not changed"
	[ "$(git ls-tree -r --name-only HEAD data/made | tr '\n' ' ')" = "data/made/.gitignore " ]
	[ "$(git ls-tree -r --name-only HEAD~1 data/made | wc -l)" = 4 ]
}

@test "a version that does not read as a table is kept as bytes, and said" {
	git init -q -b main .
	rows 9 > a.csv
	commit one
	printf 'id,name\n1,a\n2,b,c,d\n' > a.csv
	commit two
	rows 9 1 > a.csv
	commit three
	cp -r . ../old
	succeeds varve migrate --everything
	stderr_has "1 version is stored as bytes"
	all_same ../old
	varve diff HEAD~2 HEAD -- a.csv > ../diff
	grep -q "9 rows changed" ../diff
}

@test "signatures are dropped and counted; commits that stay keep theirs" {
	git init -q -b main .
	sign() {
		git reset -q --hard "$(git cat-file commit HEAD | sed '/^committer/a gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----' | git hash-object -t commit -w --stdin)"
	}
	echo hello > readme.txt
	commit one
	sign
	one=$(git rev-parse HEAD)
	rows 9 > a.csv
	commit two
	sign
	git cat-file commit HEAD | grep -q gpgsig
	succeeds varve migrate --everything
	output_has "1 signature dropped"
	[ "$(git rev-parse HEAD~1)" = "$one" ]
	! git cat-file commit HEAD | grep -q gpgsig || false
	git fsck --no-dangling
}

@test "what would be lost or left behind is refused before anything changes" {
	text_history
	before=$(refs)
	rows 61 > a.csv
	ends_with 2 varve migrate --everything
	stderr_has "a.csv"
	git checkout -q a.csv
	echo 'mine' > .gitattributes
	ends_with 2 varve migrate --everything
	rm .gitattributes
	git worktree add -q ../other side
	ends_with 2 varve migrate --everything
	stderr_has "side"
	git worktree remove ../other
	git switch -q --detach
	ends_with 2 varve migrate --everything
	git switch -q main
	[ "$(refs)" = "$before" ]
	git clone -q --depth 1 "file://$PWD" ../shallow
	ends_with 2 varve -C ../shallow migrate --everything
	stderr_has "git fetch --unshallow"
	ends_with 2 varve migrate --everything -m text
	ends_with 2 varve migrate --since HEAD a.csv
	succeeds varve migrate --everything
}

migrated() {
	cd "$top/a"
	varve migrate --everything > "$top/out"
	[ -z "$(git status --porcelain)" ]
	git fsck --no-dangling
	varve fsck --data
	varve cat HEAD:a.csv | cmp - a.csv
	[ "$(git rev-parse main v1)" = "$(cat "$top/ids")" ]
	[ ! -e .git/varve/later ]
}

@test "kill -9 in a migration: the same command again finishes it" {
	need_strace
	top=$PWD
	mkdir a0
	(cd a0 && text_history)
	cp -a a0 a
	varve -C a migrate --everything > out
	git -C a rev-parse main v1 > ids
	fresh() { cd "$top"; rm -rf a; cp -a a0 a; cd a; }
	MOST=12 each_killed client fresh migrated varve migrate --everything
}

@test "a rewritten history of large folders is packed as differences" {
	local before
	new_repo
	awk 'BEGIN {
		for (c = 0; c <= 100; c++) {
			printf "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nm\n", 1700000000 + c
			for (f = 0; f < (c ? 1 : 1000); f++) {
				printf "M 100644 inline file-%04d.txt\ndata %d\n%s\n", c ? c : f, length("x" c), "x" c
			}
			if (!c) {
				printf "M 100644 inline t.csv\ndata 7\nid\n1\n2\n\n"
			}
		}
	}' | git fast-import --quiet --force
	git reset -q --hard main
	before=$(git count-objects -v | sed -n 's/size-pack: //p')
	succeeds varve migrate --everything '*.csv'
	[ "$(git count-objects -v | sed -n 's/size-pack: //p')" -lt $((before + 500)) ]
	git fsck --strict
}

@test "a migration that fails after it took over an output of DVC leaves the file untracked, and runs again" {
	dvc_project
	rows 30 3 > b.csv
	dvc b.csv
	commit one
	rows 30 3 > b.csv
	cp b.csv ../b.csv
	[ -z "$(git status --porcelain)" ]
	touch .git/refs/heads/main.lock
	ends_with 2 varve migrate --everything
	rm .git/refs/heads/main.lock
	cmp b.csv ../b.csv
	[ -z "$(git diff --cached --name-only)" ]
	succeeds varve migrate --everything
	cmp b.csv ../b.csv
	[ -z "$(git status --porcelain)" ]
	varve cat HEAD:b.csv | cmp - ../b.csv
}

@test "a dry run makes no store where there was none, and leaves one as it was" {
	git init -q -b main .
	rows 60 > a.csv
	commit one
	rows 60 1 > a.csv
	commit two
	for option in "" --export; do
		succeeds varve migrate --everything -n $option '*.csv'
		[ "$(ls .git/varve)" = turn ]
	done
	rows 20 > b.csv
	varve add b.csv > /dev/null
	varve commit -qm three
	find .git/varve | sort > ../before
	succeeds varve migrate --everything -n '*.csv'
	find .git/varve | sort | diff ../before -
}
