# Rows of 8 MiB are the longest that a table has.
load ../helper

LONGEST=$((8 << 20))

# long FORM BYTES [TEXT]: t.FORM, whose third row has so many bytes with its row end; the first has TEXT.
long() {
	python3 - "$@" <<- 'END'
		import sys
		form, size, text = sys.argv[1], int(sys.argv[2]), (sys.argv[3:] or ["a"])[0]
		head, before, after, end = {
		    "csv": ('id,text\n1,TEXT\n2,b\n', '3,"say ""x"", é', '"\n', '4,d\n'),
		    "tsv": ('id\ttext\n1\tTEXT\n2\tb\n', '3\t', '\n', '4\td\n'),
		    "ndjson": ('{"id":1,"text":"TEXT"}\n{"id":2,"text":"b"}\n', '{"id":3,"text":"say \\"x\\", é', '"}\n',
		               '{"id":4,"text":"d"}\n'),
		    "json": ('[{"id":1,"text":"TEXT"},\n{"id":2,"text":"b"},\n', '{"id":3,"text":"say \\"x\\", é', '"},\n',
		             '{"id":4,"text":"d"}]\n')}[form]
		before, after = before.encode(), after.encode()
		with open("t." + form, "wb") as f:
		    f.write(head.replace("TEXT", text).encode() + before + b"x" * (size - len(before) - len(after)) +
		            after + end.encode())
	END
}

# The line at which that row begins.
line_of() {
	case $1 in csv | tsv) echo 4 ;; *) echo 3 ;; esac
}

@test "a row of 8 MiB goes through all commands and comes back byte for byte" {
	# Two forms of four in a run: of each kind of reader one.
	local forms=(csv tsv ndjson json)
	[ -n "${VARVE_TEST_ALL-}" ] || forms=("${forms[VARVE_TEST_SAMPLE % 2]}" "${forms[2 + VARVE_TEST_SAMPLE % 2]}")
	new_repo src
	cd src
	for form in "${forms[@]}"; do
		long $form $LONGEST
		succeeds varve add --as table t.$form
		output_has "4 rows, 2 columns"
	done
	succeeds varve commit -qm one
	git checkout -q -b side
	for form in "${forms[@]}"; do
		sed -i 's/\bd\b/side/' t.$form
	done
	succeeds varve commit -qam side
	git checkout -q main
	for form in "${forms[@]}"; do
		long $form $LONGEST main
		ends_with 1 varve diff --exit-code t.$form
		output_has "1 row changed (1 cell); 4 -> 4 rows"
	done
	succeeds varve commit -qam main
	succeeds varve merge side
	succeeds varve diff HEAD^2 HEAD --stat
	for form in "${forms[@]}"; do
		cp t.$form ../merged.$form
		long $form $LONGEST main
		sed -i 's/\bd\b/side/' t.$form
		cmp t.$form ../merged.$form
		varve cat HEAD:t.$form | cmp - t.$form
		rm t.$form
		succeeds varve restore t.$form
		cmp t.$form ../merged.$form
	done
	succeeds varve fsck --data
	varve init -q --bare ../far.git
	succeeds varve push ../far.git main
	cd ..
	succeeds varve -C far.git fsck --data
	succeeds varve clone -q far.git copy
	for form in "${forms[@]}"; do
		cmp copy/t.$form merged.$form
	done
}

@test "one byte more is refused where the file is named, with its line, and nothing changes" {
	new_repo
	for form in csv tsv ndjson json; do
		long $form $((LONGEST + 1))
		ends_with 2 varve add $([ $form != json ] || echo --as table) t.$form
		stderr_has "t.$form: line $(line_of $form), character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
		stderr_has "--as file"
	done
	[ -z "$(git ls-files)" ]
	[ ! -e .gitattributes ]
	[ -z "$(ls .git/varve/packs 2> /dev/null)" ]
	for form in csv tsv ndjson json; do
		succeeds varve add --as file t.$form
		varve cat :t.$form | cmp - t.$form
	done
}

