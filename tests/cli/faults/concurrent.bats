# Several at once: writers, and readers beside a writer and beside gc.
load ../helper

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
			grep -q -e 'lock' -e 'HEAD moved while' -e 'moved meanwhile' "../$1.err" ||
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
