load ../helper

@test "settings are set read listed and removed" {
	new_repo
	succeeds varve config varve.smudgelimit 1m
	[ "$(git config varve.smudgelimit)" = 1m ]
	succeeds varve config varve.smudgelimit
	output_is 1m
	succeeds varve config --list
	output_has "varve.smudgelimit 1m  (local)"
	output_has "filter.varve.process varve filter-process  (local)"
	succeeds varve config --unset varve.smudgelimit
	ends_with 1 varve config varve.smudgelimit
	output_is ""
}

@test "other settings are git's" {
	new_repo
	ends_with 2 varve config user.name
	stderr_is $'varve: \'user.name\' is not one of varve\'s settings (varve.*)\nhint: \'git config user.name\' works here'
}

@test "a setting that varve does not have is refused and the near one named" {
	new_repo
	ends_with 2 varve config varve.keepfrees 5m
	stderr_is $'varve: varve has no setting \'varve.keepfrees\'\nhint: did you mean \'varve.keepFree\'? \'varve config varve.keepFree 5m\' does it'
	ends_with 2 varve config remote.origin.varveLasy true
	stderr_is $'varve: varve has no setting \'remote.origin.varveLasy\'\nhint: did you mean \'remote.origin.varveLazy\'? \'varve config remote.origin.varveLazy true\' does it'
	ends_with 2 varve config varve.quux
	stderr_has "'varve config --list --all' lists the settings"
	git config varve.quux 1
	succeeds varve config varve.quux
	output_is 1
	succeeds varve config --unset varve.quux
}

@test "a value that means nothing is refused and nothing is set" {
	new_repo
	ends_with 2 varve config varve.keepfree much
	stderr_is "varve: the setting 'varve.keepFree' is 'much', expected a number such as 512, 64k or 256m"
	ends_with 2 varve config varve.autoFetch maybe
	stderr_is "varve: the setting 'varve.autoFetch' is 'maybe', expected true or false"
	ends_with 2 varve config varve.ssh putty
	stderr_is "varve: the setting 'varve.ssh' is 'putty', expected auto, libssh2 or external"
	ends_with 2 varve config remote.origin.varveKind github
	stderr_is "varve: the setting 'remote.origin.varveKind' is 'github', expected git, peer or folder"
	ends_with 1 git config --get-regexp '^(varve|remote)[.]'
	succeeds varve config remote.origin.varveKind git
	[ "$(git config remote.origin.varveKind)" = git ]
}

@test "list all tells what holds where nothing is set" {
	new_repo
	git config varve.keepFree 5m
	succeeds varve config --list --all
	output_has "varve.keepfree           5m  (local)"
	output_lacks "varve.keepFree"
	output_has "varve.gcDays             14  (default: "
	output_has "remote.NAME.varveKind    (not set, of git, peer or folder: "
	succeeds varve config --list --all --json
	echo "$output" | python3 -c '
import json, sys
a = {x["setting"]: x for x in json.load(sys.stdin)}
assert a["varve.gcDays"]["value"] == "14" and a["varve.addTables"]["value"] is None
'
	ends_with 2 varve config --all varve.keepFree
}

@test "explain says where each setting of a path comes from" {
	new_repo
	printf 'id;name\n1;x\n2;y\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	succeeds varve config --explain t.csv
	output_has "tracked    yes  (.gitattributes:"
	output_has "described  no  (no datapackage.json names it)"
	output_has "form       semicolon-separated, header  (that of the first version)"
	output_has "key        id  (found when the table was first added)"
	varve clone -q --bare . ../bare.git
	succeeds varve --git-dir ../bare.git config --explain HEAD:t.csv
	output_has "tracked    yes  (a line of .gitattributes in HEAD)"
	varve schema --key name t.csv
	varve add datapackage.json > /dev/null
	varve commit -qm two
	succeeds varve config --explain t.csv
	output_has "described  yes  (datapackage.json)"
	output_has "key        name  (datapackage.json)"
	git config varve.smudgelimit 5m
	succeeds varve config --explain t.csv --json
	echo "$output" | python3 -c '
import json, sys
a = {x["setting"]: x for x in json.load(sys.stdin)}
assert a["smudge"]["value"] == "5m" and "local" in a["smudge"]["source"]
assert a["schema"]["source"] == "datapackage.json"
'
}

@test "the deepest line that matches decides" {
	new_repo
	varve track '*.csv' > /dev/null
	mkdir sub
	echo 'x.csv -filter' > sub/.gitattributes
	git add sub/.gitattributes
	rows 2 > sub/x.csv
	rows 2 > sub/y.csv
	succeeds varve config --explain sub/x.csv
	output_has "tracked    no  (sub/.gitattributes:1: x.csv -filter)"
	succeeds varve config --explain sub/y.csv
	output_has "tracked    yes  (.gitattributes:"
}
