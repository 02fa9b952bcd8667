load ../helper

# The words that stand for something in a hint, as something that is there.
fill() {
	sed -E -e "s/'//g; s/ \.\.\.//; s/ in a clone.*//; s/ (writes|then|goes) .*//" \
		-e 's/REMOTE\/BRANCH/origin\/main/; s/DID=BYTES/DID/; s/^varve (-C DIR|--git-dir=FOLDER) COMMAND/varve status/' \
		-e 's/\b(PATH|FILE|IN)\b/t.csv/g; s/\bOUT\b/out.csv/; s/\bCOLUMNS\b/id/; s/\bURL\b/..\/other/; s/\bDIR\b/new/' \
		-e 's/\b(REV|REVISION|COMMIT)\b/HEAD/g; s/\bBRANCH\b/main/g; s/\bREMOTE\b/origin/g; s/\b(NAME|STORE)\b/n1/g' \
		-e 's/\bOPTION\b/--all/; s/\b(SIZE|BYTES)\b/1000000/g; s/\bA B\b/t.csv u.csv/' \
		-e 's/\bDID\b/did:key:z6MkfriesHGPRrCrHPLEuW3tPQGWwbAbmYC3XuW8mFkPtJqR/'
}

@test "every command that a hint names takes the options that it names, in a repository with tables" {
	local line words said status_
	new_repo
	rows 20 > t.csv
	rows 30 > u.csv
	succeeds varve add t.csv u.csv
	succeeds varve commit -q -m one
	succeeds git clone -q . ../other
	git remote add origin ../other
	git fetch -q origin
	cp -a . ../plain
	python3 "$BATS_TEST_DIRNAME/../../check/hints.py" "$BATS_TEST_DIRNAME/../../.." --commands > ../commands
	[ "$(wc -l < ../commands)" -gt 60 ]
	while read -r line; do
		rm -rf ../tried && cp -a ../plain ../tried && cd ../tried
		words=$(fill <<< "$line")
		case $words in
		*' --http' | *' --hold '* | *' serve --for '* | *' --quota') continue ;; # they serve until they end, or want more
		esac
		status_=0
		# shellcheck disable=SC2086
		said=$(timeout 60 $words < /dev/null 2>&1 > /dev/null) || status_=$?
		# Git's own commands end with 129 where an option is none, and with others.
		[[ ! $words =~ ^varve\ (branch|tag|remote|ls-remote) || $status_ = 129 ]] || continue
		if [ "$status_" -gt 2 ] || grep -qE "has no option|has no command|has no '|is not a command|takes no value" <<< "$said"; then
			echo "$line: $words: $status_: $said"
			return 1
		fi
	done < ../commands
}

# The command of the last output from $1 to $2, without the quotes around it, run as it is written.
typed() {
	local command
	command=$(grep -m 1 -oP "(?<=')$1 .*(?=' $2)" <<< "$output$stderr")
	echo "$command" >&2
	eval "$command"
}

@test "commands that hints name work as they are written, whatever a file is called, in every folder" {
	local name
	new_repo
	mkdir "an odd \$folder"
	cd "an odd \$folder"
	for name in '-a b.csv' "it's.csv" 'a[1].csv' $'\u202ex\u0301.csv' '~x.csv'; do
		rows 20 > "./$name"
		varve add -q "./$name"
		varve commit -q -m one
		: > ../.gitattributes
		rows 21 > "./$name"
		succeeds varve status
		typed "varve track" tracks
		succeeds varve status
		output_lacks "tracks it again"
		varve add -q ../.gitattributes "./$name"
		varve schema --key id "./$name" > said 2>&1
		output=$(cat said) stderr=
		typed "varve add" and
		varve commit -qm schema
		git mv "./$name" x
		succeeds varve commit -m moved
		typed "varve track" tracks
		git mv x "./$name"
		varve add -q ../.gitattributes
		# The next name's status reads this file again if the index is racy.
		git rm -q --cached "./$name" && rm -- "./$name"
		varve commit -qm back
	done
}
