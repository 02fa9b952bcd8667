# Whatever says that it stored a file gives these bytes back: random files by every way in (comes_back_model.py, odd_files.py).
# The seed is fixed, VARVE_TEST_SAMPLE draws a sixth of the files; VARVE_TEST_SEED gives others, VARVE_TEST_ALL=1 ten times as many.
load ../helper

# many FIRST: a share of the files.
many() {
	local count=100 put
	[ -z "${VARVE_TEST_ALL-}" ] || count=1000
	local first=$(($1 * count + $(drawn "$count")))
	put=$VARVE_BIN/../examples/bin/put
	[ ! -x "$put" ] || export VARVE_TEST_PUT=$put
	succeeds python3 "$BATS_TEST_DIRNAME/comes_back_model.py" "${VARVE_TEST_SEED:-48}" "$first" "$(a_sixth "$count")"
	[ -n "${VARVE_TEST_ALL-}" ] || return 0
	for way in add "add again" filter merge apply arrow import update "dated files" migrate "restore --spelling" "checkout of the first"; do
		output_has "$way "
	done
}

@test "random files come back by every way in, a first share" {
	many 0
}

@test "random files come back by every way in, a second share" {
	many 1
}

@test "random files come back by every way in, a third share" {
	many 2
}

@test "a file that did not change is read as before, and not shown as changed" {
	new_repo
	printf '"1"|a|b\n"2"|"x|c\n"3"|d|"y|e\n"4"|f|g\n' > quote.csv
	succeeds varve add --quote none --no-header quote.csv
	printf '\n\nid;v\n1;a\n2;b\n3;c\n' > blank.csv
	succeeds varve add --skip-lines 0 blank.csv
	printf 'id,a,b\n1,a,x\n2,b,x\n3,c,"#"\n4,d,x\n# x, x, x, x\n(end)\n' > below.csv
	succeeds varve add --comment none below.csv
	varve commit -qm one
	touch -d 2020-01-01 ./*.csv
	[ -z "$(git status --porcelain)" ]
	touch -d 2020-01-02 ./*.csv
	[ -z "$(varve status -s)" ]
	for f in *.csv; do
		varve info "HEAD:$f" | grep '  form' > was
		varve info "$f" | grep '  form' > now
		cmp was now
	done
}

@test "an unquoted cell that begins with the mark of comments comes back" {
	new_repo
	for end in '\n' '\r\n' '\r'; do
		for d in , ';'; do
			printf "id${d}tag${d}v${end}1${d}#a${d}2${end}# note${end}3${d}b${d}4${end}5${d}c${d}6${end}" > a.csv
			cp a.csv want
			varve add -q a.csv 2> /dev/null
			varve commit -qm b
			succeeds varve fsck --data
			rm a.csv
			succeeds varve restore a.csv
			same_bytes want a.csv
			varve rm -q a.csv
			varve commit -qm gone
		done
	done
	printf 'id,tag\n1,#a\n2,b\n' > b.csv
	cp b.csv want
	succeeds varve add --comment '#' b.csv
	output_has "2 rows"
	rm b.csv
	varve restore b.csv
	same_bytes want b.csv
}
