# docs/programs/ci/varve-pr suggest: issues become branches, and what a stranger writes into them becomes nothing else.
load ../helper
load ../../stories/hosts/host

job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr

# base.git with p.csv, other files, and a folder for the job.
based() {
	git init -q --bare base.git
	export VARVE_BASE_URL=$PWD/base.git VARVE_BASE=main VARVE_ISSUE=3 VARVE_AUTHOR=ada
	new_repo ada
	cd ada
	printf 'id,name,price,a=b,"q ""u"" x"\n7,"O""Hara, x",9.50,1,2\n8,y,3,1,\n"x,y",z,4,1,2\n' > p.csv
	printf '{"id": 1, "n": 9.5, "t": "x"}\n{"id": 2, "n": 3, "t": "y"}\n' > n.ndjson
	echo text > notes.txt
	ln -s p.csv link.csv
	varve add p.csv n.ndjson notes.txt link.csv > /dev/null 2>&1
	varve commit -q -m one
	git remote add origin ../base.git
	git config remote.origin.varveKind git
	varve push -q -u origin main
	cd ..
	mkdir job
	cd job
}

# issue FILE KEY OLD NEW: its body.
issue() {
	printf 'Please.\n\n```json\n{"varve": "suggest 1", "file": %s, "key": %s,\n "old": %s,\n "new": %s}\n```\n' "$@" > body
}

refs() {
	git -C ../base.git for-each-ref
}

