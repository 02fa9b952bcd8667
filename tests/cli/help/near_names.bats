load ../helper

# Words that are nearly a name: the hint has the name.

three() {
	new_repo
	mkdir sub
	rows 3 > t.csv
	rows 3 > sub/prices.csv
	varve add . > /dev/null
	varve commit -qm one
}

@test "a mistyped file is named with the file that it was meant to be" {
	three
	for command in diff log check; do
		ends_with 2 varve $command t.cvs
		stderr_has "'t.csv'"
	done
	ends_with 2 varve cat HEAD:t.cvs
	stderr_has "'t.csv'"
	cd sub
	ends_with 2 varve diff price.csv
	stderr_has "'prices.csv'"
	ends_with 2 varve log nothing-like-it
	stderr_lacks "'prices.csv'"
}

@test "a mistyped branch is named with the branch that it was meant to be" {
	three
	ends_with 2 varve switch man
	stderr_has "'main'"
	ends_with 2 varve switch nothing-like-it
	stderr_has "switch -c"
}

@test "a short name in SQL is the file of exactly that name, or all files are listed" {
	new_repo
	for file in sales.csv sales.2026.csv sales.2027.csv; do
		printf 'id,file\n1,%s\n' "$file" > "$file"
	done
	varve add . > /dev/null
	varve commit -qm one
	succeeds varve sql --format csv "SELECT file FROM sales"
	output_is $'file\nsales.csv'
	succeeds varve sql --format csv 'SELECT file FROM "sales.2026"'
	output_is $'file\nsales.2026.csv'
	mkdir sub
	cp sales.csv sub/
	varve add . > /dev/null
	ends_with 1 varve sql "SELECT * FROM sales"
	for file in sales.csv sales.2026.csv sales.2027.csv sub/sales.csv; do
		stderr_has "'$file'"
	done
}

@test "help of a program with one command names no others" {
	succeeds varve help sql
	output_lacks "COMMAND'"
	output_lacks "1 1"
}

@test "a date without quotes, and an option behind --, are named" {
	new_repo
	rows 5 > t.csv
	varve add -q t.csv
	varve commit -qm one
	ends_with 2 varve diff last month
	stderr_is "varve: no version or file is named 'last'
hint: put a date of several words in quotes: 'last month'"
	ends_with 2 varve diff HEAD -- t.csv --summary
	stderr_has "hint: after '--', all words are paths: put options before it"
	for word in st ci duplicates; do
		ends_with 2 varve "$word"
		stderr_has "does it"
	done
}
