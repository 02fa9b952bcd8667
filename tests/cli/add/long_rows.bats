# What one row may take of the memory of whoever reads it: varve.maxRow.
load ../helper

# wide.csv: five small rows, with a cell of so many bytes in the fourth.
wide() {
	{
		printf 'id,text\n1,a\n2,b\n3,c\n4,"'
		head -c "$1" /dev/zero | tr '\0' x
		printf '"\n5,e\n'
	} > wide.csv
}

@test "a row that is too long is refused with its line and ways out" {
	new_repo
	git config varve.maxRow 1m
	wide 1200000
	ends_with 2 varve add wide.csv
	stderr_has "wide.csv: line 5, column 1: a row of more than 1.0 MB begins here"
	stderr_has "varve add --as file"
	stderr_has "varve.maxRow"
	succeeds varve add --as file wide.csv
	varve untrack wide.csv 2> /dev/null || true
	git config varve.maxRow 2m
	wide 1300000
	succeeds varve add --as table wide.csv
	succeeds varve commit -qm wide
	varve cat HEAD:wide.csv | cmp - wide.csv
}

@test "a table that is in the repository grows no row that is too long" {
	new_repo
	git config varve.maxRow 1m
	wide 900000
	succeeds varve add wide.csv
	succeeds varve commit -qm one
	wide 1200000
	ends_with 2 varve commit -qam two
	stderr_has "line 5, column 1: a row of more than 1.0 MB"
	ends_with 128 git add wide.csv
	[ "$(git rev-list --count HEAD)" = 1 ]
}

@test "an unclosed quote is refused without reading on to the end" {
	new_repo
	git config varve.maxRow 1m
	{
		printf 'id,text\n1,a\n2,"b\n'
		yes '3,a small row' | head -c 200000000
	} > open.csv
	ends_with 2 varve add open.csv
	stderr_has "line 3, column 1: a row of more than 1.0 MB begins here (or a quote is not closed)"
}

# written FILE BEFORE COUNT BLANK AFTER: so many times BLANK between both.
written() {
	python3 -c '
import sys
name, before, count, blank, after = sys.argv[1:]
plain = lambda text: text.encode().decode("unicode_escape").encode()
open(name, "wb").write(plain(before) + plain(blank) * int(count) + plain(after))' "$@"
}

@test "blank lines that are too many are said to be that, and where they begin" {
	new_repo
	git config varve.maxRow 12m
	local n=13000000
	written mid.csv 'a,b\n1,2\n' $n '\n' '3,4\n'
	written crlf.csv 'a,b\r\n1,2\r\n' $((n / 2)) '\r\n' '3,4\r\n'
	written end.csv 'a,b\n0,1\n1,2\n' $n '\n' ''
	written mid.ndjson '{"a":1}\n' $n '\n' '{"a":2}\n'
	written spaces.ndjson '{"a":1}\n' $n ' ' '\n{"a":2}\n'
	written end.ndjson '{"a":1}\n' $n '\n' ''
	written mid.json '[{"a":1},' $n '\n' '{"a":2}]'
	local -A at=([mid.csv]="line 3, column 1" [crlf.csv]="line 3, column 1" [end.csv]="line 3, column 4"
		[mid.ndjson]="line 2, column 1" [spaces.ndjson]="line 2, column 1" [end.ndjson]="line 1, column 8"
		[mid.json]="line 1, column 9")
	local file
	for file in "${!at[@]}"; do
		ends_with 2 varve add --as table $([ $file != mid.json ] || echo --input-format json) $file
		stderr_has "$file: ${at[$file]}: so many blank lines"
		stderr_has "more than 12.6 MB"
		stderr_has "take them out"
		stderr_lacks "quote"
	done
	# at the beginning
	written first.csv '' $n '\n' 'a,b\n1,2\n'
	written only.csv '\xef\xbb\xbf' $n '\r' ''
	written header.csv 'a,b\n' $n '\n' '1,2\n'
	for file in first only header; do
		ends_with 2 varve add $file.csv
		stderr_has "$file.csv: more than 256 KiB of blank lines stand where the first rows should be"
		stderr_lacks "quote"
	done
	# what is a long row is said to be one, whatever blank lines are around it
	written one.csv 'a\n\n\n' $n x '\n\n\n'
	ends_with 2 varve add one.csv
	stderr_has "one.csv: line 4, column 1: a row of more than 12.6 MB begins here"
	# as a table they are taken by a larger limit, as a file by any; and so are fewer of them
	git config varve.maxRow 14m
	succeeds varve add mid.csv
	varve cat :mid.csv | cmp - mid.csv
	git config varve.maxRow 12m
	succeeds varve add --as file end.csv
	written few.csv 'a,b\n1,2\n' 11000000 '\n' '3,4\n'
	succeeds varve add few.csv
	varve cat :few.csv | cmp - few.csv
	written comments.csv 'a,b\n' 1500000 '# comment\n' '1,2\n'
	succeeds varve add comments.csv
	varve cat :comments.csv | cmp - comments.csv
}

