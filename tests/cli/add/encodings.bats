load ../helper

# made NAME ENCODING TEXT: a file with the text in that encoding, by Python.
made() {
	python3 -c 'import sys; open(sys.argv[1], "wb").write(sys.argv[3].encode(sys.argv[2]))' "$@"
}

# come_back FILE...: taken out of the work tree and restored, each has its bytes again.
come_back() {
	mkdir -p ../kept
	mv "$@" ../kept/
	succeeds varve restore "$@"
	for file in "$@"; do
		same_bytes "../kept/$file" "$file"
	done
}

german=$'id;name;ort\r\n1;Müller;Köln\r\n2;Jäger;Düsseldorf\r\n3;Groß;München – Süd\r\n'

@test "a file of a Western spreadsheet is a table of UTF-8 and comes back byte for byte" {
	new_repo
	made w.csv cp1252 "$german"
	succeeds varve add w.csv
	stderr_has "w.csv: read as windows-1252: 'Müller', 'Köln', 'Jäger'"
	varve commit -qm one
	[ "$(varve cat --format ndjson HEAD:w.csv | head -n 1)" = '{"id":1,"name":"Müller","ort":"Köln"}' ]
	[ "$(varve info --json HEAD:w.csv | jq -r ".columns[1].name")" = name ]
	come_back w.csv
	succeeds varve fsck --data
	succeeds varve status --porcelain
	output_is ""
}

@test "each encoding is found in its text" {
	new_repo
	made pl.csv cp1250 $'imię;miasto\nŁukasz;Łódź\nMałgorzata;Gdańsk\nStanisław;Kraków\nZażółć;gęślą jaźń\n'
	made pl2.csv iso8859-2 $'imię;miasto\nŁukasz;Łódź\nMałgorzata;Gdańsk\nStanisław;Kraków\nZażółć;gęślą jaźń\n'
	made ru.csv cp1251 $'имя;город\nИван;Москва\nНаталья;Санкт-Петербург\nСергей;Екатеринбург\n'
	made ja.csv cp932 $'名前,都市\n田中太郎,東京都\n鈴木花子,大阪府\nカタカナ,ひらがな\n'
	made zh.csv gb18030 $'姓名,城市\n张伟,北京\n王芳,上海\n李娜,广州\n产品说明书,数量单位\n'
	made ko.csv euc-kr $'이름,도시\n김철수,서울\n이영희,부산\n박민수,대구광역시\n'
	succeeds varve add pl.csv pl2.csv ru.csv ja.csv zh.csv ko.csv
	for found in pl.csv:windows-1250 pl2.csv:ISO-8859-2 ru.csv:windows-1251 ja.csv:windows-31j zh.csv:GB18030 ko.csv:UHC; do
		stderr_has "${found%:*}: read as ${found#*:}: "
	done
	varve commit -qm all
	[ "$(varve cat HEAD:pl.csv)" = "$(varve cat HEAD:pl2.csv)" ]
	[ "$(varve cat HEAD:ko.csv | sed -n 2p)" = "김철수,서울" ]
	come_back pl.csv pl2.csv ru.csv ja.csv zh.csv ko.csv
	succeeds varve fsck --data
}

@test "UTF-16 with and without a mark is a table" {
	new_repo
	made le.csv utf-16-le $'\ufeff'"$german"
	made be.csv utf-16-be $'\ufeff'"$german"
	made bare.csv utf-16-le $'id\tname\r\n1\tMüller 😀\r\n2\tx\r\n'
	succeeds varve add le.csv be.csv bare.csv
	varve commit -qm one
	[ "$(varve cat HEAD:le.csv)" = "$(varve cat HEAD:be.csv)" ]
	[ "$(varve cat --format ndjson HEAD:bare.csv | head -n 1)" = '{"id":1,"name":"Müller 😀"}' ]
	come_back le.csv be.csv bare.csv
}

