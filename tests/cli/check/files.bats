load ../helper

# Two tables, written in two ways, of which one refers to the other; two rows are wrong.
package() {
	mkdir -p p/data
	printf 'id;name\n1;one\n2;two\n' > p/data/kinds.csv
	printf 'key,kind,price\na,1,5\nb,2,x\nc,3,7\n' > p/prices.csv
	cat > p/datapackage.json <<-'END'
	{"resources": [
	 {"name": "kinds", "path": "data/kinds.csv", "dialect": {"delimiter": ";"},
	  "schema": {"primaryKey": "id", "fields": [{"name": "id", "type": "integer"}, {"name": "name"}]}},
	 {"name": "prices", "path": "prices.csv", "schema": {"primaryKey": "key",
	  "foreignKeys": [{"fields": "kind", "reference": {"resource": "kinds", "fields": "id"}}],
	  "fields": [{"name": "key"}, {"name": "kind", "type": "integer"}, {"name": "price", "type": "number"}]}}]}
	END
}

found() {
	printf '%s' "$output" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    print(d["path"], d["rowCount"], *[(f["rule"] + ":" + str(f.get("line", "-"))) for f in d["findings"]])'
}

@test "rows that pass are written as the file has them, and the others with their reasons" {
	for seed in $(sampled 30 4); do
		succeeds python3 "$BATS_TEST_DIRNAME/split_model.py" "$seed"
	done
	printf 'id,n\n1,x\n2,5\n' > p.csv
	succeeds varve init -q .
	varve add p.csv > out
	printf '[p.csv]\nid > 1\n' > varve.checks
	printf '{"accept": [{"rule": "row-constraint", "path": "p.csv", "key": "1", "why": "so"}]}\n' > varve.json
	succeeds varve check --passed-rows all.csv p.csv # accepted rows pass
	same_bytes all.csv p.csv
	printf '[1, 2' > b.json
	ends_with 2 varve check --files --passed-rows g.csv b.json
	[ ! -e g.csv ]
	varve commit -q -m first
	ends_with 2 varve check --passed-rows g.csv HEAD..HEAD
	stderr_has "--failed-rows and --passed-rows take one version, not a range"
	[ ! -e g.csv ]
}

