load ../helper

# log by date, author, message and value; log -p and show with rows.

# Four commits: 600 rows; a value comes and a note; another cell; the value goes.
needle() {
	new_repo
	rows 600 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m "First list"
	tick
	sed -i '400s/,item[^,]*,/,needle,/' prices.csv
	echo "needle in text" > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -q -m "A needle" --author 'Bob <bob@example.org>'
	tick
	sed -i '9s/,item[^,]*,/,other,/' prices.csv
	varve commit -q -a -m "Another one"
	tick
	sed -i '400s/,needle,/,haystack,/' prices.csv
	varve commit -q -a -m "It is gone"
}

subjects() {
	succeeds varve log --json "$@"
	output=$(printf '%s' "$output" | python3 -c '
import json, sys
print("|".join(c["subject"] for c in json.load(sys.stdin)))')
}

@test "log -S tells when a value came and when it went" {
	needle
	subjects -S needle
	output_is "It is gone|A needle"
	subjects -S needle -- prices.csv
	output_is "It is gone|A needle"
	subjects -S needle note.txt
	output_is "A needle"
	subjects -S haystack
	output_is "It is gone"
	subjects -S nowhere
	output_is ""
	subjects -S needle -n 1
	output_is "It is gone"
	subjects -S needle --skip 1
	output_is "A needle"
	subjects -S needle --reverse
	output_is "A needle|It is gone"
}

@test "log -S wants the whole cell, and a value that only moves is no find" {
	needle
	subjects -S needl -- prices.csv
	output_is ""
	sed -i '400s/,haystack,/,plain,/; 10s/,item[^,]*,/,haystack,/' prices.csv
	varve commit -q -a -m moved
	subjects -S haystack
	output_is "It is gone"
}

@test "log -S finds a value in a table that is removed, and says what blocks it lacks" {
	needle
	varve rm -q prices.csv
	varve commit -q -m removed
	subjects -S haystack
	output_is "removed|It is gone"
	rm -r .git/varve/packs
	ends_with 2 varve log -S haystack
	stderr_has "prices.csv"
}

@test "log -S does not look for what a link names" {
	needle
	ln -s prices.csv link
	git add link
	git commit -q -m link
	tick
	blob=$(git rev-parse :link)
	rm -f ".git/objects/${blob:0:2}/${blob:2}"
	subjects -S needle
	output_is "It is gone|A needle"
}

@test "log -S does not list a commit that only renames or edits elsewhere what has the value" {
	needle
	git mv prices.csv costs.csv
	git mv note.txt words.txt
	varve commit -q -m renamed
	tick
	subjects -S haystack
	output_is "It is gone"
	subjects -S needle
	output_is "It is gone|A needle"
	git mv costs.csv list.csv
	sed -i '20s/,item[^,]*,/,thing,/' list.csv
	varve add list.csv > /dev/null
	varve commit -q -m "renamed and edited"
	tick
	subjects -S haystack
	output_is "It is gone"
	subjects -S thing
	output_is "renamed and edited"
	# a file alone, under all of its names
	subjects -S haystack -- list.csv
	output_is "It is gone"
	# plain text beside git itself
	git log --follow -S needle --format=%s -- words.txt > ../git
	subjects -S needle -- words.txt
	output_is "$(paste -sd'|' ../git)"
}

@test "log -S counts cells on both sides where text became a table" {
	git init -q
	printf 'id,v\n1,needle\n2,needles\n3,"needle"\n' > t.csv
	git add t.csv && git commit -qm one && tick
	varve init > ../out
	varve add --convert t.csv > ../out && varve commit -qm "make a table of it" && tick
	subjects -S needle
	output_is one
	sed -i 's/needles/needle/' t.csv && varve commit -qam two
	subjects -S needle
	output_is "two|one"
}

@test "log -S reads only the groups that changed" {
	new_repo
	rows 60000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	sed -i '30000s/,item[^,]*,/,needle,/' prices.csv
	varve commit -q -a -m two
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -e trace=pread64 -o ../all varve log -S needle HEAD > /dev/null
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -e trace=pread64 -o ../one varve log -S needle HEAD~1..HEAD > ../found
	[ "$(grep -c '^commit' ../found)" -eq 1 ]
	# some 20 readings of indexes and lists are in both
	[ "$(wc -l < ../one)" -lt "$(($(wc -l < ../all) * 2 / 3))" ]
}

@test "log by date, author and message" {
	needle
	subjects --author=Bob
	output_is "A needle"
	subjects --author 'bob@' -i
	output_is "A needle"
	subjects --grep=needle
	output_is "A needle"
	subjects --grep='^[AI].* ' -n 2
	output_is "It is gone|Another one"
	subjects -i --grep=NEEDLE
	output_is "A needle"
	# as in git, one of several patterns is enough
	subjects --grep=needle --grep=gone
	output_is "$(git log --format=%s --grep=needle --grep=gone | paste -sd'|')"
	output_is "It is gone|A needle"
	subjects --author=Bob --author=Thor
	output_is "$(git log --format=%s --author=Bob --author=Thor | paste -sd'|')"
	subjects --merges
	output_is ""
	subjects --no-merges -n 1
	output_is "It is gone"
	local when
	when=$(git log -1 --format=%cI HEAD~2)
	subjects --since="$when"
	output_is "It is gone|Another one|A needle"
	subjects --until="$when"
	output_is "A needle|First list"
	subjects --after=2000-01-01 --before="$when" --author Thor
	output_is "First list"
	ends_with 2 varve log --since someday
	stderr_has "'2 weeks ago'"
	ends_with 2 varve log --grep '\('
	stderr_has "is not a regular expression"
}

@test "each option of log that selects commits has an effect by itself" {
	needle
	varve switch -q -c side HEAD~1
	varve commit -q --allow-empty -m "Aside"
	varve switch -q -
	varve merge -q --no-ff -m "Both" side
	subjects
	local all=$output option value options
	options=$(varve log --help | sed -n 's/^ *\(-[^ ]*\) .* \{2,\}\(commits \|only merges\|no merges\|the same as -\).*/\1/p')
	[[ $options == *--author* && $options == *--merges* && $options == *-S* ]]
	for option in $options; do
		case $option in
		-S) value=needle ;;
		--since | --after) value="$(git log -1 --format=%cI)" ;;
		--until | --before) value="$(git log -1 --format=%cI HEAD~2)" ;;
		--author) value=Bob ;;
		--grep) value=gone ;;
		--merges | --no-merges) value="" ;;
		*) echo "this test needs a value for $option" && return 1 ;;
		esac
		subjects "$option" ${value:+"$value"}
		[[ $output != "$all" ]] || { echo "$option $value has no effect" && return 1; }
	done
}

