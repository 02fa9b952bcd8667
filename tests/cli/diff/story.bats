# diff --summary: the changes of each column, grouped: equal ones, filled in, emptied, one formula, the rest.
load ../helper
load ../serve/server

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

@test "equal changes, values filled in and emptied and one formula are told with how often, as Python counts them" {
	new_repo
	cat > make.py <<-'EOF'
	import csv, random, sys
	rnd = random.Random(7)
	new = sys.argv[1] == "new"
	out = csv.writer(sys.stdout, lineterminator="\n")
	out.writerow(["id", "surface", "price", "stock", "note", "name"])
	for i in range(2000):
	    surface = rnd.choice(["CONC", "ASP", "GRVL", ""])
	    price, stock, note = rnd.randrange(100, 99999) / 100, rnd.randrange(500), rnd.choice(["", "x"])
	    edit = rnd.random()
	    if new:
	        surface = {"CONC": "CON", "": "ASP"}.get(surface, surface) if edit < 0.5 else surface
	        price = price * 1.19 if i % 3 == 0 else price
	        stock = stock - 12 if i % 5 == 0 else stock
	        note = "" if i % 2 else note
	    out.writerow([i, surface, f"{price:.2f}", stock, note, f"n{i}" + ("b" if new and i % 9 == 0 else "")])
	EOF
	python3 make.py old > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	cp t.csv old.csv
	python3 make.py new > t.csv
	succeeds varve diff --summary
	python3 - <<'EOF'
import csv, subprocess
old, new = (list(csv.DictReader(open(n))) for n in ("old.csv", "t.csv"))
pairs = {c: [(a[c], b[c]) for a, b in zip(old, new) if a[c] != b[c]] for c in old[0]}
con = sum(p == ("CONC", "CON") for p in pairs["surface"])
filled = sum(a == "" for a, _ in pairs["surface"])
want = [f"surface: {len(pairs['surface']):,} (CONC -> CON in {con}, filled in {filled})",
        f"price: {len(pairs['price'])} (x 1.19)", f"stock: {len(pairs['stock'])} (- 12)",
        f"note: {len(pairs['note'])} (emptied {len(pairs['note'])})", f"name: {len(pairs['name'])}\n"]
got = subprocess.run(["varve", "diff", "--summary"], stdout=subprocess.PIPE, text=True).stdout
for w in want:
    assert w in got, (w, got)
EOF
}

@test "a formula is found in numbers with marks, and shown as numbers are" {
	new_repo
	printf 'id;preis;anteil\n1;1.234,50;5 %%\n2;0,05;10 %%\n3;7,25;20 %%\n' > t.csv
	echo '{"resources":[{"name":"t","path":"t.csv","schema":{"primaryKey":"id","fields":[{"name":"id","type":"integer"},{"name":"preis","type":"number","decimalChar":",","groupChar":"."},{"name":"anteil","type":"number","bareNumber":false}]}}]}' > datapackage.json
	varve add -q t.csv datapackage.json
	varve commit -qm old
	printf 'id;preis;anteil\n1;1.236,75;10 %%\n2;2,30;20 %%\n3;9,50;40 %%\n' > t.csv
	succeeds varve diff --summary
	output_has "preis: 3 (+ 2.25)"
	output_has "anteil: 3 (x 2)"
}

@test "a few changes that have nothing in common are only counted" {
	new_repo
	printf 'id,n\n1,5\n2,6\n3,7\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	printf 'id,n\n1,50\n2,7\n3,91\n' > t.csv
	succeeds varve diff --summary
	output_has "n: 3"
	! grep -q "(" <<< "$output" || false
	printf 'id,n\n1,6\n2,7\n3,8\n' > t.csv
	succeeds varve diff --summary
	output_has "n: 3 (+ 1)"
	printf 'id,n\n1,\n2,6\n3,\x1b[31m\n' > t.csv
	succeeds varve diff --summary
	output_has "emptied 1"
	! grep -q $'\x1b' <<< "$output" || false
}

@test "a column with more different changes than are counted says what is left" {
	new_repo
	python3 -c 'print("id,a"); [print(f"{i},{i}") for i in range(5000)]' > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	python3 -c 'print("id,a"); [print(f"{i},{chr(97 + i % 7) * 3 if i > 2500 else i}") for i in range(5000)]' > t.csv
	succeeds varve diff --summary
	output_has "a: 2,499"
}

@test "figures of whole columns, and of the cells that differ where whole ones cost too much, are as Python counts them" {
	local seed=${VARVE_TEST_SEED:-$RANDOM} n large=$((6 + ${VARVE_TEST_SAMPLE:-0} % 3))
	local sizes=(40 160 360 640 1000 30000 "130000 whole" "130000 part")
	[ -z "${VARVE_TEST_ALL-}" ] || large="6 7 8"
	for n in $(sampled 5 2) $large; do
		mkdir "w$n"
		(cd "w$n" && new_repo && python3 "$BATS_TEST_DIRNAME/figures.py" $((seed + n)) ${sizes[n - 1]})
	done
}

@test "least and greatest of dates in a format are the first and the last day" {
	new_repo
	printf 'id,day\n1,02/01/2024\n2,31/05/2023\n3,01/12/2024\n4,never\n' > t.csv
	echo '{"resources": [{"path": "t.csv", "schema": {"fields": [{"name": "day", "type": "date", "format": "%d/%m/%Y"}]}}]}' > datapackage.json
	varve add -q --key id t.csv
	varve commit -qam old
	sed -i 's:02/01/2024:15/01/2025:' t.csv
	succeeds varve diff --summary
	output_has "least 31/05/2023, greatest 01/12/2024 -> 15/01/2025"
}

