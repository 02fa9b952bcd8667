# What is expired and erased in a store, in the folder $store: load it behind host.bash.

search=$BATS_TEST_DIRNAME/../../stories/hosts/search.py

# six_days WORD...: six days of prices and a table of people in the store that 'varve store add WORD...' adds, and a CAR of each
# version in ../car; the current folder is a clone of the host.
six_days() {
	local day
	varve store add "$@" > /dev/null
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	varve add people.csv > /dev/null
	[ ! -e .varveconfig ] || varve add .varveconfig > /dev/null
	mkdir ../car
	for day in 1 2 3 4 5 6; do
		numbers 400 "$day" > prices.csv
		varve add prices.csv > /dev/null
		tick 86400
		varve commit -qm "day $day"
		varve push -q -u origin main
		varve ipfs car export -q HEAD:prices.csv "../car/$day"
	done
	varve ipfs car export -q HEAD:people.csv ../car/people
	ends_with 1 python3 "$search" ../car/[1-6] ../car/people -- "$store"
}

gone_days=(../car/1 ../car/2 ../car/3 ../car/4 +../car/5 +../car/6)

erase_ada() {
	printf 'ada@example.org\n' | varve erase --values-from - "$@"
}

blocks_answer() {
	jq -r '.answers[] | select(.remote == "origin" and .what == "blocks") | .answer + " " + (.reason // "")' ../receipt
}

copy_has_the_rest() {
	succeeds varve -C "$1" fsck --data
	cmp prices.csv "$1/prices.csv"
	[ "$(varve -C "$1" cat main:people.csv)" = "$(printf 'id,email\n2,bob@example.org')" ]
}

# After six_days: expired and erased rows are in no byte of the folder, and the receipt is right.
forgets() {
	succeeds erase_ada --plan --remote origin
	ends_with 1 erase_ada --apply --now --receipt ../receipt
	[ "$(blocks_answer)" = "gone " ]
	python3 "$search" ../car/people =ada@example.org -- "$store"
	git -C ../host.git gc -q --prune=now
	succeeds erase_ada --apply --now --receipt ../receipt
	[ "$(blocks_answer)" = "gone " ]
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire --apply ../plan.json --now
	output_has "4 versions and "
	output_lacks "not freed: the bucket"
	python3 "$search" "${gone_days[@]}" ../car/people =ada@example.org -- "$store"
}
