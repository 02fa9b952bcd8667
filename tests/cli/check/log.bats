load ../helper

@test "check --log says since which commit a rule fails, holds or no longer applies, and by whom" {
	new_repo
	printf 'id,price,net\n1,5,4\n2,6,5\n' > p.csv
	varve add p.csv > out
	varve commit -q -m first
	tick
	sed -i 's/^2,6/2,-6/' p.csv
	GIT_AUTHOR_NAME=Ada varve commit -q -a -m wrong
	wrong=$(git rev-parse --short=10 HEAD)
	tick
	sed -i 's/net/gross/' p.csv
	varve commit -q -a --no-verify -m renamed
	renamed=$(git rev-parse --short=10 HEAD)
	printf '[p.csv]\nprice > 0\nnet > 0\nid > 0\n' > varve.checks
	ends_with 1 varve check --log
	output_has "p.csv: 3 versions"
	output_has "  fails since $wrong $(git log -1 --format=%ad --date=format:%Y-%m-%d HEAD~) Ada: price > 0 (1 now, failed in 2 of 3 versions)"
	output_has "  no longer applies since $renamed "
	output_has "  holds in 3 versions: id > 0"
	output_has "fails since $renamed"
	succeeds varve check --log=no-key
	output_is "nothing wrong in 3 versions"
	ends_with 1 varve check --log HEAD p.csv
	ends_with 2 varve check --log --new-only
	ends_with 2 varve check --log=nosuchrule
	ends_with 2 varve check --log nothing.csv
	stderr_has "no version has a table that matches 'nothing.csv'"
	git clone -q --bare . bare.git
	ends_with 1 varve -C bare.git check --log # no rules there
}

@test "check --suggest prints what always held and, learnt before, would have held since" {
	new_repo
	ends_with 2 varve check --suggest
	for n in 1 2 3 4 5 6 7 8 9 10; do
		python3 - "$n" <<-'END' > t.csv
			import sys
			n = int(sys.argv[1])
			print("id,code,state,kind,size,note,late")
			for i in range(10 + 5 * n):
			    print(i, f"AB{i:02}", "on" if i % 2 else "off", f"k{i % n}", 50 + i % 40,
			          "" if n == 3 and i == 4 else "x", "y" if n > 2 else "", sep=",")
		END
		varve add -q t.csv 2> /dev/null
		tick
		varve commit -q -m "$n"
	done
	succeeds varve check --suggest
	output_is "[/t.csv]
-- true in 10 of 10 versions
unique id
id is not null
unique code
id between 0 and 300
code is not null
code matches '[A-Z0-9]{4}'
state is not null
state in ('off', 'on')
kind is not null
size is not null
size between 10 and 130
count(*) >= 0.9 * base
share(new.* = older.*) <= 0.5
max(id) >= base
share(old.code <> new.code) <= 0.1
share(old.state <> new.state) <= 0.1
avg(size) between 0.75 * base and 1.33 * base
count(size) >= 0.75 * base
share(old.size <> new.size) <= 0.1
max(size) >= base
share(old.note <> new.note) <= 0.1
share(old.late <> new.late) <= 0.1"
	printf '%s\n' "$output" > varve.checks
	succeeds varve check
	sed -i 's/AB03,on,k3,53,/ab03,no,k9,530,/' t.csv
	ends_with 1 varve check
	output_has "invalid: 3 errors"
	sed -i '/^size/d; /^kind/d' varve.checks
	succeeds varve check --suggest t.csv
	output_is "[/t.csv]
-- true in 10 of 10 versions
kind is not null
size is not null
size between 10 and 130"
	ends_with 2 varve check --suggest --log
	ends_with 2 varve check --suggest --json
	git checkout -q --orphan new
	varve commit -q --no-verify -m "first"
	succeeds varve check --suggest
	output_has "-- true in 1 of 1 version"
	output_lacks "between"
}

@test "after four nights, the suggested rules refuse each kind of accident, and take the next night" {
	succeeds python3 "$BATS_TEST_DIRNAME/nights_model.py" varve "${VARVE_TEST_SAMPLE:-1}"
	output_is "7 accidents refused, 4 nights taken"
}

@test "check --suggest leaves out what applies to fewer than three of many versions" {
	new_repo
	for night in 1 2 3 4 5 6 7; do
		rows 40 "$night" > t.csv
		if [ "$night" -gt 4 ]; then # has a new column
			rows 40 "$night" | awk 'NR == 1 { print $0 ",fresh" } NR > 1 { print $0 "," (NR % 2 ? "yes" : "no") }' > t.csv
		fi
		varve add -q --key id t.csv
		varve commit -q -m "$night"
		[ "$night" = 6 ] || continue
		succeeds varve check --suggest
		output_has "-- true in 6 of 6 versions"
		output_lacks fresh
	done
	succeeds varve check --suggest
	output_has "-- true in 3 of 7 versions
fresh"
}

@test "check --suggest leaves out what was once not unique, and does not try a line twice" {
	new_repo
	for twice in 7 100 100; do
		rows 40 | sed "10s/^9,/$twice,/" > t.csv
		varve add -q --no-key t.csv
		varve commit -q --allow-empty -m "$twice"
	done
	succeeds varve check --suggest
	output_lacks "unique id"
	output_has "id is not null"
}

@test "check --suggest finds which of very many columns are unique" {
	new_repo
	awk 'BEGIN { for (i = 0; i <= 30; i++) for (k = 0; k < 150; k++)
		printf "%s%s", i == 0 ? "c" k : k % 50 == 7 && i == 9 ? 8 * k + 8 : i * k + i, k < 149 ? "," : "\n" }' > t.csv
	varve add -q --no-key t.csv
	varve commit -q -m one
	succeeds varve check --suggest
	[ "$(grep -c '^unique c' <<< "$output")" = 147 ]
	for k in 7 57 107; do
		output_lacks "unique c$k
"
	done
}

@test "check --suggest bounds the loss of rows by the greatest one so far" {
	new_repo
	for n in 100 95 60 59 10; do
		rows "$n" > t.csv
		varve add -q t.csv
		varve commit -q -m "$n"
	done
	succeeds varve check --suggest HEAD~3
	output_has "count(*) >= 0.9 * base"
	succeeds varve check --suggest HEAD~1
	output_has "count(*) >= 0.5 * base"
	succeeds varve check --suggest
	output_lacks "count(*) >="
}

@test "rules that check --suggest learns from half of a real history give no false alarm in the other" {
	local half
	git clone -q -b main "$BATS_TEST_DIRNAME/../../data/histories/sp500-constituents.bundle" job
	cd job
	varve init -q .
	half=$(git rev-list --first-parent main -- constituents.csv | sed -n 95p)
	varve check --suggest "$half" > varve.checks
	[ "$(grep -c '^[^-[]' varve.checks)" -ge 6 ]
	varve check --log --json > ../log.json || true
	[ "$(python3 -c '
import json
for r in json.load(open("../log.json"))["rules"]:
    if r["rule"] in ("row-constraint", "table-constraint", "unique-error") and r["failed"] > 0:
        print(r)')" = "" ]
}

@test "check --log is what a model finds in the text of each commit" {
	for seed in $(sampled 40 6); do
		rm -rf t
		mkdir t
		(cd t && git init -q && varve init -q . > /dev/null)
		succeeds python3 "$BATS_TEST_DIRNAME/log_model.py" t "$seed"
	done
}
