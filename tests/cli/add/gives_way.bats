# Types and keys that were found in the data, not declared: evidence against them changes them, with one line.
load ../helper

# name, first version, second version, the column's new type, what SQL has of its last value, the line. Versions are rows of v,
# beside an id that counts; '_' is an empty cell.
cases() {
	cat <<-'END'
		zip|10115 20095 80331|10115 02095 80331|string|text|v: '02095' in line 3 has a leading zero: now string
		empty|_ _ _|5 20 100|integer|integer|v: has values: now integer
		dates|_ _ _|_ _ 2024-01-05|date|text|v: has values: now date
		whole|1 2 3|1A 2A 3A|string|text|v: '1A' in line 2 is not an integer: now string
		other|1 2 3|2024-01-01 2024-01-02 2024-01-03|date|text|v: '2024-01-01' in line 2 is not an integer: now date
		fraction|1 2 3|1 2 3.5|number|real|v: '3.5' in line 4 is not an integer: now number
		missing|1 2 3|n/a 2 3|integer|integer|v: 'n/a' in line 2 is now a missing value
		mended|1 2x 3|1 2 3|integer|integer|v: all values are integer: now integer
		dotted|03.06.2024 07.05.2023 01.02.2023|2024-06-03 2023-05-07 2023-02-01|date|text|v: all values are date: now date
		codes|01 02 13|11 12 13|string|text|
		same|1 2 3|4 5 6|integer|integer|
	END
}

table() {
	local i=0 v
	echo id,v
	for v; do
		i=$((i + 1))
		echo "$i,${v#_}"
	done
}

@test "types that were found give way to evidence, and unchanged cells compare as before" {
	new_repo
	while IFS='|' read -r name first _; do table $first > "$name.csv"; done < <(cases)
	succeeds varve add .
	varve commit -qm first
	while IFS='|' read -r name _ second _; do table $second > "$name.csv"; done < <(cases)
	succeeds varve check
	output_has "varve schema --type v=string zip.csv"
	succeeds varve add .
	printf '%s\n' "$stderr" > lines
	git ls-files -s > ../blobs
	git read-tree HEAD
	git add -u # a pipe, which cannot be read again
	diff ../blobs <(git ls-files -s)
	varve commit -qm second
	while IFS='|' read -r name first second type sql line; do
		varve info --json "HEAD:$name.csv" | jq -e --arg t "$type" '.columns[1].type == $t' > /dev/null ||
			{ echo "$name is not $type"; varve info "HEAD:$name.csv"; false; }
		if [ -n "$line" ]; then
			grep -qF "$name.csv: $line" lines || { echo "no line for $name"; cat lines; false; }
		else
			! grep -F "$name.csv:" lines || false
		fi
		[ "$(varve sql --format csv "select typeof(v) from \"$name.csv\" where id = 3" | tail -n 1 | tr -d '\r')" = "$sql" ]
		changed=$(paste <(tr ' ' '\n' <<< "$first") <(tr ' ' '\n' <<< "$second") | awk '$1 != $2' | wc -l)
		[ "$(varve diff --json HEAD~1 HEAD -- "$name.csv" | jq '[.tables[].rows[]?] | length')" = "$changed" ]
	done < <(cases)
	succeeds varve check HEAD # against the types of before nothing is an error
	printf 'id,v\n1,\n2,\n3,\n' > empty.csv # without a value again it keeps its type
	varve add -q empty.csv
	varve info --json :empty.csv | jq -e '.columns[1].type == "integer"' > /dev/null
}

@test "a key that was found gives way to a repeat, to the columns that are unique, and is not enforced" {
	new_repo
	{ echo episode_id,local_language_id,name; for i in $(seq 20); do echo "$i,9,N$i"; done; } > e.csv
	succeeds varve add e.csv
	output_has "key episode_id (found"
	varve commit -qm first
	for i in $(seq 20); do echo "$i,5,M$i"; done >> e.csv
	succeeds varve check
	output_has "warning key-broken, column episode_id, 20 times"
	succeeds varve add e.csv
	stderr_has "line 2 and line 22 both have episode_id = '1': the key is now 'episode_id', 'local_language_id'"
	git ls-files -s > ../blobs
	git read-tree HEAD
	git add e.csv
	diff ../blobs <(git ls-files -s)
	varve commit -qm second
	sed -i s/M7/Mx/ e.csv
	succeeds varve check
	output_has "nothing wrong"
	varve add -q --key episode_id,name e.csv
	varve commit -qm declared
	sed 2p e.csv > new && mv new e.csv
	varve add -q e.csv 2> /dev/null
	ends_with 1 varve check
	output_has "error primary-key"
	# one mistaken row gives no other column the key's place
	{ echo id,email; for i in $(seq 20); do echo "$i,u$i@x"; done; } > one.csv
	varve add -q one.csv
	varve commit -qm one
	echo 5,dup@x >> one.csv
	succeeds varve add one.csv
	stderr_has "both have id = '5': the table no longer has a key"
}

