# Several at once: writers, and readers beside a writer and beside gc.
load ../../cli/helper

base() {
	new_repo
	rows 300 > prices.csv
	cp prices.csv ../first.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
}

# writer NAME ROUNDS: commits a table of its own again and again. Being locked out is
# an answer as long as it is said; everything else is not.
writer() {
	local i
	for ((i = 1; i <= $2; i++)); do
		rows $((200 + i)) "$i" > "$1.csv"
		if ! varve add "$1.csv" > /dev/null 2> "../$1.err" ||
			! varve commit -q -m "$1 $i" "$1.csv" > /dev/null 2>> "../$1.err"; then
			grep -q -e 'lock' -e 'HEAD moved while' -e 'moved in the meantime' "../$1.err" ||
				{ echo "$1: $(cat "../$1.err")" >> ../problems; return; }
			echo refused >> "../$1.refused"
		else
			git hash-object --no-filters "$1.csv" > "../$1.last"
			echo "$1 $i" >> ../done
		fi
	done
}

writers() {
	local w n=$1
	for ((w = 1; w <= n; w++)); do
		writer "w$w" "$2" &
	done
	wait
	[ ! -e ../problems ] || { cat ../problems >&2; return 1; }
	[ -s ../done ]
	rm -f .git/index.lock
	succeeds varve fsck --data
	succeeds git fsck --strict
	# Each commit that was reported is in the history, and has its table.
	git log --format=%s > ../subjects
	while read -r subject; do
		grep -q -x -- "$subject" ../subjects || { echo "lost: $subject" >&2; return 1; }
	done < ../done
	[ "$(sort ../subjects | uniq -d)" = "" ]
	while read -r name i; do
		commit=$(git log --format=%H --grep="^$name $i\$" | head -n 1)
		rows $((200 + i)) "$i" > ../expected
		varve cat "$commit:$name.csv" | cmp - ../expected
	done < ../done
	# And then all of them can go on.
	for ((w = 1; w <= n; w++)); do
		rows 500 "$w" > "w$w.csv"
		succeeds varve add "w$w.csv"
	done
	succeeds varve commit -q -m last
	[ -z "$(git status --porcelain)" ]
}

@test "two writers at once lose nothing" {
	base
	writers 2 6
}

@test "eight writers at once lose nothing" {
	base
	writers 8 2
}

# reader NAME: until ../stop is there. Every answer must be right.
reader() {
	while [ ! -e ../stop ]; do
		varve cat "$first:prices.csv" > "../$1.out" 2> "../$1.err" && cmp "../$1.out" ../first.csv &&
			varve cat HEAD:prices.csv > "../$1.out" 2>> "../$1.err" && head -n 1 "../$1.out" | grep -q -x id,name,price,day &&
			varve log --oneline > "../$1.out" 2>> "../$1.err" && varve status --porcelain > "../$1.out" 2>> "../$1.err" &&
			varve fsck > "../$1.out" 2>> "../$1.err" || {
			echo "$1: $(cat "../$1.err" "../$1.out" | head -c 2000)" >> ../problems
			return
		}
		[ ! -s "../$1.err" ] || { echo "$1 says: $(cat "../$1.err")" >> ../problems; return; }
		echo >> "../$1.rounds"
	done
}

@test "readers beside a writer see whole versions" {
	base
	first=$(git rev-parse HEAD)
	reader r1 & local a=$!
	reader r2 & local b=$!
	for i in 1 2 3 4 5 6 7 8 9 10; do
		rows $((300 + i)) "$i" > prices.new
		mv prices.new prices.csv
		varve commit -q -a -m "$i" || { touch ../stop; return 1; }
	done
	touch ../stop
	wait $a $b
	[ ! -e ../problems ] || { cat ../problems >&2; return 1; }
	[ -s ../r1.rounds ]
	[ "$(git rev-list --count HEAD)" = 11 ]
	succeeds varve fsck --data
}

@test "readers beside gc see whole versions" {
	base
	first=$(git rev-parse HEAD)
	for i in 1 2 3 4; do
		rows $((300 + i)) "$i" > prices.csv
		varve commit -q -a -m "$i"
	done
	git reset -q --hard HEAD~2
	git reflog expire --expire=now --all
	reader r1 & local a=$!
	reader r2 & local b=$!
	for i in 1 2 3 4 5 6; do
		rows $((300 + i)) "9$i" > prices.csv
		varve add prices.csv > /dev/null
		git reset -q --hard
		varve gc -q --prune=now || { touch ../stop; return 1; }
	done
	touch ../stop
	wait $a $b
	[ ! -e ../problems ] || { cat ../problems >&2; return 1; }
	[ -s ../r1.rounds ]
	succeeds varve fsck --data
}

