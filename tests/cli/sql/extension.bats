load ../helper

# varve0.so in programs of others.

setup() {
	varve_setup
	extension=$VARVE_BIN/../lib/varve0
	[ -e "$extension.so" ] || skip "libvarve.so is not built with sanitizers"
}

two_versions() {
	new_repo
	printf 'id,name,price\n1,lamp,30.5\n2,chair,12\n' > prices.csv
	tick
	varve add -q . && varve commit -q -m first && git tag v1
	printf 'id,name,price\n1,lamp,31.5\n3,table,100\n' > prices.csv
	tick
	varve add -q . && varve commit -q -m second
}

# Debian's, which loads extensions.
python() {
	/usr/bin/python3 - "$extension" "$PWD" <<- END
		import sqlite3, sys
		def connect(name=":memory:", **more):
		    c = sqlite3.connect(name, **more)
		    c.enable_load_extension(True)
		    c.load_extension(sys.argv[1])
		    return c
		folder = sys.argv[2]
		$(cat)
	END
}

@test "the shell of SQLite lists and reads the tables" {
	two_versions
	succeeds sqlite3 :memory: ".load $extension" "SELECT varve_attach('.')" .tables 'SELECT name FROM "prices@v1" WHERE id = 2' \
		"SELECT diff_type FROM varve_diff_prices('v1')" "SELECT rows FROM varve_tables"
	output_is '1
temp.prices
chair
modified
removed
added
2'
}

@test "a table of a database file has no hidden columns, which Datasette shows beside the others" {
	two_versions
	succeeds sqlite3 :memory: ".load $extension" "CREATE VIRTUAL TABLE t USING varve('$PWD', 'HEAD:prices.csv')" \
		"CREATE VIRTUAL TABLE f USING varve('$PWD/prices.csv')" "SELECT varve_attach('.')" \
		"SELECT group_concat(name) FROM pragma_table_xinfo('t')" "SELECT group_concat(name) FROM pragma_table_xinfo('f')" \
		'SELECT "price:text" FROM temp.prices WHERE id = 3'
	output_is '1
id,name,price
id,name,price
100'
}

@test "tags that differ in case only give no rows of each other" {
	two_versions
	git tag V1 HEAD
	run sqlite3 :memory: ".load $extension" "SELECT varve_attach('.')" 'SELECT count(*) FROM "prices@v1" WHERE id = 2'
	[ "$status" -ne 0 ]
	output_has 'no such table: prices@v1'
	succeeds sqlite3 :memory: ".load $extension" "SELECT varve_attach('.')" "SELECT length(varve_use('v1'))" 'SELECT count(*) FROM "prices@v1" WHERE id = 2' \
		"SELECT length(varve_use('V1'))" 'SELECT count(*) FROM "prices@V1" WHERE id = 2'
	output_is '1
40
1
40
0'
}

@test "an SQLite that is too old is refused by its version" {
	cat > old.c <<- 'END'
		int sqlite3_libversion_number(void) { return 3037002; }
		const char *sqlite3_libversion(void) { return "3.37.2"; }
	END
	cc -shared -fPIC -o old.so old.c
	run env LD_PRELOAD="$PWD/old.so" sqlite3 :memory: ".load $extension"
	[ "$status" -ne 0 ]
	output_has 'varve requires SQLite 3.38 or later, not 3.37.2'
	ends_with 2 env LD_PRELOAD="$PWD/old.so" varve sql 'SELECT 1'
	stderr_has 'varve requires SQLite 3.38 or later, not 3.37.2'
}

@test "Python reads versions, and a failed load or attach is an error" {
	two_versions
	succeeds python <<- 'END'
		c = connect()
		try:
		    c.execute("SELECT varve_attach('/nosuch')")
		    print("attached")
		except sqlite3.OperationalError as e:
		    print("/nosuch" in str(e))
		print(c.execute("SELECT varve_attach(?)", (folder,)).fetchone())
		print(c.execute("SELECT price FROM prices WHERE id = ?", (3,)).fetchall())
		print(c.execute("SELECT varve_use('HEAD~1') = commit_hash FROM varve_log WHERE message = 'first'").fetchall())
		print(c.execute('SELECT a.price - b.price FROM prices a JOIN "prices@HEAD~1" b USING (id)').fetchall())
		c.load_extension(sys.argv[1])  # again
		print(c.execute("SELECT count(*) FROM prices, varve_tables").fetchall())
		c.close()
	END
	output_is 'True
(1,)
[(100.0,)]
[(1,)]
[(1.0,)]
[(2,)]'
}

