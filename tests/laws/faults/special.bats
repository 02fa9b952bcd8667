# What is no file in place of a tracked table: pipes, sockets, folders, links to pipes. No command
# waits for it; what needs the table's bytes names it, and the rest goes on as with a change of kind.
load ../../cli/helper

# base: a table, another, a version before, a branch beside.
base() {
	new_repo
	rows 50 > prices.csv
	rows 40 > other.csv
	varve add . > /dev/null
	varve commit -qm one
	git branch side
	sed -i 's/^7,/7000,/' prices.csv
	varve commit -qam two
	sed -i 's/^8,/8000,/' prices.csv
	varve diff --format patch > ../p.patch
	cp -a . ../template
}

# place KIND: the repository as base left it, with KIND in place of prices.csv.
place() {
	cd ..
	rm -rf work
	cp -a template work
	cd work
	rm prices.csv
	case $1 in
	pipe) mkfifo prices.csv ;;
	socket) python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("prices.csv")' ;;
	folder) mkdir prices.csv ;;
	link) mkfifo pipe && ln -s pipe prices.csv ;;
	esac
}

# ends CODES COMMAND...: within some seconds, with one of these exit codes.
ends() {
	local code=0
	timeout 60 "${@:2}" > ../answer 2> ../why < /dev/null || code=$?
	[[ " $1 " == *" $code "* ]] || { echo "$kind: ${*:2}: exit status $code" >&2; cat ../why >&2; return 1; }
}

each_command() {
	kind=$1
	place "$kind"
	ends "0" varve status --porcelain
	grep -q "prices.csv" ../answer
	ends "0" varve diff --stat
	grep -q "prices.csv" ../answer ../why
	ends "0 2" varve diff HEAD~1 -- prices.csv
	if [ "$kind" != folder ]; then
		ends "2" varve diff prices.csv other.csv
		grep -q "prices.csv" ../why
	fi
	for command in "info prices.csv" "cat prices.csv" "schema prices.csv" "convert prices.csv new.ndjson"; do
		ends "2" varve $command
		grep -q "^varve: .*prices.csv" ../why
	done
	ends "1" varve check prices.csv
	grep -q "prices.csv" ../answer
	ends "1 2" varve check
	ends "0 2" varve textconv prices.csv
	ends "2 129" varve merge-file prices.csv prices.csv prices.csv prices.csv
	ends "0 2" varve diff-file prices.csv prices.csv a 100644 prices.csv b 100644
	ends "2" varve apply ../p.patch
	grep -q "prices.csv" ../why
	ends "2" varve switch side
	ends "0" varve merge side # there is nothing to merge
	ends "2" varve revert HEAD
	ends "2" varve rename-column prices.csv name title
	git reset -q
	case $1 in
	link | folder) ends "0 1 2" varve commit -qam three ;;
	*)
		ends "2" varve add prices.csv
		grep -q "^varve: .*prices.csv" ../why
		ends "2" varve commit -qam three
		;;
	esac
	place "$kind"
	ends "0" varve restore prices.csv
	git show HEAD:other.csv > /dev/null
	[ -f prices.csv ]
	[ ! -L prices.csv ]
	[ "$(varve status --porcelain -uno)" = "" ]
}

@test "a pipe in place of a table is named and waited for by nobody" {
	base
	each_command pipe
}

@test "a socket in place of a table is named" {
	base
	each_command socket
}

@test "a folder in place of a table is named" {
	base
	each_command folder
}

@test "a link to a pipe in place of a table is named and waited for by nobody" {
	base
	each_command link
}

@test "pipes in place of files of rules and packages are waited for by nobody" {
	local kind=rules name
	base
	# Git itself waits for a .gitignore that is a pipe.
	for name in .gitattributes datapackage.json varve.json; do
		cd .. && rm -rf work && cp -a template work && cd work
		rm -f $name
		mkfifo $name
		for command in "status" "diff" "info prices.csv" "check" "add other.csv" "track other.csv" "convert other.csv new.ndjson"; do
			ends "0 1 2" varve $command
		done
	done
}

@test "what a shell passes for a command's output is read by convert" {
	base
	timeout 60 varve convert <(cat other.csv) new.ndjson
	[ "$(grep -c . new.ndjson)" = 40 ]
}

# FILE COMMAND...: a folder in the place of varve's own file is named, with what helps; without it the command succeeds.
in_the_way() {
	rm -f ".git/varve/$1"
	mkdir ".git/varve/$1"
	touch ".git/varve/$1/x"
	ends_with 2 varve "${@:2}"
	stderr_has "/.git/varve/$1'"
	stderr_has "hint: a folder is in the place of this file: move it elsewhere, then try again"
	rm -r ".git/varve/$1"
	succeeds varve "${@:2}"
}

@test "a folder in the place of a file of varve's own is named, with what helps" {
	base
	varve init -q --bare ../hub.git
	git remote add origin ../hub.git
	varve push -q origin main
	in_the_way elsewhere fsck
	in_the_way secret add prices.csv
	in_the_way incomplete fsck
	in_the_way turn add prices.csv
	sed -i 's/^9,/9000,/' prices.csv
	in_the_way writer.lock add prices.csv
	in_the_way gc.lock gc
}

@test "an edited file that is marked assume-unchanged or skip-worktree is lost by no verb" {
	new_repo
	seq 40 | awk 'BEGIN { print "id,v" } { print $1 ",a" $1 }' > t.csv
	echo plain > n.txt
	varve add -q .
	varve commit -qm base
	git switch -qc b
	sed -i 's/^2,.*/2,B/' t.csv
	echo B > n.txt
	varve commit -qam b
	git switch -q main
	echo m > m
	git add m
	git commit -qm m
	sed 's/^3,.*/3,imported/' t.csv > ../t-2026-01-02.csv
	for mark in assume-unchanged skip-worktree; do
		for file in t.csv n.txt; do
			git update-index --$mark $file
			echo "99,LOCALEDIT" >> $file
			for verb in "merge b" "switch b" "cherry-pick b" "revert HEAD~1" "restore ." "restore -s b $file" "rm $file" "import -f -o t.csv ../t-2026-01-02.csv"; do
				case $verb in import*) [ $file = t.csv ] || continue ;; esac
				run varve $verb
				grep -q LOCALEDIT $file || { echo "lost: $mark $verb $file"; false; }
				[ "$(git status --porcelain)" = "" ]
				[ "$(git branch --show-current)" = main ]
			done
			git update-index --no-$mark $file
			git checkout -q $file
		done
	done
	git update-index --assume-unchanged t.csv # without an edit it is as any file
	succeeds varve merge -q -m merged b
	grep -q '^2,B' t.csv
}