@test "versions in different encodings share their rows and differ in their form alone" {
	new_repo
	made t.csv utf-8 "$german"
	varve add -q t.csv
	varve commit -qm one
	made t.csv cp1252 "$german"
	succeeds varve add --dry-run t.csv
	stderr_has "'varve add --encoding windows-1252 t.csv' reads it in that encoding"
	varve add -q --encoding windows-1252 t.csv
	succeeds varve diff --cached
	output_has "UTF-8 -> windows-1252"
	! grep -q 'Müller' <<< "$output" || false
	varve commit -qm two
	[ "$(varve diff --format json HEAD~1 HEAD | jq '.tables[0].rows | length')" = 0 ]
	made t.csv cp1252 "${german/Köln/Bonn ä}"
	varve add -q t.csv
	[ "$(varve diff --cached --format json | jq '.tables[0].rows | length')" = 1 ]
	varve commit -qm three
	git checkout -q HEAD~1
	made want.csv cp1252 "$german"
	same_bytes want.csv t.csv
}

@test "an encoding that is not clear is suggested with cells as they read in it, and in the other one where they differ" {
	new_repo
	made l9.csv iso-8859-15 $'id,n\n1,œuf\n2,Šimon\n3,caf€\n'
	made dos.csv cp850 $'id,n\n1,Müller\n2,Köln\n3,b\n'
	succeeds varve add l9.csv
	stderr_has "'--encoding windows-1252' reads it as text: '½uf', '¦imon', 'caf¤'; '--encoding ISO-8859-15': 'œuf', 'Šimon', 'caf€'"
	succeeds varve add dos.csv
	stderr_has "'--encoding CP850' reads it as text: 'Müller', 'Köln'"
	stderr_lacks ISO-8859-15
	# one that is found is shown with its cells though they stand in the last row alone
	{ echo id,n && seq 3 5000 | sed 's/$/,a/' && echo 9999,é | iconv -t latin1; } > last.csv
	succeeds varve add last.csv
	stderr_has "read as windows-1252: 'é'; if that is wrong"
	varve commit -qm one
	come_back l9.csv dos.csv last.csv
}

@test "an encoding that is declared goes before what would be found" {
	new_repo
	made t.csv iso8859-15 $'id,preis\n1,3 €\n'
	succeeds varve add --encoding latin9 t.csv
	varve commit -qm one
	[ "$(varve cat HEAD:t.csv | tail -n 1)" = "1,3 €" ]
	made t.csv iso8859-15 $'id,preis\n1,3 €\n2,4 €\n'
	succeeds varve add t.csv
	[ "$(varve cat :t.csv | tail -n 1)" = "2,4 €" ]
	come_back t.csv
	ends_with 2 varve add --encoding nonsense t.csv
	stderr_has "varve cannot read the encoding 'nonsense'"
	stderr_has "hint: 'iconv -l' lists the names of encodings"
	ends_with 2 varve add --encoding UTF-7 t.csv
	stderr_has "convert the file with 'iconv -f UTF-7 -t UTF-8'"
}

@test "datapackage.json declares the encoding" {
	new_repo
	made t.csv cp1250 $'id,n\n1,ř\n'
	echo '{"resources": [{"name": "t", "path": "t.csv", "encoding": "windows-1250"}]}' > datapackage.json
	succeeds varve add t.csv
	[ "$(varve cat :t.csv | tail -n 1)" = "1,ř" ]
	succeeds varve status --porcelain
	varve add -q datapackage.json
	varve commit -qm one
	sed -i s/1250/1252/ datapackage.json
	[ -n "$(varve status --porcelain t.csv)" ]
}

# declared_encoding ENCODING [PATTERN]: a varve.json that declares it.
declared_encoding() {
	echo "{\"datasets\": [{\"path\": \"${2:-*.csv}\", \"encoding\": \"$1\"}]}" > varve.json
}

