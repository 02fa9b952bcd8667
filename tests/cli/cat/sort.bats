load ../helper

@test "rows are sorted under their columns' types, and equal ones keep their order" {
	new_repo
	python3 - <<-'END'
	import random
	from decimal import Decimal
	chance = random.Random(7)
	numbers = ["", "0", "-0.0", "7", "-7", "7.5", "1000", "-0.001", "999999999999999", "999999999999998", "-999999999999999", "0.5"]
	days = ["", "2024-01-31", "1999-12-31", "2024-02-01", "0987-01-01"]
	rows = [(str(i), chance.choice(numbers), chance.choice(days), chance.choice(["", "a", "B", "aa", "é", "a b"])) for i in range(3000)]
	with open("t.csv", "w") as f:
	    f.write("id,n,d,t\n" + "".join(",".join(r) + "\n" for r in rows))
	def number(r): return (1, Decimal(r[1])) if r[1] else (0, Decimal(0))
	order = sorted(sorted(sorted(rows, key=lambda r: r[3].encode()), key=lambda r: r[2], reverse=True), key=number)
	with open("want", "w") as f:
	    f.write("id,n,d,t\n" + "".join(",".join(r) + "\n" for r in order))
	down = sorted(rows, key=number, reverse=True)
	with open("want_down", "w") as f:
	    f.write("".join(f"{r[0]}\n" for r in [r for r in down if r[2]][5:25]))
	END
	succeeds varve cat t.csv --sort n,-d,t -o got
	output_is ""
	cmp got want
	succeeds varve cat t.csv --sort -n --where 'd is not null' --columns id --offset 5 --limit 20 --format csv
	[ "$(tail -n +2 <<< "$output")" = "$(cat want_down)" ]
	varve add -q t.csv
	succeeds varve cat :t.csv --sort n,-d,t
	output_is "$(cat want)"
	ends_with 2 varve cat t.csv --sort nope
	stderr_has "--sort"
	ends_with 2 varve cat t.csv --sort n --format arrow -o x
}

@test "a file is written by cat, or stays as it was" {
	new_repo
	rows 20 > t.csv
	varve add -q t.csv
	varve commit -qm one
	echo old > out
	succeeds varve cat HEAD:t.csv -o out
	output_is ""
	cmp out t.csv
	ends_with 2 varve cat HEAD:nope.csv --output out
	cmp out t.csv
	succeeds varve cat HEAD:t.csv --format ndjson --limit 2 -o out
	[ "$(wc -l < out)" -eq 2 ]
	[ "$(ls)" = $'out\nt.csv' ]
}

@test "JSON is sorted by the values of its members, numbers before text that is none" {
	new_repo
	printf '{"id":"b","n":10}\n{"id":"a","n":9}\n{"id":"c"}\n{"id":"d","n":null}\n{"id":"e","n":-1e0}\n' > t.ndjson
	succeeds varve cat t.ndjson --sort n --columns id --format csv
	output_is $'id\nc\nd\ne\na\nb'
	succeeds varve cat t.ndjson --sort -id --columns id --format csv
	output_is $'id\ne\nd\nc\nb\na'
}
