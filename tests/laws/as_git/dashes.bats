# What follows "--" is a name for every verb: no verb takes it as an option, and none hands it to git as one.
load ../../cli/helper

# Verbs with the words before "--". "!": with 0 it may change refs or files, as that name is used.
verbs='accept --why x r k
add
apply
blame
blame t.csv
branch -d
cat
check
cherry-pick
cite
!clone
commit -m x
compare t.csv
completion
config
conflicts
convert
convert t.csv
delete t.csv
diff
diff main
doctor
drop
erase
expire
!fetch
!fetch origin
fsck
gc
get
help
import
info
!init
install
key
log
ls-remote
!merge
merge --dry-run
migrate
mv note.txt
prove --row 1 -o p
publish
!pull
!pull origin
push
push origin
!remote remove
!rename-column t.csv id
resolve --ours
restore
restore --source=main
revert
revert HEAD
rm -f
schema
serve
set t.csv 1
show
sign
status
store add
switch
switch -c new
tag -d
!track
uninstall
untrack
update
verify
version
whereis'

state() {
	git for-each-ref
	cat .git/HEAD "$HOME/.gitconfig"
	git config --local --list | sort
	git ls-files -s
	git status --porcelain
	find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort
	git -C ../host.git for-each-ref
}

# A branch, a tag, and a remote of each name.
named_as_options() {
	local word
	new_repo r
	cd r
	rows 20 > t.csv
	echo note > note.txt
	varve add -q .
	varve commit -qm one
	varve switch -q -c side
	sed -i 's/^9,/900,/' t.csv
	varve commit -qam two
	varve switch -q main
	echo m > m.txt
	varve add -q m.txt
	varve commit -qm three
	for word in "$@"; do
		git update-ref "refs/heads/$word" side
		git update-ref "refs/tags/tag$word" side
		git config "remote.$word.url" ../host.git
	done
	git remote add origin ../host.git
	git clone -q --bare . ../host.git
	cd ..
	cp -a r kept
	cp -a host.git kept.git
	cp "$HOME/.gitconfig" kept.config
	cd r
}

@test "no verb takes a word that follows -- as an option" {
	local words=(-Cmain --orphan=zz -f --force -x -sours --all) word verb may code faults=0
	[ -n "${VARVE_TEST_ALL-}" ] || words=("${words[@]:${VARVE_TEST_SAMPLE:-0} % 7:1}")
	named_as_options "${words[@]}"
	state > ../before
	for word in "${words[@]}"; do
		while read -r verb <&4; do
			may=${verb%%[a-z]*}
			code=0
			read -ra verb <<< "${verb#!}"
			rm -f ../trace
			GIT_TRACE=$PWD/../trace timeout 60 varve "${verb[@]}" -- "$word" < /dev/null > ../out 2> ../err 4<&- || code=$?
			state > ../after
			if ! cmp -s ../before ../after && { [ -z "$may" ] || [ "$code" -ne 0 ]; } || [ "$code" -ge 130 ] || [ "$code" -eq 124 ] ||
				sed -n 's/.*built-in: //p' ../trace 2> /dev/null | sed 's/ -- .*//' | grep -F -e " $word" > ../given; then
				echo "varve ${verb[*]} -- $word ended with $code" >&2
				cat ../err ../given >&2
				diff ../before ../after >&2 || true
				faults=$((faults + 1))
			fi
			cmp -s ../before ../after && continue
			cd ..
			rm -rf r host.git
			cp -a kept r
			cp -a kept.git host.git
			cp kept.config "$HOME/.gitconfig"
			cd r
		done 4<<< "$verbs"
	done
	[ "$faults" = 0 ]
}

# ipfs, sql, vault and web are programs of their own.
@test "the verbs that are tried with -- are all that there are" {
	varve help -a | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' | grep -vE '^(ipfs|sql|vault|web)$' | sort > listed
	sed 's/^!//; s/ .*//' <<< "$verbs" | sort -u > tried
	diff listed tried
}

@test "a branch that is named as an option is merged, not obeyed" {
	named_as_options -sours
	sed -i 's/^3,/300,/' t.csv
	varve commit -qam four
	succeeds varve merge --dry-run -- -sours
	output_has "without conflicts"
	succeeds varve merge -q -- -sours
	[ "$(git rev-parse HEAD^2)" = "$(git rev-parse side)" ]
	[ "$(git log -1 --format=%s)" = "Merge branch '-sours'" ]
	grep -q '^900,' t.csv
	grep -q '^300,' t.csv
}