@test "varve.json declares the encoding for all commands that read the file" {
	new_repo
	made t.csv cp1250 $'id,n\n1,ř\n2,ž\n'
	declared_encoding windows-1250
	succeeds varve cat --format csv t.csv
	output_has "1,ř"
	succeeds varve check
	succeeds varve add t.csv
	stderr_lacks "encoding"
	[ "$(varve cat :t.csv | head -n 2 | tail -n 1)" = "1,ř" ]
	succeeds varve status --porcelain
	varve add -q varve.json
	varve commit -qm one
	come_back t.csv
	# another encoding is another version of the same file
	declared_encoding windows-1252
	[ "$(varve status --porcelain t.csv)" = " M t.csv" ]
	succeeds varve add t.csv
	[ "$(varve cat :t.csv | head -n 2 | tail -n 1)" = "1,ø" ]
	varve commit -qam two
	come_back t.csv
	# an option goes before it
	succeeds varve add --encoding windows-1250 t.csv
	[ "$(varve cat :t.csv | head -n 2 | tail -n 1)" = "1,ř" ]
}

@test "of the entries in varve.json that match the last one with an encoding decides" {
	new_repo
	mkdir d
	made d/t.csv cp1250 $'id,n\n1,ř\n2,ž\n'
	echo '{"datasets": [{"path": "*.csv", "encoding": "windows-1252"}, {"path": ["x", "d/*"], "encoding": "windows-1250"}, {"path": "t.csv"}]}' > varve.json
	succeeds varve add d
	[ "$(varve cat :d/t.csv | head -n 2 | tail -n 1)" = "1,ř" ]
}

@test "an encoding in varve.json that is unknown or differs from that in datapackage.json is refused" {
	new_repo
	made t.csv cp1250 $'id,n\n1,ř\n'
	declared_encoding nonsense
	ends_with 2 varve add t.csv
	stderr_has "varve.json: /datasets/0/encoding: the encoding 'nonsense' is not supported"
	ends_with 2 varve check
	stderr_has "varve.json: /datasets/0/encoding: the encoding 'nonsense' is not supported"
	declared_encoding 7
	sed -i 's/"7"/7/' varve.json
	ends_with 2 varve add t.csv
	stderr_has "varve.json: /datasets/0/encoding: must be a string, is a number"
	echo '{"resources": [{"name": "t", "path": "t.csv", "encoding": "windows-1250"}]}' > datapackage.json
	declared_encoding windows-1252
	ends_with 2 varve add t.csv
	stderr_has "varve.json declares the encoding 'windows-1252' for t.csv, but datapackage.json declares 'windows-1250'"
	declared_encoding cp1250 # the same by another name
	succeeds varve add t.csv
	# for other files it is no contradiction
	declared_encoding windows-1252 "o/*"
	succeeds varve add t.csv
}

@test "check --files reads files in the encoding that --rules declares" {
	made t.csv cp1250 $'id,n\n1,ř\n2,ž\n'
	declared_encoding windows-1250
	mv varve.json r.json
	echo "{\"datasets\": [{\"path\": \"t.csv\", \"encoding\": \"windows-1250\", \"rules\": {\"row-constraint\": \"n in ('ř', 'ž')\"}}]}" > r.json
	succeeds varve check --files --rules r.json t.csv
	sed -i s/1250/1252/ r.json
	ends_with 1 varve check --files --rules r.json t.csv
}

@test "bytes that the encoding lacks stay bytes and are named" {
	new_repo
	printf 'id,n\n1,caf\xe9\n2,a\x81b\n' > t.csv
	succeeds varve add --encoding cp1252 t.csv
	stderr_has "1 row has bytes that windows-1252 does not have: line 3, column 'n'"
	varve commit -qm one
	printf 'id,n\n1,caf\xc3\xa9\n2,a\x81b\n' > want
	varve cat HEAD:t.csv | cmp - want
	come_back t.csv
	succeeds varve fsck --data
}

