# Copies that the policy does not need, and shards that no run names: varve vault prune lets go of them, and of nothing else.
load vault
load ../serve/server
load hold
load ../../laws/faults/transfer

setup() {
	server_setup
}

teardown() {
	stop_keeper
}

# How many copies of shards all holders have.
copies() {
	shards | wc -l
}

# Each shard so many times.
each_shard() {
	[ "$(shards | sed 's|.*/||' | sort | uniq -c | awk '{ print $1 }' | sort -u)" = "$1" ]
}

@test "copies that the policy does not need any longer go after a while, and no others" {
	new_vault a b c
	succeeds varve vault replicate --copies 3
	change 5
	succeeds varve vault replicate
	each_shard 3
	succeeds varve vault replicate --copies 2
	before=$(copies)
	succeeds varve vault prune
	stderr_has "surplus copies stay"
	succeeds varve vault prune --dry-run --grace 0
	[ "$(copies)" = "$before" ]
	# The wait counts from when it was first seen.
	sed -i 's/^[0-9]* last/1 last/' .git/varve/vault/surplus
	succeeds varve vault prune
	[ "$(copies)" = "$before" ]
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	each_shard 2
	succeeds varve vault status
	output_has "safe: everything has 2 copies"
	succeeds varve vault audit --all
	succeeds varve vault prune --grace 0
	[[ $stderr != *"does not need"* ]]
	each_shard 2
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	cmp t.csv ../again/t.csv
	# What was let go of is brought again when the policy wants it.
	succeeds varve vault replicate --copies 3
	each_shard 3
	succeeds varve vault status
	succeeds varve vault audit --all
}

@test "no copy goes while one that is to stay is away, or cannot show what it has" {
	new_vault a b c
	succeeds varve vault replicate --copies 3
	succeeds varve vault replicate --copies 2
	find ../a ../c -path '*/shards/*' -type f | sort > ../before
	mv ../b ../b.away
	varve vault prune --grace 0 > /dev/null 2>&1 || true
	find ../a ../c -path '*/shards/*' -type f | sort > ../after
	cmp ../before ../after
	mv ../b.away ../b
	# Which one is to go a prune of a copy of it all tells. What either of the others cannot show stays there, too.
	shard=$(ls ../c/*/shards | grep -Fx -f <(ls ../a/*/shards) | grep -Fx -f <(ls ../b/*/shards) | head -1)
	mkdir ../state
	cp -a ../repo ../a ../b ../c ../state
	succeeds varve vault prune --grace 0
	goes=$(cd .. && ls -d a/*/shards/"$shard" b/*/shards/"$shard" c/*/shards/"$shard" 2> /dev/null | cut -d/ -f1)
	goes=$(printf '%s\n' a b c | grep -vFx "$goes")
	cd ..
	rm -rf repo a b c
	mv state/repo state/a state/b state/c .
	rmdir state
	cd repo
	for at in $(printf '../%s\n' a b c | grep -vFx "../$goes"); do
		cp "$at"/*/shards/"$shard" ../kept
		python3 - "$at"/*/shards/"$shard" <<-'END'
			import sys
			with open(sys.argv[1], "r+b") as f:
			    data = f.read()
			    f.seek(0)
			    f.write(bytes(b ^ 255 for b in data))
		END
		succeeds varve vault prune --grace 0
		stderr_has "1 surplus copy stays"
		cmp ../kept "../$goes"/*/shards/"$shard"
		cp ../kept "$at"/*/shards/"$shard"
	done
	succeeds varve vault prune --grace 0
	[ -z "$(ls "../$goes"/*/shards | grep -Fx "$shard")" ]
	each_shard 2
	succeeds varve vault status
	succeeds varve vault audit --all
}

@test "copies that stay when runs become stripes are retired" {
	new_vault a b c d e f
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(4500000))' > large
	git add large
	git commit -q -m large
	varve vault replicate --copies 3 > ../out
	output=$(< ../out) keep_recovery
	succeeds varve vault replicate --code 4+2
	stderr_has "as stripes"
	varve vault prune --grace 0
	[ "$(find .. -path '*/shards/*' -size 1048512c -printf '%f\n' | sort | uniq -d | wc -l)" = 0 ]
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" = 6 ]
	succeeds varve vault status
	output_has "safe: 1 stripe is whole, the rest has 3 copies"
	succeeds varve vault audit --all
	mv ../c ../c.away
	mv ../e ../e.away
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve vault recover -q --key ../paper --to ../again ../a
	cmp large ../again/large
}