@test "the receiver of a long row has a limit of its own" {
	new_repo src
	cd src
	wide 6000000
	succeeds varve add wide.csv
	succeeds varve commit -qm wide
	cd ..
	varve init --bare far.git
	git -C far.git config varve.maxRow 1m
	cd src
	ends_with 2 varve push ../far.git main
	stderr_has "wide.csv"
	stderr_has "a row of more than 1.0 MB"
	[ -z "$(git -C ../far.git for-each-ref)" ]
	git -C ../far.git config varve.maxRow 8m
	succeeds varve push ../far.git main
	cd ..
	git config --global varve.maxRow 1m
	ends_with 2 varve clone src copy
	stderr_has "a row of more than 1.0 MB"
	succeeds varve -C src fsck --data
}

# cells.csv, cells.tsv and cells.ndjson: a cell of $1 bytes, with what is escaped in each of them.
long_cells() {
	python3 - "$1" <<- 'END'
		import sys
		size = int(sys.argv[1])
		csv = 'say ""hello"", é\n' * (size // 20)
		tsv = 'nothing to escape, é ' * (size // 22)
		string = 'say \\"hello\\", é\\n' * (size // 20)
		rows = [("csv", 'id,text,n\n1,a,1\n2,"', csv, '",2\n3,c,3\n'),
		        ("tsv", 'id\ttext\tn\n1\ta\t1\n2\t', tsv, '\t2\n3\tc\t3\n'),
		        ("ndjson", '{"id":1,"text":"a"}\n{"id":2,"text":"', string,
		         '"}\n{"id":3,"text":"c"}\n')]
		for ext, before, text, after in rows:
		    with open("cells." + ext, "w", encoding="utf-8", newline="") as f:
		        f.write(before + text + after)
	END
}

@test "a long cell is written to a file or a pipe without being in memory" {
	for ext in csv tsv ndjson; do
		# apart, since what was written just now is read once more
		new_repo "$ext"
		cd "$ext"
		long_cells 60000000
		succeeds varve add "cells.$ext"
		succeeds varve commit -qm one
		mv "cells.$ext" kept
		takes_less_than 30000 varve restore "cells.$ext"
		cmp "cells.$ext" kept
		takes_less_than 30000 varve cat "HEAD:cells.$ext" > out
		cmp out kept
		cd ..
	done
}

@test "a long cell is added without being in memory, and its version is what it was" {
	new_repo
	git config varve.maxRow 1g
	long_cells 150000000
	for ext in csv tsv ndjson; do
		takes_less_than 80000 varve add -q "cells.$ext"
		takes_less_than 30000 varve status
	done
	# one whose line is kept as it stands, since nothing in it needs the quotes
	wide 150000000
	takes_less_than 80000 varve add -q wide.csv
	succeeds varve commit -qm one
	for file in cells.csv cells.tsv cells.ndjson wide.csv; do
		varve cat "HEAD:$file" | cmp - "$file"
	done
	echo 4,d,4 >> cells.csv
	takes_less_than 80000 varve add -q cells.csv
	succeeds varve commit -qm two
	varve cat HEAD:cells.csv | cmp - cells.csv
	varve diff HEAD~1 HEAD | grep -q '4.*d.*4'
}

@test "many long rows need no more memory than one" {
	new_repo
	python3 - <<- 'END'
		with open("many.csv", "w") as f:
		    f.write("id,text\n")
		    for i in range(6):
		        f.write(str(i) + ',"' + f'row {i}, ""quoted""\n' * 1100000 + '"\n')
	END
	takes_less_than 80000 varve add -q many.csv
	succeeds varve commit -qm one
	varve cat HEAD:many.csv | cmp - many.csv
}

@test "a long row is refused where it ends in the middle of the input" {
	new_repo
	git config varve.maxRow 1g
	long_cells 20000000
	python3 - <<- 'END'
		with open("cells.csv", "rb") as f:
		    all = f.read()
		with open("open.csv", "wb") as f:
		    f.write(all[:-20])
		with open("text.csv", "wb") as f:
		    f.write(all.replace(b'",2\n3,c', b'" ,2\n3,c'))
	END
	ends_with 2 varve add open.csv
	stderr_has "open.csv: line 3, column 3: the quote that opens here is never closed"
	ends_with 2 varve add text.csv
	stderr_has "text.csv: line 1000003, column 2: text after a closing quote"
}

@test "a long cell that the old file has is copied from it in pieces" {
	new_repo
	long_cells 60000000
	varve add -q cells.csv
	varve commit -qm one
	cp cells.csv one
	echo 4,d,4 >> cells.csv
	varve add -q cells.csv
	varve commit -qm two
	takes_less_than 30000 varve restore -s HEAD~1 cells.csv
	cmp cells.csv one
	takes_less_than 30000 varve restore cells.csv
	cat one <(echo 4,d,4) | cmp - cells.csv
	succeeds varve fsck --data
}

@test "a long cell is proved by fsck and by receivers without being in memory" {
	new_repo src
	cd src
	long_cells 60000000
	for ext in csv tsv ndjson; do
		varve add -q "cells.$ext"
	done
	# and more of them one after the other
	python3 - <<- 'END'
		with open("many.csv", "w") as f:
		    f.write("id,text\n")
		    for i in range(6):
		        f.write(str(i) + ',"' + f'row {i}, ""quoted""\n' * 1100000 + '"\n')
	END
	varve add -q many.csv
	varve commit -qm one
	takes_less_than 45000 varve fsck --data
	# an array is proved as a whole
	python3 - <<- 'END'
		import json
		with open("rows.json", "w") as f:
		    json.dump([{"id": i, "text": "say \"hello\", \n" * (3000000 if i == 1 else 1)}
		               for i in range(3)], f, indent=2)
	END
	takes_less_than 90000 varve add -q --as table rows.json
	varve commit -qm two
	varve cat HEAD:rows.json | cmp - rows.json
	takes_less_than 90000 varve fsck --data
	varve init --bare ../far.git
	takes_less_than 90000 varve push -q ../far.git HEAD:refs/heads/main
	cd ..
	takes_less_than 90000 varve clone -q far.git copy
	cmp src/many.csv copy/many.csv
}

@test "of lines that are kept raw a check has two in memory, however many there are" {
	new_repo
	python3 - <<- 'END'
		with open("raw.csv", "w") as f:
		    f.write("id,text\n")
		    for i in range(24):
		        f.write(str(i) + ',"' + f'row {i} ' * 1500000 + '"\n')
	END
	varve add -q raw.csv
	varve commit -qm one
	takes_less_than 300000 varve fsck --data
}

@test "a long row with more members than its group has room for comes back after any number of groups" {
	new_repo
	python3 -c '
print("\n".join("{\"id\":%d,\"text\":\"row %d %s\"}" % (i, i * 7919 % 100003, "x%d" % (i * 31337) * 20) for i in range(4112)))
print("{\"id\":4112,\"text\":\"%s\"%s}" % ("say hello, " * 3500000, "".join(",\"c%d\":%d" % (i, i) for i in range(12000))))
print("{\"id\":4113,\"text\":\"end\"}")' > t.ndjson
	succeeds varve add --no-key t.ndjson
	output_has "4,114 rows"
	varve cat :t.ndjson | cmp - t.ndjson
	succeeds varve fsck --data
}
