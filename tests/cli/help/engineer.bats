load ../helper

# What a data engineer typed: each hint names a line that does it.

setup_tables() {
	new_repo a
	cd a
	printf 'id,name,day\n1,a b,2026-01-01T00:00\n2,c,2026-01-02T00:00\n1,a b,2026-01-01T00:00\n' > s.csv
	printf 'id,by\n7,x\n' > fix.csv
	printf '{"id": 1, "by": {"user": "ann"}}\n{"id": 2, "by": {"user": "bob"}}\n' > e.ndjson
	varve add -q .
	varve commit -qm one
}

@test "a hint that removes repeated rows keeps the bytes of the others" {
	setup_tables
	ends_with 2 varve cat --distinct s.csv -o x.csv
	stderr_has "varve cat s.csv | awk '{r = r \$0 ORS"
	stderr_has "> x.csv.new && mv x.csv.new x.csv"
	bash -c "$(printf '%s\n' "$stderr" | sed -n "s/^hint: '\(.*\)' does it.*/\1/p")"
	[ "$(cat x.csv)" = "$(head -n 3 s.csv)" ]
	ends_with 2 varve cat --distinct s.csv --columns id
	stderr_has "varve cat s.csv --columns id | awk '{r = r \$0 ORS"
	ends_with 2 varve dedup s.csv
	bash -c "$(printf '%s\n' "$stderr" | sed -n "s/.*; '\(awk.*\)' does it.*/\1/p")"
	cmp s.csv x.csv
	printf 'id,t\r\n1,"a ""b""\nend"\r\n2,"c\nend"\r\n1,"a ""b""\nend"\r\n3,x\r\n' > s.csv
	printf 'id,t\r\n1,"a ""b""\nend"\r\n2,"c\nend"\r\n3,x\r\n' > x.csv
	ends_with 2 varve dedup s.csv
	bash -c "$(printf '%s\n' "$stderr" | sed -n "s/.*; '\(awk.*\)' does it.*/\1/p")"
	cmp s.csv x.csv
}

@test "a hint names the line that upserts the rows of a file" {
	new_repo a
	cd a
	printf 'id,v\n1,a\n2,b\n' > t.csv
	printf 'id,v\n2,c\n3,d\n' > fix.csv
	varve add -q --key id t.csv
	varve commit -qm one
	ends_with 2 varve upsert t.csv fix.csv
	bash -c "$(printf '%s\n' "$stderr" | sed -n "s/.*; '\(.*\)' does it.*/\1/p")"
	[ "$(cat t.csv)" = $'id,v\n1,a\n2,c\n3,d' ]
	for words in "import --append fix.csv t.csv" "set --from fix.csv t.csv"; do
		ends_with 2 varve $words
		stderr_has "varve add --arrow - --mode upsert --columns keep FILE"
	done
}

@test "words of other programs are answered by what does it here" {
	setup_tables
	while IFS='^' read -r words hint; do
		run --separate-stderr bash -c "varve $words"
		[ "$status" -ne 0 ]
		[[ $stderr == *"$hint"* ]] || { echo "$words: $stderr"; false; }
	done <<-'EOF'
		diff -w s.csv^'git diff --no-ext-diff -w s.csv' works here
		check --new-only^name a base: --base HEAD
		delete --if id=1 s.csv^-o s.csv' keeps the other rows
		migrate --history^--everything
		expire --dry-run^without --apply nothing is removed
		clone --no-data x y^varve clone --lazy -n x y
		publish --pages^--no-pages
		install --pre-commit^exec varve check --cached
		erase --apply^FILE --where CONDITION
		cat e.ndjson --where "by.user = 'ann'"^NAME like '%"KEY"%"TEXT"%'
		log --where id=1 s.csv^varve log --figure 'count(*)' --where id=1 s.csv
		sql "select * from s_history"^varve_history_s
		sql 'select "commit" from varve_history_s'^commit_hash
		push ../none.git main^'git init --bare ../none.git' makes one
		fetch --data s.csv^varve fetch --data HEAD s.csv
	EOF
	git switch -qc other
	ends_with 2 varve check --new-only
	stderr_has "name a base: --base ma"
	succeeds varve cat e.ndjson --where 'by like '\''%"user"%"ann"%'\' --columns id
	output_is '{"id":1}'
	succeeds varve help varve.checks
	output_has "share(old.* <> new.*)"
}

@test "varve.checks with an error names what prints rules, and that works" {
	setup_tables
	printf '[s.csv]\nid references /other.csv(id)\n' > varve.checks
	ends_with 2 varve check
	stderr_has "references other(COLUMN)"
	printf '[s.csv]\nid >>> 3\n' > varve.checks
	ends_with 2 varve check
	stderr_has "'varve check --suggest' prints rules that hold today"
	succeeds varve check --suggest
	stderr_has "varve.checks:2:"
	output_has "[/s.csv]"
}
