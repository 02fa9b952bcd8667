load ../helper

# A merge of spring into main that leaves a conflict in a.csv, and b.csv and note.txt merged.
conflict() {
	new_repo
	rows 3000 > a.csv
	cp a.csv b.csv
	echo one > note.txt
	varve add a.csv b.csv note.txt > ../out
	varve commit -qm base
	git checkout -q -b spring
	sed -i 's/^7,item/7,theirs/' a.csv
	sed -i 's/^9,item/9,theirs/' b.csv
	echo two > note.txt
	varve commit -qam theirs
	git checkout -q main
	sed -i 's/^7,item/7,ours/' a.csv
	sed -i 's/^8,item/8,ours/' b.csv
	varve commit -qam ours
	cp -a . ../before
	ends_with 1 varve merge -q spring
}

# Does the index have the path with its file's size?
has_size() {
	[ "$(git ls-files --debug -- "$1" | sed -n 's/.*size: \([0-9]*\).*/\1/p')" = "$(wc -c < "$1")" ]
}

@test "git merge --abort goes back right after a merge that waits" {
	conflict
	has_size b.csv
	has_size note.txt
	succeeds git merge --abort
	diff -r --exclude=.git . ../before
}

@test "git merge --abort goes back after some were resolved later" {
	conflict
	sleep 1.1
	varve resolve -q --theirs a.csv
	has_size a.csv
	has_size b.csv
	sleep 1.1
	varve add note.txt > ../out
	has_size a.csv
	has_size b.csv
	succeeds git reset --merge HEAD
	diff -r --exclude=.git . ../before
}

@test "a change right after the merge is still seen" {
	conflict
	sed -i 's/^9,theirs/9,THEIRS/' b.csv
	echo TWO > note.txt
	[[ "$(git status --porcelain)" == *"MM b.csv"* ]]
	[[ "$(git status --porcelain)" == *"MM note.txt"* ]]
	sleep 1.1
	varve resolve -q --ours a.csv
	[[ "$(git status --porcelain)" == *"MM b.csv"* ]]
	[[ "$(git status --porcelain)" == *"MM note.txt"* ]]
}

@test "a change of the same length just before the index is written again is seen" {
	new_repo
	local i
	for i in 1 2 3 4 5; do
		printf 'id,v\n1,a\n' > t.csv
		echo a > n.txt
		varve add t.csv n.txt > ../out
		printf 'id,v\n1,b\n' > t.csv
		echo b > n.txt
		[ "$i" -lt 4 ] || sleep 1.1
		echo "$i" > other.txt
		varve add other.txt > ../out
		succeeds git diff --name-only
		output_is $'n.txt\nt.csv'
	done
}

# A repository in which one more pack makes a gc worth it, and branch spring.
grown() {
	new_repo
	git config gc.autoDetach false
	git config gc.auto 0
	rows 100 > prices.csv
	varve add prices.csv > ../out
	varve commit -qm small
	varve gc -q
	git checkout -q -b spring
	sed -i 's/^7,item/7,theirs/' prices.csv
	varve commit -qam theirs
	git checkout -q main
	sed -i 's/^9,item/9,ours/' prices.csv
	varve commit -qam ours
	head -c 17500000 /dev/urandom > noise.bin
	varve add -q --as file noise.bin
	varve commit -qm noise
	git config --unset gc.auto
}

@test "a merge a cherry-pick and a revert run gc when there is much to gain" {
	local what
	grown
	cp -a . ../start
	for what in "merge spring" "cherry-pick spring" "revert HEAD~1" "merge -q --no-ff spring~0"; do
		rm -rf .git && cp -a ../start/.git . && git checkout -q -f main
		# shellcheck disable=SC2086
		succeeds varve $what
		succeeds varve gc --auto
		stderr_has "nothing was done: the store has"
		succeeds varve fsck --data
	done
	rm -rf .git && cp -a ../start/.git . && git checkout -q -f main
	git config gc.auto 0
	varve merge -q spring
	succeeds varve gc --auto
	stderr_is "nothing was done: gc.auto is 0"
}

@test "a merge that changes the datapackage describes the tables again" {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > ../out
	varve commit -qm base
	git checkout -q -b spring
	cat > datapackage.json <<-'END'
	{"name": "p", "resources": [{"name": "prices", "path": "prices.csv", "schema": {
	  "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"},
	             {"name": "price", "type": "number"}, {"name": "day", "type": "date"}],
	  "primaryKey": ["id"]}}]}
	END
	# by git alone, so that the table keeps its own schema there
	git add datapackage.json
	git commit -qm describe
	git checkout -q main
	sed -i 's/^9,item/9,ours/' prices.csv
	varve commit -qam ours
	git cat-file blob HEAD:prices.csv | grep -q '{"name": "id", "type": "integer"}'
	succeeds varve merge spring
	git cat-file blob HEAD:prices.csv | grep -q '{"name": "id", "type": "string"}'
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
	succeeds varve fsck --data
	git checkout -q -b picked HEAD^1
	succeeds varve cherry-pick spring
	git cat-file blob HEAD:prices.csv | grep -q '{"name": "id", "type": "string"}'
}

@test "what an octopus merge left to merge as text is said to be merged, with the way on" {
	new_repo
	printf 'id,n\n1,a\n2,b\n3,c\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	for n in 1 2; do
		git switch -qc b$n main
		varve set -q t.csv $n n=x$n
		varve commit -qam b$n
	done
	git switch -q main
	git merge -q -m both b1 b2 > "$HOME/out" 2>&1 || true
	[ -n "$(git ls-files -u)" ]
	ends_with 1 varve conflicts
	stderr_has "'varve add --fix t.csv' stages the merged rows"
	succeeds varve add --fix t.csv
	printf 'id,n\n1,x1\n2,x2\n3,c\n' | cmp - t.csv
}