@test "what is cut off changes in the middle or has no other half comes back byte for byte" {
	new_repo
	printf 'id,n\n1,\x93\xfa\x96\n' > sjis.csv
	made two.csv cp1252 "$german"
	made more cp1251 $'4;Иван;Москва\r\n'
	cat more >> two.csv
	printf '\xff\xfei\0d\0\n\0\x00\xd8\n\0\x01\0\n\0' > half.csv
	printf '\xff\xfei\0d\0\n\0\xff\xfea\0\n\0' > twobom.csv
	printf '\xef\xbb\xbfid,n\n1,\xef\xbb\xbfx\n' > inside.csv
	printf 'id;n\n1;a\0b\n2;\xfc\n' > nuls.csv
	succeeds varve add --encoding cp932 sjis.csv
	succeeds varve add two.csv half.csv twobom.csv inside.csv
	succeeds varve add --encoding cp1252 nuls.csv
	varve commit -qm one
	come_back sjis.csv two.csv half.csv twobom.csv inside.csv nuls.csv
	succeeds varve fsck --data
}

@test "UTF-16 of an odd length is refused and can be kept as bytes" {
	new_repo
	printf '\xff\xfei\0d\0\n\0001\0\n\0x' > t.csv
	ends_with 2 varve add t.csv
	stderr_has "t.csv: the file ends in the middle of a UTF-16 character, at byte 13"
	ends_with 1 varve check --files t.csv
	output_has "source-error: t.csv: the file ends in the middle of a UTF-16 character, at byte 13"
	succeeds varve add --as file t.csv
}

@test "a table that was UTF-8 and is saved in another encoding is said to be, with cells and the command that reads it so" {
	new_repo
	printf 'id;name;city\n1;José;Köln\n2;Müller;x\n3;Straße;Genève\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	iconv -f UTF-8 -t windows-1252 t.csv > w.csv && mv w.csv t.csv
	succeeds varve add t.csv
	stderr_has "earlier versions were read as UTF-8; now 3 rows have text that is not UTF-8"
	stderr_has "it looks like windows-1252: 'José', 'Köln', 'Müller'; 'varve add --encoding windows-1252 t.csv' reads it in that encoding"
	succeeds varve add --encoding windows-1252 t.csv
	stderr_is ""
	succeeds varve diff --staged
	output_has "UTF-8 -> windows-1252"
	[ "$(varve cat :t.csv | sed -n 2p)" = "1;José;Köln" ]
}

@test "a mark of UTF-16 that contradicts the bytes is refused, and an order that changes in the middle is named with its line" {
	new_repo
	printf 'id;n\r\n1;x\r\n2;y\r\n3;z\r\n' > u8
	{ printf '\376\377' && iconv -f UTF-8 -t UTF-16LE u8; } > swapped.csv
	{ printf '\377\376' && iconv -f UTF-8 -t UTF-16BE u8; } > other.csv
	ends_with 2 varve add swapped.csv
	stderr_has "swapped.csv: it begins with the byte order mark of UTF-16BE, but its text is UTF-16LE"
	stderr_has "'--encoding UTF-16LE' reads the text in that encoding"
	ends_with 2 varve add other.csv
	stderr_has "but its text is UTF-16BE"
	ends_with 1 varve check --files swapped.csv
	output_has "source-error: swapped.csv: it begins with the byte order mark of UTF-16BE, but its text is UTF-16LE"
	output_has "'--encoding UTF-16LE' reads the text in that encoding"
	succeeds varve add --encoding UTF-16LE swapped.csv
	output_has "3 rows"
	come_back swapped.csv
	succeeds varve add --as file other.csv
	{ printf '\377\376' && iconv -f UTF-8 -t UTF-16LE u8 && printf '4;q\r\n' | iconv -t UTF-16BE; } > mixed.csv
	succeeds varve add mixed.csv
	stderr_has "1 line end or mark is not in the byte order of UTF-16LE, the first in line 5"
	come_back mixed.csv
	# two files after each other, each with its mark
	{ printf '\377\376' && iconv -f UTF-8 -t UTF-16LE u8 && printf '\376\377' && iconv -f UTF-8 -t UTF-16BE u8; } > two.csv
	succeeds varve add two.csv
	stderr_has "5 line ends or marks are not in the byte order of UTF-16LE, the first in line 5"
	come_back two.csv
}

