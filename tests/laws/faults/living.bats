load ../../cli/helper

# main and b differ in all of 150 tables.
begin() {
	local i
	git config --global gc.auto 0
	git config --global varve.autoGc false
	varve init -q a
	cd a
	varve track '*.csv' > /dev/null
	for ((i = 1; i <= 150; i++)); do
		printf 'id,v\n1,a\n' > "t$i.csv"
	done
	echo one > notes.txt
	varve add -q .
	varve commit -qm base
	git init -q --bare ../host
	git remote add origin ../host
	varve push -q -u origin main
	git switch -q -c b
	sed -i 's/^1,.*/1,B/' t*.csv
	echo z > zz.txt
	varve add -q zz.txt
	tick
	varve commit -qam b
	git switch -q main
	echo more > more.txt
	git add more.txt
	git commit -qm more
	git pack-refs --all
	cd ..
	mv a a.0
}

@test "no lock of a living process is removed, and the next command goes on where none lives" {
	local count=12
	[ -z "${VARVE_TEST_ALL-}" ] || count=300
	takes_posix_ways && skip "processes are not listed"
	begin
	python3 "$BATS_TEST_DIRNAME/living.py" "$PWD" "${VARVE_TEST_COUNT-$count}" "${VARVE_TEST_SAMPLE-5}" ${VARVE_TEST_ONLY-}
}

# killed_switch: a repository in which `varve switch b` was killed, with its git.
killed_switch() {
	begin
	cp -a a.0 a
	cd a
	git config filter.stop.smudge 'kill -9 $(ps -o ppid= -p $PPID) $PPID; cat'
	echo 'zz.txt filter=stop' > .git/info/attributes
	varve switch -q b > /dev/null 2>&1 || true
	rm .git/info/attributes
	git config --unset filter.stop.smudge
	rm -f .git/index.lock
	[ -e .git/varve/later ]
}

@test "five locks that a living process has open stay, and are named with the process" {
	local name
	killed_switch
	python3 -c '
import os, sys, time
for name in sys.argv[1:]: os.open(".git/" + name + ".lock", os.O_CREAT | os.O_EXCL)
open("../ready", "w"); time.sleep(60)' index HEAD config packed-refs refs/heads/main &
	until [ -e ../ready ]; do sleep 0.05; done
	echo x > x.txt
	ends_with 2 varve add x.txt
	[[ $stderr == *"index.lock': probably process $!, 'python3 -c"* ]]
	for name in index HEAD config packed-refs refs/heads/main; do
		[ -e .git/$name.lock ]
		[ $name = index ] || [[ $stderr == *"$name.lock' was not removed, since process $!"* ]]
	done
	kill $!
	wait $! 2> /dev/null || true
	succeeds varve add x.txt
	[ -z "$(find .git -name '*.lock' ! -path '*/varve/*')" ]
}

@test "what git did after a killed switch is not undone" {
	killed_switch
	git reset -q --hard
	git clean -q -fd
	git checkout -q b -- t5.csv
	printf 'id,v\n1,B\n' > t6.csv
	: > t7.csv
	echo x > x.txt
	succeeds varve add x.txt
	[[ $stderr == *"was not undone, since git has been run since"* ]]
	[ "$(git status --short | sort | tr '\n' ';')" = " M t6.csv; M t7.csv;A  x.txt;M  t5.csv;" ]
	[ ! -e .git/varve/later ]
}

@test "the lock of a git that was killed while it listed the changed files is removed" {
	local real
	real=$(command -v git)
	mkdir bin
	printf '%s\n' '#!/bin/sh' \
		'case " $* " in *" status "*) [ -e ../once ] || { : > ../once; : > .git/index.lock; kill -9 $$; } ;; esac' \
		"exec $real \"\$@\"" > bin/git
	chmod +x bin/git
	varve init -q r
	cd r
	rows 5 > t.csv
	varve add -q .
	varve commit -qm one
	git branch x
	PATH="$PWD/../bin:$PATH" ends_with 2 varve switch -q x
	[[ $stderr == *"cannot list the changed files: git ended with exit code 137"* ]]
	[ ! -e .git/index.lock ]
	succeeds varve switch -q x
}

@test "a damaged note is named, and nothing follows it" {
	local holder zero=0000000000000000000000000000000000000000 list
	new_repo
	rows 5 > t.csv
	varve add -q .
	varve commit -qm one
	holder=$(sed -n 1p .git/varve/turn)
	for list in "@a.csv@d/z.csv@" "track@a.csv@b@c@d@e@" "track@file@../../victim@@@-@" "track@path@t.csv@@../../config@-@"; do
		echo precious > ../victim
		printf "varve-later 1@%s@'varve mv'@%s@%s@@%s@%s@back@%s" "$holder" "$(git rev-parse HEAD)" $zero $zero "${list%%@*}" "${list#*@}" |
			tr '@' '\0' > .git/varve/later
		ends_with 2 varve add .
		[[ $stderr == *"/later', the record of an interrupted command, is damaged"* ]]
		[ "$(< ../victim)" = precious ]
		[ -s .git/config ]
	done
}

@test "a switch whose post-checkout hook fails is reported as made" {
	new_repo
	rows 5 > t.csv
	varve add -q .
	varve commit -qm one
	git branch b
	printf '#!/bin/sh\nexit 1\n' > .git/hooks/post-checkout
	chmod +x .git/hooks/post-checkout
	ends_with 2 varve switch b
	[[ $stderr == *"HEAD was moved, but git then ended with exit code 1, as the hook post-checkout did"* ]]
	[ "$(git branch --show-current)" = b ]
	[ ! -e .git/varve/later ]
}