@test "log and show name what changed as Git does" {
	needle
	varve rm -q note.txt
	varve commit -q -m "No note"
	succeeds varve log --oneline --no-decorate --name-status
	output_is "$(git log --oneline --no-decorate --name-status)"
	succeeds varve log --oneline --no-decorate --name-only
	output_is "$(git log --oneline --no-decorate --name-only)"
	succeeds varve show --oneline --name-status HEAD~3
	output_is "$(git show --oneline --decorate --name-status HEAD~3)"
}

@test "log -p and show tell rows and cells" {
	needle
	succeeds varve log -p -n 1
	output_has "It is gone"
	output_has "needle -> haystack"
	output_has "1 row changed (1 cell); 600 -> 600 rows"
	succeeds varve show HEAD~2
	output_has " prices.csv | ~1 row"
	output_has " -> needle"
	output_has "note.txt: text added ('git show "
	succeeds varve show HEAD~2 -- note.txt
	output_lacks prices.csv
	succeeds varve show HEAD~2 prices.csv
	output_lacks note.txt
	output_has " -> needle"
	succeeds varve show -s
	output_lacks prices.csv
	succeeds varve show --stat
	output_lacks "needle"
	succeeds varve log -p -S needle --oneline -- prices.csv
	output_lacks "other"
}