@test "shards of a run that came into no record go, and are sent again when they are sealed again" {
	new_vault a b
	succeeds varve vault replicate --copies 2 --min 2
	mv ../b ../b.away
	cp -a . ../before
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(2).randbytes(1500000))' > large
	git add large
	GIT_COMMITTER_DATE='2026-01-01 00:00 +0000' git commit -q --date '2026-01-01 00:00 +0000' -m large
	ends_with 1 varve vault replicate
	stderr_has "so this run does not count yet"
	full=$(find ../a -path '*/shards/*' -size 1048512c)
	[ -f "$full" ]
	mv ../b.away ../b
	# As long as the run waits here its shards stay.
	ends_with 0 varve vault prune --dry-run --grace 0
	[ -f "$full" ]
	rm -rf .git/varve/vault/spool
	git reset -q --hard HEAD~1
	change 3
	succeeds varve vault replicate
	succeeds varve vault prune
	stderr_has "surplus cop"
	[ -f "$full" ]
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	[ ! -e "$full" ]
	[ "$(find ../a -path '*/shards/*' | wc -l)" = "$(find ../b -path '*/shards/*' | wc -l)" ]
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(2).randbytes(1500000))' > large
	git add large
	git commit -q -m large
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault audit --all
}

@test "a server lets go of a copy too many when a record says so, and its term has ended" {
	new_vault a b
	new_keeper x
	serve_keeper x 1m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 3
	# One of three is to stay: of so many shards it is not the server each time.
	for n in $(seq 100 112); do
		change "$n"
		varve vault replicate -q
	done
	succeeds varve vault replicate --copies 1
	stop_keeper
	serve_keeper x 1m --term 30
	succeeds varve vault prune --grace 0
	stderr_has "cannot be deleted yet: "
	shard=$(ls "$(kept_in x)" | grep -Fx -f <(ls ../a/*/shards ../b/*/shards) | head -1)
	[ -n "$shard" ]
	succeeds varve vault status
	stop_keeper
	serve_keeper x 1m
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	[ ! -e "$(kept_in x)/$shard" ]
	succeeds varve vault status
	succeeds varve vault audit --all
	succeeds varve vault ledger verify
	stop_keeper
}

# Ada in ../repo and Bob in ../bob, who has replicated once; each shard is stored at a, b and c, and the policy wants two.
two_writers() {
	new_vault a b c
	varve vault replicate --copies 3 > /dev/null
	second_writer > /dev/null
	(cd ../bob && varve vault replicate -q)
	export XDG_CONFIG_HOME=$first
	each_shard 3
}

as_bob() {
	(cd ../bob && XDG_CONFIG_HOME=$second "$@")
}

# Both can read every byte, from any two holders, and nothing is lacking.
both_are_safe() {
	succeeds varve vault replicate
	as_bob succeeds varve vault replicate
	succeeds varve vault status
	as_bob succeeds varve vault status
	succeeds varve vault audit --all
	as_bob succeeds varve vault audit --all
	succeeds varve vault ledger verify
	for holder in a b c; do
		mv "../$holder" ../away
		rm -rf ../third
		succeeds varve vault recover -q --key "$first/varve/key" --to ../third $(cd .. && ls -d a b c 2> /dev/null | sed 's|^|../|')
		(cd ../third && varve fsck --data)
		mv ../away "../$holder"
	done
}

@test "where two write each lets go of what it brought, and of nothing else" {
	two_writers
	succeeds varve vault replicate --copies 2
	as_bob succeeds varve vault replicate --copies 2
	before=$(copies)
	as_bob varve vault prune --grace 0 2> ../said
	grep -q "surplus copies stay because of other writers" ../said
	between=$(copies)
	[ "$between" -lt "$before" ]
	both_are_safe
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	[ "$(copies)" -lt "$between" ]
	both_are_safe
	# It may be brought again, by either, when the policy wants it.
	as_bob succeeds varve vault replicate --copies 3
	as_bob succeeds varve vault status
	each_shard 3
	both_are_safe
	# And is let go of by the one who brought it.
	before=$(copies)
	as_bob succeeds varve vault replicate --copies 2
	succeeds varve vault prune --grace 0
	[ "$(copies)" = "$before" ]
	as_bob succeeds varve vault prune --grace 0
	[ "$(copies)" -lt "$before" ]
	both_are_safe
}

