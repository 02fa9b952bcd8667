load ../helper

# A repository with prices.csv in two versions, v1 and v2; v1 lies in the work tree.
two_versions() {
	new_repo
	v1 > prices.csv
	varve add --key id prices.csv > /dev/null
	varve commit -qm one
	varve tag v1
	v2 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
	varve tag v2
	varve diff --format patch v1 v2 > ../p
	v1 > prices.csv
}

v1() {
	printf 'id,name,price\n1,Blue lamp,9.99\n2,Red lamp,12.50\n3,"Desk",80\n'
}

v2() {
	printf 'id,name,price\n1,Blue lamp,8.99\n3,"Desk",80\n4,Sofa,700\n'
}

@test "a patch brings a table from one version to the next, and back" {
	two_versions
	succeeds varve apply ../p
	output_is "prices.csv: 1 row changed, 1 row added, 1 row removed"
	v2 | cmp - prices.csv
	succeeds varve apply -R ../p
	v1 | cmp - prices.csv
	succeeds varve apply - < ../p
	v2 | cmp - prices.csv
}

@test "a table whose name is one letter is patched" {
	new_repo
	v1 > t
	varve add --as table --key id t > /dev/null
	varve commit -qm one
	v2 > t
	varve diff --format patch t > ../p
	v1 > t
	succeeds varve apply ../p
	v2 | cmp - t
}

@test "--check only says whether a patch fits" {
	two_versions
	succeeds varve apply --check ../p
	v1 | cmp - prices.csv
	v2 | sed 's/8.99/7.99/; s/Sofa/Bed/' > prices.csv
	ends_with 1 varve apply --check ../p
	stderr_has "prices.csv: row id=1, column 'price': expected '9.99', found '7.99'"
	stderr_has "prices.csv: row id=4, column 'name': expected 'Sofa', found 'Bed'"
	v2 > prices.csv
	succeeds varve apply --check ../p
	output_is "prices.csv: already has these changes"
	succeeds varve apply --check -R ../p
}

@test "a patch fits another version where its rows are as they were" {
	two_versions
	printf 'id,name,price\n0,Bed,5\n1,Blue lamp,9.99\n2,Red lamp,12.50\n3,Oak desk,80\n' > prices.csv
	succeeds varve apply ../p
	output_has "(applied to another version)"
	printf 'id,name,price\n0,Bed,5\n1,Blue lamp,8.99\n3,Oak desk,80\n4,Sofa,700\n' | cmp - prices.csv
	ends_with 1 varve apply --exact -R ../p
	stderr_has "without --exact"
}

@test "where it does not fit nothing is written, or with --reject the rest is" {
	two_versions
	printf 'id,name,price\n1,Blue lamp,9\n2,Red lamp,12.50\n3,"Desk",80\n' > prices.csv
	cp prices.csv ../kept
	ends_with 1 varve apply ../p
	stderr_has "row id=1, column 'price': expected '9.99', found '9'"
	stderr_has "the patch does not fit 'prices.csv'"
	cmp prices.csv ../kept
	[ "$(ls -A)" = "$(printf '.git\n.gitattributes\nprices.csv')" ]
	ends_with 1 varve apply --reject ../p
	output_has "1 change rejected"
	printf 'id,name,price\n1,Blue lamp,9\n3,"Desk",80\n4,Sofa,700\n' | cmp - prices.csv
	sed -i 's/,9$/,9.99/' prices.csv
	succeeds varve apply prices.csv.rej
	v2 | cmp - prices.csv
}

@test "a patch that changes columns is merged as a whole, through the version that it was made from" {
	two_versions
	printf 'id,name,cost,unit\n1,Blue lamp,8.99,pc\n2,Red lamp,12.50,pc\n3,"Desk",80,pc\n' > prices.csv
	varve diff --format patch v1 > ../p
	printf 'id,name,price\n1,Blue lamp,9\n2,Red lamp,12.50\n3,"Desk",80\n' > prices.csv
	cp prices.csv ../kept
	ends_with 1 varve apply --reject ../p
	stderr_has "row id=1, column 'cost': expected '9.99', found '9'"
	cmp prices.csv ../kept
	printf 'id,name,price\n1,Blue lamp,9.99\n2,Red lamp,12.50\n3,"Oak desk",80\n' > prices.csv
	succeeds varve apply ../p
	printf 'id,name,cost,unit\n1,Blue lamp,8.99,pc\n2,Red lamp,12.50,pc\n3,"Oak desk",80,pc\n' | cmp - prices.csv
	# elsewhere that version is not known
	mkdir ../elsewhere
	cp ../kept ../elsewhere/prices.csv
	cd ../elsewhere
	ends_with 1 varve apply ../p
	stderr_has "'prices.csv': the patch changes columns, and the version that it was made from is missing here"
	cmp prices.csv ../kept
}