@test "one byte more is kept as bytes by add . with a warning, and stays so until a table is asked for" {
	new_repo
	for form in csv tsv ndjson; do
		long $form $((LONGEST + 1))
	done
	succeeds varve add --as table .
	for form in csv tsv ndjson; do
		stderr_has "warning: t.$form: line $(line_of $form), character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
		varve cat :t.$form | cmp - t.$form
		git show :t.$form | grep -q '"kind": "file"'
	done
	succeeds varve commit -qm one
	succeeds varve status --json
	long csv 1000
	succeeds varve add .
	[ -z "$stderr" ]
	git show :t.csv | grep -q '"kind": "file"'
	succeeds varve add --as table t.csv
	git show :t.csv | grep -q '"kind": "table"'
	succeeds varve fsck --data
}

@test "a table that grows such a row is kept as bytes, but not where the file is named" {
	new_repo
	for form in csv ndjson json; do
		long $form $LONGEST
		succeeds varve add --as table t.$form
	done
	succeeds varve commit -qm one
	for form in csv ndjson json; do
		long $form $((LONGEST + 1))
		ends_with 2 varve add t.$form
		stderr_has "line $(line_of $form), character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
		ends_with 2 varve commit -qm two t.$form
	done
	succeeds varve status
	[ "$(git rev-list --count HEAD)" = 1 ]
	succeeds varve add -u
	for form in csv ndjson json; do
		stderr_has "warning: t.$form: line $(line_of $form)"
		git show :t.$form | grep -q '"kind": "file"'
	done
	succeeds varve commit -qm two
	for form in csv ndjson json; do
		varve cat HEAD:t.$form | cmp - t.$form
	done
	succeeds varve diff HEAD~1 HEAD
	git checkout -q HEAD~1 -- t.csv
	varve cat HEAD~1:t.csv | cmp - t.csv
	succeeds varve fsck --data
}

@test "git add and git commit -a keep it as bytes, with a warning, and git checkout writes it again" {
	new_repo
	varve track '*.csv' '*.tsv' '*.ndjson' '*.json'
	varve install --local > /dev/null
	for form in csv tsv ndjson json; do
		long $form 1000
	done
	git add . && git commit -qm one
	for form in csv tsv ndjson json; do
		long $form $((LONGEST + 1))
	done
	run --separate-stderr git commit -qam two
	[ "$status" = 0 ]
	for form in csv tsv ndjson; do
		stderr_has "t.$form: line $(line_of $form), character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
	done
	for form in csv tsv ndjson json; do
		git show HEAD:t.$form | grep -q '"kind": "file"'
		varve cat HEAD:t.$form | cmp - t.$form
		mv t.$form kept.$form.bytes
		git checkout -q -- t.$form
		cmp t.$form kept.$form.bytes
	done
	git add t.csv
	git diff --exit-code
	succeeds varve fsck --data
}

@test "a stream that is not the file of its path cannot be read again, and is refused" {
	new_repo
	varve track t.csv
	varve install --local > /dev/null
	long csv $((LONGEST + 1))
	run --separate-stderr git hash-object -w --path t.csv t.csv
	[ "$status" = 0 ]
	mv t.csv other
	run --separate-stderr bash -c 'git hash-object -w --path t.csv --stdin < other'
	[ "$status" != 0 ]
	stderr_has "t.csv: line 4, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
	echo id,text > t.csv
	run --separate-stderr bash -c 'git hash-object -w --path t.csv --stdin < other'
	[ "$status" != 0 ]
	stderr_has "t.csv: line 4, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
}

@test "an unclosed quote is refused without reading on to the end" {
	new_repo
	{
		printf 'id,text\n1,a\n2,"b\n'
		yes '3,a small row' | head -c 200000000
	} > open.csv
	takes_less_than 100000 bash -c 'varve add open.csv; [ $? = 2 ]' 2> out
	grep -q "line 3, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed" out
}

