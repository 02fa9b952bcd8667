load ../helper
load ../../stories/hosts/host
load folder

# The host is there, and the store is not: history comes, and what is missing is named with what helps.

@test "a clone while the store is away has the history, names what is missing, and is completed by a fetch" {
	a_store
	change 7
	varve push -q
	mv "$store" "$store.away"
	cd ..
	for lazy in '' --lazy; do
		rm -rf b
		ends_with 1 varve clone -q $lazy "$url" b
		stderr_has "its disk is not mounted"
		stderr_has "varve restore prices.csv"
		[ -n "$lazy" ] || stderr_has "'varve fetch --data' gets the blocks from the remote"
		cd b
		[ "$(git rev-list --count main)" -eq 2 ]
		run varve doctor
		output_has "its disk is not mounted"
		mv "$store.away" "$store"
		succeeds varve fetch --data
		succeeds varve restore prices.csv
		cmp prices.csv ../a/prices.csv
		succeeds varve doctor
		mv "$store" "$store.away"
		cd ..
	done
}

@test "a store whose folder was emptied is begun anew as the hint says" {
	a_store
	rm -rf "${store:?}"/*
	change 7
	ends_with 2 varve push
	stderr_has "if the store was emptied, run 'varve store remove team', then 'varve store add team URL' and 'varve push --blocks'"
	succeeds varve store remove team
	succeeds varve store add team "$store"
	succeeds varve push --blocks
	succeeds varve push
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	git checkout -q HEAD~1
	git -C ../b checkout -q HEAD~1
	cmp prices.csv ../b/prices.csv
}

@test "a fetch while the store is away moves nothing whose rows it cannot get, and the next one does" {
	a_store
	varve clone -q "$url" ../b
	change 7
	varve push -q
	mv "$store" "$store.away"
	cd ../b
	run varve fetch
	[ "$status" -ne 0 ]
	output_has "its disk is not mounted"
	mv "$store.away" "$store"
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
}

@test "a clone whose store is not trusted is told by doctor to trust it" {
	a_store
	printf '[store "team"]\n\turl = s3://some-bucket/x\n' > .varveconfig
	git commit -qam moved --no-verify
	git push -q --no-verify
	cd ..
	ends_with 1 varve clone -q "$url" b
	stderr_has "varve.trustedHost s3://some-bucket"
	stderr_lacks "ask someone who has the blocks"
	stderr_has "then run 'varve restore prices.csv'"
	cd b
	ends_with 1 varve doctor
	output_has "varve.trustedHost s3://some-bucket"
	output_lacks "fix: varve fetch --data"
}