@test "a column that both sides added with other cells is named as one that the base lacks" {
	new_repo
	printf 'id,a\n1,x\n2,y\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	printf 'id,a,b\n1,x,theirs\n2,y,same\n' > t.csv
	varve diff --format patch HEAD > ../patch
	printf 'id,a,b\n1,x,ours\n2,y,same\n' > t.csv
	ends_with 1 varve apply ../patch
	stderr_has "t.csv: row id=1, column 'b': expected no cell, found 'ours'"
	[ "$(cat t.csv)" = $'id,a,b\n1,x,ours\n2,y,same' ]
}

@test "the key column that the table here lacks is named" {
	new_repo
	printf 'b,a,n,m\n1,x,1,1\n1,y,2,1\n2,x,3,1\n2,z,4,1\n' > t.csv
	varve add --key b,a t.csv > ../out
	varve commit -qm one
	varve branch other
	sed -i s/y,2/y,9/ t.csv
	varve diff --format patch > ../p
	varve commit -qam two
	git checkout -q other
	printf 'b,n,m\n1,1,1\n1,2,1\n2,3,1\n2,4,1\n' > t.csv
	varve add --no-key t.csv > ../out
	varve commit -qm three
	ends_with 2 varve apply ../p
	stderr_is "varve: t.csv: key column 'a' is not in all versions"
}

@test "tables come and go with a patch" {
	two_versions
	varve diff --format patch v1~0 v1 > ../none
	succeeds varve apply ../none
	output_is "nothing to do: the patch is empty"
	git rm -q --cached prices.csv
	git commit -qm gone
	varve diff --format patch v2 HEAD > ../gone
	v2 > prices.csv
	succeeds varve apply ../gone
	output_is "prices.csv: removed"
	[ ! -e prices.csv ]
	succeeds varve apply -R ../gone
	v2 | cmp - prices.csv
	ends_with 1 varve apply -R ../gone
	stderr_has "expected no such file"
}

@test "files of bytes are not in a patch, which is said" {
	new_repo
	head -c 200000 /dev/zero | tr '\0' 'x' > x.bin
	varve add --as file x.bin > /dev/null
	varve commit -qm one
	printf '\377more' >> x.bin
	succeeds varve diff --format patch
	output_has '{"type":"end","tables":0}'
	stderr_has "x.bin: a file, 200.0 kB -> 200.0 kB, contents differ"
}

@test "it works without a repository, and on a file of another name" {
	v1 > a.csv
	v2 > b.csv
	varve diff --no-index --format patch a.csv b.csv > p
	cp a.csv c.csv
	succeeds varve apply p c.csv
	cmp c.csv b.csv
	v1 | cmp - a.csv
	succeeds varve apply p
	cmp a.csv b.csv
	mkdir data
	v1 > data/a.csv
	cd data
	succeeds varve apply ../p
	cmp a.csv ../b.csv
}

@test "a Git patch is told from ours, and ours from Git's" {
	v1 > a.csv
	v2 > b.csv
	git diff --no-index a.csv b.csv > git.patch || true
	ends_with 2 varve apply git.patch
	stderr_has "git.patch: this is a Git patch"
	stderr_has "which 'git apply' applies"
	ends_with 2 varve apply a.csv
	stderr_has "not a varve patch"
	ends_with 2 varve apply nothing
	stderr_has "nothing"
}

@test "a patch that is cut off or changed is refused" {
	two_versions
	head -n 6 ../p > ../short
	ends_with 2 varve apply ../short
	stderr_has "line 7: the patch ends here"
	sed 's/Sofa/Chair/' ../p > ../changed
	ends_with 2 varve apply ../changed
	stderr_has "the checksum does not match"
	v1 | cmp - prices.csv
}