@test "a factor of ten, a value beside its twin and rows that are lost together are notable, and a comment begins with them" {
	new_repo
	cat > make.py <<-'EOF'
	import sys
	new = sys.argv[1] == "new"
	print("id,region,status,price,same")
	for i in range(int(sys.argv[2])):
	    region, status, price = ["EU", "US"][i % 2], ["open", "closed"][i // 2 % 2], f"{i + 1}.25"
	    if new and status == "closed" and i < 800: continue
	    if new and i % 300 == 0: region = "EU "
	    if new and i % 10 == 0: price = f"{i + 1}25"
	    print(f"{i},{region},{status},{price},x")
	EOF
	for size in 1000 50000; do
		python3 make.py old $size > t.csv
		varve add -q --key id t.csv
		varve commit -qm old
		python3 make.py new $size > t.csv
		succeeds varve diff --summary
		output_has "400 rows lost, all with status=closed"
		output_has "every changed price x 100"
		output_lacks "same=x"
		varve commit -qam new
		succeeds varve diff --format markdown HEAD~1 HEAD
		grep -B 30 "details" <<< "$output" | grep "400 rows lost, all with status"
	done
	python3 make.py old 1000 > t.csv
	varve commit -qam old
	python3 make.py new 1000 > t.csv
	succeeds varve diff --summary
	output_has "new value 'EU ' beside 'EU' in region"
	LC_ALL=C succeeds varve diff --summary
	! grep -qP '[^\x00-\x7f]' <<< "$output" || false
}

@test "a comment shows the cells first that no other is like, then the largest changes, and keeps to its size" {
	new_repo
	python3 -c 'print("id,a,b"); [print(f"{i},{i + 1},x") for i in range(9000)]' > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	python3 -c 'print("id,a,b"); [print(f"{i},{(i + 1) * (3 if i != 7777 else 900)},{chr(121) if i != 8888 else chr(122)}") for i in range(9000)]' > t.csv
	varve commit -qam new
	succeeds varve diff --format markdown HEAD~1 HEAD
	[ "${#output}" -le 65536 ]
	grep -A 2 -- "--- | --- |" <<< "$output" | grep -A 1 7777 | grep 8888
	succeeds varve diff --format markdown --size 3000 HEAD~1 HEAD
	[ "${#output}" -le 3000 ]
	grep 7777 <<< "$output"
	output_has "Not shown: "
	ends_with 2 varve diff --format markdown --size 12 HEAD~1 HEAD
	ends_with 2 varve diff --size 3000 HEAD~1 HEAD
	stderr_has "--format markdown"
}

@test "changed rows of a comment lead to their pages" {
	new_repo
	printf 'id,n\na b,5\n2,6\n"<x>",7\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	printf 'id,n\na b,6\n"<x>",9\n3,1\n' > t.csv
	varve commit -qam new
	succeeds varve diff --format markdown --pages https://data.example.org/r/ HEAD~1 HEAD
	new=$(git rev-parse HEAD) old=$(git rev-parse HEAD~1)
	output_has "<a href=\"https://data.example.org/r/table/$new/t.csv?key=a%20b\">"
	output_has "<a href=\"https://data.example.org/r/table/$new/t.csv?key=%3Cx%3E\">"
	output_has "<a href=\"https://data.example.org/r/table/$new/t.csv?key=3\">"
	output_has "<a href=\"https://data.example.org/r/table/$old/t.csv?key=2\">"
	cd ..
	start_server "$OLDPWD"
	for row in "$new/t.csv?key=a%20b" "$new/t.csv?key=%3Cx%3E" "$old/t.csv?key=2"; do
		curl -sfL "$url/table/$row" > page.html
		grep -q "<h1>" page.html
	done
	stop_server
	cd "$OLDPWD"
	printf 'a,b,n\nx,"y,z",1\n"x,y",z,2\n' > k.csv
	varve add -q --key a,b k.csv
	varve commit -qm keys
	sed -i 's/,1$/,5/; s/,2$/,6/' k.csv
	varve commit -qam changed
	succeeds varve diff --format markdown --pages https://data.example.org/r/ HEAD~1 HEAD
	grep -o 'k.csv?key=[^"]*' <<< "$output" | sort -u > links
	[ "$(wc -l < links)" -eq 2 ]
	start_server .
	new=$(git rev-parse HEAD)
	curl -sfL "$url/table/$new/$(grep '%22y%2Cz%22' links)" > first.html
	curl -sfL "$url/table/$new/$(grep '%22x%2Cy%22' links)" > second.html
	! cmp -s first.html second.html || false
	grep -q "2 -&gt; 6\|>6<" second.html
	! grep -q "2 -&gt; 6\|>6<" first.html || false
	stop_server
	ends_with 2 varve diff --format markdown --pages 'javascript:1' HEAD~1 HEAD
	ends_with 2 varve diff --pages https://x HEAD~1 HEAD
	ends_with 2 varve compare --format markdown --pages https://x HEAD~1:k.csv HEAD:k.csv
	for files in "HEAD~1:k.csv HEAD:k.csv" "--no-index k.csv t.csv"; do
		ends_with 2 varve diff --format markdown --pages https://x $files
		stderr_has "--pages requires commits"
	done
}