# While a foreign program holds the index, waits_for_index COMMAND... gets as far as that, and then the
# filter of plain git gets through, as it must when that program is git add.
waits_for_index() {
	local before
	before=$(ls .git/varve/packs 2> /dev/null || true)
	: > .git/index.lock
	"$@" > "$HOME/out" 2> "$HOME/err" 3>&- &
	for _ in $(seq 300); do
		[ "$before" = "$(ls .git/varve/packs 2> /dev/null || true)" ] || break
		sleep 0.01
	done
	timeout 4 git hash-object -w --path=other.csv other.csv > "$HOME/id" || {
		cat "$HOME/err"
		return 1
	}
	git cat-file -p "$(cat "$HOME/id")" | grep -q '"varve"'
	rm .git/index.lock
	wait $! || { cat "$HOME/err"; return 1; }
	varve fsck --data > /dev/null
}

@test "an add that waits for the index lets the filter of git add write" {
	new_repo
	varve track '*.csv' > /dev/null
	rows 30 > prices.csv
	rows 40 1 > other.csv
	waits_for_index varve add prices.csv
	[ "$(git ls-files)" = ".gitattributes
prices.csv" ]
}

@test "a merge that waits for the index lets the filter of git add write" {
	new_repo
	varve track '*.csv' > /dev/null
	rows 200 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	git switch -q -c side
	sed -i 's/^7,/7,side /' prices.csv
	varve commit -q -a -m side
	git switch -q main
	sed -i 's/^150,/150,main /' prices.csv
	varve commit -q -a -m main
	rows 40 1 > other.csv
	waits_for_index varve merge -q side
	[ "$(git rev-list --count --merges HEAD)" = 1 ]
}

@test "varve add and git add at once both get through" {
	new_repo
	varve track '*.csv' > /dev/null
	for i in 1 2 3 4 5 6; do
		rows 300 $i > mine.csv
		rows 300 9$i > theirs.csv
		varve add mine.csv > "$HOME/out" 2> "$HOME/err" 3>&- &
		# Git does not wait for the index.
		until timeout 20 git add theirs.csv 2> "$HOME/git"; do
			grep -q 'index.lock' "$HOME/git" || { cat "$HOME/git"; return 1; }
		done
		wait $! || { cat "$HOME/err"; return 1; }
		[ "$(git diff --name-only | grep -c .)" = 0 ]
	done
	varve fsck --data > /dev/null
}

# git checkout and git stash take a file away before they write the new one, with the index locked.
@test "a file that git is about to write again is not committed as removed" {
	new_repo
	rows 20 > a.csv
	rows 20 > b.csv
	varve add a.csv b.csv > /dev/null
	varve commit -qm one
	mv a.csv ../a.csv
	echo x > .git/index.lock
	varve commit -qam two > ../out 2> ../err &
	committing=$!
	sleep 0.5
	mv ../a.csv a.csv
	rm .git/index.lock
	code=0
	wait $committing || code=$?
	[ "$code" -eq 1 ]
	grep -q "'a.csv' was being written by another program; nothing was staged" ../err
	[ "$(git rev-list --count HEAD)" -eq 1 ]
	[ -z "$(git status --porcelain)" ]
}

# Others commit while a command does: Git's programs do not wait for varve's.
# moving_hook NAME
moving_hook() {
	cat > ".git/hooks/$1" <<-'END'
		#!/bin/sh
		[ ! -e ../moved ] || exit 0
		touch ../moved
		git update-ref HEAD "$(git commit-tree -p HEAD -m other 'HEAD^{tree}')"
	END
	chmod +x ".git/hooks/$1"
}

@test "a write through the library beside a commit of git leaves nothing behind" {
	put=$VARVE_BIN/../examples/bin/put
	[ -x "$put" ] || skip "the library is not built with sanitizers"
	base
	rows 20 5 > other.csv
	varve add other.csv > /dev/null
	varve commit -qm other
	moving_hook pre-commit
	sed 's/item/written/' prices.csv > ../written.csv
	ends_with 1 "$put" . prices.csv "written" < ../written.csv
	stderr_has "not at the expected commit"
	cmp prices.csv ../first.csv
	[ -z "$(git status --porcelain)" ]
	[ ! -e .git/varve/later ]
	succeeds "$put" . prices.csv "written" < ../written.csv
	cmp prices.csv ../written.csv
}

@test "a varve in a hook of a write through the library does not take its note" {
	put=$VARVE_BIN/../examples/bin/put
	[ -x "$put" ] || skip "the library is not built with sanitizers"
	base
	printf '#!/bin/sh\nvarve track "*.x" 2>&1\nls .git/varve/later\nexit 1\n' > .git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit
	sed 's/item/written/' prices.csv > ../written.csv
	cp prices.csv ../first.csv
	ends_with 1 "$put" . prices.csv "written" < ../written.csv
	grep -q "another varve process is changing files of this work tree" <<< "$output$stderr"
	grep -q ".git/varve/later" <<< "$output$stderr"
	cmp prices.csv ../first.csv
	[ -z "$(git status --porcelain)" ]
	[ ! -e .git/varve/later ]
}

@test "a migration beside a commit of git begins again" {
	new_repo
	rows 20 > a.tab
	git add a.tab
	git commit -qm one
	moving_hook commit-msg
	ends_with 2 varve migrate -m two '*.tab'
	stderr_has "then run the command again"
	[ ! -e .git/varve-migrating ]
	git reset -q
	succeeds varve migrate -m two '*.tab'
	[ -z "$(git status --porcelain)" ]
	git show HEAD:a.tab | grep -q '^varve pointer'
	[ "$(git check-attr --cached filter a.tab)" = "a.tab: filter: varve" ]
}

@test "schema waits for who writes" {
	base
	git show HEAD:prices.csv > /dev/null
	exec 9< .git/varve/turn
	flock 9
	varve schema --key id prices.csv > /dev/null 2>&1 9<&- &
	waiting=$!
	sleep 0.5
	[ ! -e datapackage.json ]
	exec 9<&-
	wait $waiting
	[ -e datapackage.json ]
}

# beside_checkout COMMAND...: it runs while another program has the index locked, and changes .gitattributes as `git checkout` does.
beside_checkout() {
	local other
	: > .git/index.lock
	"$@" > ../out 2> ../err 3>&- &
	other=$!
	sleep 0.7
	kill -0 $other 2> /dev/null || { cat ../err; return 1; } # it waits
	sed -i '1i *.other filter=varve' .gitattributes
	cp .git/index ../index
	GIT_INDEX_FILE=$PWD/../index git add .gitattributes
	mv ../index .git/index
	rm .git/index.lock
	code=0
	wait $other || code=$?
}

@test "what git checkout changes in .gitattributes meanwhile is not lost" {
	local words
	base
	varve init -q ../src
	rows 20 > ../src/in.csv
	varve -C ../src add -q in.csv
	varve -C ../src commit -qm in
	for words in "track *.tab" "untrack prices.csv" "add new.csv" "mv prices.csv moved.csv" "migrate plain.tab" "import -q ../src#in.csv"; do
		git reset -q --hard
		git clean -fdq
		git read-tree -m -u "$(git rev-parse HEAD)"
		rows 30 2 > new.csv
		rows 30 3 > plain.tab
		[ "${words#migrate}" = "$words" ] || { git add plain.tab; git commit -qm plain; }
		beside_checkout varve $words
		[ "$code" -eq 0 ] || { cat ../err; return 1; }
		git show :.gitattributes | grep -qxF '*.other filter=varve' || { echo "$words: the line is lost"; return 1; }
		grep -qxF '*.other filter=varve' .gitattributes
		for path in $(git grep --cached -l '^varve pointer: this is'); do
			[ "$(git check-attr --cached filter "$path")" = "$path: filter: varve" ] || [ "$words" = "untrack prices.csv" ]
		done
	done
}

@test "a switch and a merge refuse where git checkout changed the index meanwhile" {
	local words
	base
	git checkout -q -b side
	rows 20 > side.csv
	varve add side.csv > /dev/null
	varve commit -qm side
	git checkout -q main
	beside_checkout varve switch -q side
	[ "$code" -eq 2 ]
	grep -q "would be overwritten by checkout" ../err
	grep -qxF '*.other filter=varve' .gitattributes
	for words in "merge -q side" "cherry-pick side"; do
		git reset -q --hard
		beside_checkout varve $words
		[ "$code" -eq 1 ] || [ "$code" -eq 2 ]
		grep -q "nothing was done" ../err
		[ "$(git symbolic-ref HEAD)" = refs/heads/main ]
		[ ! -e side.csv ]
		[ ! -e .git/varve/later ]
		[ ! -e .git/index.lock ]
	done
}