@test "no patch leads out of the work tree" {
	two_versions
	mkdir ../outside
	v1 > ../outside/prices.csv
	ln -s ../outside link
	for path in ../outside/prices.csv /tmp/prices.csv .git/config; do
		sed "s|\"path\":\"prices.csv\"|\"path\":\"$path\"|" ../p > ../evil
		ends_with 2 varve apply ../evil
	done
	sed 's|"path":"prices.csv"|"path":"link/prices.csv"|' ../p > ../evil
	ends_with 2 varve apply ../evil
	stderr_has "is not a folder"
	v1 | cmp - ../outside/prices.csv
}

@test "bad usage is told" {
	new_repo
	ends_with 2 varve apply
	stderr_has "requires a patch"
	ends_with 2 varve apply --exact --reject p
	ends_with 2 varve apply -p x p
	ends_with 2 varve apply -p 200 p
	stderr_has "-p requires a number from 0 to 100, not '200'"
}

@test "the folders that a path lacks are counted" {
	two_versions
	ends_with 2 varve apply -p 1 ../p
	stderr_has "'prices.csv' does not have 1 folder to strip (-p)"
	ends_with 2 varve apply -p 2 ../p
	stderr_has "'prices.csv' does not have 2 folders to strip (-p)"
}

# --- to the index, and merged

@test "--cached changes the index alone" {
	two_versions
	varve add prices.csv > /dev/null
	printf 'id,name,price\n7,own,1\n' > prices.csv
	succeeds varve apply --cached ../p
	output_is "prices.csv: 1 row changed, 1 row added, 1 row removed"
	[ "$(cat prices.csv)" = "$(printf 'id,name,price\n7,own,1\n')" ]
	varve cat :prices.csv | cmp - <(v2)
	[ "$(git show :prices.csv)" = "$(git show v2:prices.csv)" ]
	succeeds varve apply --cached ../p
	output_is "prices.csv: already has these changes"
	varve cat :prices.csv | cmp - <(v2)
	succeeds varve apply --cached --check -R ../p
	varve add -q prices.csv
	ends_with 1 varve apply --cached --check ../p
	stderr_has "hint: nothing was written" # --cached excludes --reject
	git restore --source=v2 --staged prices.csv
	succeeds varve apply --cached -R ../p
	[ "$(git show :prices.csv)" = "$(git show v1:prices.csv)" ]
	v1 > prices.csv
	[ -z "$(git diff --name-only)" ]
}

@test "--cached takes tables into the index and out of it, and plain text" {
	two_versions
	git rm -q --cached prices.csv
	git commit -qm gone
	varve diff --format patch HEAD v2 > ../come
	varve diff --format patch v2 HEAD > ../go
	rm prices.csv
	succeeds varve apply --cached ../come
	output_is "prices.csv: new, 3 rows added"
	[ ! -e prices.csv ]
	[ "$(git show :prices.csv)" = "$(git show v2:prices.csv)" ]
	succeeds varve apply --cached ../go
	output_is "prices.csv: removed"
	[ -z "$(git ls-files prices.csv)" ]
	v1 > plain.csv
	git add plain.csv
	v2 > ../plain2.csv
	varve diff --no-index --format patch plain.csv ../plain2.csv > ../pp
	succeeds varve apply --cached ../pp plain.csv
	git show :plain.csv | cmp - <(v2)
	v1 | cmp - plain.csv
}

@test "--3way: what fits is staged, and what does not is merged" {
	two_versions
	sed -i 's/^2,Red lamp/2,Green lamp/; s/^1,Blue lamp,/1,Navy lamp,/' prices.csv
	varve commit -qam three
	ends_with 1 varve apply ../p
	stderr_has "row id=2"
	ends_with 1 varve apply -3 ../p
	output_is "CONFLICT (content): prices.csv: 1 row removed on one side and changed on the other; 'varve conflicts' lists them"
	[ "$(git status --porcelain)" = "UU prices.csv" ]
	printf 'id,name,price\n1,Navy lamp,8.99\n2,Green lamp,12.50\n3,"Desk",80\n4,Sofa,700\n' | cmp - prices.csv
	ends_with 1 varve conflicts
	output_has "row 2, removed in the patch, changed in the table"
	ends_with 1 varve commit -m no
	ends_with 2 varve apply -3 ../p
	stderr_has "'prices.csv' is in conflict"
	succeeds varve resolve --theirs
	printf 'id,name,price\n1,Navy lamp,8.99\n3,"Desk",80\n4,Sofa,700\n' | cmp - prices.csv
	succeeds varve commit -m four
	[ -z "$(git status --porcelain)" ]
	succeeds varve apply -3 -R ../p
	printf 'id,name,price\n1,Navy lamp,9.99\n2,Red lamp,12.50\n3,"Desk",80\n' | cmp - prices.csv
	[ "$(git status --porcelain)" = "M  prices.csv" ]
}