@test "show ends after the first rows of a large change, and -p shows all" {
	new_repo
	rows 200 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	succeeds varve show
	[ "$(grep -c '^  + ' <<< "$output")" -eq 50 ]
	output_has "150 more rows are not shown (-p shows all)"
	succeeds varve show -p
	[ "$(grep -c '^  + ' <<< "$output")" -eq 200 ]
	GIT_PAGER=cat script -qec "varve show -p" /dev/null < /dev/null > out
	[ "$(grep -c '^  .*+ ' out)" -eq 200 ]
}

@test "show does not name an option that it lacks when rows only changed their order" {
	new_repo
	printf 'id,n\n1,a\n2,b\n' > t.csv
	varve add --key id t.csv > ../out
	varve commit -q -m one
	printf 'id,n\n2,b\n1,a\n' > t.csv
	succeeds varve diff
	output_has "the order of rows changed (--moves shows it)"
	varve commit -q -a -m two
	succeeds varve show
	output_has "the order of rows changed"
	output_lacks "--moves"
}

@test "log -S searches files that are kept as bytes, and text of any size" {
	new_repo
	head -c 3000000 /dev/zero > a.bin
	varve add --as file a.bin > ../out
	varve commit -q -m zeros
	tick
	for at in 0 65530 1048570 2999990; do
		printf needle | dd of=a.bin bs=1 seek=$at conv=notrunc status=none
	done
	varve commit -q -a -m needles
	tick
	printf x | dd of=a.bin bs=1 seek=70 conv=notrunc status=none
	varve commit -q -a -m other
	tick
	{ head -c 70000000 /dev/zero; echo needle; } > large.txt
	git add large.txt
	git commit -q -m large
	tick
	subjects -S needle
	output_is "large|needles"
	git rm -q large.txt a.bin
	git commit -q -m gone
	subjects -S needle
	output_is "gone|large|needles"
}

@test "the options that select commits also select those of a row" {
	needle
	subjects --row 399 prices.csv
	output_is "It is gone|A needle|First list"
	subjects --row 399 --author Bob prices.csv
	output_is "A needle"
	subjects --row 399 --grep list --grep gone prices.csv
	output_is "It is gone|First list"
	subjects --row 399 --grep list --grep gone --skip 1 prices.csv
	output_is "First list"
	subjects --row 399 --author Nobody prices.csv
	output_is ""
	ends_with 2 varve log --row 399 --since nonsense prices.csv
}

# An option that the code of --row does not read would be accepted, and change nothing.
@test "each option of log changes the list of a row, or is refused with --row" {
	local option value plain
	needle
	plain=$(varve log --row 399 prices.csv)
	varve log --help | sed -nE 's/^ +(-.|(-., )?--[a-z-]+)( [A-Z]|\[=| {2,}).*/\1\3/p' | sed 's/^-., //' > options
	[ "$(wc -l < options)" -gt 30 ]
	while read -r option value; do
		case $option in
		--decorate | --no-color | --follow | --first-parent | --no-merges | --unsigned) continue ;; # the default here
		--verbose | --regexp-ignore-case) continue ;; # of other options
		--row | --key) continue ;;
		--since | --after) value=tomorrow ;;
		--until | --before) value=1999-01-01 ;;
		-n | --max-count | --skip) value=1 ;;
		--format) value=json ;;
		--figure) value='count(*)' ;;
		--author | --grep) value=nothing ;;
		--color\[=) option=--color value= ;;
		esac
		if varve log --row 399 "$option" ${value:+"$value"} prices.csv > out 2> err; then
			[ "$(cat out)" != "$plain" ] || { echo "$option has no effect on --row" >&2; return 1; }
		else
			[ -s err ]
		fi
	done < options
}
