# Two hundred random edits of a table: adding with the caches is adding without, what
# comes back is what went in, and status is what cmp says. Seeds are fixed;
# VARVE_TEST_SEED gives others.
load ../../cli/helper

# edits SEED COUNT: edit.py N changes prices.csv in place for the N-th time.
write_editor() {
	cat > ../edit.py <<-'END'
	import random, sys
	seed, n, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
	r = random.Random(seed * 100003 + n)
	with open(name, "rb") as f:
	    data = f.read()
	end = b"\r\n" if b"\r\n" in data else b"\n"
	lines = data.split(end)
	last = lines.pop() if lines and lines[-1] == b"" else None
	def row(i):
	    return b'%d,item %d,%d.%02d,"%s"' % (i, r.randrange(1000), r.randrange(900), r.randrange(100),
	        r.choice([b"plain", b"a, comma", b'a ""quote""', b"two\nlines", b"", "\u00e9t\u00e9".encode()]))
	def at():
	    return r.randrange(1, len(lines)) if len(lines) > 1 else 1
	kind = r.choice(["cell", "cell", "cell", "insert", "delete", "append", "move", "many", "raw", "final", "ends", "same"])
	if kind == "cell" and len(lines) > 1:
	    i = at(); lines[i] = lines[i].replace(b"item ", b"thing %d " % r.randrange(99), 1)
	elif kind == "insert":
	    i = at(); lines[i:i] = [row(r.randrange(10**6)) for _ in range(r.randrange(1, 60))]
	elif kind == "delete" and len(lines) > 80:
	    i = at(); del lines[i:i + r.randrange(1, 60)]
	elif kind == "append":
	    lines += [row(10**6 + n * 100 + k) for k in range(r.randrange(1, 30))]
	elif kind == "move" and len(lines) > 100:
	    i = at(); block = lines[i:i + 40]; del lines[i:i + 40]; j = at(); lines[j:j] = block
	elif kind == "many" and len(lines) > 1:
	    for i in range(1, len(lines), r.randrange(3, 90)):
	        lines[i] = lines[i].replace(b"item", b"thing")
	elif kind == "raw" and len(lines) > 1:
	    lines.insert(at(), b"")
	elif kind == "final":
	    last = None if last is not None else b""
	elif kind == "ends":
	    i = at(); end = b"\n" if end == b"\r\n" else b"\r\n"
	with open(name, "wb") as f:
	    f.write(end.join(lines) + (end if last is not None else b""))
	END
}

# run_edits SEED FROM TO: nine of them, which VARVE_TEST_SAMPLE draws, with VARVE_TEST_ALL=1 all.
run_edits() {
	local n seed=${VARVE_TEST_SEED:-$1} first=$(($2 + $(drawn 48))) to=$3
	[ -n "${VARVE_TEST_ALL-}" ] || to=$((first + 8))
	write_editor
	new_repo
	rows 1500 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m 0
	cp prices.csv ../before.csv
	for ((n = first; n <= to; n++)); do
		python3 ../edit.py "$seed" "$n" prices.csv
		state=$(varve status --porcelain)
		if cmp -s prices.csv ../before.csv; then
			[ -z "$state" ] || { echo "edit $n: status says '$state' of an unchanged file" >&2; return 1; }
			continue
		fi
		[ "$state" = " M prices.csv" ] || { echo "edit $n: status says '$state'" >&2; return 1; }
		cp prices.csv ../now.csv
		varve add prices.csv > ../out 2>&1 || { cat ../out >&2; return 1; }
		git cat-file blob :prices.csv > ../with
		git update-index --cacheinfo "100644,$(git rev-parse HEAD:prices.csv),prices.csv"
		rm -rf .git/varve/cache
		varve add prices.csv > /dev/null 2>&1
		git cat-file blob :prices.csv > ../without
		cmp ../with ../without || { echo "edit $n: the caches make a difference" >&2; return 1; }
		cmp prices.csv ../now.csv
		varve commit -q -m "$n"
		[ -z "$(varve status --porcelain)" ]
		if [ $((n % 3)) = 0 ]; then
			varve switch -q --detach HEAD~1
			cmp prices.csv ../before.csv || { echo "edit $n: the version before comes back wrong" >&2; return 1; }
			varve switch -q main
			cmp prices.csv ../now.csv || { echo "edit $n: comes back wrong" >&2; return 1; }
			[ -z "$(varve status --porcelain)" ]
		fi
		cp ../now.csv ../before.csv
	done
	succeeds varve fsck --data
	[ -z "$(git status --porcelain)" ]
}

@test "random edits of seed 1" {
	run_edits 1 1 50
}

@test "random edits of seed 2" {
	run_edits 2 51 100
}

@test "random edits of seed 3" {
	run_edits 3 101 150
}

@test "random edits of seed 4" {
	run_edits 4 151 200
}