@test "--3way leaves nothing out: a table that cannot be merged stops the patch, whatever else is merged" {
	new_repo
	printf 'id,a,b\n1,x,u\n2,y,v\n' > t.csv
	printf 'id,a,b\n1,x,u\n2,y,v\n' > k.csv
	varve track --text t.csv > /dev/null
	varve add -q --key id k.csv
	varve add -q t.csv
	varve commit -qm base
	git checkout -q -b side
	printf 'id,a,c\n1,x,u\n2,y,v\n3,z,w\n' > t.csv
	printf 'id,a,b\n1,x,THEIRS\n2,y,v\n' > k.csv
	varve commit -qam theirs
	varve diff --format patch main side > ../p
	git checkout -q main
	printf 'id,a,b\n1,x,u\n2,OURS,v\n' > t.csv
	printf 'id,a,b\n1,x,OURS\n2,y,v\n' > k.csv
	varve commit -qam ours
	ends_with 2 varve apply --3way ../p
	stderr_has "t.csv: the version that the patch was made from"
	[ -z "$(git status --porcelain)" ]
}

@test "--3way merges clean through the version the patch was made from" {
	two_versions
	printf 'id,name,cost,note\n1,Blue lamp,9.99,a\n2,Red lamp,12.50,b\n3,"Desk",80,c\n5,Bed,5,d\n' > prices.csv
	varve commit -qam three
	varve diff --format patch v1 v2 > ../p
	printf 'id,name,price,unit\n1,Blue lamp,9.99,x\n2,Red lamp,12.50,x\n3,"Desk",80,y\n' > ../c.csv
	git checkout -q v1
	cp ../c.csv prices.csv
	varve commit -qam columns
	varve diff --format patch HEAD~1 HEAD > ../columns
	git checkout -q main
	succeeds varve apply --check ../columns
	succeeds varve apply --3way ../columns
	printf 'id,name,cost,note,unit\n1,Blue lamp,9.99,a,x\n2,Red lamp,12.50,b,x\n3,"Desk",80,c,y\n5,Bed,5,d,\n' | cmp - prices.csv
	[ "$(git status --porcelain)" = "M  prices.csv" ]
}

@test "--3way moves rows of a table without a key, if the version the patch was made from is here" {
	new_repo
	printf 'name,v\n' > t.csv
	for i in 0 1 2 3 4 5 6 7 8 9; do echo "row$((i % 4)),$i" >> t.csv; done
	varve add -q --no-key t.csv && varve commit -qm one
	{ sed -n 1,2p t.csv; sed -n 10p t.csv; sed -n 3,6p t.csv; echo row9,99; sed -n '8,9p;11p' t.csv; } > moved
	cp moved t.csv
	varve diff --format patch t.csv > ../p
	varve restore -q t.csv
	sed -i '11s/.*/row1,1111/' t.csv
	varve add -q t.csv && varve commit -qm two
	succeeds varve apply --3way ../p
	output_is "t.csv: merged: 1 new row, 1 row removed"
	sed '11s/.*/row1,1111/' moved | cmp - t.csv
	[ "$(git status --porcelain t.csv)" = "M  t.csv" ]
	git reset -q --hard
	succeeds varve apply ../p
	output_has "not applied: the new order of rows"
}

