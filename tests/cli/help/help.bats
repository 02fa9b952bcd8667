load ../helper

# A line for each command, those of other programs ("web serve") too.
all_commands() {
	local words='s/^  \([a-z][a-z-]*\)  .*/\1/p' word
	varve help --all | sed '/^in programs of their own/,$d' | sed -n "$words"
	echo web
	for word in $(varve help --all | sed '1,/^in programs of their own/d' | sed -n "$words"); do
		varve help "$word" | sed -n "$words" | sed "s/^/$word /"
	done
}

@test "help lists the commands on stdout" {
	succeeds varve help
	output_has "varve: git for tables"
	output_has "  commit "
	stderr_is ""
	succeeds varve --help
	output_has "usage: varve"
}

@test "without a command help goes to stderr and the exit code is 2" {
	ends_with 2 varve
	output_is ""
	stderr_has "usage: varve"
}

@test "every command has a one-line summary a usage an example and exit codes" {
	all_commands > commands
	grep -x "web serve" commands
	grep -x "ipfs publish" commands
	[ "$(grep -c "^vault " commands)" -ge 11 ]
	while read -r command; do
		succeeds varve $command -h
		output_has "varve $command: "
		output_has "usage: varve $command"
		output_has "example:"
		[[ $output == *"exit codes: 0 done"* || $output == *"this command runs 'git $command'"* ]]
		output_lacks "; 1 1:"
		stderr_is ""
		local short=$output
		succeeds varve $command --help
		output_is "$short"
		succeeds varve help $command
		output_is "$short"
	done < commands
}