@test "check --files checks a package with all its resources, dialects and foreign keys" {
	package
	ends_with 1 varve check --files --json p/datapackage.json
	[ "$(found)" = "p/data/kinds.csv 2
p/prices.csv 3 type-error:3 foreign-key:4" ] || { found; false; }
	cd p
	ends_with 1 varve check --files --json datapackage.json
	[ "$(found)" = "data/kinds.csv 2
prices.csv 3 type-error:3 foreign-key:4" ] || { found; false; }
	ends_with 1 varve check --files --json "$PWD/datapackage.json"
	ends_with 1 varve check --files --json ../p/datapackage.json
	[ "$(found)" = "../p/data/kinds.csv 2
../p/prices.csv 3 type-error:3 foreign-key:4" ] || { found; false; }
	# under another name, too
	mv datapackage.json other.json
	ends_with 1 varve check --files --json other.json
	[ "$(found)" = "data/kinds.csv 2
prices.csv 3 type-error:3 foreign-key:4" ] || { found; false; }
	sed -i 's/,x$/,6/; s/^c,3/c,2/' prices.csv
	succeeds varve check --files other.json
	output_has "valid: nothing wrong in 2 tables"
}

@test "check --files FILE uses the package beside it" {
	package
	ends_with 1 varve check --files --json p/prices.csv
	[ "$(found)" = "p/prices.csv 3 type-error:3 foreign-key:4" ] || { found; false; }
	cd p/data
	succeeds varve check --files --json kinds.csv
	# the description is one folder up, and says nothing of a path that is not below it
	[ "$(found)" = "kinds.csv 2" ] || { found; false; }
	printf 'id;name\nx;one\n' > kinds.csv
	ends_with 1 varve check --files --json "$PWD/kinds.csv"
	[ "$(found)" = "$PWD/kinds.csv 1 type-error:2" ] || { found; false; }
	# --schema goes over it
	echo '{"fields": [{"name": "id"}, {"name": "name", "type": "integer"}]}' > s.json
	ends_with 1 varve check --files --schema s.json "$PWD/kinds.csv"
	output_has "error type-error, column name"
}

@test "what a package describes and cannot be checked is told" {
	package
	cd p
	rm prices.csv
	ends_with 1 varve check --files datapackage.json
	output_has "source-error: is described in datapackage.json, and the file does not exist"
	echo '{"resources": [{"name": "here", "data": [{"a": 1}]}, {"name": "far", "path": "https://example.com/a.csv"},
	 {"name": "kinds", "path": "data/kinds.csv", "dialect": {"delimiter": ";"}}]}' > datapackage.json
	ends_with 1 varve check --files datapackage.json
	output_has "the data of 'here' is in the package itself and was not checked"
	output_has "the data of 'far' is at https://example.com/a.csv and was not checked"
	output_has "data/kinds.csv: 2 rows, 2 columns: nothing wrong"
	ends_with 1 varve check --files --select type-error datapackage.json
	output_has "error unchecked: the data of 'here'"
	echo '{"resources": []}' > datapackage.json
	ends_with 1 varve check --files datapackage.json
	output_has "the package has no resources"
	echo '{"resources": [' > datapackage.json
	ends_with 1 varve check --files datapackage.json
	output_has "schema-error"
	echo '{"resources": [{"path": "../x.csv"}]}' > datapackage.json
	ends_with 1 varve check --files datapackage.json
	output_has "' must stay below the package's folder"
	ends_with 2 varve check --files gone/datapackage.json
	package
	cd p
	echo '{"fields": []}' > s.json
	ends_with 2 varve check --files --schema s.json datapackage.json
	stderr_has "cannot be used together"
	ends_with 2 varve check --files --failed-rows f.csv datapackage.json
	stderr_has "--failed-rows and --passed-rows take exactly one file"
}

@test "a package describes how files are written" {
	printf "a|b\n1|'x|y'\n2|z\n" > t.txt
	cat > datapackage.json <<-'END'
		{"resources": [{"path": "t.txt", "dialect": {"delimiter": "|", "quoteChar": "'"}, "schema": {"fields": [{"name": "a", "type": "integer"},
			{"name": "b", "type": "string", "constraints": {"maxLength": 3}}]}}]}
	END
	succeeds varve check --files datapackage.json
	sed -i "s/'\"}/~\"}/" datapackage.json
	ends_with 1 varve check --files datapackage.json
	output_has "extra-cell"
	printf '1\tx\n2\ty\n' > t.txt
	echo '{"resources": [{"path": "t.txt", "dialect": {"delimiter": "\t", "header": false}}]}' > datapackage.json
	succeeds varve check --files datapackage.json
	output_has "2 rows, 2 columns"
}

@test "check reads standard input" {
	echo '{"fields": [{"name": "a", "type": "integer"}, {"name": "b"}]}' > s.json
	ends_with 1 varve check --files --schema s.json --json - < <(printf 'a,b\n1,x\ny,z,3\n')
	[ "$(found)" = "- 2 extra-cell:3 type-error:3" ] || { found; false; }
	succeeds varve check --files - < <(printf 'a;b\n1;2\n')
	output_has "-: 1 row, 2 columns"
	ends_with 1 varve check --files - < /dev/null
	output_has "the file is empty"
	ends_with 2 varve check --files - - < /dev/null
	stderr_has "once only"
	# nothing is left behind
	TMPDIR=$PWD/tmp
	export TMPDIR
	mkdir tmp
	succeeds varve check --files - < <(printf 'a;b\n1;2\n')
	[ -z "$(ls -A tmp)" ]
}

# A token that lies where a file of the repository or the package leads.
secrets() {
	mkdir -p p/data
	printf 'https://u:hidden-token@host\n1\n' > credentials
	printf 'id\n1\n' > p/data/a.csv
	ln -s ../../credentials p/data/b.csv
	ln -s /proc/self/environ p/data/e.csv
	ln -s a.csv p/data/same.csv
}

@test "check --files follows no link out of a package and reads nothing of .git" {
	secrets
	mkdir p/.git
	cp credentials p/.git/c.csv
	cat > p/datapackage.json <<-'END'
	{"resources": [
	 {"name": "a", "path": "data/a.csv", "schema": {"fields": [{"name": "id", "type": "integer"}]}},
	 {"name": "b", "path": "data/b.csv", "schema": {"fields": [{"name": "id", "type": "integer"}]}},
	 {"name": "e", "path": "data/e.csv"},
	 {"name": "same", "path": "data/same.csv"},
	 {"name": "g", "path": ".git/c.csv"}]}
	END
	ends_with 1 varve check --files --json p/datapackage.json
	[ "$(found)" = "p/data/a.csv 1
p/data/b.csv 0 source-error:-
p/data/e.csv 0 source-error:-
p/data/same.csv 1
p/.git/c.csv 0 source-error:-" ] || { found; false; }
	[[ $output$stderr != *hidden-token* ]]
	# a foreign key, or a schema, leads out as little
	cat > p/datapackage.json <<-'END'
	{"resources": [
	 {"name": "a", "path": "data/a.csv", "schema": {"fields": [{"name": "id", "type": "integer"}],
	  "foreignKeys": [{"fields": "id", "reference": {"resource": "b", "fields": "id"}}]}},
	 {"name": "b", "path": "../credentials"}]}
	END
	run varve check --files p/datapackage.json
	[ "$status" -ne 0 ]
	[[ $output != *hidden-token* ]]
}

@test "check reads no tracked link out of the work tree" {
	secrets
	mv p work
	cd work
	git init -q
	git add data
	ends_with 1 varve check --files --json data/*.csv
	[ "$(found)" = "data/a.csv 1
data/b.csv 0 source-error:-
data/e.csv 0 source-error:-
data/same.csv 1" ] || { found; false; }
	run varve check data/b.csv
	[ "$status" -ne 0 ]
	[[ $output != *hidden-token* ]]
	# by its own path it is whoever asks that names it
	run varve check --files ../credentials
	[[ $output != *"was not read"* ]]
}
