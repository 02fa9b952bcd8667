# git merge -X theirs: Git does not pass the option to a merge driver, which reads it from git's words.
load ../helper

# sides: main and theirs differ in the cell a of row 1.
sides() {
	new_repo
	printf 'id,a,b\n1,x,p\n2,y,q\n' > t.csv
	echo text > f.txt
	git add f.txt
	varve add -q --key id t.csv
	varve commit -qm base
	git switch -qc theirs
	sed -i s/1,x/1,THEIRS/ t.csv
	varve commit -qam theirs
	git switch -q main
	sed -i s/1,x/1,MAIN/ t.csv
	varve commit -qam ours
}

@test "-X theirs and -X ours of git merge, pull, cherry-pick, rebase and an alias decide cells" {
	local words want
	sides
	git config alias.take 'merge -X theirs'
	while IFS='|' read -r want words; do
		git reset -q --hard main
		git switch -q --detach main
		succeeds git $words
		grep -q "^1,$want,p" t.csv || { echo "git $words"; cat t.csv; return 1; }
	done <<-'END'
	THEIRS|merge -q -m m -X theirs theirs
	THEIRS|merge -q -m m -Xours --strategy-option=theirs theirs
	MAIN|merge -q -m m --strategy-option ours theirs
	THEIRS|take -q -m m theirs
	THEIRS|pull -q --no-rebase -X theirs . theirs
	THEIRS|cherry-pick -X theirs theirs
	MAIN|rebase -q -X theirs theirs
	THEIRS|rebase -q -X ours theirs
	END
	git switch -q --detach main
	ends_with 1 git merge -q -m -Xtheirs theirs # the message
	git merge --abort
	ends_with 1 git merge -q -m m -Xignore-space-change theirs
}

@test "a rebase and a cherry-pick with -X that are continued decide cells, too" {
	sides
	git switch -q --detach theirs~1
	git rm -q f.txt
	git commit -qm gone
	sed -i s/1,x/1,LATER/ t.csv
	varve commit -qam later
	later=$(git rev-parse HEAD)
	git switch -q main
	echo changed > f.txt
	git commit -qam changed
	git tag changed
	ends_with 1 git cherry-pick -X theirs "$later~2..$later"
	git rm -q f.txt
	succeeds git -c core.editor=true cherry-pick --continue
	grep -q '^1,LATER,p' t.csv
	git switch -q --detach "$later"
	ends_with 1 git rebase -q -X theirs changed
	[ -n "$(git ls-files -u f.txt)" ]
	git rm -q f.txt
	succeeds git -c core.editor=true rebase --continue
	grep -q '^1,LATER,p' t.csv
}
