# Quotes and line ends of CSV: unchanged ones stay, whatever is usual in a column or in the file.
load ../helper

# merged BASE OURS THEIRS RESULT: a merge of these texts makes this one.
merged() {
	printf "$1" > base
	printf "$2" > ours
	printf "$3" > theirs
	succeeds varve merge-file base ours theirs t.csv
	printf "$4" | cmp - ours
}

start() {
	new_repo
	varve track --text '*.csv'
}

@test "quotes of cells that nobody changed stay where one side makes other quotes usual in a column" {
	start
	base='id,a,b\n1,"u",p\n2,"v",q\n3,w,r\n4,x,s\n5,y,t\n'
	merged "$base" "$base"'6,"z",i\n7,"z",j\n' 'id,a,b\n1,"u",p\n2,"v",q\n3,w,r\n4,x,S\n5,Y,t\n' \
		'id,a,b\n1,"u",p\n2,"v",q\n3,w,r\n4,x,S\n5,Y,t\n6,"z",i\n7,"z",j\n'
}

@test "line ends that nobody changed stay where one side makes others usual" {
	start
	base='id,a\n1,u\r\n2,v\r\n3,w\n4,x\n5,y\n'
	merged "$base" "$base"'6,i\r\n7,j\r\n' 'id,a\n1,u\r\n2,V\r\n3,w\n4,X\n5,y\n' \
		'id,a\n1,u\r\n2,V\r\n3,w\n4,X\n5,y\n6,i\r\n7,j\r\n'
}

@test "a row that one side added has the quotes and line end that the other side gave to all rows" {
	start
	merged 'id,a\n1,u\n2,v\n3,w\n' 'id,a\n1,"u"\r\n2,"v"\r\n3,"w"\r\n' 'id,a\n1,u\n2,v\n3,w\n"4",x\n' \
		'id,a\n1,"u"\r\n2,"v"\r\n3,"w"\r\n"4","x"\r\n'
}

@test "quotes that are not usual stay where both sides add or drop columns, and the header gets none" {
	start
	base='id,a,b\n"1",u,p\n"2","v","q"\n3,w,r\n'
	merged "$base" 'id,a,b,c\n"1",u,p,5\n"2","v","q",6\n3,w,r,7\n' 'id,a,b,d\n"1",u,p,A\n"2","v","q",B\n3,w,r,C\n' \
		'id,a,b,c,d\n"1",u,p,5,A\n"2","v","q",6,B\n3,w,r,7,C\n'
	merged "$base" 'id,b\n"1",p\n"2","q"\n3,r\n' 'id,a,b,d\n"1",u,p,A\n"2","v","q",B\n3,w,r,C\n' \
		'id,b,d\n"1",p,A\n"2","q",B\n3,r,C\n'
}

@test "a merge that changes what is usual in a column leaves nothing to commit" {
	new_repo
	printf 'id,a\n1,"p"\n2,"q"\n3,"r"\n4,"s"\n5,"t"\n6,"u"\n' > t.csv
	varve add -q t.csv
	varve commit -qm base
	git switch -q -c theirs
	printf '7,v\n8,w\n9,x\n10,y\n' >> t.csv
	varve commit -qam more
	git switch -q main
	sed -i 2,4d t.csv
	varve commit -qam fewer
	succeeds varve merge -q theirs
	printf 'id,a\n4,"s"\n5,"t"\n6,"u"\n7,v\n8,w\n9,x\n10,y\n' | cmp - t.csv
	touch t.csv
	[ -z "$(git status --porcelain)" ]
	[ -z "$(varve status --porcelain)" ]
	succeeds varve diff --exit-code
	succeeds varve add t.csv
	[ -z "$(git status --porcelain)" ]
	# who declares another form, or changes a cell, gets it
	succeeds varve add --no-header t.csv
	[ -n "$(git status --porcelain)" ]
	git reset -q --hard
	sed -i 's/10,y/10,z/' t.csv
	succeeds varve commit -qam z
	succeeds varve diff HEAD~1 HEAD
	output_has "1 row changed (1 cell)"
}