@test "the exit codes in the help are those of the manual page" {
	local man=${BATS_TEST_DIRNAME}/../../../docs/man compared=0
	codes() { # of "0 done; 1 ...; 2 ...", which are in the manual page "0 ...; 1 ..." too
		tr '\n' ' ' | grep -oE '(^|; )[0-9]+:? ' | tr -cd '0-9\n' | sort -n | tr '\n' ' '
	}
	all_commands > commands
	while read -r command; do
		local page=$man/varve-${command// /-}.1 line
		[ -e "$page" ] || continue
		line=$(sed -n '/^\.SH EXIT STATUS/,/^\.SH/{/^\./!p}' "$page")
		[[ $line == "0 "*"; 2 "* ]] || continue
		compared=$((compared + 1))
		[ "$(codes <<< "$line")" = "$(varve $command -h | sed -n 's/^exit codes: //p' | codes)" ] ||
			{ echo "varve $command"; return 1; }
	done < commands
	[ "$compared" -gt 50 ]
}

@test "every command has a manual page, its own or its program's" {
	local man=${BATS_TEST_DIRNAME}/../../../docs/man
	all_commands > commands
	while read -r command; do
		! varve $command -h | grep -q "this command runs 'git $command'" || continue
		[ -e "$man/varve-${command// /-}.1" ] || grep -q "^\.B varve $command" "$man/varve-${command% *}.1" ||
			{ echo "no manual page for $command"; return 1; }
	done < commands
	[ -e "$man/varve-ipfs.1" ]
}

@test "what git calls has manual pages, too, which varve help names" {
	local man=${BATS_TEST_DIRNAME}/../../../docs/man
	new_repo
	git config --list | grep -v '\.name=' | sed -n 's/^[a-z]*\.varve\.[a-z]*=varve \([a-z-]*\).*/\1/p' | sort -u > called
	echo pre-push >> called
	grep -c . called
	[ "$(grep -c . called)" -ge 6 ]
	while read -r command; do
		[ -e "$man/varve-$command.1" ] || { echo "no manual page for $command"; return 1; }
		succeeds varve "$command" -h
		grep -q -- "${command//-/\\\\-}" "$man/varve-help.1" || { echo "varve-help.1 lacks $command"; return 1; }
	done < called
}

@test "help for the unknown is a failure" {
	ends_with 2 varve help nonsense
	stderr_has "varve has no command 'nonsense'"
}

@test "an unknown command names the nearest one" {
	ends_with 2 varve comit
	stderr_has "varve has no command 'comit'"
	stderr_has "did you mean 'varve commit'?"
	ends_with 2 varve xyzzyplugh
	stderr_has "'varve help' lists the commands"
}

@test "an unknown option names the nearest one and the way to help" {
	ends_with 2 varve commit --amendd
	stderr_has "commit has no option '--amendd'"
	stderr_has "did you mean 'varve commit --amend'?"
	ends_with 2 varve -x
	stderr_has "varve has no option '-x'"
}

@test "an option that other programs have names what to do instead, and that works" {
	new_repo
	printf 'id,price\n3,1\n1,9\n2,5\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -q -m one
	git tag v1
	ends_with 2 varve cat --order-by=price prices.csv
	stderr_has "did you mean 'varve cat --sort=price prices.csv'?"
	[ "$(varve cat --sort price prices.csv)" = $'id,price\n3,1\n2,5\n1,9' ]
	ends_with 2 varve clone --depth 1 . ../copy
	stderr_has "'varve clone --lazy . ../copy' does it"
	varve commit -q --allow-empty -m two
	git clone -q --depth 1 "file://$PWD" ../copy
	cd ../copy
	succeeds varve fetch -q
	succeeds varve restore prices.csv
	[ "$(cat prices.csv)" = "$(cat ../work/prices.csv)" ]
	ends_with 2 varve clone --filter=blob:none ../work ../other
	stderr_has "'varve clone --lazy ../work ../other' does it"
}

@test "names from the command line are escaped" {
	ends_with 2 varve $'a\e]0;title\a'
	stderr_lacks $'\e'
	stderr_has '\x1B'
}

@test "version -v names git, the system and the libraries with their versions" {
	succeeds varve version -v
	[ "${lines[0]}" = "$(varve version)" ]
	[ "${lines[1]}" = "$(git version)" ]
	[ "${lines[2]}" = "$(uname -srm)" ]
	[[ ${lines[3]} =~ ^built\ with\ .*libcrypto\ [0-9]+\.[0-9]+.*,\ libgit2\ [0-9]+\.[0-9]+.*sqlite3\ 3\. ]]
	PATH=$VARVE_BIN succeeds varve version -v
	output_has "git: not found"
}

@test "the version is told both ways" {
	succeeds varve version
	output_has "varve "
	local version=$output
	succeeds varve --version
	output_is "$version"
}

@test "-C goes to a folder first" {
	mkdir sub
	new_repo sub
	succeeds varve -C sub status
	output_has "On branch main"
	ends_with 2 varve -C nowhere status
	stderr_has "cannot change to 'nowhere'"
	ends_with 2 varve -C
	stderr_has "-C requires a value"
}

@test "a full disk is an error" {
	ends_with 2 bash -c 'varve help > /dev/full'
	stderr_has "cannot write the output"
}

@test "a reader that goes away is not complained about" {
	run bash -c 'set -o pipefail; varve help 2>err.txt | true'
	[ ! -s err.txt ]
}

@test "closed standard files do no harm" {
	ends_with 0 bash -c 'varve help >&- 2>&- <&-'
}

@test "two letters exchanged in any command name that command" {
	cat > script <<-'END'
	commands=$(varve help --all | sed -n 's/^  *\([a-z][a-z-]*\)  .*/\1/p' | sort -u)
	[ "$(wc -w <<< "$commands")" -gt 30 ] || exit 1
	for name in $commands; do
		for ((i = 0; i + 1 < ${#name}; i++)); do
			slip=${name:0:i}${name:i+1:1}${name:i:1}${name:i+2}
			! grep -qx -- "$slip" <<< "$commands" || continue
			said=$(varve "$slip" 2>&1 < /dev/null)
			[[ $said == *"did you mean 'varve $name'?"* || $said == *"git $slip"* || $said == *"'varve $name "* ]] || { echo "$slip: $said"; exit 1; }
		done
	done
	END
	succeeds bash script
}

@test "nothing absurd is proposed" {
	for word in undo x new foo go list; do
		ends_with 2 varve $word
		stderr_lacks "did you mean"
	done
	new_repo
	rows 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	git tag spring
	ends_with 2 varve log spirng
	stderr_has "did you mean 'spring'?"
	ends_with 2 varve log winter
	stderr_lacks "did you mean"
	ends_with 2 varve cat prices.csv --columns PRCIE
	stderr_has "did you mean 'price'?"
	ends_with 2 varve cat prices.csv --columns dog
	stderr_lacks "did you mean"
	ends_with 2 varve log --onelien
	stderr_has "did you mean 'varve log --oneline'?"
	ends_with 2 varve check --skip tpye-error
	stderr_has "did you mean 'type-error'?"
}

@test "help lists the commands of daily work and with --all the others" {
	succeeds varve help
	output_has "  commit "
	output_lacks "  fsck "
	[ "$(grep -c '^  [a-z-]*  ' <<< "$output")" -eq 26 ]
	succeeds varve help --all
	output_has "  commit "
	output_has "  fsck "
}

@test "words that people who work with data type name the command that does it" {
	local word n=0
	for word in car changes columns count datasets discard download export find head history list \
		ls profile query remove rename rollback sample save search select snapshot stage stats summary sync \
		tables undo unstage upload validate versions view amend append auth backup chart citation claim copy cron csv \
		duckdb edit excel gui insert join lfs lint lock login mirror move nightly open parquet permissions plot \
		pull-request release retention rows server share sort tail ui undelete upsert who xlsx \
		merge-tool cancel send desk editor delete-row first last where sum average pivot dedupe duplicates \
		gdpr backfill abort tutorial powerbi onedrive browser r; do
		ends_with 2 varve "$word"
		stderr_has "varve has no '$word'; '"
		[[ $stderr == *"'varve help "*"' explains it"* || $stderr == *" does it"* ]]
		n=$((n + 1))
	done
	[ "$n" -ge 30 ]
	ends_with 2 varve excel
	stderr_is "varve has no 'excel'; 'varve help use/recipes' explains it"
	echo a > "a b.csv"
	ends_with 2 varve head "a b.csv"
	stderr_has "varve cat 'a b.csv' --limit 10"
}

@test "commands as users of other programs type them name what does it" {
	new_repo
	rows 3 > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	echo '{}' > varve.json
	while IFS='|' read -r words expected; do
		eval "ends_with 2 varve $words"
		stderr_has "$expected"
	done <<-'END'
		show t.csv|'varve cat t.csv' prints it
		show table t.csv|'varve cat t.csv --format table' does it
		query "select 1"|varve sql
		headers t.csv|varve info t.csv
		cat t.csv -n 2|--limit
		cat t.csv --filter "price > 3"|--where
		cat t.csv --select id,price|--columns
		cat t.csv --csv|--format csv
		cat t.csv --sort price --desc|did you mean 'varve cat t.csv --sort -price'?
		cat t.csv --desc|--sort -COLUMN
		blame t.csv 2|--row 2
		blame t.csv --row 2 --column price|blame t.csv --row 2 --columns price
		add t.csv --primary-key id|--key
		commit "a message"|a message follows -m
		check --strict t.csv|--fail-on warning
		rm t.csv --row 3|'varve delete t.csv 3'
		set t.csv id=2 price=4|'varve set t.csv 2 price=4' does it
		set t.csv --row 2 --column price 4|'varve set FILE KEY COL=VALUE'
		update t.csv 2 price=4|'varve set t.csv 2 price=4' does it
		head -n 5 t.csv|'varve cat t.csv --limit 5'
		head t.csv|'varve cat t.csv --limit 10'
		tail -3 t.csv|'varve cat t.csv | tail -n 3'
		cut -c id,price t.csv|'varve cat t.csv --columns id,price'
		uniq price t.csv|SELECT DISTINCT price FROM t"
		frequency -s price t.csv|SELECT price, count(*) FROM t GROUP BY price"
		frequency -s "a b" t.csv|SELECT "a b", count(*) FROM t GROUP BY "a b"
		sample 2 t.csv|SELECT * FROM t ORDER BY random() LIMIT 2"
		history t.csv 2|'varve log --row 2 t.csv'
		history t.csv|'varve log t.csv'
		append t.csv varve.json|'tail -n +2 varve.json >> t.csv'
		rename t.csv a b|'varve rename-column t.csv a b'
		export --format parquet t.csv|'varve cat t.csv -o t.parquet'
		drop-column t.csv price|'varve cat t.csv --columns=-price -o t.csv'
		replace t.csv price 1 2|'varve set t.csv 
		primary-key id t.csv|'varve add --key COLUMNS t.csv'
		sum "a b" t.csv|'varve sql 'SELECT sum("a b") FROM t'' does it
		sum price t.csv|SELECT sum(price) FROM t
		show HEAD:t.csv --columns id|'varve cat HEAD:t.csv --columns id' does it
		undo|'varve revert HEAD' does it
		cat --rev HEAD t.csv|'varve cat HEAD:t.csv' does it
		diff --html|varve web --export pages
		log t.csv --column price|log t.csv --columns price
		blame t.csv K2|--row K2
		add -p t.csv|varve restore --row KEY t.csv
		serve --port 80|--http 127.0.0.1:80 .
	END
	git diff --quiet
	succeeds varve set --new t.csv id=2 price=4
}

@test "help searches words, commands and pages for a word, and names the three best" {
	succeeds varve help undo
	[ "$(sed -n 2p <<< "$output")" = "  varve restore FILE        restore files from the index or an earlier version" ]
	output_has "varve help use/recipes    Undo a cell, a column, a night"
	[ "$(wc -l <<< "$output")" -le 4 ]
	succeeds varve help excel
	[ "$(sed -n 2p <<< "$output")" = "  varve help use/recipes    Excel there and back" ]
	succeeds varve help retention
	output_has "varve expire --keep last=30"
	succeeds varve help spreadsheet
	output_has "varve help"
	succeeds varve help foreign
	output_has "varve help use/rules"
	for word in share who chart backup snapshot lock append upsert join release nightly citation; do
		succeeds varve help "$word"
		output_has "no command or page is called '$word'; nearest:"
	done
	succeeds varve help s3
	output_has "varve help operate/stores  Stores"
	succeeds varve help backups
	output_has "called 'backups'; nearest:"
	ends_with 2 varve help xyzzyplugh
}

@test "help answers a question of several words" {
	local question first
	while IFS='|' read -r question first; do
		# shellcheck disable=SC2086
		succeeds varve help $question
		[ "$(sed -n 2p <<< "$output" | sed 's/^  //; s/  .*//')" = "$first" ] || { echo "$question: $output"; return 1; }
		succeeds varve help "$question"
		[ "$(sed -n 2p <<< "$output" | sed 's/^  //; s/  .*//')" = "$first" ] || { echo "$question: $output"; return 1; }
	done <<- 'EOF'
		how do I undo|varve restore FILE
		How do I delete a row?|varve delete
		pull request|varve help programs/ci
		delete row|varve delete FILE ROWKEY
		show me the history|varve log [REVS] [FILE]
		who changed this cell|varve help use/recipes
		merge tool|varve resolve
		open in power bi|varve help use/recipes
	EOF
	succeeds varve help remote add
	output_has "usage: varve remote"
	ends_with 2 varve help xyzzyplugh plugh
	stderr_has "varve has no command 'xyzzyplugh'"
}

@test "help is folded at the width of the terminal" {
	for words in "" diff cat chart "--all"; do
		COLUMNS=80 succeeds varve help $words
		sed '/^usage:/,/^$/d; /^example/,/^$/d; /^pages/,$d; /^$/,/explains/{/explains/d}' <<< "$output" |
			awk 'length($0) > 80 { print; bad = 1 } END { exit bad }'
	done
	succeeds varve help diff
	awk 'length($0) > 80 { long = 1 } END { exit !long }' <<< "$output"
}

@test "varve X runs the program varve-X of the PATH" {
	mkdir bin "x y"
	printf '#!/bin/sh\npwd\nprintf "<%%s>" "$@"\nexit 7\n' > bin/varve-hello
	chmod +x bin/varve-hello
	PATH=$PWD/bin:$PATH ends_with 7 varve -C "x y" hello --one "a b"
	output_is "$PWD/x y
<--one><a b>"
}

@test "a program cannot take the place of a command, nor be found in the current folder" {
	mkdir bin
	printf '#!/bin/sh\necho taken\n' | tee bin/varve-version > varve-hello
	chmod +x bin/varve-version varve-hello
	PATH=$PWD/bin:$PATH succeeds varve version
	output_lacks taken
	PATH=:.:$PATH ends_with 2 varve hello
	PATH=$PWD/bin:$PATH ends_with 2 varve ../bin/varve-version
	output_is ""
}

@test "a program that is not installed is named with its package" {
	mkdir alone
	cp "$VARVE_BIN/varve" alone/
	for words in "web" "ipfs publish x" "help web"; do
		PATH=$PWD/alone:/usr/bin:/bin ends_with 2 varve $words
		stderr_has "is not installed"
		stderr_has "hint: install the package varve-"
	done
	for words in "--http 127.0.0.1:0 ." "--auth users --http=127.0.0.1:0 ."; do
		PATH=$PWD/alone:/usr/bin:/bin ends_with 2 varve serve $words
		stderr_has "varve serve --http requires varve-web"
		stderr_has "hint: install the package varve-web"
	done
	for option in --relay --through --hash-secret; do
		PATH=$PWD/alone:/usr/bin:/bin ends_with 2 varve serve "$option" ada
		stderr_has "varve serve $option requires varve-web"
		stderr_has "hint: install the package varve-web"
	done
	cp "$VARVE_BIN/varve-vault" alone/
	PATH=$PWD/alone:/usr/bin:/bin ends_with 2 varve vault serve --http 127.0.0.1:0 --hold 1g .
	stderr_has "varve vault serve requires varve-web"
}

@test "a page of the documents is printed by its name, by its long name where a command has the short one" {
	local docs=${BATS_TEST_DIRNAME}/../../../docs
	succeeds varve help rules
	output_is "$(cat "$docs/use/rules.md")"
	succeeds varve help use/merge
	output_is "$(cat "$docs/use/merge.md")"
	succeeds varve help merge
	output_has "usage: varve merge"
	ends_with 2 varve help ../README
	ends_with 2 varve help use/../../README
	ends_with 2 varve help develop/rules
	stderr_has "varve has no command 'develop/rules'"
	ends_with 2 varve help xyzzyplugh
	stderr_has "pages ('varve help use/rules')"
	stderr_has " use/start"
	succeeds varve help --all
	output_has " use/rules"
	output_has " operate/stores"
}

@test "a program that is installed finds its pages beside it" {
	mkdir -p at/bin at/share/doc/varve/docs/use
	cp "$(command -v varve)" at/bin
	ends_with 2 at/bin/varve help use/rules
	echo text > at/share/doc/varve/docs/use/rules.md
	cp at/share/doc/varve/docs/use/rules.md at/share/doc/varve/docs/use/start.md
	succeeds at/bin/varve help rules
	output_is text
}

@test "an option is refused twice where its first value would be dropped" {
	local line option words
	while read -r option words; do
		# shellcheck disable=SC2086
		ends_with 2 varve $words
		stderr_has "$option was already given, with the value 'x'"
	done <<-'END'
		--set resolve --set x --set y
		--if set a.csv 1 --if x --if y
		--column accept --column x --column y
		--why accept --why x --why y
		--rules check --rules x --rules y
		--schema check --schema x --schema y
		--from check --from x --from y
		--failed-rows check --failed-rows x --failed-rows y
		--log check --log=x --log=y
		--query diff --query x --query y
		--figure log --figure x --figure y
		--row log --row x --row y
		--cid fetch --cid x --cid y
		--arrow add --arrow x --arrow y
		--join sign --join x --join y
		--remote status --remote=x --remote=y
		--remote gc --remote=x --remote=y
		--explain config --explain x --explain y
		--message migrate -m x -m y
		--command sql -c x -c y
		--file sql -f x -f y
	END
}

@test "a limit of 0 is refused" {
	local words
	while read -r words; do
		# shellcheck disable=SC2086
		ends_with 2 varve $words
		stderr_has "requires a number above 0"
	done <<-'END'
		clone --room 0 a
		fetch --timeout 0
		drop --copies 0 HEAD
		cherry-pick -m 0 HEAD
		sql --timeout 0 x
		web --export a --size 0
		web serve --connections 0
		web serve --temp-space 0 a
		vault replicate --min 0
		vault audit --leaves 0
		vault repair --limit-rate 0
	END
}