@test "--3way without the version, and other troubles" {
	two_versions
	v1 > a.csv
	sed 's/Red/Pink/' a.csv > b.csv
	varve diff --no-index --format patch a.csv b.csv > ../foreign
	sed -i 's/Red/Green/; s/^1,Blue/1,Navy/' prices.csv
	varve commit -qam three
	ends_with 2 varve apply -3 ../foreign prices.csv
	stderr_has "expected 'Red lamp', found 'Green lamp'"
	stderr_has "the version that the patch was made from"
	[ -z "$(git status --porcelain prices.csv)" ]
	echo '9,Chair,3' >> prices.csv
	ends_with 2 varve apply -3 ../p
	stderr_has "'prices.csv' has unstaged changes"
	git checkout -q prices.csv
	git rm -q prices.csv
	git commit -qm gone
	ends_with 1 varve apply -3 ../p
	stderr_has "prices.csv"
	ends_with 2 varve apply -3 --reject ../p
	ends_with 2 varve apply -3 --cached ../p
	ends_with 2 varve apply --cached --reject ../p
	cd ..
	mkdir none && cd none
	ends_with 2 varve apply --cached ../p
}

@test "of long cells that do not fit the place where they differ is shown" {
	new_repo
	local long
	long=$(printf 'long ü text %.0s' {1..40})
	printf 'id,a\n1,%s\n2,b\n' "$long" > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	printf 'id,a\n1,%sx\n2,b\n' "$long" > t.csv
	varve diff --format patch > ../p
	printf 'id,a\n1,%sy\n2,b\n' "$long" > t.csv
	ends_with 1 varve apply ../p
	stderr_has "ü text ', found '…"
	stderr_has "ü text y'"
}

@test "a patch of quotes and comments leaves the cells and comments that were edited here" {
	new_repo
	printf 'id,a,b\n1,x1,y1\n# two\n2,x2,y2\n3,x3,y3\n' > s.csv
	varve add -q --key id s.csv
	varve commit -qm base
	git checkout -qb theirs
	printf 'id,a,c,b\n1,x1,,y1\n# two\n2,"x2",new,y2\n3,x3,,y3\n' > s.csv
	varve commit -qam theirs
	varve diff --format patch main theirs > ../columns.patch
	git checkout -q main
	sed -i 's/y2/OURS/; /^3/i # three' s.csv
	varve commit -qam ours
	succeeds varve apply ../columns.patch
	printf 'id,a,c,b\n1,x1,,y1\n# two\n2,"x2",new,OURS\n# three\n3,x3,,y3\n' | cmp - s.csv
	succeeds varve apply -R ../columns.patch
	printf 'id,a,b\n1,x1,y1\n# two\n2,x2,OURS\n# three\n3,x3,y3\n' | cmp - s.csv
}

@test "a value that the encoding of the file lacks is refused with row and column" {
	new_repo
	printf 'id;a\n1;x\n2;y\n' > s.csv
	varve add -q --key id s.csv
	varve commit -qm base
	sed -i 's/y/Ω/' s.csv
	varve commit -qam two
	varve diff --format patch HEAD~ HEAD > ../p
	printf 'id;a\n1;x\374\n2;y\n' > s.csv
	varve add -q --encoding windows-1252 s.csv
	cp s.csv before
	ends_with 2 varve apply ../p
	stderr_has "s.csv: merged table: row 2, column 'a': windows-1252 does not have the character 'Ω'"
	same_bytes before s.csv
}

@test "a row that a patch puts back has its comment, where another row was edited" {
	new_repo
	printf 'id,a\n1,x1\n# two\n2,x2\n3,x3\n' > s.csv
	varve add -q --key id s.csv
	varve commit -qm base
	printf 'id,a\n1,x1\n3,x3\n' > s.csv
	varve diff --format patch > ../p
	printf 'id,a\n1,x1\n3,edited\n' > s.csv
	succeeds varve apply -R ../p
	printf 'id,a\n1,x1\n# two\n2,x2\n3,edited\n' | cmp - s.csv
	succeeds varve apply ../p
	printf 'id,a\n1,x1\n3,edited\n' | cmp - s.csv
}

@test "the difference in NDJSON without the lines is not a patch" {
	two_versions
	varve diff --format ndjson v1 v2 > ../n
	ends_with 2 varve apply ../n
	stderr_has "line 1: this difference does not contain the lines of the files"
	stderr_has "varve diff --format patch"
	# a patch has all of its rows, and more
	grep -v '"type":"\(diff\|end\)"' ../p | sed 's/,"oldRoot".*/}/; s/,"oldLine".*/}/; s/,"newLine".*/}/; s/,"xxh3".*/}/' | grep '"row"' | grep -v '"kept"' > ../rows
	grep '"row"' ../n | cmp - ../rows
}

