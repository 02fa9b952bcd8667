load ../helper

# make_files COUNT: small tables, some that git has to keep, and one that takes all threads.
make_files() {
	local i

	for ((i = 0; i < $1; i++)); do
		rows $((40 + i)) > "$(printf 't%02d.csv' "$i")"
	done
	printf 'id,name\n1,"open\n' > t03x.csv
	rows 60000 > t05big.csv
}

# add_with COMMAND...: adds all files in a new repository with varve run by it; what is said goes to
# stdout without speeds, then the index and the packs.
add_with() {
	rm -rf repo
	git init -q repo
	cp t*.csv repo
	(
		cd repo
		"$@" varve add . 2>&1 | sed 's/, in [0-9].*//; s/, [0-9.]* [kMG]*B\/s//'
		git ls-files -s
		ls .git/varve/packs
	)
}

@test "files that are added side by side give the output, the index and the packs of one thread" {
	make_files 20
	rm t05big.csv # its own groups are stored as they get ready
	add_with taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')" > one
	add_with > all
	diff one all
	grep -q "t19.csv" all
	grep -q "t03x.csv is stored in Git as text" all
}

@test "files that are added side by side around a long one give the roots of one thread" {
	make_files 12
	add_with taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')" | grep '^100' > one
	add_with | grep '^100' > all
	diff one all
	(cd repo && varve fsck --data)
}

@test "changed files that are added side by side are as if each were added alone" {
	make_files 12
	for how in together alone; do
		git init -q $how
		cp t*.csv $how
		(
			cd $how
			varve add .
			varve commit -qm one
			for f in t0[0-9].csv; do
				sed -i '7s/.*/7,seven,7.5,2024-07-07/' $f
			done
			if [ $how = together ]; then
				varve add .
			else
				for f in t0[0-9].csv; do varve add $f; done
			fi
			git ls-files -s > ../$how.index
		)
	done
	diff together.index alone.index
	grep -c t0 together.index
}

@test "the first file that is refused is named, and nothing is staged or stored" {
	new_repo
	make_files 12
	rm t03x.csv
	printf 'id,name\n1,a\n2,b,c\n' > t04.csv
	printf 'id,name\n1,a,x\n2,b\n' > t09.csv
	ends_with 2 varve add t*.csv
	stderr_has "t04.csv: line 3"
	stderr_lacks "t09.csv"
	[ "$(git ls-files)" = "" ]
	[ ! -e .gitattributes ]
	[ "$(find .git/varve/packs -type f 2>/dev/null)" = "" ]
	rm t04.csv t09.csv
	succeeds varve add t*.csv
	varve fsck --data
}

@test "git is asked for attributes twice, in however many folders the new tables are" {
	new_repo
	for n in 1 2 3 4 5; do
		mkdir -p "d$n"
		rows 5 > "d$n/a.csv"
	done
	GIT_TRACE="$PWD/../trace" varve add .
	[ "$(git check-attr filter d?/a.csv | grep -c varve)" = 5 ]
	[ "$(grep -c 'built-in: git check-attr' ../trace)" = 2 ]
}

@test "add and commit -a stage the commit of a submodule, as git does" {
	git init -q inner
	git -C inner commit -q --allow-empty -m one
	new_repo
	git -c protocol.file.allow=always submodule --quiet add "$PWD/inner" sub
	git commit -q -m sub
	git -C sub commit -q --allow-empty -m two
	succeeds varve add sub
	[ "$(git status --porcelain -- sub)" = "M  sub" ]
	git reset -q
	succeeds varve commit -q -a -m both
	[ "$(git rev-parse HEAD:sub)" = "$(git -C sub rev-parse HEAD)" ]
	git submodule --quiet deinit -f sub
	rows 5 > prices.csv
	succeeds varve add .
	stderr_has "inner/ is a repository of its own and was left out"
	[ "$(git status --porcelain -- prices.csv inner sub)" = $'A  prices.csv\n?? inner/' ]
}