@test "the euro and the letters of ISO-8859-15 are told from the signs of windows-1252" {
	new_repo
	made euro.csv iso8859_15 $'id;prix\n1;12 €\n2;10,50 €\n3;7 €\n4;café\n'
	succeeds varve add euro.csv
	stderr_has "read as ISO-8859-15: '12 €', '10,50 €', '7 €'"
	made letters.csv iso8859_15 $'id;nom\n1;Cœur\n2;Œuvre\n3;sœur\n4;Noël\n'
	succeeds varve add letters.csv
	stderr_has "read as ISO-8859-15: 'Cœur', 'Œuvre', 'sœur'"
	made marks.csv cp1252 $'id;nom\n1;½ l\n2;1¼\n3;¾\n4;Noël\n5;5 €\n'
	succeeds varve add marks.csv
	stderr_has "read as windows-1252: '½ l'"
	made slovak.csv cp1250 $'id;meno\n1;Ľubica\n2;Kráľ\n3;Poľana\n4;Žilina\n5;Šaľa\n'
	succeeds varve add slovak.csv
	[[ $stderr != *ISO-8859-15* ]]
}

@test "a second byte order mark is part of the first name, and said to be" {
	new_repo
	printf '\357\273\277\357\273\277id,n\n1,a\n2,b\n' > t.csv
	succeeds varve add t.csv
	stderr_has "a second byte order mark is part of the first column's name"
	come_back t.csv
	varve commit -qm one
	echo 3,c >> t.csv
	succeeds varve add t.csv
	stderr_is ""
}

@test "text of which half is UTF-8 is read in no encoding of single bytes" {
	new_repo
	{
		printf 'id,n\n'
		seq 1 40 | sed 's/$/,Müller/'
		seq 41 80 | sed 's/$/,Müller/' | iconv -f UTF-8 -t windows-1252
	} > mixed.csv
	succeeds varve add mixed.csv
	[[ $stderr != *"read as"* ]]
	stderr_has "40 rows have text that is not UTF-8 but perhaps windows-1252, the first in line 42"
	[ "$(varve cat --where 'id = 7' --columns n :mixed.csv | tail -n 1)" = Müller ]
	come_back mixed.csv
	printf 'id,n\n1,é\n2,x\342\202' > cut.csv
	succeeds varve add cut.csv
	[[ $stderr != *"read as"* ]]
	stderr_has "1 row has text that is not UTF-8"
	come_back cut.csv
}

@test "text that is UTF-8 but for a few bytes stays what it is" {
	new_repo
	printf 'id,n\n1,M\xc3\xbcller\n2,K\xc3\xb6ln\n3,\xe9\n' > t.csv
	succeeds varve add t.csv
	stderr_has "1 row has text that is not UTF-8"
	stderr_has "--encoding"
	come_back t.csv
}

@test "a wrong encoding that is declared is seen and comes back" {
	new_repo
	made t.csv utf-8 "$german"
	succeeds varve add --encoding windows-1252 t.csv
	varve commit -qm one
	[ "$(varve cat HEAD:t.csv | sed -n 2p)" = $'1;MÃ¼ller;KÃ¶ln\r' ]
	come_back t.csv
}

@test "two branches merge in the encoding of the file" {
	new_repo
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n3;Mainz\n4;Trier\n'
	varve add -q --key id t.csv
	varve commit -qm one
	varve switch -q -c other
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n3;Mainz\n4;Trüer\n'
	varve commit -qam other
	varve switch -q main
	made t.csv cp1252 $'id;n\n1;Kölle\n2;Bonn\n3;Mainz\n4;Trier\n'
	varve commit -qam main
	succeeds varve merge other
	made want.csv cp1252 $'id;n\n1;Kölle\n2;Bonn\n3;Mainz\n4;Trüer\n'
	same_bytes want.csv t.csv
	succeeds varve fsck --data
}