@test "the locale of a program changes no number" {
	for locale in de_DE tr_TR; do
		localedef -i $locale -f UTF-8 "$BATS_TEST_TMPDIR/$locale.UTF-8" > /dev/null 2>&1 || skip "localedef has no $locale"
	done
	two_versions
	printf 'id,price\n1,2.5\n2,INF\n3,1234.75\n' > more.csv
	varve schema --type price=number more.csv && varve add -q .
	LOCPATH=$BATS_TEST_TMPDIR succeeds python <<- 'END'
		import locale
		locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
		locale.setlocale(locale.LC_CTYPE, "tr_TR.UTF-8")
		print(locale.str(0.5))
		c = connect()
		c.execute("SELECT varve_attach(?)", (folder,))
		print(c.execute("SELECT id, price FROM prices WHERE price > 31.25").fetchall())
		print(c.execute('SELECT "round"(price, 1), "abs"(0 - price), number(price || \'\') FROM more WHERE price < 2.75').fetchall())
		print(c.execute("SELECT figure FROM varve_log('prices', 'HEAD', 'sum(price)')").fetchall())
		print(c.execute("SELECT price FROM more").fetchall())
	END
	output_is '0,5
[(1, 31.5), (3, 100.0)]
[(2.5, 2.5, 2.5)]
[(131.5,), (42.5,)]
[(2.5,), (inf,), (1234.75,)]'
}

@test "a database file has tables of versions and a history, and views need no trust" {
	two_versions
	succeeds python <<- 'END'
		c = connect("own.db")
		c.execute("CREATE VIRTUAL TABLE v1 USING varve(" + repr(folder) + ", 'v1:prices.csv')")
		c.execute("CREATE VIRTUAL TABLE all_prices USING varve(" + repr(folder) + ", 'HEAD:prices.csv', history)")
		c.execute("CREATE VIRTUAL TABLE f USING varve(" + repr(folder + "/prices.csv") + ")")
		c.close()
		c = connect("own.db")
		print([c.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("v1", "all_prices", "f")])
		c.execute("PRAGMA trusted_schema = OFF")
		c.execute("CREATE VIEW stored AS SELECT * FROM v1")
		try:
		    c.execute("SELECT * FROM stored")
		    print("read")
		except sqlite3.OperationalError as e:
		    print("unsafe" in str(e))
		c.execute("SELECT varve_attach(?)", (folder,))
		c.execute("CREATE TEMP VIEW now AS SELECT * FROM \"prices@v1\"")
		print(c.execute("SELECT count(*) FROM now").fetchall())
	END
	output_is '[2, 4, 2]
True
[(2,)]'
}

@test "an exported file has the tables of HEAD and their histories, and holds no rows" {
	two_versions
	succeeds varve sql --export-views own.db
	output_has "wrote own.db: views of 1 table of HEAD"
	succeeds sqlite3 own.db ".load $extension" "SELECT count(*) FROM prices" "SELECT count(*) FROM prices_history"
	output_is $'2\n4'
	# in another folder it still finds the repository, and what HEAD is now
	varve switch -q --detach v1
	succeeds sqlite3 -cmd ".load $extension" "file:own.db?mode=ro" "SELECT count(*) FROM prices"
	output_is 2
	cp own.db ..
	cd ..
	succeeds sqlite3 own.db ".load $extension" "SELECT count(*) FROM prices_history"
	cd -
	cp own.db before
	ends_with 2 varve sql --export-views own.db
	stderr_has "already exists"
	cmp own.db before
	ends_with 2 varve sql --export-views nosuch/own.db
	ends_with 2 varve sql --export-views other.db "SELECT 1"
	git init -q ../empty
	ends_with 2 varve -C ../empty sql --export-views own.db
	stderr_has "no commits yet"
	[ ! -e ../empty/own.db ]
}

@test "a query sees one state, and the next one the new" {
	two_versions
	succeeds python <<- 'END'
		import subprocess
		c = connect()
		c.execute("SELECT varve_attach(?)", (folder,))
		def commit(price):
		    with open("prices.csv", "w") as f:
		        f.write(f"id,name,price\n1,lamp,{price}\n2,chair,5\n3,table,6\n")
		    subprocess.run("varve add -q . && varve commit -q -m x", shell=True, check=True)
		q = 'SELECT a.price, b.price FROM "prices@HEAD" a, "prices@HEAD" b WHERE a.id = 1 AND b.id = 1'
		rows = c.execute('SELECT a.id, (SELECT sum(price) FROM "prices@HEAD") FROM "prices@HEAD" a')
		first = next(rows)
		commit(7)
		print(first, rows.fetchall())
		print(c.execute(q).fetchall())
		commit(8)
		print(c.execute(q).fetchall())
		with open("prices.csv", "w") as f:
		    f.write("id,cost\n1,2\n")
		try:
		    c.execute("SELECT * FROM prices").fetchall()
		    print("read")
		except sqlite3.OperationalError as e:
		    print("columns of 'prices.csv' have changed" in str(e))
	END
	output_is '(1, 131.5) [(3, 131.5)]
[(7.0, 7.0)]
[(8.0, 8.0)]
True'
}