@test "a patch of a text has the line ends that Git stores, and applying it keeps those of the file" {
	new_repo here
	cd here
	rows 9 > t.csv
	varve track --text t.csv > ../out
	varve add -q .
	varve commit -qm one
	git clone -q . ../there
	git config core.autocrlf true
	sed -i 's/$/\r/' t.csv
	[ -z "$(git diff)" ]
	cp t.csv ../before.csv
	varve set -q t.csv 3 name=new
	cp t.csv ../after.csv
	varve diff --format patch > ../p
	! grep -q '\\r' ../p || false
	varve apply -R ../p > ../out
	cmp t.csv ../before.csv
	varve apply ../p > ../out
	cmp t.csv ../after.csv
	cd ../there
	varve apply ../p > ../out
	[ "$(git diff --numstat)" = $'1\t1\tt.csv' ]
	tr -d '\r' < ../after.csv | cmp - t.csv
	cd ../here
	git -c core.autocrlf=false add t.csv # Git leaves a file alone that it has with CRLF
	varve commit -qm two
	varve set -q t.csv 4 name=other
	varve diff --format patch > ../p
	cp t.csv ../after.csv
	varve apply -R ../p > ../out
	git diff --quiet
	varve apply ../p > ../out
	cmp t.csv ../after.csv
}

@test "a patch of a long text, or of one without a final line end, is read as Git stores it" {
	local end
	for end in '' $'\r\n'; do
		git init -q here
		cd here
		varve init -q > ../out
		echo '*.csv text eol=crlf' > .gitattributes
		varve track --text '*.csv' > ../out
		{ printf 'id,v\r\n'; seq 3000 | awk '{ printf "%d,%0*d\r\n", $1, $1 % 97 + 1, 7 }'; printf '9999,"a\r\nb"%s' "$end"; } > t.csv
		varve add -q .
		varve commit -qm one
		git clone -q . ../there
		git -C ../there config core.attributesFile /dev/null
		git -C ../there show HEAD:t.csv > ../there/t.csv
		varve set -q t.csv 2999 v=new
		varve diff --format patch > ../p
		cd ../there
		varve apply ../p > ../out
		[ "$(git hash-object --no-filters t.csv)" = "$(git -C ../here hash-object t.csv)" ]
		cd ..
		rm -rf here there
	done
}

@test "a patch of lines that git show or git diff printed is applied to the files of tables" {
	new_repo
	v1 > a.csv
	echo old > notes.txt
	varve add -q . && varve commit -qm one
	v2 > a.csv
	echo new > notes.txt
	varve commit -qam two
	git show > ../show.patch
	git diff --no-ext-diff HEAD~1 > ../diff.patch
	git diff --binary --no-ext-diff HEAD~1 > ../pointers.patch
	git format-patch -q -1 --stdout > ../mail.patch
	git checkout -q HEAD~1
	for patch in show diff pointers mail; do
		succeeds varve apply --check "../$patch.patch"
		output_is ""
		v1 | cmp - a.csv
		succeeds varve apply "../$patch.patch"
		output_is "a.csv: applied a Git patch
notes.txt: applied a Git patch"
		v2 | cmp - a.csv
		[ "$(cat notes.txt)" = new ]
		git diff --quiet main -- .
		succeeds varve apply -R -q - < "../$patch.patch"
		output_is ""
		v1 | cmp - a.csv
		git diff --quiet
	done
	ends_with 2 varve apply --cached ../show.patch
	stderr_has "a Git patch of lines is applied to files, not to the index"
	succeeds varve apply --cached ../pointers.patch
	[ "$(git rev-parse :a.csv)" = "$(git rev-parse main:a.csv)" ]
	git reset -q
	sed -i '2s/.*/other line/' a.csv
	cp a.csv ../before
	ends_with 1 varve apply ../show.patch
	stderr_has "patch does not apply"
	cmp a.csv ../before
	mkdir sub
	cd sub
	git checkout -q ../a.csv
	succeeds varve apply -q ../../show.patch
	v2 | cmp - ../a.csv
}
