load ../helper

# The compact schema of a path.
schema() {
	varve schema "$1" | tr -d ' \n'
}

@test "a column whose other values have a type has it and its words for missing values" {
	new_repo
	printf '%s\n' id,qty,country,ok,due 1,5,NA,NA,2026-01-02 2,NA,DE,true,- 3,-7,FR,false,NULL > t.csv
	varve add t.csv > /dev/null
	[ "$(schema t.csv)" = '{"fields":[{"name":"id","type":"integer"},{"name":"qty","type":"integer","missingValues":["","NA"]},{"name":"country","type":"string"},{"name":"ok","type":"boolean","missingValues":["","NA"]},{"name":"due","type":"date","missingValues":["","NULL","-"]}]}' ]
	succeeds varve cat t.csv --where 'qty<0' --columns id
	output_is $'id\n3'
	succeeds varve cat t.csv --json --columns id,qty,country --limit 2
	output_has '{"id":2,"qty":null,"country":"DE"}'
	varve cat t.csv > back.csv
	same_bytes t.csv back.csv
	varve check t.csv
}

@test "a datetime with a blank has its format" {
	new_repo
	printf '%s\n' 'id,at,fine,mixed' '1,2026-01-02 03:04:05,2026-01-02 03:04:05.5,2026-01-02 03:04:05' \
		'2,2025-12-31 23:59:59,2026-01-02 03:04:05.25,2026-01-02T03:04:05' > t.csv
	varve add t.csv > /dev/null
	[ "$(varve schema t.csv | grep -A2 '"type": "datetime"' | grep format)" = $'      "format": "%Y-%m-%d %H:%M:%S"\n      "format": "%Y-%m-%d %H:%M:%S.%f"' ]
	schema t.csv | grep -q '"mixed","type":"string"'
	varve check t.csv
}

@test "a key has no word for a missing value" {
	new_repo
	printf '%s\n' k,v 1,a NA,b > found.csv
	cp found.csv named.csv
	varve add found.csv > /dev/null
	varve add --key k named.csv > /dev/null
	succeeds varve info --json found.csv
	output_has '"keyColumns": []'
	schema named.csv | grep -q '"k","type":"string"'
	succeeds varve info --json named.csv
	output_has '"k"'
}

@test "a new name in a column's place has the type of its values" {
	new_repo
	printf 'id,n\n1,10\n2,20\n3,30\n4,40\n' > t.csv
	cp t.csv u.csv
	succeeds varve add --key id t.csv u.csv
	varve commit -qm one
	printf 'id,m\n1,10\n2,20\n3,30\n4,\n' > t.csv
	printf 'id,m\n1,10\n2,w\n3,x\n4,y\n' > u.csv
	succeeds varve add t.csv u.csv
	schema t.csv | grep -q '"m","type":"integer"'
	schema u.csv | grep -q '"m","type":"string"'
}

@test "a renamed column keeps its words for missing values" {
	new_repo
	printf '%s\n' id,qty 1,5 2,NA 3,7 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	sed -i 1s/qty/quantity/ t.csv
	varve add t.csv > /dev/null
	schema t.csv | grep -q '"quantity","type":"integer","missingValues":\["","NA"\]'
}