@test "what another writer's policy wants stays, and so does all where he has told none yet" {
	two_writers
	succeeds varve vault replicate --copies 2
	before=$(copies)
	for n in 1 2; do
		succeeds varve vault prune --grace 0
		[[ $stderr != *"does not need"* ]]
		as_bob varve vault replicate -q
	done
	[ "$(find .. -path '*/shards/*' -type f -printf '%f\n' | sort | uniq -c | awk '{ print $1 }' | sort -n | head -1)" -ge 2 ]
	[ "$(copies)" -ge "$before" ]
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config-eve" varve vault key new > ../eve
	as_bob succeeds varve vault replicate --copies 2
	succeeds varve vault writers add "$(cat ../eve)"
	before=$(copies)
	succeeds varve vault prune --grace 0
	stderr_has "or have not replicated since"
	[ "$(copies)" = "$before" ]
}

@test "two who let go of copies without knowing of each other keep enough" {
	two_writers
	succeeds varve vault replicate --copies 2
	as_bob succeeds varve vault replicate --copies 2
	mkdir ../away-for-bob
	cp -a ../a ../b ../c ../away-for-bob
	succeeds varve vault prune --grace 0
	# Bob decides before he can see it: Ada's records reach the holders after him.
	mkdir ../kept-by-ada
	mv ../a ../b ../c ../kept-by-ada
	mv ../away-for-bob/* ..
	as_bob succeeds varve vault prune --grace 0
	for holder in a b c; do
		find "../$holder" -path '*/shards/*' -type f | while read -r file; do
			[ -e "../kept-by-ada/${file#../}" ] || rm "$file"
		done
		cp -an ../kept-by-ada/"$holder"/*/records "../$holder"/*/
	done
	rm -rf ../kept-by-ada
	varve vault replicate -q
	as_bob varve vault replicate -q
	varve vault prune --grace 0 2> /dev/null
	as_bob varve vault prune --grace 0 2> /dev/null
	each_shard 2
	both_are_safe
}

@test "what a lost writer brought goes once another owner has removed it" {
	new_vault a b c
	run --separate-stderr varve vault replicate --copies 3
	keep_recovery
	second_writer > /dev/null
	as_bob varve vault replicate -q --copies 2
	# Ada's machine, who began the vault, is lost.
	rm -rf ../repo
	cd ../bob
	export XDG_CONFIG_HOME=$second
	before=$(copies)
	succeeds varve vault prune --grace 0
	stderr_has "the writer $(cat ../did) requires 3 copies"
	[ "$(copies)" = "$before" ]
	ends_with 2 varve vault writers remove "$(cat ../did)"
	stderr_has "--key FILE"
	succeeds varve vault writers remove "$(cat ../did)" --key ../paper
	for round in 1 2 3; do
		succeeds varve vault replicate
		succeeds varve vault prune --grace 0
	done
	each_shard 2
	succeeds varve vault status
	# What she wrote before counts, and what she writes from now on does not.
	succeeds varve vault ledger verify
	succeeds varve vault audit --all
	ends_with 2 varve vault writers remove "$(cat ../did)" --key ../paper
	succeeds varve vault writers add "$(cat ../did)" --key ../paper
}

@test "a copy too many that is damaged is no danger, and is said to be damaged" {
	new_vault a b c
	varve vault replicate -q --copies 3
	succeeds varve vault replicate --copies 2
	shard=$(shards | sed 's|.*/||' | sort | uniq -c | awk '$1 == 3 { print $2; exit }')
	find ../a -name "$shard" -delete
	ends_with 1 varve vault audit a
	succeeds varve vault status
	output_has "but enough others exist"
	succeeds varve vault repair --now
	succeeds varve vault status
}