@test "a merge whose result no encoding of a side has names the way, which works" {
	new_repo
	made t.csv cp1252 $'id;n\n1;José\n2;Köln\n3;Mainz\n4;Trier\n'
	varve add -q --key id --encoding windows-1252 t.csv
	varve commit -qm one
	varve switch -q -c other
	made t.csv cp1250 $'id;n\n1;José\n2;Köln\n3;Mainz\n4;Gdańsk\n'
	varve add -q --encoding windows-1250 t.csv
	varve commit -qm other
	varve switch -q main
	made t.csv cp1252 $'id;n\n1;José\n2;Köln\n3;Señor\n4;Trier\n'
	varve add -q t.csv
	varve commit -qm main
	ends_with 2 varve merge other
	stderr_has "windows-1250 does not have the character 'ñ'"
	stderr_has "on the branch where the file is in windows-1252, run 'iconv -f windows-1252 -t UTF-8 FILE > OUT && mv OUT FILE'"
	[ -z "$(git status --porcelain)" ]
	iconv -f windows-1252 -t UTF-8 t.csv > ../out && mv ../out t.csv
	succeeds varve add t.csv
	output_has "windows-1252 -> UTF-8"
	varve commit -qm utf8
	succeeds varve merge other
	[ "$(cat t.csv)" = $'id;n\n1;José\n2;Köln\n3;Señor\n4;Gdańsk' ]
	varve reset -q --hard HEAD~1 || git reset -q --hard HEAD~1
	git switch -q other
	succeeds varve merge main
	[ "$(cat t.csv)" = $'id;n\n1;José\n2;Köln\n3;Señor\n4;Gdańsk' ]
}

@test "git and a clone write the file in its encoding" {
	new_repo
	made t.csv cp1252 "$german"
	git add t.csv
	git commit -qm one
	cp t.csv ../want.csv
	rm t.csv
	git checkout -q -- t.csv
	same_bytes ../want.csv t.csv
	succeeds varve clone -q . ../clone
	same_bytes ../want.csv ../clone/t.csv
	git diff --quiet
}

@test "rows in key order keep the encoding" {
	new_repo
	python3 -c 'print("id;n"); [print("%d;%s" % (i * 7919 % 1000, "äöü"[i % 3])) for i in range(1000)]' > u8
	iconv -f UTF-8 -t windows-1252 u8 > t.csv
	succeeds varve add --key id --order key t.csv
	varve commit -qm one
	varve cat HEAD:t.csv | cmp - u8
	come_back t.csv
	succeeds varve fsck --data
}

@test "a conflict is resolved in the encoding of the file" {
	new_repo
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n'
	varve add -q --key id t.csv
	varve commit -qm one
	varve switch -q -c other
	made t.csv cp1252 $'id;n\n1;Köln-Süd\n2;Bonn\n'
	varve commit -qam other
	varve switch -q main
	made t.csv cp1252 $'id;n\n1;Köln-Ost\n2;Bönn\n'
	varve commit -qam main
	ends_with 1 varve merge other
	succeeds varve resolve --theirs t.csv
	made want.csv cp1252 $'id;n\n1;Köln-Süd\n2;Bönn\n'
	same_bytes want.csv t.csv
}

@test "a renamed column keeps the encoding of the file" {
	new_repo
	made t.csv cp1252 $'id;größe\n1;Köln\n2;Bonn\n'
	varve add -q --encoding cp1252 --key id t.csv
	varve commit -qm one
	succeeds varve rename-column t.csv größe länge
	made want.csv cp1252 $'id;länge\n1;Köln\n2;Bonn\n'
	same_bytes want.csv t.csv
	succeeds varve status --short
	output_lacks "AM"
	succeeds varve fsck
	cp t.csv before.csv
	ends_with 2 varve rename-column t.csv länge 長
	stderr_has "windows-1252"
	same_bytes before.csv t.csv
	printf '\xff\xfe' > u.ndjson
	made rest UTF-16LE $'{"id":1,"n":"Kö"}\r\n{"id":2,"n":"😀"}\r\n'
	cat rest >> u.ndjson
	varve add -q u.ndjson
	succeeds varve rename-column u.ndjson n name
	printf '\xff\xfe' > want
	made rest UTF-16LE $'{"id":1,"name":"Kö"}\r\n{"id":2,"name":"😀"}\r\n'
	cat rest >> want
	same_bytes want u.ndjson
}

