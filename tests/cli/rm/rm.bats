load ../helper

two_files() {
	new_repo
	rows 100 > a.csv
	echo note > note.txt
	varve add a.csv note.txt > /dev/null
	varve commit -qm one
}

@test "a file goes from index and work tree" {
	two_files
	succeeds varve rm a.csv note.txt
	output_is $'rm \'a.csv\'\nrm \'note.txt\''
	[ ! -e a.csv ]
	[ ! -e note.txt ]
	[ "$(git status --porcelain)" = $'D  a.csv\nD  note.txt' ]
	varve commit -qm two
	succeeds varve restore --source HEAD~1 a.csv
	[ -e a.csv ]
}

@test "only from the index" {
	two_files
	succeeds varve rm -q --cached a.csv
	[ -e a.csv ]
	[ "$(git status --porcelain)" = $'D  a.csv\n?? a.csv' ]
}

@test "content that would be lost is named" {
	two_files
	echo x >> a.csv
	echo staged >> note.txt
	varve add note.txt > /dev/null
	ends_with 2 varve rm a.csv note.txt
	stderr_has $'local modifications:\n    a.csv'
	stderr_has $'changes staged in the index:\n    note.txt'
	stderr_has "nothing was removed"
	[ -e a.csv ]
	succeeds varve rm -f a.csv note.txt
	[ ! -e a.csv ]
}

@test "a folder only with -r" {
	two_files
	mkdir data
	rows 3 > data/b.csv
	varve add data/b.csv > /dev/null
	varve commit -qm two
	ends_with 2 varve rm data
	stderr_has "-r"
	succeeds varve rm -r data
	[ ! -e data ]
}

@test "a dry run removes nothing" {
	two_files
	succeeds varve rm -n a.csv
	output_is "rm 'a.csv'"
	[ -e a.csv ]
	[ -z "$(git status --porcelain)" ]
}

@test "what is not tracked is named" {
	two_files
	echo x > untracked
	ends_with 2 varve rm untracked
	stderr_has "untracked"
	[ -e untracked ]
}

@test "a table that is only a pointer here goes too" {
	two_files
	rm a.csv
	git -c varve.smudgeLimit=1 checkout -q a.csv 2> /dev/null
	grep -q '^varve pointer' a.csv
	succeeds varve rm a.csv
	[ ! -e a.csv ]
}

@test "a file below a folder goes from there, and a pattern takes its own" {
	two_files
	mkdir data
	rows 3 > data/b.csv
	rows 3 > data/c.csv
	rows 3 > 'data/[x].csv'
	varve add data > /dev/null
	varve commit -qm two
	cd data
	succeeds varve rm b.csv
	output_is "rm 'data/b.csv'"
	succeeds varve rm -q ../note.txt 'c*'
	[ "$(ls ..)" = $'a.csv\ndata' ]
	succeeds varve rm -q '[x].csv'
	cd ..
	[ "$(git status --porcelain | wc -l)" -eq 4 ]
}

@test "rm leaves what lies outside of a sparse checkout" {
	new_repo
	mkdir in out
	rows 3 > in/t.csv
	rows 4 > out/t.csv
	varve add -q in out
	git commit -q -m one
	git sparse-checkout set in
	ends_with 2 varve rm -r out
	stderr_has "all these files are outside the sparse checkout"
	ends_with 2 varve rm out/t.csv
	ends_with 1 varve rm -r in out
	output_is "rm 'in/t.csv'"
	stderr_has "out: not removed, because it is outside the sparse checkout"
	[ "$(git diff --cached --name-status)" = $'D\tin/t.csv' ]
	succeeds varve rm -h
	output_has "1 some files are outside the sparse checkout"
}

@test "a table that was only touched goes, also where git has no filter yet" {
	git init -q .
	rows 100 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
	touch -d '2001-01-01' a.csv
	succeeds varve rm a.csv
	output_is "rm 'a.csv'"
	[ ! -e a.csv ]
}
