load ../helper

# What older versions of varve made of tables, made here on purpose.

commit() {
	varve add -q "$@"
	varve commit -qm "$1"
}

# is_spoiled PATH WHAT: the last commit and no other one.
is_spoiled() {
	local rev
	rev=$(git rev-parse --short HEAD)
	succeeds varve fsck
	ends_with 1 varve fsck --data
	output_has "spoiled version: $rev:$1: $2"
	output_has "the version before it is $(git rev-parse --short HEAD~1):$1"
	[ "$(grep -c 'spoiled version' <<< "$output")" = 1 ]
	ends_with 1 varve fsck --data --json
	[ "$(jq -r '.problems[] | .kind + " " + .path + " " + .commit' <<< "$output")" = "spoiled version $1 $(git rev-parse HEAD)" ]
	[ "$(jq -r '.problems[0].help' <<< "$output")" != null ]
}

@test "a version of two encodings after one in UTF-8 is named" {
	new_repo
	printf 'id,name\n1,M\303\274ller\n2,abc\n3,Bj\303\266rk\n' > c.csv
	commit c.csv
	printf 'id,name\n1,M\303\274ller\n2,abc\n3,Bj\366rk\n' > c.csv
	commit c.csv
	is_spoiled c.csv "it has cells in UTF-8 beside cells in another encoding"
}

@test "so is one after a version whose encoding of single bytes is known" {
	new_repo
	printf 'id,name\n1,M\374ller\n2,Bj\366rk\n' > c.csv
	commit --encoding=windows-1252 c.csv
	printf 'id,name\n1,M\374ller\n2,Bj\303\266rk\n' > c.csv
	commit --encoding=UTF-8 c.csv
	is_spoiled c.csv "it has cells in UTF-8 beside cells in another encoding"
}

@test "the version of two encodings is named, not those after it nor a commit that leaves it as it is" {
	new_repo
	printf 'id,name\n1,M\303\274ller\n2,Bj\303\266rk\n' > c.csv
	commit c.csv
	printf 'id,name\n1,M\303\274ller\n2,Bj\366rk\n' > c.csv
	commit c.csv
	local rev
	rev=$(git rev-parse --short HEAD)
	git commit -q --allow-empty -m other
	ends_with 1 varve fsck -q --data
	output_has "spoiled version: $rev:c.csv: "
	printf 'id,name\n1,M\303\274ller\n2,Bj\366rk\n3,x\n' > c.csv
	commit c.csv
	ends_with 1 varve fsck -q --data
	output_has "spoiled version: $rev:c.csv: "
	[ "$(grep -c 'spoiled version' <<< "$output")" = 1 ]
}

@test "a version in which UTF-8 was read in the encoding of the file is named" {
	new_repo
	echo '{"datasets":[{"path":"w.csv","encoding":"windows-1252"}]}' > varve.json
	printf 'id,name\n1,M\374ller\n2,abc\n' > w.csv
	commit w.csv varve.json
	printf 'id,name\n2,abd\n1,M\303\274ller\n' > w.csv
	commit w.csv
	succeeds varve cat HEAD:w.csv
	output_has "MÃ¼ller"
	is_spoiled w.csv "it has UTF-8 that was read in the encoding of the file"
}

@test "a version that has the header and rows of the one before above its table is named, and put right as the help says" {
	new_repo
	printf '# stations\n# by Ada\ncode;name;city\nAA;a;Nord\nBB;b;Sud\nCC;c;Nord\nDD;d;Ost\nEE;e;Sud\n' > t.csv
	commit --skip-lines=2 t.csv
	printf 'code,name,city\nAA,a,Nord\nBB,b,Sud\nCC,c,Nord\nDD,d,Ost\nEE,e,West\n' > t.csv
	commit --skip-lines=2 t.csv
	is_spoiled t.csv "it has the header or rows of the version before it as lines above the table"
	output_has "'--skip-lines 0'"
	succeeds varve add --skip-lines 0 t.csv
	varve commit -qm right
	ends_with 1 varve fsck -q --data
	[ "$(grep -c 'spoiled version' <<< "$output")" = 1 ]
}

