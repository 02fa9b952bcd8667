# A pointer where a program or a page expects the table: it fails, or shows what the text is. docs/formats/store.md, "pointer".
load ../cli/helper

# pointers: those of tables with 1, 6 and 40 columns and of a plain file, as p1.csv, p6.csv, p40.csv and file.csv.
pointers() {
	new_repo src
	cd src
	for n in 1 6 40; do
		/usr/bin/python3 -c "
n = $n
print(','.join(f'c{i}' for i in range(n)))
for r in range(30):
    print(','.join(str(r * n + i) for i in range(n)))" > "p$n.csv"
	done
	rows 30 > file.csv
	varve add -q p1.csv p6.csv p40.csv
	varve add -q --as file file.csv
	for n in p1 p6 p40 file; do git cat-file blob ":$n.csv" > "../$n.csv"; done
	cd ..
	rm -rf src
}

@test "the lines for people have one cell for any reader of CSV, and the third one more than two" {
	pointers
	for p in *.csv; do
		head -n 2 "$p" > people
		! grep -q "[,;|@\"'	]" people || false
		[ "$(sed -n 3p "$p" | tr -cd , | wc -c)" -ge 2 ]
		head -n 2 p1.csv | cmp - people
		grep -q 'varve init && varve restore FILE' people
	done
	! /usr/bin/python3 -m json.tool p6.csv 2> /dev/null || false
}

@test "Gitea's page shows the two lines and nothing else" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: the library of Go is compiled"
	command -v go > /dev/null || skip "go is not installed"
	pointers
	export GOCACHE=${GOCACHE:-$HOME/go-cache} GOFLAGS=-mod=mod
	go build -o gitea_csv "$BATS_TEST_DIRNAME/gitea_csv.go"
	for p in *.csv; do
		./gitea_csv "$p" > drawn
		head -n 2 "$p" | cmp - drawn
	done
}

@test "pandas, polars and pyarrow fail" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: they are downloaded"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}/readers
	[ -x "$packages/bin/python" ] || /usr/bin/python3 -m venv "$packages" || skip "no virtual environment can be made"
	"$packages/bin/python" -c 'import pandas, polars, pyarrow' 2> /dev/null ||
		timeout 300 "$packages/bin/pip" -q install pandas polars pyarrow || skip "the packages cannot be had"
	pointers
	for p in *.csv; do
		cp "$p" p.json
		succeeds "$packages/bin/python" "$BATS_TEST_DIRNAME/readers.py" "$p" p.json
		[ "$(grep -c . <<< "$output")" = 7 ]
		output_lacks reads
	done
}

@test "R fails" {
	command -v Rscript > /dev/null || skip "R is not installed"
	pointers
	for p in *.csv; do
		for read in read.csv read.table; do
			! Rscript -e "$read(\"$p\", sep=\",\", header=TRUE)" > /dev/null 2>&1 || false
		done
	done
}