@test "a slip among many values leaves the type, and a key that was lost comes back" {
	new_repo
	seq 200 | awk 'BEGIN { print "id,v,name" } { print $1 "," $1 * 2 ",n" $1 }' > t.csv
	seq 200 | awk 'BEGIN { print "id;v" } { print $1 ";" $1 ",5" }' > marks.csv
	varve add -q .
	varve commit -qm one
	sed -i '8s/,[0-9]*,/,S,/; 9s/^8,/7,/' t.csv
	echo '201;1.234,50' >> marks.csv
	succeeds varve add t.csv marks.csv
	stderr_has "t.csv, line 8, column v: 'S' is not an integer; stored unchanged"
	stderr_has "line 8 and line 9 both have id = '7': the table no longer has a key"
	! grep -F marks.csv <<< "$stderr" || false
	varve commit -qm two
	touch t.csv
	succeeds varve add t.csv
	output_has "unchanged"
	sed -i '9s/^7,/8,/; 10s/,[0-9]*,/,02,/' t.csv
	succeeds varve add t.csv
	stderr_has "no value repeats: the key is now 'id'"
	stderr_has "now string"
}

@test "what is almost right is said by add and check, and nothing of what is ordinary" {
	local text='"a, text, with\nmany, commas, in\nits, lines, but\nno, rows"'
	new_repo
	seq 1001 | awk 'BEGIN { print "id,v" } { print $1 "," ($1 == 700 ? "12.x5" : $1 * 1.5) }' > number.csv
	seq 1001 | awk 'BEGIN { print "id,v" } { printf "%d,2020-02-%s\n", $1, $1 == 500 ? "30" : 10 + $1 % 19 }' > date.csv
	seq 59 | awk 'BEGIN { print "id,v,price" } { print ($1 == 34 ? 33 : $1) ",n" $1 % 7 "," $1 * 3.7 }' > id.csv
	seq 90 | awk 'BEGIN { print "id,v,w" } { print $1 == 60 ? "id,v,w" : $1 ",n" $1 ",x" }' > header.csv
	seq 199 | awk 'BEGIN { print "id,v,note,n" } { print $1 ",n,", ($1 == 51 ? "\"" : "") "some text" ($1 == 120 ? "\"" : "") "," $1 }' |
		sed 's/, /,/' > rows.csv
	seq 99 | awk -v t="$text" 'BEGIN { print "id,v,note,n" } { print $1 ",n," t "," $1 }' > ordinary.csv
	seq 99 | awk 'BEGIN { print "id,v,year" } { print int($1 / 3) ",n" $1 "," 2000 + $1 % 3 }' > pair.csv
	cat > expected <<-'END'
		date.csv v 1,000 of 1,001 values are dates; '2020-02-30' in row 500 is not
		header.csv row 60 repeats the header line
		id.csv id rows 33 and 34 both have '33', and no other row repeats a value: with unique values, this column would be the key
		number.csv v 1,000 of 1,001 values are numbers; '12.x5' in row 700 is not
		rows.csv note the value in row 51 contains 68 lines, with as many delimiters as a row has: check the quotes of the value
	END
	succeeds varve add ./*.csv
	diff expected <(sed 's/^warning: //; s/: / /; s/ \(v\|id\|note\): / \1 /' <<< "$stderr")
	succeeds varve check --json
	diff expected <(jq -r '.datasets[] | .path as $p | .findings[] | [$p, .column // empty, .message] | join(" ")' <<< "$output")
	succeeds varve check --files number.csv rows.csv
	[ "$(grep -c 'warning almost, column' <<< "$output")" = 2 ]
	varve commit -qm one
	echo 1002,x >> number.csv # a version before is what it is held against
	succeeds varve check
	! output_has almost || false
}

@test "a text column that became numbers gives way at any size, and codes anywhere keep it" {
	new_repo
	seq 30000 | awk 'BEGIN { print "id,price,zip" } { printf "%d,%s,%05d\n", $1, $1 == 7 ? "tba" : $1 * 37 % 1500, $1 == 29000 ? 2116 : 10000 + $1 % 80000 }' > p.csv
	seq 3000 | awk '{ printf "{\"id\":%d,\"v\":%s}\n", $1, $1 == 9 ? "\"8\"" : $1 % 70 }' > q.ndjson
	varve add -q .
	varve commit -qm one
	sed -i '8s/tba/1499/' p.csv
	sed -i 's/"8"/8/' q.ndjson
	succeeds varve add .
	stderr_has "p.csv: price: all values are integer: now integer"
	[ "$(varve sql --format csv 'select max(price), typeof(zip) from p' | tail -n 1 | tr -d '\r')" = "1499,text" ]
	varve info --json q.ndjson | jq -e '.columns[1].type == "integer"' > /dev/null
}

@test "a column of a declared key stays text, so that no two keys become one" {
	new_repo
	printf 'ver,v\n1.1,a\n1.10,b\n2.0-beta,c\n' > k.csv
	varve add -q --key ver k.csv
	varve commit -qm one
	sed -i '/beta/d' k.csv
	succeeds varve add k.csv
	varve info --json k.csv | jq -e '.columns[0].type == "string"' > /dev/null
	succeeds varve check
	output_has "nothing wrong"
}

# usage: has_first_version FILE: the table of HEAD is that of the first commit, and no version is changed
has_first_version() {
	[ "$(git rev-parse "HEAD:$1")" = "$(git rev-parse "first:$1")" ] && [ -z "$(git status --porcelain)" ]
}

# usage: commits_again FILE FIRST SECOND: commits the content FIRST, then SECOND, and then FIRST again, which it brings back by
# cp, by restore, by git add and by revert
commits_again() {
	printf "$2" > "$1"
	varve add -q "$1"
	varve commit -qm first
	git tag -f first > /dev/null
	cp "$1" ../first
	printf "$3" > "$1"
	varve commit -qam second 2> /dev/null
	! has_first_version "$1" || false
	cp ../first "$1"
	succeeds varve commit -qam third
	has_first_version "$1"
	git reset -q --hard HEAD~1
	varve restore -q --source first "$1"
	varve commit -qam third 2> /dev/null
	has_first_version "$1"
	git reset -q --hard HEAD~1
	cp ../first "$1"
	git add "$1" # a pipe, whose size is not known
	git commit -qm third
	has_first_version "$1"
	git reset -q --hard HEAD~1
	varve revert --no-edit HEAD > /dev/null
	has_first_version "$1"
}

@test "a file with the bytes of an earlier version gets its types again" {
	new_repo
	commits_again dates.csv 'id,d\n1,2024-06-03\n2,2023-05-07\n' 'id,d\n1,03.06.2024\n2,07.05.2023\n'
	commits_again codes.csv 'id,d\n1,2500\n2,3750\n' 'id,d\n1,002500\n2,003750\n'
	commits_again groups.csv 'id,d\n1,2500\n2,3750\n' 'id,d\n1,2.500\n2,3.750\n'
	commits_again comma.csv 'id,d\n1,2.5\n2,3.75\n' 'id;d\n1;2,5\n2;3,75\n'
	commits_again words.csv 'id,d\n1,true\n2,false\n' 'id,d\n1,01\n2,00\n'
	commits_again key.csv 'id,d\n1,2\n2,5\n' 'id,d\n001,2\n002,5\n'
}

@test "restore --spelling brings back the types, and one line names them; declared ones stay" {
	new_repo
	printf 'id,d,e\n1,25,7\n2,37,8\n' > a.csv
	varve add -q a.csv
	varve commit -qm first
	git tag first
	printf 'id,d,e\n1,0025,07\n2,0037,08\n' > a.csv
	varve commit -qam second 2> /dev/null
	varve restore -q --spelling --source first a.csv
	succeeds varve commit -am third
	stderr_has "a.csv: d: an earlier version has the same bytes: integer again"
	has_first_version a.csv
	git reset -q --hard HEAD~1
	varve schema --type e=string a.csv
	varve add -q datapackage.json a.csv
	varve commit -qm declared
	git cat-file --filters first:a.csv > a.csv
	varve commit -qam third 2> /dev/null
	varve info --json a.csv | jq -e '.columns[2].type == "string"' > /dev/null
}