@test "an issue with other values becomes a branch with this change and its author's name" {
	based
	issue '"p.csv"' '"7"' '{"name": "O\"Hara, x", "price": "9.50"}' '{"name": "O'"'"'Hara\n`x`", "price": "9.50"}'
	sed -i 's/$/\r/' body # as browsers send it
	succeeds sh "$job" suggest body
	grep -q 'The branch `suggestion/3` has this change' varve.md
	[ "$(git -C ../base.git log -1 --format='%an|%s|%(trailers:key=Suggested-by,valueonly)' suggestion/3)" = "A U Thor|Suggestion of #3: p.csv, row 7|ada
" ] || [ "$(git -C ../base.git log -1 --format='%s' suggestion/3)" = "Suggestion of #3: p.csv, row 7" ]
	git -C ../base.git log -1 --format=%B suggestion/3 | grep -qx 'Suggested-by: ada'
	varve -C ../ada fetch -q
	varve -C ../ada cat origin/suggestion/3:p.csv > got
	printf 'id,name,price,a=b,"q ""u"" x"\n7,"O'"'"'Hara\n`x`",9.50,1,2\n8,y,3,1,\n"x,y",z,4,1,2\n' | cmp - got
	# again, from stdin
	before=$(refs)
	run --separate-stderr sh "$job" suggest < body
	[ "$status" = 0 ]
	[ "$(refs)" = "$before" ]
	# another suggestion of the same issue does not replace the branch
	issue '"p.csv"' '"7"' '{"price": "9.50"}' '{"price": "1"}'
	ends_with 1 sh "$job" suggest body
	grep -q 'has another change' varve.md
	[ "$(refs)" = "$before" ]
}

@test "the link at a row of an exported page is a suggestion that the job takes" {
	based
	cd ../ada
	printf '{"name": "p", "homepage": "https://codeberg.org/ada/prices", "resources": []}' > datapackage.json
	git add datapackage.json
	varve commit -q -m home
	varve push -q
	varve publish -q -o ../public
	cd ../job
	python3 - "../public/pages/table/$(git -C ../ada rev-parse HEAD)/p.csv/index.html" <<-'END'
	import html, re, sys, urllib.parse
	with open(sys.argv[1], encoding="utf-8") as f:
	    links = re.findall(r'href="(https://codeberg[.]org/ada/prices/issues/new[^"]*)" rel="noreferrer" title="Suggest a correction of this row"', f.read())
	assert len(links) == 3, links
	query = urllib.parse.parse_qs(urllib.parse.urlsplit(html.unescape(links[2])).query, strict_parsing=True)
	assert query["title"] == ["Correction: row x,y of p.csv"], query
	before, _, after = query["body"][0].rpartition('"new"')
	with open("body", "w", encoding="utf-8") as f:
	    f.write(before + '"new"' + after.replace('"price": "4"', '"price": "4.5"'))
	END
	succeeds sh "$job" suggest body
	varve -C ../ada fetch -q
	varve -C ../ada cat origin/suggestion/3:p.csv | grep -qx '"x,y",z,4.5,1,2'
}

@test "empty cells, keys with commas, odd columns and JSON are suggested, too" {
	based
	for case in '"p.csv"|"8"|{"q \"u\" x": ""}|{"q \"u\" x": "5"}|8,y,3,1,5' \
		'"p.csv"|"x,y"|{"name": "z"}|{"name": "--all"}|"x,y",--all,4,1,2' \
		'"p.csv"|"8"|{"price": "3"}|{"price": ""}|8,y,,1,' \
		'"n.ndjson"|"1"|{"n": "9.5"}|{"n": "10"}|{"id": 1, "n": 10, "t": "x"}'; do
		VARVE_ISSUE=$((VARVE_ISSUE + 1))
		IFS='|' read -r file key old new line <<< "$case"
		issue "$file" "$key" "$old" "$new"
		succeeds sh "$job" suggest body
		varve -C ../ada fetch -q
		varve -C ../ada cat "origin/suggestion/$VARVE_ISSUE:$(jq -r . <<< "$file")" | grep -qxF "$line"
	done
}

@test "what is not a suggestion, or no longer fits, changes nothing" {
	based
	before=$(refs)
	while IFS='|' read -r file key old new; do
		issue "$file" "$key" "$old" "$new"
		ends_with 1 sh "$job" suggest body
		grep -q '<!-- varve -->' varve.md
		[ "$(refs)" = "$before" ]
	done <<-'END'
	"p.csv"|"7"|{"price": "9.51"}|{"price": "1"}
	"p.csv"|"99"|{"price": "9.50"}|{"price": "1"}
	"p.csv"|"8"|{"price": "3' or '1' = '1"}|{"price": "1"}
	"p.csv"|"8"|{"id": "8"}|{"id": "9"}
	"p.csv"|"8"|{"none": ""}|{"none": "1"}
	"p.csv"|"8"|{"price\" is not null or \"price": "3"}|{"price\" is not null or \"price": "1"}
	"n.ndjson"|"1"|{"new": ""}|{"new": "1"}
	"notes.txt"|"1"|{"a": "1"}|{"a": "2"}
	"link.csv"|"8"|{"price": "3"}|{"price": "1"}
	"p.*"|"8"|{"price": "3"}|{"price": "1"}
	END
}

@test "sixty hostile forms of an issue end with a reason, before the repository is read" {
	based
	python3 - "$job" <<-'END'
	import copy, json, os, subprocess, sys
	good = {"varve": "suggest 1", "file": "p.csv", "key": "8", "old": {"price": "3"}, "new": {"price": "4"}}
	fence = lambda text: f"```json\n{text}\n```\n".encode("utf-8", "surrogatepass")
	forms = []
	def form(**more):
	    forms.append(fence(json.dumps({**copy.deepcopy(good), **more}, ensure_ascii=False)))
	text = json.dumps(good)
	forms += [b"", b"```json", b"\0" * 100, b"\xff\xfe" + text.encode("utf-16-le"), fence("{"), fence('"varve"'), fence('["varve"]'),
	          fence(text + text), fence(text) * 2, text.encode(), fence(text[:-1] + ', "key": "7"}'), fence(text.replace('"8"', "8")),
	          fence(text.replace('"3"', "3")), fence(text.replace('"3"', "NaN")), fence(text.replace('"3"', "1e999999999")),
	          fence(text.replace('"3"', "9" * 5000)), fence(text.replace('"3"', "null")), fence(text.replace('"3"', '{"price": "3"}')),
	          fence(text.replace('"3"', '["3"]')), fence(text.replace('"4"', '"\\ud800"')), fence(text.replace('"4"', '"\\u0000"')),
	          fence('"varve"' + "[" * 30000), fence('{"varve": ' * 5000), fence(text) + b"x" * 70000, b"~~~\n" + text.encode() + b"\n~~~\n",
	          fence(text.replace("suggest 1", "suggest 2")), fence(text).replace(b"8", b"\xe9")]
	for path in ("", ".", "..", "../p.csv", "/etc/passwd", "a//b", "./p.csv", ".git/config", "x/.GIT/config", ".gitattributes", ".varveconfig",
	             "HEAD:p.csv", "https://h.example/#p.csv", "a\\b", "a\nb", "a\u202eb", "x" * 2000, ["p.csv"], None):
	    form(file=path)
	for key in ("", "8\n", "8\x1b[2J", "x" * 2000, None):
	    form(key=key)
	for old, new in (({}, {}), ({"price": "3"}, {}), ({"price": "3"}, {"price": "3"}), ({}, {"price": "4"}), ({"": "3"}, {"": "4"}),
	                 ({"a=b": "1"}, {"a=b": "2"}), ({"price:": "3"}, {"price:": "4"}), ({"price": "3"}, {"price": "x" * 20000}),
	                 ({"price": "3"}, {"price": "\x1b]0;x\x07"}), ({f"c{i}": "1" for i in range(300)}, {"c0": "2"}), ("3", "4"), ({"price": "3"}, {"price": "\u2028"})):
	    form(old=old, new=new)
	form(more="1"), form(version=1)
	assert len(forms) >= 60, len(forms)
	for body in forms:
	    done = subprocess.run(["sh", sys.argv[1], "suggest"], input=body, capture_output=True, timeout=60)
	    said = open("varve.md", encoding="utf-8").read()
	    assert done.returncode == 1 and b"Traceback" not in done.stderr and not os.path.exists("work"), (body[:200], done)
	    assert said.startswith("<!-- varve -->\n") and len(said) < 500 and "\x1b" not in said and said.count("`") % 2 == 0, (body[:200], said)
	    os.remove("varve.md")
	for name, values in (("VARVE_ISSUE", ("", "0", "1;x", "-1", "../x", "1\n")), ("VARVE_AUTHOR", ("", "-x", "a b", "a\nb", "x" * 200, "a<b>"))):
	    for value in values:
	        done = subprocess.run(["sh", sys.argv[1], "suggest"], input=fence(text), capture_output=True, env={**os.environ, name: value}, timeout=60)
	        assert done.returncode == 2 and not os.path.exists("work"), (name, value, done)
	END
}
