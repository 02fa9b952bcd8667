# Two files outside of any history: they are compared as their versions would be, though most of their rows are never
# encoded.
load ../helper

# Some groups of rows; $1: of these rows, a sed script.
table() {
	seq 1 9000 | awk 'BEGIN { OFS = ","; print "id,code,day,note,price" }
		{ print 1000 + $1 * 3, "K" $1 % 89, sprintf("20%02d-%02d-%02d", $1 % 70, 1 + $1 % 12, 1 + $1 % 28),
			$1 % 11 ? "note " $1 : "", $1 % 200 "." 10 + $1 % 90 }' | sed "${1-}"
}

# What was found, without the names of the sides.
found() {
	varve diff --format ndjson "$@" | grep -v '"type":"table"' | sed 's/"path":"[^"]*",//'
}

# Compares one and two as files, and as versions of one table; options follow.
same_as_versions() {
	rm -rf history
	mkdir history
	( cd history && git init -q && varve init > /dev/null && cp ../one t.csv &&
		varve add -q t.csv && varve commit -qm one && cp ../two t.csv && varve add -q t.csv &&
		varve commit -qm two )
	( cd history && found "$@" HEAD~1 HEAD ) > versions
	mv one one.csv
	mv two two.csv
	found "$@" --no-index one.csv two.csv > files
	grep -q '"type":"row"' files || [ "${rows:-yes}" = no ]
	diff versions files
}

@test "two files differ as their versions do" {
	table > one
	table '17s/note/text/;4000d;6000,6300d;8000s/$/9/' > two
	same_as_versions --key id
	table > one
	table '2,3000{H;d};${p;x;s/^\n//}' > two # a block of rows moved to the end
	same_as_versions --key id --moves
	table '50,90s/,[^,]*$//' > one # short rows
	table '70,95s/,[^,]*$//' > two
	same_as_versions --key id
}

@test "files that are written otherwise have the same rows" {
	table > one
	table '500s/K/L/;s/$/\r/' > two
	same_as_versions --key id
	table > one
	table '2,$s/[^,]*/"&"/g;777s/K/L/' > two
	same_as_versions --key id
	table '3000s/note [0-9]*/"a ""note"""/' > one
	table 's/,/;/g;777s/K/L/;40s/note [0-9]*/"say ""x"""/' > two
	same_as_versions --key id
	table > one
	table 's/$/\r/' > two
	rows=no same_as_versions --key id
}

@test "of equal groups of rows the same ones are missing as in versions" {
	{ echo a,b; yes 1,2 | head -40000; } > one
	{ echo a,b; yes 1,2 | head -12345; echo 3,4; yes 1,2 | head -20000; } > two
	same_as_versions --key none
	for seed in 4 5; do
		python3 "$BATS_TEST_DIRNAME/repeated_rows.py" $seed one two
		same_as_versions --key none --moves
	done
}

@test "a file of rows is compared with one of objects" {
	table > one.csv
	table '500s/K/L/;7000d' > two.csv
	varve convert two.csv two.ndjson 2> /dev/null
	varve convert one.csv one.ndjson 2> /dev/null
	succeeds varve diff --no-index --key id one.csv two.ndjson
	output_has "1 row removed, 1 row changed (1 cell)"
	succeeds varve diff --no-index --key id one.ndjson two.csv
	output_has "1 row removed, 1 row changed (1 cell)"
}

@test "types are those of all rows, also of those that both files have" {
	table '6000s/K/1;/;2,$s/K//' > one.csv
	table '6000s/K/1;/;2,$s/K//;20s/note/text/' > two.csv
	succeeds varve diff --no-index --key id one.csv two.csv
	output_lacks "integer"
	table '2,$s/K//;20s/note/text/' > three.csv
	succeeds varve diff --no-index --key id one.csv three.csv
	output_has "string -> integer"
}

@test "of many changed rows no column is read again for each of them" {
	local kind
	new_repo
	for kind in mixed to-and-fro; do
		python3 "$BATS_TEST_DIRNAME/many_changes.py" "$kind"
	done
	for kind in ndjson csv; do
		mv "k1.$kind" "t.$kind"
		varve add --key k "t.$kind" > /dev/null
	done
	varve commit -qm one
	for kind in ndjson csv; do
		mv "k2.$kind" "t.$kind"
		varve add "t.$kind" > /dev/null
	done
	varve commit -qm two
	takes_less_than 80000 varve diff --stat HEAD~1 HEAD -- t.ndjson
	takes_less_than 80000 varve diff --stat HEAD~1 HEAD -- t.csv
	takes_less_than 80000 varve diff --format ndjson HEAD~1 HEAD -- t.csv > /dev/null
}

@test "equal files that are no tables do not differ" {
	printf 'text\n' > a.txt
	cp a.txt b.txt
	succeeds varve diff --no-index --exit-code a.txt b.txt
	output_is ""
	printf 'other\n' > b.txt
	ends_with 1 varve diff --no-index --exit-code a.txt b.txt
	output_has "git diff --no-index"
}
