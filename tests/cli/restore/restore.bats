load ../helper

# v1 and v2 of prices.csv; note.txt beside it.
two_versions() {
	new_repo
	rows 3000 > prices.csv
	cp prices.csv ../one.csv
	echo note > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -qm one
	varve tag v1
	sed -i 's/^1500,/1500000,/' prices.csv
	cp prices.csv ../two.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

@test "a changed file comes back from the index" {
	two_versions
	echo 'x' > prices.csv
	echo changed > note.txt
	succeeds varve restore prices.csv note.txt
	stderr_is "restored 2 files"
	same_bytes ../two.csv prices.csv
	[ "$(cat note.txt)" = note ]
	clean
}

@test "a deleted file comes back" {
	two_versions
	rm prices.csv
	succeeds varve restore .
	same_bytes ../two.csv prices.csv
	clean
}

@test "files of any length come back, whatever is written at once" {
	local n
	new_repo
	for n in 200 400 600 800 1000 1300 1600 2000 2500 3000 5000; do
		rows "$n" > "t$n.csv"
	done
	mkdir ../kept
	cp t*.csv ../kept
	varve add t*.csv > /dev/null
	varve commit -qm all
	rm t*.csv
	succeeds varve restore .
	for n in t*.csv; do
		same_bytes "../kept/$n" "$n"
		varve cat "HEAD:$n" | cmp - "../kept/$n"
	done
	clean
}

@test "an old version comes into the work tree alone" {
	two_versions
	succeeds varve restore --source v1 prices.csv
	same_bytes ../one.csv prices.csv
	[ "$(git status --porcelain)" = " M prices.csv" ]
	[ "$(varve status --porcelain)" = " M prices.csv" ]
}

@test "an old version comes into index and work tree" {
	two_versions
	succeeds varve restore -s v1 -S -W prices.csv
	same_bytes ../one.csv prices.csv
	[ "$(git status --porcelain)" = "M  prices.csv" ]
	[ "$(varve status --porcelain)" = "M  prices.csv" ]
}

@test "unstaging leaves the file" {
	two_versions
	sed -i 's/^9,/9000,/' prices.csv
	cp prices.csv ../three.csv
	varve add prices.csv > /dev/null
	succeeds varve restore --staged prices.csv
	same_bytes ../three.csv prices.csv
	[ "$(git status --porcelain)" = " M prices.csv" ]
}

@test "unstaging a new file before the first commit" {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	succeeds varve restore --staged a.csv
	[ -e a.csv ]
	output_is ""
	git status --porcelain | grep -q '^?? a.csv'
}

@test "tracked files that the source lacks go and untracked ones stay" {
	two_versions
	rows 5 > new.csv
	varve add new.csv > /dev/null
	varve commit -qm three
	echo mine > mine.txt
	succeeds varve restore --source v1 .
	[ ! -e new.csv ]
	[ -e mine.txt ]
}

@test "a pointer is replaced by its table" {
	two_versions
	git show HEAD:prices.csv > pointer
	mv pointer prices.csv
	succeeds varve restore prices.csv
	same_bytes ../two.csv prices.csv
	clean
}

@test "with its blocks missing a file is left as it was" {
	two_versions
	mv .git/varve/packs ../packs
	echo mine > prices.csv
	ends_with 2 varve restore prices.csv
	stderr_has "are missing here"
	[ "$(cat prices.csv)" = mine ]
	mkdir -p .git/varve
	rm -rf .git/varve/packs
	mv ../packs .git/varve/packs
	succeeds varve restore prices.csv
	same_bytes ../two.csv prices.csv
}

@test "patterns folders and names that match nothing" {
	two_versions
	mkdir -p data/deep
	rows 5 > data/deep/a.csv
	varve add data/deep/a.csv > /dev/null
	varve commit -qm three
	rm data/deep/a.csv prices.csv
	succeeds varve restore data
	[ -e data/deep/a.csv ]
	[ ! -e prices.csv ]
	succeeds varve restore '*.csv'
	[ -e prices.csv ]
	ends_with 2 varve restore nothing.csv
	stderr_has "nothing.csv"
	ends_with 2 varve restore --source nothing prices.csv
	stderr_has "no version named 'nothing'"
	ends_with 2 varve restore
	stderr_has "requires paths"
}

@test "a symbolic link above is not followed" {
	new_repo
	mkdir data
	rows 5 > data/a.csv
	varve add data/a.csv > /dev/null
	varve commit -qm one
	mkdir ../outside
	rm -r data
	ln -s ../outside data
	varve restore --source HEAD -S -W . || true
	[ ! -e ../outside/a.csv ]
}

@test "the executable bit is restored" {
	new_repo
	echo x > run.sh
	chmod +x run.sh
	varve add run.sh > /dev/null
	varve commit -qm one
	rm run.sh
	succeeds varve restore run.sh
	[ -x run.sh ]
	clean
}

@test "restore of a folder passes over what lies outside of a sparse checkout and is the same" {
	new_repo
	mkdir in out
	rows 3 > in/t.csv
	rows 4 > out/same.csv
	rows 4 > out/t.csv
	varve add -q in out
	git commit -q -m one
	rows 5 > out/t.csv
	varve add -q out
	git commit -q -m two
	git sparse-checkout set in
	succeeds varve restore --source HEAD~1 out
	[ "$(git status --porcelain)" = " M out/t.csv" ]
	rows 4 | cmp - out/t.csv
	ends_with 2 varve restore --source HEAD in/../out/same.csv
	rm -r out
	git sparse-checkout reapply
	ends_with 2 varve restore --source HEAD out
	stderr_has "all these files are outside the sparse checkout"
}

@test "a kind of pattern in git's environment does not stop a restore" {
	local kind
	new_repo
	rows 5 > t.csv
	varve add -q t.csv
	varve commit -qm one
	cp t.csv want
	for kind in GLOB NOGLOB ICASE; do
		echo 9 >> t.csv
		succeeds env "GIT_${kind}_PATHSPECS=1" varve restore t.csv
		same_bytes want t.csv
	done
}

@test "a submodule is left as git leaves it and not counted" {
	git init -q sub
	git -C sub commit -q --allow-empty -m one
	git -C sub commit -q --allow-empty -m two
	mkdir repo
	cd repo
	new_repo
	git -c protocol.file.allow=always submodule --quiet add ../sub d
	rows 3 > t.csv
	varve add -q t.csv
	varve commit -qm one
	git -C d checkout -q HEAD~1
	succeeds varve restore d
	output_is ""
	stderr_is ""
	[ "$(git -C d rev-parse HEAD)" = "$(git -C ../sub rev-parse HEAD~1)" ]
	rm t.csv
	succeeds varve restore .
	stderr_is "restored 1 file"
}

@test "a relative GIT_INDEX_FILE is read from the top as git reads it" {
	new_repo
	mkdir in
	rows 5 > in/t.csv
	varve add -q in/t.csv
	varve commit -qm one
	cp in/t.csv want
	cp .git/index .git/other
	cd in
	echo 9 >> t.csv
	succeeds env GIT_INDEX_FILE=.git/other varve restore t.csv
	same_bytes ../want t.csv
	echo 9 >> t.csv
	succeeds env GIT_INDEX_FILE=.git/other varve add t.csv
	git diff --cached --quiet
	GIT_INDEX_FILE=.git/other ends_with 1 git diff --cached --quiet
}
