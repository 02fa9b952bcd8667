# A version of a table that is built differently than the one before: what a new file says holds.
load ../helper

@test "a second version of a table gives what it gives when it is added alone" {
	local seed=${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$((RANDOM + 1))}} pairs=10
	[ -z "${VARVE_TEST_ALL-}" ] || pairs=400
	succeeds python3 "$BATS_TEST_DIRNAME/second_version_model.py" "$seed" $pairs
}

# is_found WHAT TEXT: :t.csv is described so.
is_found() {
	varve info :t.csv | grep -q "^  $1  *$2" || { varve info :t.csv >&2; return 1; }
}

@test "lines above a table are not looked for where the header is not found again" {
	new_repo
	printf '# stations\n# by Ada\ncode;name;city\nAA;a;Nord\nBB;b;Sud\nCC;c;Nord\nDD;d;Ost\nEE;e;Sud\n' > t.csv
	varve add -q t.csv
	varve commit -qm 1
	printf 'code,name,city\nAA,a,Nord\nBB,b,Sud\nCC,c,Nord\nDD,d,Ost\nEE,e,West\n' > t.csv
	succeeds varve add t.csv
	is_found rows 5
	is_found key code
	is_found form 'comma-separated, header$'
	printf '# stations\n# by Ada\nid;name;town\nAA;a;Nord\nBB;b;Sud\nCC;c;Nord\nDD;d;Ost\nEE;e;Sud\n' > t.csv
	succeeds varve add t.csv
	is_found rows 5
	is_found form 'semicolon-separated, 2 lines above the table, header$'
}

@test "a declared key is not moved by a file without the lines above" {
	new_repo
	printf '# a\n# b\nid;name;city\n1;a;Nord\n2;b;Sud\n3;c;Nord\n4;d;Ost\n5;e;Sud\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm 1
	printf 'id,label,city\n1,a,Nord\n2,b,Sud\n3,c,Nord\n4,d,Ost\n5,e,Sud\n' > t.csv
	succeeds varve add t.csv
	is_found key id
	is_found rows 5
}

@test "a full row that begins with '#' is a row of a table with comments, wherever it is" {
	new_repo
	{ printf 'id;v\n'; for i in 1 2 3 4 5 6; do printf 'a%s;x\n' $i; done; printf '# checked\na7;x\n'; } > t.csv
	varve add -q t.csv
	varve commit -qm 1
	printf '#77;5\n' >> t.csv
	succeeds varve add t.csv
	stderr_has "line 10 begins with '#', and is read as a row, since it has as many cells as the other rows; with --comment '#' it is a comment"
	is_found rows 8
	is_found form ".*comments after '#'"
	varve cat :t.csv | cmp - t.csv
	[ "$(varve cat --json --where "id = '#77'" :t.csv | grep -c 5)" = 1 ]
	succeeds varve add --comment '#' t.csv
	is_found rows 7
	printf '#78;5\n' >> t.csv
	succeeds varve add t.csv # it was declared
	stderr_lacks "is a row"
	is_found rows 7
	printf 'id;v\n# above\n#0;x\na1;x\na2;x\n# checked\na3;x\n' > first.csv
	varve add -q first.csv
	[ "$(varve cat --json :first.csv | grep -c id)" = 4 ]
	varve cat :first.csv | cmp - first.csv
	{ printf 'id;v\na1;x\na2;x\n# checked\n'; seq 10 200000 | sed 's/.*/a&;x y z/'; printf '#77;5\n# end\na9;x\n'; } > big.csv
	varve add -q big.csv
	[ "$(varve cat --json --where "id = '#77'" :big.csv | grep -c 5)" = 1 ]
	varve cat :big.csv | cmp - big.csv
	sed -i 's/^a5000;.*/a5000;q/' big.csv
	varve add -q big.csv
	varve cat :big.csv | cmp - big.csv
	varve commit -qm 2
	succeeds varve fsck --data
}

@test "what was declared of a table's form stays declared where its header is another" {
	new_repo
	printf 'x,1,2\na,b,c\n1,2,3\n4,5,6\n' > t.csv
	varve add -q --skip-lines 1 t.csv
	varve commit -qm 1
	printf 'y,1,2\na,b,d\n1,2,3\n4,5,7\n' > t.csv
	varve add -q --no-header --skip-lines 0 t.csv
	is_found rows 4
	varve commit -qm 2
	printf 'y,1,2\na,b,e\n1,2,3\n4,5,8\n' > t.csv
	varve add -q t.csv
	is_found rows 4
	is_found form 'comma-separated, no header'
	printf 'id;v\n1;x\n%% note\n2;x\n3;y\n' > c.csv
	varve add -q --comment % c.csv
	varve commit -qm 3
	printf 'key;v\n1;x\n%% note\n2;x\n3;y\n%% 4;z\n' > c.csv
	succeeds varve add c.csv
	[ "$(varve cat --json :c.csv | grep -c key)" = 3 ]
}

@test "a header line that comes to a table without one is its header" {
	new_repo
	printf '1,2,3\n4,5,6\n7,8,9\n10,11,12\n' > t.csv
	varve add -q t.csv
	varve commit -qm 1
	printf 'a,b,c\n1,2,3\n4,5,6\n7,8,9\n10,11,12\n' > t.csv
	succeeds varve add t.csv
	is_found rows 4
	is_found form 'comma-separated, header'
}

@test "one changed cell costs some kilobytes on disk, on an ssh line and at a Git host" {
	new_repo a
	cd a
	rows 60000 > prices.csv
	varve add -q prices.csv
	varve commit -q -m one
	varve clone -q --bare . ../peer
	printf '#!/bin/sh\nfor word; do :; done\nexec sh -c "$word"\n' > ../ssh
	chmod +x ../ssh
	export GIT_SSH_COMMAND="$PWD/../ssh" GIT_SSH_VARIANT=simple
	git init -q --bare ../host.git
	git config remote.host.url "file://$PWD/../host.git"
	succeeds varve push host main
	before=$(cat .git/varve/packs/*.pack | wc -c)
	[ "$before" -gt 30000 ]
	sed -i 's/^31415,.*/31415,changed,1.00,2024-01-01/' prices.csv
	succeeds varve commit --json -a -m two
	[ $(($(cat .git/varve/packs/*.pack | wc -c) - before)) -lt 4000 ]
	for remote in "ssh://host$PWD/../peer" host; do
		succeeds varve push --json "$remote" main
		[ "$(jq .lineBytes <<< "$output")" -gt 100 ]
		[ "$(jq .lineBytes <<< "$output")" -lt 4000 ]
	done
	succeeds varve diff --json HEAD~1 HEAD
	[ "$(jq -c '[.tables[0].rows[].key.id]' <<< "$output")" = '["31415"]' ]
}
