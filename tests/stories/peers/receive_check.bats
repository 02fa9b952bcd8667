load ../../cli/helper

# receive.varveCheck: the rules of the repository that is pushed to come before those that are pushed.

# A clone whose origin refuses invalid data; price is 0 or more.
guarded() {
	new_repo
	{ echo id,price; for i in $(seq 20); do echo "$i,$i"; done; } > t.csv
	echo '{"rules": {"row-constraint": "price >= 0"}}' > varve.json
	varve add -q t.csv varve.json
	varve commit -q -m first
	varve init -q --bare ../hub.git > /dev/null
	varve remote add origin ../hub.git
	varve push -q -u origin main 2> /dev/null
	git -C ../hub.git config receive.varveCheck refuse
}

# Commits that one price is negative, with $1 as message and $2 as varve.json.
breaks() {
	tick
	sed -i 's/^7,.*/7,-1/' t.csv
	[ $# -lt 2 ] || printf '%s\n' "$2" > varve.json
	varve add -q t.csv
	git add -A .
	git commit -q -m "$1"
}

refused() {
	ends_with 1 varve push "$@"
	stderr_has "receive.varveCheck"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse origin/main)" ]
}

@test "rules that are pushed with the data do not get around those that are there" {
	guarded
	for rules in '{}' '{"rules": {"row-constraint": "off"}}' '{"datasets": [{"path": "*.csv", "check": false}]}' \
		'{"rules": {"row-constraint": {"condition": "price >= 0", "severity": "warning"}}}'; do
		breaks bad "$rules"
		refused
		git reset -q --hard origin/main
	done
	git rm -q varve.json
	breaks bad
	refused
	git reset -q --hard origin/main
	# in two commits of one push, and in a new branch
	tick
	echo '{}' > varve.json
	git commit -q -a -m rules
	breaks bad
	refused
	ends_with 1 varve push origin main:other
	stderr_has "receive.varveCheck"
	ends_with 1 git -C ../hub.git rev-parse -q --verify refs/heads/other
}

@test "a tag brings no invalid data, and needs no check of what a branch has" {
	guarded
	git tag old
	git tag contents HEAD:t.csv
	breaks bad '{}'
	git tag light
	git tag -a -m note annotated
	for name in light annotated; do
		ends_with 1 varve push origin "$name"
		stderr_has "receive.varveCheck"
	done
	ends_with 1 varve push origin main light
	[ -z "$(git -C ../hub.git tag)" ]
	succeeds varve push origin old contents
	# what an older main has, or the one that is pushed with it, is checked no second time
	git -C ../hub.git config receive.varveCheck off
	succeeds varve push origin main
	git -C ../hub.git config receive.varveCheck refuse
	succeeds varve push origin light
	sed -i 's/^7,.*/7,7/' t.csv
	tick
	varve add -q t.csv
	varve commit -q -m mended
	git tag -a -m note mended
	succeeds varve push origin main mended annotated
	[ "$(git -C ../hub.git tag | tr '\n' ' ')" = "annotated contents light mended old " ]
}

@test "the branch whose rules hold is not deleted by a push, as in Git" {
	guarded
	good=$(git rev-parse main)
	breaks bad '{}'
	ends_with 1 varve push origin :main
	stderr_has "receive.denyDeleteCurrent"
	refused
	[ "$(git -C ../hub.git rev-parse main)" = "$good" ]
	succeeds varve push origin "$good:refs/heads/side"
	succeeds varve push origin :side
	git -C ../hub.git config receive.denyDeleteCurrent ignore
	succeeds varve push origin :main
}

@test "a new branch is held to the rules that are there where HEAD has no commit" {
	guarded
	git -C ../hub.git symbolic-ref HEAD refs/heads/unborn
	breaks bad '{}'
	ends_with 1 varve push origin main:other
	stderr_has "receive.varveCheck"
	git reset -q --hard origin/main
	succeeds varve push origin main:other
}

@test "what a push accepts for itself does not hold; what the branch there accepts does" {
	guarded
	yes='{"rules": {"row-constraint": "price >= 0"}, "accept": [{"rule": "row-constraint", "path": "t.csv", "why": "so it is"}]}'
	breaks $'bad\n\nVarve-Accept: row-constraint t.csv "so it is"' "$yes"
	refused
	git reset -q --hard origin/main
	tick
	echo "$yes" > varve.json
	git commit -q -a -m accept
	succeeds varve push
	breaks bad
	succeeds varve push
}

@test "descriptions that are pushed with the data do not get around those that are there" {
	guarded
	schema() { # CONSTRAINTS [MORE FIELDS]
		printf '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"},
			{"name": "price", "type": "integer", "constraints": {%s}}%s]}}]}\n' "$1" "${2-}" > datapackage.json
	}
	echo '{}' > varve.json
	schema '"minimum": 0'
	varve add -q datapackage.json varve.json t.csv
	git commit -q -m described
	succeeds varve push
	# removed, loosened, the whole file
	schema ''
	breaks bad
	refused
	git reset -q --hard origin/main
	schema '"minimum": -9'
	breaks bad
	refused
	git reset -q --hard origin/main
	git rm -q datapackage.json
	breaks bad
	refused
	git reset -q --hard origin/main
	# a new column is judged by what the push says of it
	tick
	schema '"minimum": 0' ', {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b"]}}'
	sed -i '1s/$/,kind/; 2,$s/$/,a/' t.csv
	varve add -q t.csv
	git add -A .
	git commit -q -m kind
	succeeds varve check origin/main..HEAD
	output_has 'field kind: none -> {"name":"kind"'
	succeeds varve push
	tick
	schema '"minimum": 0' ', {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b"]}}, {"name": "n", "type": "integer"}'
	sed -i '1s/$/,n/; 2,$s/$/,x/' t.csv
	varve add -q t.csv
	git add -A .
	git commit -q -m n
	refused
}

@test "data must be valid under the rules that come with it, too" {
	guarded
	tick
	sed -i 's/^7,.*/7,100/' t.csv
	echo '{"rules": {"row-constraint": ["price >= 0", "price < 50"]}}' > varve.json
	varve add -q t.csv varve.json
	varve commit -q -m strict
	refused
}

@test "the file that receive.varveRules names is beyond every push" {
	guarded
	echo '{"rules": {"row-constraint": "price >= 0"}}' > ../hub.git/rules.json
	git -C ../hub.git config receive.varveRules rules.json
	tick
	echo '{}' > varve.json
	git commit -q -a -m rules
	succeeds varve push
	breaks bad
	refused
	git -C ../hub.git config --unset receive.varveRules
	succeeds varve push # who may push may also loosen the rules that the repository has
	echo '{"rulez": {}}' > ../hub.git/rules.json
	git -C ../hub.git config receive.varveRules rules.json
	tick
	git commit -q --allow-empty -m empty
	sed -i 's/^8,.*/8,9/' t.csv
	varve add -q t.csv
	git commit -q -m next
	run --separate-stderr varve push
	[ "$status" -ne 0 ]
	stderr_has "rulez"
}

@test "a check that only warns lets a push pass that it cannot judge" {
	guarded
	git -C ../hub.git config receive.varveCheck warn
	breaks bad '{"rulez": {}}'
	succeeds varve push
	stderr_has "price >= 0"
	breaks again '{"rulez": {"x": 1}}'
	sed -i 's/^7,.*/7,7/' t.csv
	varve add -q t.csv
	git commit -q -m mended
	succeeds varve push
	stderr_has "could not run"
}
