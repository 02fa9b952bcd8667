load ../helper

# A merge (or cherry-pick) that stopped at one cell; theirs also changed another row.
stopped() {
	new_repo
	printf 'id,a\n1,x\n2,y\n3,z\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm base && tick
	git checkout -qb side
	printf 'id,a\n1,new\n2,theirs\n3,z\n' > t.csv
	varve commit -qam theirs && tick
	git checkout -q main
	printf 'id,a\n1,x\n2,ours\n3,zz\n' > t.csv
	varve commit -qam ours && tick
	run varve "$1" side
	[ "$status" -eq 1 ]
}

@test "a table in conflict is compared with ours" {
	stopped merge
	succeeds varve diff
	output_is "t.csv: ours -> work tree
  conflict not resolved yet ('varve conflicts' lists them)

    id  a
  ~  1  x -> new

  1 row changed (1 cell); 3 -> 3 rows"
	succeeds varve diff --ours
	output_has "t.csv: ours -> work tree"
	run varve diff --exit-code
	[ "$status" -eq 1 ]
	succeeds varve diff --name-only
	output_is t.csv
	succeeds varve diff --name-status
	output_is "U	t.csv"
	succeeds varve diff --cached --name-status
	output_is "U	t.csv"
}

@test "JSON of a table in conflict" {
	stopped merge
	succeeds varve diff --json
	output_has '"path":"t.csv","change":"changed","old":"ours:t.csv","new":"work tree:t.csv"'
	output_has '"conflict":true'
	output_has '"cells":{"a":{"old":"x","new":"new"}}'
}

@test "a table in conflict is compared with theirs, with the base and with a commit" {
	stopped merge
	succeeds varve diff --theirs
	output_has "t.csv: theirs -> work tree"
	output_has "theirs -> ours"
	succeeds varve diff --base
	output_has "t.csv: base -> work tree"
	output_has "y -> ours"
	output_has "3 rows changed (3 cells)"
	succeeds varve diff HEAD
	output_has "t.csv: HEAD -> work tree"
	succeeds varve diff side
	output_has "theirs -> ours"
	run varve diff --theirs HEAD
	[ "$status" -eq 2 ]
	[[ "$stderr$output" == *"--base, --ours and --theirs compare a side of a conflict with the work tree"* ]]
}

@test "a table in conflict that is equal to ours is told, too" {
	stopped merge
	printf 'id,a\n1,x\n2,ours\n3,zz\n' > t.csv
	succeeds varve diff
	output_has "t.csv: ours -> work tree"
	output_has "no change in data"
	succeeds varve diff --cached
	output_has "t.csv: in conflict"
}

@test "a cherry-pick that stopped is compared like a merge" {
	stopped cherry-pick
	succeeds varve diff
	output_has "t.csv: ours -> work tree"
	output_has "x -> new"
	succeeds varve status
	output_has "varve cherry-pick --continue"
	output_has "varve cherry-pick --abort"
}

@test "status names how a merge goes on and how it is given up" {
	stopped merge
	succeeds varve status
	output_has 'use "varve merge --continue" to conclude it, "varve merge --abort" to undo it'
}

@test "a revert that stopped is compared and told like a merge" {
	new_repo
	printf 'id,a\n1,x\n2,y\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	printf 'id,a\n1,x\n2,z\n' > t.csv
	varve commit -qam two && tick
	printf 'id,a\n1,x\n2,w\n' > t.csv
	varve commit -qam three
	run varve revert HEAD~1
	[ "$status" -eq 1 ]
	succeeds varve diff --theirs
	output_has "y -> w"
	succeeds varve diff
	output_has "t.csv: ours -> work tree"
	succeeds varve status
	output_has "varve revert --continue"
	output_has "varve revert --abort"
}

@test "a table that one side removed is in the difference" {
	new_repo
	printf 'id,a\n1,x\n2,y\n' > t.csv
	cp t.csv other.csv
	varve add --key id t.csv other.csv > ../out && varve commit -qm one && tick
	git checkout -qb side
	varve rm -q t.csv && varve commit -qm removed && tick
	git checkout -q main
	printf 'id,a\n1,x\n2,z\n' > t.csv
	varve commit -qam changed
	run varve merge side
	[ "$status" -eq 1 ]
	succeeds varve diff
	output_has "t.csv: ours -> work tree"
	succeeds varve diff --theirs
	output_has "t.csv: new table"
}

@test "the sides of a conflict have names in the index" {
	stopped merge
	succeeds varve cat :1:t.csv
	output_has "2,y"
	succeeds varve cat :2:t.csv
	output_has "2,ours"
	succeeds varve cat :3:t.csv
	output_has "2,theirs"
	run varve cat :t.csv
	[ "$status" -ne 0 ]
	[[ "$stderr$output" == *"':2:PATH' ours"* ]]
}
