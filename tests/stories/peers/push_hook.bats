load ../../cli/helper

# The pre-push hook of init and clone: git push brings the rows of tables along, or nothing.

# ./a with a table and a remote ../hub.git that git made; the current folder.
table_here() {
	git init -q --bare hub.git
	mkdir a
	cd a
	new_repo
	git remote add origin ../hub.git
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
}

change() {
	tick
	sed -i "s/^$1,item/$1,changed/" prices.csv
	varve commit -qam "$2"
}

sound() {
	succeeds varve fsck --data
	output_has "sound"
}

@test "git push to a repository that git made brings the rows" {
	table_here
	succeeds git push -q -u origin main
	stderr_has "varve: sent the rows of 1 version of a table to origin"
	(cd ../hub.git && sound)
	change 7 two
	git tag -a -m tagged v1
	succeeds git push -q origin main v1 main:refs/heads/other
	(cd ../hub.git && sound)
	git clone -q ../hub.git ../b
	cd ../b
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "a push without new versions of tables asks nobody, but one of a new branch does" {
	table_here
	git push -q origin main
	git commit -q --allow-empty -m nothing
	rm -rf ../hub.git/varve
	succeeds git push -q origin main
	[ ! -e ../hub.git/varve ]
	succeeds git push -q origin main:refs/heads/other
	stderr_has "sent the rows of 1 version"
	(cd ../hub.git && sound)
	succeeds git push -q origin :refs/heads/other
}

@test "a clone from a peer knows what it has" {
	table_here
	git push -q origin main
	varve clone -q ../hub.git ../b
	cd ../b
	git commit -q --allow-empty -m nothing
	mv ../hub.git/varve ../hub.git/away
	succeeds git push -q origin main
	[ ! -e ../hub.git/varve ]
}

@test "a clone has the hook too" {
	table_here
	git push -q origin main
	varve clone -q ../hub.git ../b
	cd ../b
	change 7 two
	succeeds git push -q
	stderr_has "sent the rows of 1 version"
	(cd ../hub.git && sound)
}

@test "a remote that takes no blocks gets no pointers without rows" {
	table_here
	cat > ../hub.git/hooks/update <<-'END'
	#!/bin/sh
	case $1 in
	refs/varve/*) exit 1 ;;
	esac
	END
	chmod +x ../hub.git/hooks/update
	cat > ../ssh <<-END
	#!/bin/sh
	case "\$*" in
	*varve*) echo "varve: not found" >&2; exit 127 ;;
	*git-upload-pack*) exec git-upload-pack "$PWD/../hub.git" ;;
	*) exec git-receive-pack "$PWD/../hub.git" ;;
	esac
	END
	chmod +x ../ssh
	export GIT_SSH=$PWD/../ssh
	ends_with 1 git push ssh://host/hub.git main
	stderr_has "the rows of 1 version of a table cannot be sent there with their commits"
	stderr_has "git push --no-verify"
	ends_with 1 git push ssh://ada:secret@host/hub.git main
	stderr_has "ssh://ada@host/hub.git: the rows of"
	stderr_lacks secret
	[ -z "$(git -C ../hub.git for-each-ref)" ]
	succeeds git push -q --no-verify ssh://host/hub.git main
	git config varve.prePush false
	git commit -q --allow-empty -m more
	change 7 two
	succeeds git push -q ssh://host/hub.git main
	git config varve.prePush true
	rm ../hub.git/hooks/update
	change 9 three
	succeeds git push -q ssh://host/hub.git main
	stderr_has "sent the rows of 3 versions of tables"
	git -C ../hub.git rev-parse -q --verify refs/varve/blocks
}

@test "rows that are not here stop the push" {
	table_here
	git push -q origin main
	git clone -q ../hub.git ../b
	cd ../b
	varve init -q
	git init -q --bare ../other.git
	git config varve.autoFetch false
	ends_with 1 git push ../other.git main
	stderr_has "could not be fetched"
	[ -z "$(git -C ../other.git for-each-ref)" ]
	succeeds varve fetch
	succeeds git push -q ../other.git main
	(cd ../other.git && sound)
}

@test "the other side's check refuses rows as in varve push" {
	table_here
	git push -q origin main
	git -C ../hub.git config receive.varveCheck refuse
	mkdir schema
	printf 'id,name,price\n1,a,2\n1,b,3\n' > prices.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "prices", "path": "prices.csv", "schema": {"primaryKey": "id", "fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}, {"name": "price", "type": "number"}]}}]}
	END
	varve add prices.csv datapackage.json > /dev/null
	varve commit -qm twice --no-verify
	ends_with 1 git push origin main
	stderr_has "receive.varveCheck"
	stderr_lacks "git push --no-verify"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse HEAD~1)" ]
	git push -q --no-verify origin main
	succeeds varve push origin main # the rows of the refused push are there already, outside of the store
	stderr_has "[its blocks]       main -> main"
	(cd ../hub.git && sound)
}

@test "an earlier hook is called with the same words, and may refuse" {
	git init -q a
	cd a
	printf '#!/bin/sh\necho "$@" > ../called\ncat >> ../called\n[ ! -e ../refuse ]\n' > .git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	succeeds varve init
	succeeds varve init
	stderr_lacks "hint"
	git init -q --bare ../hub.git
	git remote add origin ../hub.git
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	touch ../refuse
	ends_with 1 git push origin main
	stderr_has "the hook 'pre-push.before-varve' failed"
	[ ! -e ../hub.git/varve ]
	rm ../refuse ../called
	succeeds git push -q origin main
	[ "$(head -n 1 ../called)" = "origin ../hub.git" ]
	grep -q "^refs/heads/main $(git rev-parse main) refs/heads/main 0000" ../called
	rm ../called
	git commit -q --allow-empty -m more
	succeeds varve push -q origin main
	grep -q "^refs/heads/main $(git rev-parse main)" ../called
}

@test "no hook is written into a folder that is not the repository's own" {
	git init -q a
	cd a
	mkdir hooks "$HOME/hooks"
	for dir in hooks "$HOME/hooks"; do
		git config core.hooksPath "$dir"
		succeeds varve init
		stderr_has 'varve pre-push "$@"'
		[ -z "$(ls hooks "$HOME/hooks" | grep pre-push)" ]
	done
	git config --unset core.hooksPath
	rm -rf .git/hooks
	ln -s ../hooks .git/hooks
	succeeds varve init
	stderr_has 'varve pre-push "$@"'
	[ -z "$(ls hooks)" ]
	rm .git/hooks
	succeeds varve init
	[ -x .git/hooks/pre-push ]
	git config core.hooksPath hooks
	printf '#!/bin/sh\nexec varve pre-push "$@"\n' > hooks/pre-push
	chmod +x hooks/pre-push
	git init -q --bare ../hub.git
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds git push -q ../hub.git main
	(cd ../hub.git && sound)
}

@test "two foreign hooks are left alone" {
	git init -q a
	cd a
	echo one > .git/hooks/pre-push
	echo two > .git/hooks/pre-push.before-varve
	succeeds varve init
	stderr_has "the hook pre-push does not belong to varve, and pre-push.before-varve already exists"
	[ "$(cat .git/hooks/pre-push .git/hooks/pre-push.before-varve)" = $'one\ntwo' ]
}

@test "without varve on the PATH git push stops and says so" {
	table_here
	mkdir ../bin
	for program in git sh cat; do
		ln -s "$(command -v $program)" "../bin/$program"
	done
	ends_with 1 env "PATH=$PWD/../bin" git push origin main
	stderr_has "varve is not on the PATH"
	[ -z "$(git -C ../hub.git for-each-ref)" ]
}

# lines COUNT NAME: so many lines of git's about deleted refs, 64 KiB each, and one about NAME.
lines() {
	python3 -c '
import sys
null = "0" * 40
for i in range(int(sys.argv[1])):
    head, tail = f"(delete) {null} refs/heads/{i:06}", f" {i + 1:040x}\n"
    sys.stdout.write(head + "x" * (65536 - len(head) - len(tail)) + tail)
print(f"(delete) {null} {sys.argv[2]} {1:040x}")' "$1" "$2"
}

@test "what git says of refs is read to its end, however long it is" {
	table_here
	for count in 3 1024; do
		lines "$count" refs/varve/blocks > ../lines
		ends_with 1 varve pre-push origin ../hub.git < ../lines
		stderr_has "this push would delete refs/varve/blocks of origin"
		lines "$count" refs/heads/other > ../lines
		succeeds varve pre-push origin ../hub.git < ../lines
	done
}
