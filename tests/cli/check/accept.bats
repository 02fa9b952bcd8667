load ../helper

cheap() {
	new_repo
	printf 'id,price\n1,5\n2,6\n3,7\n' > p.csv
	varve add p.csv > out
	varve commit -q -m first
	printf '[p.csv]\ncheap: price < 6\n' > varve.checks
}

@test "a finding is accepted for one row until a day" {
	cheap
	printf '{"limit": 5,   "rules": {"blank-row": "off"}}\n' > varve.json
	ends_with 1 varve check
	succeeds varve accept cheap id=2 p.csv --until 2027-03-01 --why "see 214"
	output_is "varve.json accepts cheap of id=2 in p.csv until 2027-03-01"
	grep -q '"limit": 5,   "rules"' varve.json # all else as it was
	ends_with 1 varve check --now 2027-03-01T23:59:59Z
	output_has "    accepted, id=2: see 214 (until 2027-03-01)"
	output_has "1 error, 1 accepted"
	succeeds varve accept cheap 3 p.csv --why "for ever"
	succeeds varve check --now 2027-03-01T23:59:59Z
	output_has "valid: nothing wrong in 1 table; 2 accepted"
	ends_with 1 varve check --now 2027-03-02T00:00:00Z # it has ended
	output_has "error accept-ended: ended: /accept/0: cheap, id=2: see 214 (until 2027-03-01)"
	output_has "1 error, 1 accepted"
	succeeds varve check --skip accept-ended --skip cheap --now 2027-03-02T00:00:00Z
}

@test "accept takes a column, a pattern below the current folder, and all that a rule finds" {
	cheap
	mkdir d
	cp p.csv d/q.csv
	varve add d/q.csv > out
	varve commit -q -m second
	printf '[p.csv, d/q.csv]\nprice < 6\n' > varve.checks
	succeeds varve accept --all "price < 6" p.csv --why all
	ends_with 1 varve check
	output_has "q.csv: 3 rows, 2 columns, against HEAD"
	(cd d && varve accept --all row-constraint 'q*' --why "all of it") > out
	grep -q '"path": "d/q\*"' varve.json
	succeeds varve -C d accept --all type-error q.csv --why below
	succeeds varve -C d accept --all no-key ../p.csv --why above
	[ "$(jq -c '[.accept[] | .path]' varve.json)" = '["p.csv","d/q*","d/q.csv","p.csv"]' ]
	succeeds varve accept --all no-key '/p*' --why top
	[ "$(jq -c '.accept[-1].path' varve.json)" = '"/p*"' ]
	succeeds varve accept --all no-key "$PWD/p*" --why here
	[ "$(jq -c '.accept[-1].path' varve.json)" = '"p*"' ]
	ends_with 2 varve accept --all type-error d --why all
	stderr_has "'d' is a folder"
	succeeds varve check
	succeeds varve accept --column price type-error 7 p.csv --why x
	grep -q '"column": "price"' varve.json
}

@test "accept refuses what it cannot mean, and leaves varve.json as it was" {
	cheap
	ends_with 2 varve accept cheap 2 p.csv
	stderr_has "accept requires a reason"
	ends_with 2 varve accept cheap p.csv --why x
	ends_with 2 varve accept chep 2 p.csv --why x
	stderr_has "did you mean 'cheap'?"
	ends_with 2 varve accept cheap 2 p.csv --why x --until 2027-02-29
	stderr_has "must be a date"
	ends_with 2 varve accept cheap 2 p.csv --why x --until 2020-02-29
	stderr_has "the day 2020-02-29 has passed"
	ends_with 2 varve accept cheap 2 q.csv --why x
	stderr_has "q.csv"
	[ ! -e varve.json ]
	printf '{"rules": ' > varve.json
	ends_with 2 varve accept cheap 2 p.csv --why x
	[ "$(cat varve.json)" = '{"rules": ' ]
}

@test "two that accept at once are both in the file" {
	cheap
	pids=
	for i in 1 2 3; do
		varve accept cheap "$i" p.csv --why "why $i" > /dev/null 3>&- &
		pids="$pids $!"
	done
	for i in $pids; do
		wait "$i"
	done
	[ "$(grep -o '"why": *"why [123]"' varve.json | sort -u | wc -l)" = 3 ]
}
