load ../helper

# prices.csv, one version on main, another on spring, which is checked out; no block of them is left.
lost_blocks() {
	new_repo
	rows 3000 > prices.csv
	cp prices.csv ../main.csv
	touch -d '1 hour ago' prices.csv
	varve add prices.csv "$@" > /dev/null
	varve commit -qm one
	varve switch -q -c spring
	sed -i 's/^1500,/1500000,/' prices.csv
	touch -d '1 hour ago' prices.csv
	cp prices.csv ../spring.csv
	varve commit -qam two
	rm -rf .git/varve
}

@test "switch stores a table again before it replaces the last copy" {
	lost_blocks
	ends_with 1 varve switch main
	[[ "$stderr" == *"prices.csv: the missing blocks of its version were restored from the file"* ]]
	grep -q '^varve pointer: ' prices.csv
	succeeds varve switch spring
	same_bytes ../spring.csv prices.csv
	[ -z "$(git status --porcelain)" ]
}

@test "so it does where the key was declared, or declined" {
	for form in "--key id" --no-key; do
		mkdir "of$form"
		cd "of$form"
		lost_blocks $form
		ends_with 1 varve switch -q main
		succeeds varve switch spring
		same_bytes ../spring.csv prices.csv
		cd ..
	done
}

@test "restore and rm keep the last copy too" {
	lost_blocks
	ends_with 2 varve restore --source main prices.csv
	same_bytes ../spring.csv prices.csv
	succeeds varve rm prices.csv
	[ ! -e prices.csv ]
	succeeds varve restore --source HEAD prices.csv
	same_bytes ../spring.csv prices.csv
}

@test "a file that cannot be stored again is not replaced" {
	new_repo
	(echo id,v; seq 2100 | sed 's/$/,07/') > t.csv
	touch -d '1 hour ago' t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	varve switch -q -c spring
	# What had leading zeros stays text; the file alone has integers.
	(echo id,v; seq 2100 | sed 's/$/,7/') > t.csv
	touch -d '1 hour ago' t.csv
	cp t.csv ../spring.csv
	varve commit -qam two
	rm -rf .git/varve
	ends_with 2 varve switch main
	[[ "$stderr" == *"t.csv: the blocks of its version are missing here, so the file may be the last copy"* ]]
	[[ "$stderr" == *"varve fsck --repair"* ]]
	same_bytes ../spring.csv t.csv
	[ "$(git branch --show-current)" = spring ]
	ends_with 2 varve rm t.csv
	same_bytes ../spring.csv t.csv
}

@test "git status finds an unchanged file unchanged without the blocks of its version" {
	lost_blocks --key id
	touch prices.csv
	succeeds git status --porcelain
	output_is ""
	[ -z "$stderr" ]
	[ -z "$(varve status --porcelain)" ]
}