@test "Central European names are told from Western ones, and no hint reads UTF-8 wrongly" {
	new_repo
	printf 'Lp;Nazwisko\r\n1;Wi\x9cniewski\r\n2;W\xf3jcik\r\n3;D\xb9browski\r\n4;Kami\xf1ski\r\n5;Zieli\xf1ski\r\n' > names.csv
	succeeds varve add names.csv
	stderr_has "read as windows-1250: 'Wiśniewski', 'Wójcik', 'Dąbrowski'"
	printf 'Lp;Miasto\r\n1;\xa3\xf3d\x9f\r\n2;Gda\xf1sk\r\n3;\xaf\xf3\xb3\xe6\r\n' > towns.csv
	succeeds varve add towns.csv
	stderr_has "read as windows-1250: 'Łódź', 'Gdańsk'"
	# letters that ISO-8859-2 has as well: a later version may have more
	for i in 1 2 3 4 5 6; do
		printf '%s;Kov\xe1cs\n%s1;Sz\xfbcs\n%s2;T\xf3th\n%s3;Gy\xf5ri\n%s4;N\xe9meth\n' $i $i $i $i $i
	done > hu.csv
	sed -i '1iNr;N\xe9v' hu.csv
	varve add -q hu.csv
	printf '9;T\xf3th 5 \x80\n' >> hu.csv
	succeeds varve add hu.csv
	succeeds varve cat --format csv :hu.csv
	output_has "9,Tóth 5 €"
	# a few rows that somebody put to others in UTF-8
	{ printf 'Nr;Name\n'; for i in $(seq 60); do printf '%s;Gr\xc3\xb6\xc3\x9fe\n' $i; done; printf '61;Gr\xf6\xdfe\n'; } > mixed.csv
	succeeds varve add mixed.csv
	stderr_has "1 row has text that is not UTF-8"
	stderr_lacks "--encoding"
	printf '\xef\xbb\xbfa;b\n1;2\n' > mark.csv
	ends_with 2 varve add --encoding windows-1252 mark.csv
	stderr_has ": it begins with the byte order mark of UTF-8, but is declared as"
	succeeds varve add --encoding utf-8 mark.csv
}

@test "a patch is applied in the encoding of the file" {
	new_repo
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n3;Kiel\n'
	varve add -q --encoding cp1252 --key id t.csv
	varve commit -qm one
	cp t.csv old.csv
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bönn\n3;Kiel\n'
	cp t.csv new.csv
	varve diff --format patch > p.patch
	cp old.csv t.csv
	succeeds varve apply --check p.patch
	same_bytes old.csv t.csv
	succeeds varve apply p.patch
	same_bytes new.csv t.csv
	succeeds varve apply -R p.patch
	same_bytes old.csv t.csv
	# to another version of it, and to one in UTF-8
	made t.csv cp1252 $'id;n\n1;Aachen\n2;Bonn\n3;Kiel\n4;Müller\n'
	succeeds varve apply p.patch
	made want.csv cp1252 $'id;n\n1;Aachen\n2;Bönn\n3;Kiel\n4;Müller\n'
	same_bytes want.csv t.csv
	cp old.csv t.csv
	succeeds varve apply --3way p.patch
	same_bytes new.csv t.csv
	succeeds varve diff --exit-code
	succeeds varve fsck
}

@test "a patch with a character that the encoding lacks is refused and changes nothing" {
	new_repo
	printf 'id;n\n1;Köln\n2;Bonn\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id;n\n1;Köln\n2;長崎\n' > t.csv
	varve diff --format patch > p.patch
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n3;Süd\n'
	cp t.csv before.csv
	varve add -q --encoding cp1252 t.csv
	ends_with 2 varve apply p.patch
	stderr_has "windows-1252 does not have the character '長'"
	same_bytes before.csv t.csv
	ends_with 2 varve apply --check p.patch
}

