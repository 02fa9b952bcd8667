load ../helper

@test "what the whole table lacks comes before its rows, and numbers of one form have one hint" {
	new_repo
	{ echo id,a,b,amount; seq 400 | sed 's/.*/&,x,y,&.5/'; } > t.csv
	echo '{"rules": {"rows-removed": {"max": "10%"}}}' > varve.json
	varve add -q t.csv varve.json
	varve commit -qm one
	{ head -50 t.csv; printf '51,x'; } > cut.csv
	mv cut.csv t.csv
	ends_with 1 varve check t.csv
	[[ $(grep -m 1 '^  error' <<< "$output") == *rows-removed* ]]
	[ "$(grep -c '^  error missing-cell' <<< "$output")" -eq 2 ]
	git checkout -q t.csv
	sed -i '2,9s/\([0-9]*\)\.5$/"\1,5"/' t.csv
	run varve check t.csv
	[ "$(grep -c 'if it is intended' <<< "$output")" -eq 1 ]
	[[ $output == *"varve schema --number amount=1,5 t.csv"* ]]
	sed -i 's/"1,5"/tba/; s/"2,5"/none/' t.csv
	run varve check t.csv
	[ "$(grep -c 'if it is intended: varve schema --missing' <<< "$output")" -eq 2 ]
}