@test "many long rows take the memory of a few" {
	new_repo
	python3 - <<- 'END'
		with open("many.csv", "w") as f, open("raw.csv", "w") as g:
		    f.write("id,text\n")
		    g.write("id,text\n")
		    for i in range(16):
		        f.write(str(i) + ',"' + f'row {i}, ""quoted""\n' * 380000 + '"\n')
		        g.write(str(i) + ',"' + f'row {i} ' * 1000000 + '"\n')
	END
	for file in many raw; do
		takes_less_than 150000 varve add -q $file.csv
	done
	succeeds varve commit -qm one
	for file in many raw; do
		takes_less_than 150000 varve cat HEAD:$file.csv | cmp - $file.csv
	done
	takes_less_than 150000 varve fsck --data
	varve init -q --bare ../far.git
	takes_less_than 150000 varve push -q ../far.git main
	takes_less_than 150000 varve clone -q ../far.git ../copy
	cmp ../copy/many.csv many.csv
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
	local n=9000000
	written mid.csv 'a,b\n1,2\n' $n '\n' '3,4\n'
	written crlf.csv 'a,b\r\n1,2\r\n' $((n / 2)) '\r\n' '3,4\r\n'
	written end.csv 'a,b\n0,1\n1,2\n' $n '\n' ''
	written mid.ndjson '{"a":1}\n' $n '\n' '{"a":2}\n'
	written spaces.ndjson '{"a":1}\n' $n ' ' '\n{"a":2}\n'
	written end.ndjson '{"a":1}\n' $n '\n' ''
	written mid.json '[{"a":1},' $n '\n' '{"a":2}]'
	local -A at=([mid.csv]="line 3, character 1" [crlf.csv]="line 3, character 1" [end.csv]="line 3, character 4"
		[mid.ndjson]="line 2, character 1" [spaces.ndjson]="line 2, character 1" [end.ndjson]="line 1, character 8"
		[mid.json]="line 1, character 9")
	local file
	for file in "${!at[@]}"; do
		ends_with 2 varve add --as table $([ $file != mid.json ] || echo --input-format json) $file
		stderr_has "$file: ${at[$file]}: the blank lines"
		stderr_has "more than 8 MiB"
		stderr_has "keeps it as bytes"
		stderr_lacks "quote"
	done
	# at the beginning
	written first.csv '' $n '\n' 'a,b\n1,2\n'
	written only.csv '\xef\xbb\xbf' $n '\r' ''
	written header.csv 'a,b\n' $n '\n' '1,2\n'
	for file in first only header; do
		ends_with 2 varve add $file.csv
		stderr_has "$file.csv: more than 256 KiB of blank lines precede the first rows"
		stderr_lacks "quote"
	done
	# what is a long row is said to be one, whatever blank lines are around it
	written one.csv 'a\n\n\n' $n x '\n\n\n'
	ends_with 2 varve add one.csv
	stderr_has "one.csv: line 4, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed"
	# as a file they are taken, and fewer of them in a table
	succeeds varve add --as file end.csv
	written few.csv 'a,b\n1,2\n' 8000000 '\n' '3,4\n'
	succeeds varve add few.csv
	varve cat :few.csv | cmp - few.csv
	written comments.csv 'a,b\n' 700000 '# comment\n' '1,2\n'
	succeeds varve add comments.csv
	varve cat :comments.csv | cmp - comments.csv
}

@test "a long row is refused where it ends in the middle of the input" {
	new_repo
	long csv 6000000
	python3 - <<- 'END'
		with open("t.csv", "rb") as f:
		    all = f.read()
		with open("open.csv", "wb") as f:
		    f.write(all[:-20])
		with open("text.csv", "wb") as f:
		    f.write(all.replace(b'"\n4,d', b'" \n4,d'))
	END
	ends_with 2 varve add open.csv
	stderr_has "open.csv: line 4, character 3: the quote that opens here is never closed"
	ends_with 2 varve add text.csv
	stderr_has "text.csv: line 4, character 5999999"
}