@test "two who let go of copies at once keep as many as the policy wants, wherever one of them is held up" {
	need_strace
	two_writers
	succeeds varve vault replicate --copies 2
	as_bob succeeds varve vault replicate --copies 2
	shards | sed "s|.*/||" | sort -u > ../names
	stops=0
	cd ..
	mkdir state
	before=$(find a b c -path '*/shards/*' | grep -Fc -f names)
	cp -a repo bob a b c state
	for call in "rename 2" "rename 6" "unlink 1" "unlink 2" "unlink 4" "fsync 9"; do
		rm -rf repo bob a b c
		cp -a state/. .
		cd repo
		read -r name n <<< "$call"
		strace -f -o /dev/null -e "trace=$name" -e "inject=$name:signal=STOP:when=$n" \
			varve vault prune --grace 0 > ../out 2>&1 &
		tracer=$!
		# Every traced call stops it for a moment: it is delayed if it stays stopped.
		stopped= still=0
		while [ "$still" -lt 4 ] && kill -0 "$tracer" 2> /dev/null; do
			now=$(ps -o pid=,stat= --ppid "$tracer" | awk '$2 ~ /^[Tt]/ { print $1; exit }')
			[ -n "$now" ] && [ "$now" = "$stopped" ] && still=$((still + 1)) || still=0
			stopped=$now
			sleep 0.1
		done
		as_bob succeeds varve vault prune --grace 0
		as_bob varve vault replicate -q
		as_bob succeeds varve vault prune --grace 0
		if [ "$still" -ge 4 ]; then
			stops=$((stops + 1))
		fi
		# Each of its threads may be delayed at its own call of that number.
		while kill -0 "$tracer" 2> /dev/null; do
			[ -z "$stopped" ] || kill -CONT "$stopped" 2> /dev/null || true
			sleep 0.2
		done
		wait "$tracer" || { cat ../out; false; }
		[ "$(find ../a ../b ../c -path '*/shards/*' -type f -printf '%f\n' | sort | uniq -c | awk '{ print $1 }' | sort -n | head -1)" -ge 2 ]
		[ "$(find ../a ../b ../c -path '*/shards/*' | grep -Fc -f ../names)" -lt "$before" ]
		both_are_safe
		cd ..
	done
	[ "$stops" -ge 4 ]
}

@test "kill -9 in a prune of copies too many: the same prune again gets through" {
	need_strace
	two_writers
	succeeds varve vault replicate --copies 2
	as_bob succeeds varve vault replicate --copies 2
	cd ..
	mkdir state
	cp -a repo bob a b c state
	cd repo
	fresh() {
		cd "$BATS_TEST_TMPDIR/work"
		rm -rf repo bob a b c
		cp -a state/. .
		cd repo
	}
	sound() {
		"$@"
		as_bob varve vault replicate -q
		"$@"
		[ "$(find ../a ../b ../c -path '*/shards/*' -type f -printf '%f\n' | sort | uniq -c | awk '{ print $1 }' | sort -n | head -1)" -ge 2 ]
		both_are_safe
	}
	MOST=4 each_killed client fresh sound varve-vault prune --grace 0
}

@test "a server whose disk fails at a deletion is one that failed, not one that keeps the copy" {
	need_strace
	new_vault a
	new_keeper x
	serve_keeper x 100m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	git switch -q -c aside
	add_file two
	varve switch -q main
	succeeds varve vault replicate
	git branch -q -D aside
	change 5
	before=$(kind_shards x)
	strace -f -qq -o /dev/null $(kind_shards x | sed "s|^|-P $(kept_in x)/|") -e inject=unlink,unlinkat:error=EIO -p "$keeper" &
	tracer=$!
	until grep -q '^TracerPid:.[1-9]' "/proc/$keeper/status"; do sleep 0.05; done
	varve vault prune --grace 0 > /dev/null 2> ../err || true
	kill "$tracer"
	wait "$tracer" || true
	grep -F "holder 'x': remote: cannot" ../err | grep -F "Input/output error"
	! grep -F "not released" ../err || false
	[ -z "$(comm -23 <(echo "$before") <(kind_shards x))" ]
	succeeds varve vault prune --grace 0
	[ -n "$(comm -23 <(echo "$before") <(kind_shards x))" ]
}

@test "in no order of their steps do two machines that let go of copies keep fewer than the policy wants" {
	model="$BATS_TEST_DIRNAME/surplus_model.py"
	succeeds python3 "$model"
	output_has "never fewer than 1"
	succeeds python3 "$model" --policy 2
	# The model sees what is wrong with a rule that is.
	ends_with 1 python3 "$model" --rule any
	ends_with 1 python3 "$model" --policy 2 --rule any
}

@test "a status says that it counts on who is away" {
	new_vault a b c
	varve vault replicate -q --copies 3
	succeeds varve vault status
	output_has "safe: everything has 3 copies; the loss of any 2 holders would lose no data"
	mv ../a ../gone
	succeeds varve vault status
	output_has "safe, if the holder that is away still has the copies that it had: everything has 3 copies; the loss of any 2 other holders would lose no data"
	mv ../b ../gone
	mv ../c ../gone
	succeeds varve vault status
	output_has "safe, if 3 holders that are away still have the copies that they had"
	output_lacks "would lose no data"
	succeeds varve vault repair
	stderr_has "including those of holders that cannot be reached"
}
