load ../cli/helper
load packages

# apache-arrow of npm on the streams that varve writes.

setup() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: packages of npm are installed"
	need_node
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-arrow
	install_packages "$BATS_TEST_DIRNAME/arrow" "$packages" || skip "the npm packages cannot be had"
	varve_setup
}

@test "apache-arrow reads types and rows" {
	new_repo
	printf '%s\n' id,item,price,ok '1,pear é,9.5,true' '2,"a, b",,false' 3,,-2, > t.csv
	varve add -q t.csv
	varve cat t.csv --format arrow | node "$packages/read.mjs" > out
	cat > expected <<-'END'
		[["id","Int64"],["item","Utf8"],["price","Float64"],["ok","Bool"]]
		[1,"pear é",9.5,true]
		[2,"a, b",null,false]
		[3,null,-2,null]
	END
	diff expected out
	varve commit -qm one
	sed -i 's/9.5/10.5/' t.csv
	varve diff --format arrow-cells HEAD t.csv | node "$packages/read.mjs" | tail -n 1 > out
	grep -q '"price","9.5","10.5"' out
}

@test "apache-arrow reads dictionaries that each batch has anew" {
	new_repo
	rows 150000 > prices.csv
	varve add -q prices.csv
	varve cat prices.csv --format arrow --columns id,name --dictionary name | node "$packages/read.mjs" | sed 1d > out
	varve cat prices.csv --format arrow --columns id,name | node "$packages/read.mjs" | sed 1d | cmp - out
}