@test "a row that both sides added has the quotes and line end that one side gave to all rows" {
	start
	base='id,a\n1,u\n2,v\n3,w\n5,x\n' quoted='id,a\n"1","u"\r\n"2","v"\r\n"3","w"\r\n"5","x"\r\n'
	for more in '' '6,i\n'; do
		merged "$base" "$quoted"'"4","x"\r\n' "$base"'4,x\n'"$more" "$quoted"'"4","x"\r\n'"${more:+\"6\",\"i\"\r\n}"
		merged "$base" "$base"'4,x\n'"$more" "$quoted"'"4","x"\r\n' "$quoted"'"4","x"\r\n'"${more:+\"6\",\"i\"\r\n}"
		merged "$base" "$quoted"'"4","x"\n' "$base"'4,x\n'"$more" "$quoted"'"4","x"\r\n'"${more:+\"6\",\"i\"\r\n}"
	done
	merged "$base" "$base"'4,"x"\r\n' "$base"'4,"x"\r\n6,i\n' "$base"'4,"x"\r\n6,i\n'
	merged "$base" "$base"'4,"x"\r\n' "$base"'4,x\n6,i\n' "$base"'4,x\n6,i\n'
}

@test "a row that one side changed and the other removed has the quotes and line end that the other gave to all rows" {
	start
	printf 'id,a\n1,u\n2,v\n3,w\n4,x\n' > base
	printf 'id,a\n1,u\n2,v\n3,w\n4,X\n' > ours
	printf 'id,a\n"1","u"\r\n"2","v"\r\n"3","w"\r\n' > theirs
	ends_with 1 varve merge-file base ours theirs t.csv
	printf 'id,a\n"1","u"\r\n"2","v"\r\n"3","w"\r\n"4","X"\r\n' | cmp - ours
}

@test "without quotes, a row that begins like a comment is merged where both sides changed other cells" {
	new_repo
	printf 'id,a,b\n1,x,y\n# note\n5,r,s\n#2,p,q\n3,"r,s\n4,t,u\n' > t.csv
	varve add -q --quote none --key id t.csv
	varve commit -qm one
	git checkout -q -b two
	sed -i 's/2,p/2,P/' t.csv
	varve commit -qam two
	git checkout -q main
	sed -i '5s/q/Q/' t.csv
	varve commit -qam three
	succeeds varve merge -q two
	printf 'id,a,b\n1,x,y\n# note\n5,r,s\n#2,P,Q\n3,"r,s\n4,t,u\n' | cmp - t.csv
}

@test "JSON: lines stay where a row that was removed and changed keeps a member that all other rows lost" {
	start
	printf '{"id":%s,"a":"x"}\n' 1 2 3 4 5 > theirs
	(cat theirs && echo '{"id":6,"a":"x","b":"y"}') > base
	sed 's/x","b/new","b/' base > ours
	printf '{"id":1, "a" :  "\\u0041"}\n{"id":2, "a" : "x"}\n' > theirs
	sed -n 3,5p base >> theirs
	(cat theirs && tail -n 1 ours) > wanted
	ends_with 1 varve merge-file base ours theirs t.ndjson
	cmp wanted ours
}

@test "random tables with one spelling: what one side gave to all rows, all rows of the result have" {
	start
	succeeds python3 "$BATS_TEST_DIRNAME/spelling_law.py" --one "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$(a_sixth 25)"
}

@test "random quotes, line ends and columns: what nobody changed stays" {
	start
	succeeds python3 "$BATS_TEST_DIRNAME/spelling_law.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$(a_sixth 25)"
}

@test "a cell that one side changed gets the quotes that the other gave to its column, whatever the order and the verb" {
	new_repo
	(echo id,a,b; seq 1 20 | sed 's/.*/&,x&,y&/') > k.csv
	varve add -q --key id k.csv
	varve commit -qm base
	git tag base
	for n in 1 2 3; do
		git switch -qC theirs base
		sed -i s/x7,/EDIT,/ k.csv
		varve commit -qam "theirs $n"
		git switch -qC ours base
		awk -F, -v OFS=, '{print "\"" $1 "\"", "\"" $3 "\"", "\"" $2 "\""}' k.csv > n
		mv n k.csv
		varve commit -qam ours
		git merge -q -m m theirs
		[ "$(sed -n 8p k.csv)" = '"7","y7","EDIT"' ]
		git reset -q --hard HEAD~1
		git cherry-pick theirs > /dev/null
		[ "$(sed -n 8p k.csv)" = '"7","y7","EDIT"' ]
		git switch -q theirs
		git merge -q -m m ours~1
		[ "$(sed -n 8p k.csv)" = '"7","y7","EDIT"' ]
	done
}
