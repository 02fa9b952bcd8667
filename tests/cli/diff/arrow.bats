load ../helper

# What an Arrow stream on stdin has: columns, then rows, as JSON.
arrow() {
	python3 "$BATS_TEST_DIRNAME/../arrow_stream.py"
}

# prices.csv in two versions, v1 and v2.
two_versions() {
	new_repo
	printf '%s\n' id,item,price 1,pear,9.99 2,plum,120 3,,1.50 > prices.csv
	varve add --key id prices.csv > /dev/null
	varve commit -qm one
	varve tag v1
	tick 60
	printf '%s\n' id,item,price,vat 1,pear,10.99, 3,NA,1.5,1 4,fig,3,2 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
	varve tag v2
}

@test "an Arrow stream of rows that differ has both versions of each and its commit" {
	two_versions
	commit=$(git rev-parse v2)
	varve diff v1 v2 --format arrow | arrow > out
	sed "s/COMMIT/\"$commit\", 1700000060000000/" > expected <<-'END'
		[["id", "int64", true], ["item", "utf8", true], ["price", "float64", true], ["vat", "int64", true], ["_change_type", "utf8", false], ["_commit_version", "utf8", true], ["_commit_timestamp", "timestamp[us, UTC]", true]]
		[1, "pear", 9.99, null, "update_preimage", COMMIT]
		[1, "pear", 10.99, null, "update_postimage", COMMIT]
		[2, "plum", 120.0, null, "delete", COMMIT]
		[3, null, 1.5, null, "update_preimage", COMMIT]
		[3, "NA", 1.5, 1, "update_postimage", COMMIT]
		[4, "fig", 3.0, 2, "insert", COMMIT]
	END
	diff expected out
}

@test "an Arrow stream of cells has the key and both texts as they are written" {
	two_versions
	varve diff v1 v2 --format arrow-cells | arrow > out
	cat > expected <<-'END'
		[["id", "int64", true], ["column", "utf8", false], ["before", "utf8", true], ["after", "utf8", true]]
		[1, "price", "9.99", "10.99"]
		[3, "item", "", "NA"]
		[3, "price", "1.50", "1.5"]
	END
	diff expected out
	varve diff v1 v2 --format arrow-cells --ignore-format --columns price | arrow | sed 1d > out
	echo '[1, "price", "9.99", "10.99"]' | diff - out
	varve diff v1 v2 --format arrow-cells --key none --columns price | arrow | sed 2q > out
	printf '%s\n' '[["row_number", "int64", false], ["column", "utf8", false], ["before", "utf8", true], ["after", "utf8", true]]' \
		'[0, "price", "9.99", "10.99"]' | diff - out
}

@test "a row with another key is a delete and an insert in an Arrow stream" {
	new_repo
	rows 50 > prices.csv
	varve add --key id prices.csv > /dev/null
	varve commit -qm one
	sed -i 's/^7,/700,/' prices.csv
	varve diff --format arrow | arrow | sed 1d > out
	[ "$(sed 's/^\[\([0-9]*\),.*"\([a-z_]*\)", null, null\]$/\1 \2/' out)" = $'7 delete\n700 insert' ]
}

@test "a table that is new or gone is all inserts or deletes in an Arrow stream" {
	two_versions
	rows 3 > new.csv
	varve add new.csv > /dev/null
	[ "$(varve diff --cached --format arrow | arrow | grep -c '"insert", null, null]')" = 3 ]
	git rm -qf new.csv prices.csv
	[ "$(varve diff --cached --format arrow | arrow | grep -c '"delete", null, null]')" = 3 ]
}

@test "an Arrow stream of equal versions has no row" {
	two_versions
	varve diff v2 HEAD --format arrow | arrow > out
	echo '[["_change_type", "utf8", false], ["_commit_version", "utf8", true], ["_commit_timestamp", "timestamp[us, UTC]", true]]' | diff - out
	succeeds varve diff v2 HEAD --format arrow --exit-code -o out
	ends_with 1 varve diff v1 HEAD --format arrow --exit-code -o out
	[ "$(arrow < out | wc -l)" = 7 ]
}

@test "an Arrow stream has one table and names two that differ" {
	two_versions
	rows 3 > a.csv
	rows 4 > b.csv
	varve add a.csv b.csv > /dev/null
	ends_with 2 varve diff --cached --format arrow
	stderr_has a.csv
	stderr_has b.csv
	[ "$(varve diff --cached --format arrow -- b.csv | arrow | wc -l)" = 5 ]
}

@test "columns of another type in each version are text and names are told apart in an Arrow stream" {
	new_repo
	printf '%s\n' id,a,column 1,x,p 2,y,q > one.csv
	printf '%s\n' id,a,column 1,5,p 2,6,r > two.csv
	varve diff --no-index --key id one.csv two.csv --format arrow | arrow | cut -d, -f1-9 > out
	head -n 2 out > begin
	printf '%s\n' '[["id", "int64", true], ["a", "utf8", true], ["column", "utf8", true]' '[1, "x", "p", "update_preimage", null, null]' | diff - begin
	varve diff --no-index --key column one.csv one.csv --format arrow-cells | arrow > /dev/null
	sed 's/x/z/' one.csv > three.csv
	varve diff --no-index --key column one.csv three.csv --format arrow-cells | arrow > out
	printf '%s\n' '[["column", "utf8", true], ["column2", "utf8", false], ["before", "utf8", true], ["after", "utf8", true]]' '["p", "a", "x", "z"]' | diff - out
}

@test "a cell that is not of its type ends an Arrow stream of a difference or becomes null" {
	new_repo
	cat > datapackage.json <<-'END'
		{"resources": [{"name": "m", "path": "m.csv", "schema": {"primaryKey": "id", "fields": [{"name": "id", "type": "integer"}, {"name": "qty", "type": "integer"}]}}]}
	END
	printf 'id,qty\n1,2\n2,3\n' > m.csv
	varve add m.csv > /dev/null
	varve commit -qm one
	printf 'id,qty\n1,2\n2,many\n' > m.csv
	varve add m.csv > /dev/null
	ends_with 2 varve diff --cached --format arrow
	stderr_has m.csv
	stderr_has many
	varve diff --cached --format arrow --misfit null | arrow | sed 1d > out
	printf '%s\n' '[2, 3, "update_preimage", null, null]' '[2, null, "update_postimage", null, null]' | diff - out
	varve diff --cached --format arrow-cells | arrow | sed 1d > out
	echo '[2, "qty", "3", "many"]' | diff - out
	ends_with 2 varve diff --misfit null
}