@test "programs get queries made ready, names of any revision and AS OF among them" {
	two_versions
	succeeds python <<- 'END'
		c = connect()
		c.execute("SELECT varve_open(?)", (folder,))
		def ask(query):
		    try:
		        return c.execute(c.execute("SELECT varve_sql(?)", (query,)).fetchone()[0]).fetchall()
		    except sqlite3.OperationalError as e:
		        return str(e), c.execute("SELECT varve_error()").fetchone()[0]
		print(ask("SELECT name FROM prices AS OF 'HEAD~1' WHERE id = 2"), c.execute("SELECT varve_error()").fetchone())
		print(ask('SELECT a.id FROM "prices@HEAD^" a JOIN prices b USING (id)'))
		print(ask("SELECT * FROM prizes"))
		print(ask("SELECT * FROM varve_diff_prices('nosuch')")[1])
		print(ask("SELECT * FORM prices")[1], ask(""), ask("SELECT varve_open('.')")[0])
	END
	output_is "[('chair',)] (None,)
[(1,)]
('no such table: prizes (did you mean \"prices\"?)', 'not-found')
not-found
None [] a repository is attached already"
}

@test "connections in several threads" {
	two_versions
	succeeds python <<- 'END'
		import threading
		found = []
		def work():
		    c = connect()
		    c.execute("SELECT varve_attach(?)", (folder,))
		    for _ in range(20):
		        found.append(c.execute("SELECT sum(price), (SELECT count(*) FROM varve_history_prices) FROM prices").fetchone())
		    c.close()
		threads = [threading.Thread(target=work) for _ in range(4)]
		[t.start() for t in threads]
		[t.join() for t in threads]
		print(len(found), set(found))
	END
	output_is '80 {(131.5, 4)}'
}

@test "a search is interrupted" {
	new_repo
	rows 20000 > prices.csv
	varve add -q . && varve commit -q -m first
	succeeds python <<- 'END'
		import threading
		c = connect(check_same_thread=False)
		c.execute("SELECT varve_attach(?)", (folder,))
		c.execute("SELECT count(*) FROM prices").fetchall()
		running, ended = threading.Event(), threading.Event()
		c.create_function("begin", 0, lambda: running.set() or 1)
		def interrupt():
		    running.wait()
		    while not ended.wait(0.001):
		        c.interrupt()
		t = threading.Thread(target=interrupt)
		t.start()
		try:
		    c.execute("SELECT count(*) FROM prices a, prices b WHERE begin() AND a.name > b.name").fetchall()
		    print("read")
		except sqlite3.OperationalError as e:
		    print(e)
		ended.set()
		t.join()
		print(c.execute("SELECT count(*) FROM prices WHERE price IS NULL").fetchall())
	END
	output_is 'interrupted
[(0,)]'
}

@test "2,000 columns are a table, and more are refused" {
	new_repo
	awk 'BEGIN { for (n = 1999; n <= 2001; n++) { f = n ".csv"
		for (i = 1; i <= n; i++) printf "c%d%s", i, i < n ? "," : "\n" > f
		for (i = 1; i <= n; i++) printf "%d%s", i, i < n ? "," : "\n" > f } }'
	succeeds varve sql --format csv 'SELECT c1 + c2000 AS n FROM "2000.csv"'
	output_is 'n
2001'
	ends_with 1 varve sql 'SELECT c1 FROM "2001.csv"'
	stderr_has 2001
}

@test "Datasette serves tables, facets and a history" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: they are downloaded"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}/datasette
	[ -x "$packages/bin/python" ] || /usr/bin/python3 -m venv "$packages" || skip "no virtual environment can be made"
	[ -x "$packages/bin/datasette" ] ||
		timeout 300 "$packages/bin/pip" -q install datasette==0.65.5 sqlite-utils==4.2.1 || skip "the packages cannot be had"
	two_versions
	# The lines of docs/programs/engines.md, with one page asked for in place of a server.
	lines=$(sed -n '/^```sh$/,/^```$/p' "$BATS_TEST_DIRNAME/../../../docs/programs/engines.md" | sed '/^```/d')
	datasette() { "$packages/bin/datasette" "${@/#varve0/$extension}" --get "$page"; }
	page='/prices/history.json?_shape=array&id=1'
	eval "$lines" > served
	[ "$(grep -o '"price": [0-9.]*' served)" = '"price": 31.5
"price": 30.5' ]
	mv prices.db own.db
	serve=("$packages/bin/datasette" own.db --load-extension "$extension")
	succeeds "${serve[@]}" --get '/own/prices.json?_shape=array&id__gt=1'
	output_has '"name": "table"'
	succeeds "${serve[@]}" --get '/own/history?_facet=name&_sort=price'
	output_has '31.5'
	succeeds "${serve[@]}" --get '/own.json?sql=select+count(*)+as+n+from+history&_shape=array'
	output_is '[{"n": 4}]'
	succeeds "$packages/bin/sqlite-utils" query own.db 'SELECT count(*) AS n FROM history WHERE id = 1' --load-extension "$extension"
	output_is '[{"n": 2}]'
}
