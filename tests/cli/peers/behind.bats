load ../helper

# A clone that lacks what the other side takes for granted, or the other way round: fetch goes on.

# hub.git, and the clones a (which pushes) and b.
setup() {
	varve_setup
	mkdir a
	cd a
	new_repo
	rows 3000 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	cd ..
	varve clone -q --bare a hub.git
	(cd a && varve remote add origin "$PWD/../hub.git")
	varve clone -q hub.git b
}

# One more version in a, pushed to a branch (main).
more() {
	(
		cd a
		tick
		sed -i "s/^$1,item/$1,changed/" t.csv
		varve commit -qam "change $1"
		varve push -q origin "HEAD:refs/heads/${2-main}"
	)
}

same() {
	cmp a/t.csv b/t.csv
	(cd b && succeeds varve fsck --data)
}

@test "a fetch goes on after what it had fetched was dropped" {
	more 7
	(cd b && varve fetch -q && succeeds varve drop --history)
	more 8
	more 9
	cd b
	succeeds varve fetch
	succeeds varve fetch
	succeeds varve pull -q
	cd ..
	same
	# again, and from a commit of which only the name is here
	more 10
	(cd b && varve fetch -q && succeeds varve drop --history)
	(cd a && git checkout -q main~2 2> /dev/null)
	more 11 side
	(cd a && git checkout -q main)
	more 12
	(cd b && succeeds varve pull -q)
	same
	(cd b && varve cat --raw origin/side:t.csv | cmp - <(cd ../a && varve cat --raw "$(git -C ../hub.git rev-parse side)":t.csv))
}
