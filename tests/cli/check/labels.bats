load ../helper

@test "columns without name and values are warned of, and named once by add" {
	new_repo
	printf 'id;a;;\n1;2;;\n2;2;;\n' > t.csv
	succeeds varve add t.csv
	stderr_is "warning: t.csv: columns 3, 4 have no name and no values"
	succeeds varve check
	output_has "column 3 has no name and no values"
	output_has "valid: 2 warnings"
	varve commit -qm one
	echo '3;3;;' >> t.csv
	succeeds varve add t.csv
	stderr_is ""
	succeeds varve check
	ends_with 1 varve check --fail-on warning
	echo '{"rules": {"blank-column": "off"}}' > varve.json
	succeeds varve check --fail-on warning
	rm varve.json
	echo '4;3;5;' >> t.csv
	ends_with 1 varve check
	output_has "error blank-label, column field3"
	output_has "warning blank-column, column field4"
}

@test "a column without a name that has values, and a name that stands twice, are named with the command that mends them" {
	new_repo
	printf 'id,a,,a\n1,2,x,3\n2,2,y,3\n' > t.csv
	succeeds varve add t.csv
	stderr_has "column 3 has no name, and is called 'field3'; 'varve rename-column t.csv field3 NAME'"
	stderr_has "columns 2 and 4 have the same name 'a', the second is called 'a2'; 'varve rename-column t.csv a2 NAME'"
	ends_with 1 varve check
	varve commit -qm one
	varve rename-column t.csv field3 letter
	varve rename-column t.csv a2 b
	[ "$(head -n 1 t.csv)" = "id,a,letter,b" ]
	varve commit -qm two
	succeeds varve check
	printf 'id,a,,b\n1,2,x,3\n2,2,y,3\n' > t.csv
	succeeds varve add t.csv
	stderr_has "column 3 has no name"
	seq -s, 1 9 | sed 's/[1-9]/c/g' > many.csv
	printf '1,2,3,4,5,6,7,8,9\n' >> many.csv
	succeeds varve add many.csv
	stderr_has "3 more columns repeat a name"
}

# line_of ARGUMENTS: where check finds the repeated name.
line_of() {
	varve check --json "$@" | python3 -c '
import json, sys
print([f["line"] for d in json.load(sys.stdin)["datasets"] for f in d["findings"] if f["rule"] == "duplicate-label"][0])'
}

@test "a name that stands twice is found in the last line of the header, below titles, too" {
	new_repo
	printf '2024;;2025;\nsales;cost;cost;cost\n1;2;3;4\n2;3;4;5\n3;4;5;6\n' > t.csv
	succeeds varve add --header-rows 2 --no-key t.csv
	stderr_has "have the same name"
	[[ $stderr != *rename-column* ]]
	[ "$(line_of t.csv)" = 2 ]
	printf 'Title\n\na,a\n1,2\n3,4\n5,6\n' > u.csv
	succeeds varve add --skip-lines 2 u.csv
	[ "$(line_of u.csv)" = 3 ]
	# and of a file that is refused
	printf 'Title\n\na,a\n1,2\n3,4\n5,6,7\n' > v.csv
	echo '{"resources": [{"name": "v", "path": "v.csv", "dialect": {"headerRows": [3]}}]}' > datapackage.json
	[ "$(line_of v.csv)" = 3 ]
}

@test "a name with bytes of another encoding is shown as it is asked for" {
	new_repo
	printf 'N\241;b\n1;2\n2;3\n' > t.csv
	succeeds varve add --encoding UTF-8 t.csv
	output_has '  columns: N\xA1 '
	varve commit -qm one
	succeeds varve cat --format csv --columns 'N\xA1' t.csv
	sed -i 's/^1;/7;/' t.csv
	succeeds varve diff
	output_has ' N\xA1 '
	[[ $output != *'\\xA1'* ]]
}
