# diff --summary: the changes of each column, grouped: equal ones, filled in, emptied, one formula, the rest.
load ../helper

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

@test "a few changes that have nothing in common are only counted" {
	new_repo
	printf 'id,n\n1,5\n2,6\n3,7\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm old
	printf 'id,n\n1,50\n2,7\n3,91\n' > t.csv
	succeeds varve diff --summary
	output_has "n: 3"
	! grep -q "(" <<< "$output"
	printf 'id,n\n1,6\n2,7\n3,8\n' > t.csv
	succeeds varve diff --summary
	output_has "n: 3 (+ 1)"
	printf 'id,n\n1,\n2,6\n3,\x1b[31m\n' > t.csv
	succeeds varve diff --summary
	output_has "emptied 1"
	! grep -q $'\x1b' <<< "$output"
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