@test "a patch changes the encoding of a file" {
	new_repo
	printf 'id;n\n1;Köln\n2;Bonn\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	cp t.csv old.csv
	made t.csv cp1252 $'id;n\n1;Köln\n2;Bonn\n'
	cp t.csv new.csv
	varve add -q --encoding cp1252 t.csv
	varve diff --cached --format patch > p.patch
	cp old.csv t.csv
	succeeds varve apply p.patch
	same_bytes new.csv t.csv
	succeeds varve apply -R p.patch
	same_bytes old.csv t.csv
}

@test "cat and show give the text of a table in UTF-8 wherever it lies, and get and restore its file" {
	new_repo
	made t.csv cp1252 "$german"
	cp t.csv want.csv
	made text utf-8 "$german"
	varve add -q t.csv
	varve commit -qm one
	for where in t.csv :t.csv HEAD:t.csv; do
		varve cat $where > got
		same_bytes text got
	done
	varve show HEAD:t.csv > got
	same_bytes text got
	echo '9;neu' >> t.csv
	echo '9;neu' >> text
	varve cat t.csv > got
	same_bytes text got
	mkdir folder
	(cd folder && varve cat ../t.csv) > got
	same_bytes text got
	succeeds varve info --quick HEAD:t.csv
	output_has "bytes    $(wc -c < want.csv) "
	# as it was saved in another encoding, as add would read it
	iconv -f windows-1252 -t UTF-16 t.csv > u16 && mv u16 t.csv
	varve cat t.csv | tail -c +4 > got
	same_bytes text got
	varve get -q -o got.csv .#t.csv
	same_bytes want.csv got.csv
	varve restore t.csv
	same_bytes want.csv t.csv
	# what is not a table of varve has its bytes
	varve cat want.csv > got
	same_bytes want.csv got
}

@test "convert makes a plain file in a named encoding one that cat, diff and check read" {
	made a.csv latin9 $'id;p\n1;5 €\n'
	made b.csv latin9 $'id;p\n1;6 €\n'
	for command in "cat --encoding latin9 a.csv" "compare --encoding latin9 a.csv b.csv" "diff --no-index --delimiter ; a.csv b.csv" \
		"check --files --no-header a.csv"; do
		ends_with 2 varve $command
		stderr_has "'varve add' and 'varve convert' have it"
	done
	ends_with 2 varve convert --encoding nonsense a.csv a2.csv
	for file in a b; do
		succeeds varve convert -q --encoding latin9 $file.csv ${file}2.csv
	done
	succeeds varve compare --key id --json a2.csv b2.csv
	output_has '5 €'
	output_has '6 €'
	succeeds varve check --files - < <(varve convert --encoding latin9 --format csv a.csv -)
}

@test "each character of an encoding reads as Python reads it" {
	for codec in cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-7 iso8859-8 latin1 iso8859-2 iso8859-15 koi8-r cp850 cp852 cp866 euc-jp gbk cp949; do
		python3 "$BATS_TEST_DIRNAME/encodings_model.py" $codec t.csv want.csv
		succeeds varve convert -fq --encoding $codec t.csv got.csv
		same_bytes want.csv got.csv
	done
}

@test "a mark of UTF-16 before text of single bytes is refused, whatever the length" {
	new_repo
	printf '\xfe\xffid,name\n1,ab\n2,cdef\n' > even.csv
	printf '\xff\xfeid,name\n1,ab\n2,cde\n' > odd.csv
	for file in even odd; do
		ends_with 2 varve add $file.csv
		stderr_has "has one byte for each character"
	done
	printf 'id,name\n1,\xe6\xa5\xa4\n' | iconv -f UTF-8 -t UTF-16 > right.csv
	succeeds varve add right.csv
	output_has "1 row, 2 columns"
}