@test "a header that was renamed does not hide rows above the table" {
	new_repo
	printf '# a\n# b\nid,name,city\n1,x,Nord\n2,y,Ost\n3,z,West\n' > t.csv
	commit --skip-lines=2 t.csv
	printf 'no,label,place,more\n1,x,Nord,\n2,y,Ost,\n3,z,West,\n' > t.csv
	commit --skip-lines=2 t.csv
	is_spoiled t.csv "it has the header or rows of the version before it as lines above the table"
}

@test "what somebody may have meant is not named" {
	new_repo
	# Lines above the table that were declared later, or changed.
	printf 'Report,2020\nid,val\n1,2\n3,4\n' > a.csv
	commit --skip-lines=0 a.csv
	commit --skip-lines=1 a.csv
	printf '# one\nid,val\n1,2\n3,4\n' > b.csv
	commit b.csv
	printf '# two\nid,val,more\n1,2,5\n3,4,6\n' > b.csv
	commit b.csv
	# The whole file in another encoding; a cell that was cut off in a character; an encoding of several bytes.
	printf 'id,name\n1,M\303\274ller\n2,Bj\303\266rk\n' > c.csv
	commit c.csv
	printf 'id,name\n1,M\374ller\n2,Bj\366rk\n' > c.csv
	commit c.csv
	printf 'id,name\n1,M\303\274ller\n2,Bj\303\266rk\n' > c.csv
	commit c.csv
	printf 'id,name\n1,M\303\274ller\n2,Bj\303\n' > c.csv
	commit c.csv
	printf 'id,name\n1,\261\261\276\251\n2,\311\317\272\243\n' > d.csv
	commit d.csv
	printf 'id,name\n1,\261\261\276\251\n2,\311\317\272\243\n3,\303\274\n' > d.csv
	commit d.csv
	succeeds varve fsck --data
	output_lacks spoiled
}

@test "histories of real tables have nothing spoiled" {
	new_repo
	local when table message
	while IFS=$'\t' read -r when table message; do
		cp "$BATS_TEST_DIRNAME/../../data/$table/${when%%T*}.csv" "$table.csv"
		varve add -q "$table.csv"
		varve commit -qm "$message"
	done < "$BATS_TEST_DIRNAME/../../data/versions.tsv"
	succeeds varve fsck --data
	output_has "sound: 16 versions"
}

# hidden.bundle, hidden-*.pack: made by a varve for which each line that begins with '#' was a comment, once one was.
@test "rows that an older varve read as comments are named, with the first of them" {
	git init -q old
	cd old
	git fetch -q "$BATS_TEST_DIRNAME/hidden.bundle" main
	git update-ref refs/heads/main FETCH_HEAD
	varve init -q
	mkdir -p .git/varve/packs
	for pack in "$BATS_TEST_DIRNAME"/hidden-*.pack; do
		cp "$pack" ".git/varve/packs/${pack##*/hidden-}"
	done
	ends_with 1 varve fsck -q --data
	local rev
	rev=$(git rev-parse --short main)
	output_has "spoiled version: $rev:t.csv: it reads 1 row as a comment: '#77;5'"
	output_has "spoiled version: $rev:u.csv: it reads 1 row as a comment: '#9;7'"
	output_has "spoiled version: $(git rev-parse --short main~1):w.csv: it reads 1 row as a comment: '#77;5'"
	output_has "add the file again if you have it; else 'varve cat --format csv $rev:t.csv' gives its other rows, without comments"
	succeeds varve cat --format csv main:t.csv
	output_is $'id,v\n1,2\n2,3\n3,4'
	printf '# by Ada\nid;v\n# note\n1;2\n2;3\n#77;5\n3;4\n' > t.csv
	succeeds varve add t.csv
	output_has "4 rows"
	varve commit -qm again
	ends_with 1 varve fsck -q --data
	[ "$(grep -c "$(git rev-parse --short main):t.csv" <<< "$output")" = 0 ]
}
