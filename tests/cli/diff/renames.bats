load ../helper

# a.csv, of several row groups, committed; then moved to b.csv.
moved() {
	new_repo
	rows 5000 > a.csv
	varve add a.csv > ../out
	varve commit -qm one
	varve mv a.csv b.csv > ../out
}

@test "a table renamed and changed is a rename with its cells" {
	moved
	sed -i 's/^70,item [0-9]*,/70,seventy,/' b.csv
	succeeds varve diff HEAD
	output_has "a.csv -> b.csv: HEAD -> work tree"
	output_has "-> seventy"
	output_has "1 row changed (1 cell); 5,000 -> 5,000 rows"
	varve add b.csv > ../out
	succeeds varve diff --cached
	output_has "a.csv -> b.csv: HEAD -> index"
	output_has "1 row changed (1 cell)"
	varve commit -qm two
	succeeds varve diff --stat HEAD~1 HEAD
	output_has " a.csv => b.csv | ~1 row"
	succeeds varve diff --summary HEAD~1 HEAD
	output_has "was      a.csv"
}

@test "a rename can be left out" {
	moved
	sed -i 's/^70,item [0-9]*,/70,seventy,/' b.csv
	varve add b.csv > ../out
	succeeds varve diff --cached --no-renames --stat
	output_has " a.csv | removed: 5,000 rows, 4 columns"
	output_has " b.csv | new: 5,000 rows, 4 columns"
}

@test "another table of the same shape is not a rename" {
	new_repo
	rows 5000 1 > 2023.csv
	varve add 2023.csv > ../out
	varve commit -qm one
	varve rm -q 2023.csv
	rows 5000 2 > 2024.csv
	varve add 2024.csv > ../out
	succeeds varve diff --cached --stat
	output_has " 2023.csv | removed"
	output_has " 2024.csv | new"
	output_lacks "=>"
}

@test "of several the most alike is taken" {
	new_repo
	rows 20000 > a.csv
	awk -F, -v OFS=, 'NR > 15000 { $2 = "other " $2 } 1' a.csv > c.csv
	varve add a.csv c.csv > ../out
	varve commit -qm one
	awk -F, -v OFS=, 'NR > 15000 { $2 = "other " $2 } NR == 3 { $2 = "changed" } 1' a.csv > new.csv
	varve rm -q a.csv c.csv
	varve add new.csv > ../out
	succeeds varve diff --cached --stat
	output_has " c.csv => new.csv | ~1 row"
	output_has " a.csv"
}

@test "text of git's history is followed by likeness" {
	git init -q
	rows 200 > a.csv
	git add a.csv
	git commit -qm one
	git mv a.csv b.csv
	sed -i 's/^70,item [0-9]*,/70,seventy,/' b.csv
	git commit -qam two
	succeeds varve diff HEAD~1 HEAD
	output_has "a.csv -> b.csv"
	output_has "1 row changed (1 cell)"
}

@test "a patch carries a rename with changed cells both ways" {
	moved
	cp b.csv ../old
	sed -i 's/^70,item [0-9]*,/70,seventy,/' b.csv
	varve add b.csv > ../out
	varve commit -qm two
	cp b.csv ../new
	varve diff --format patch HEAD~1 HEAD > ../p
	git checkout -q HEAD~1
	succeeds varve apply ../p
	output_has "b.csv: renamed from a.csv, 1 row changed"
	same_bytes b.csv ../new
	[ ! -e a.csv ]
	succeeds varve apply -R ../p
	same_bytes a.csv ../old
	[ ! -e b.csv ]
}

@test "a table of a few rows renamed and changed is a rename" {
	new_repo
	printf 'id,name\n1,lamp\n2,chair\n3,desk\n4,bed\n' > a.csv
	varve add a.csv > ../out
	varve commit -qm one
	varve mv a.csv b.csv > ../out
	sed -i 's/^2,chair/2,stool/' b.csv
	varve add b.csv > ../out
	succeeds varve diff --cached --stat
	output_has " a.csv => b.csv | ~1 row"
	varve commit -qm two
	succeeds varve log --row 2 b.csv
	output_has one
	output_has two
}

@test "another table of a few rows is not a rename" {
	new_repo
	printf 'id,name\n1,lamp\n2,chair\n3,desk\n4,bed\n' > a.csv
	varve add a.csv > ../out
	varve commit -qm one
	varve rm -q a.csv
	printf 'id,name\n1,lamp\n2,stool\n3,table\n4,sofa\n' > b.csv
	varve add b.csv > ../out
	succeeds varve diff --cached --stat
	output_has " a.csv | removed"
	output_has " b.csv | new"
	output_lacks "=>"
}

@test "a merge follows a table of a few rows that was renamed and changed" {
	new_repo
	printf 'id,name\n1,lamp\n2,chair\n3,desk\n4,bed\n' > a.csv
	varve add a.csv > ../out
	varve commit -qm one
	varve switch -qc side
	sed -i 's/^4,bed/4,sofa/' a.csv
	varve add a.csv > ../out
	varve commit -qm side
	varve switch -q -
	varve mv a.csv b.csv > ../out
	sed -i 's/^2,chair/2,stool/' b.csv
	varve add b.csv > ../out
	varve commit -qm two
	succeeds varve merge side
	succeeds cat b.csv
	output_is $'id,name\n1,lamp\n2,stool\n3,desk\n4,sofa'
	[ ! -e a.csv ]
}
