load ../helper
load folder

# Time stamps of signed heads: an authority's clock, what it may answer, and what a copy or the holder of an old key may do.

teardown() {
	stop_server
	if [ -n "${clock_pid-}" ]; then
		kill "$clock_pid"
		wait "$clock_pid" 2> /dev/null || true
	fi
}

authority() {
	python3 "$BATS_TEST_DIRNAME/authority.py" "$@"
}

# An authority `clock`, which readers trust, is served at $clock.
serve_clock() {
	authority make "$HOME/clock" "$@"
	: > "$HOME/clock/port"
	python3 -u "$BATS_TEST_DIRNAME/authority.py" serve "$HOME/clock" > "$HOME/clock/port" 2> "$HOME/clock/log" 3>&- &
	clock_pid=$!
	until [ -s "$HOME/clock/port" ]; do sleep 0.05; done
	clock=http://127.0.0.1:$(cat "$HOME/clock/port")
	git config --global varve.timestampAuthority "$HOME/clock/root.pem"
}

# A table `prices`, signed by an SSH key, $key, with a time stamp; the head's ref is $head.
stamped() {
	a_table
	ssh-keygen -q -t ed25519 -N "" -f "$HOME/id"
	key=$HOME/id
	git config varve.signingKey "$key"
	succeeds varve sign --name prices --timestamp "$clock/right"
	output_has "time stamp: 20"
	output_has "by CN = clock"
	head=$(git for-each-ref --format='%(refname)' refs/varve/heads)
}

# The head gets another stamp, and nobody has seen one before.
restamp() {
	authority restamp "$head" "$key" "$@"
	rm -f .git/varve/trust
}

# Is this the state of the time stamp in verify's JSON?
is() {
	[ "$(varve "${@:2}" verify --json | jq -r .timestamp.state)" = "$1" ]
}

# Everything that sign may change.
state() {
	git for-each-ref
	cat .git/varve/trust
}

@test "a head has an authority's time, which verify, clone and openssl check without its server" {
	serve_clock
	stamped
	is known
	succeeds varve verify
	output_has "time stamp: 20"
	# the stamped text by hand
	git cat-file commit "$head" > "$HOME/commit"
	python3 - "$HOME/commit" <<-'PY'
	import base64, re, sys
	raw = re.sub(rb"gpgsig .*\n(?: .*\n)*", b"", open(sys.argv[1], "rb").read())
	message, line = re.fullmatch(rb"(?s)(.*\n)stamp rfc3161 (.*)\n", raw.partition(b"\n\n")[2]).groups()
	signature, token = line.split(b" ")
	open(sys.argv[1] + ".text", "wb").write(b"varve stamp 1\n\n" + message + b"signature " + signature + b"\n")
	open(sys.argv[1] + ".token", "wb").write(base64.b64decode(token))
	PY
	openssl ts -verify -token_in -in "$HOME/commit.token" -data "$HOME/commit.text" -CAfile "$HOME/clock/root.pem"
	varve publish -q --no-pages -o ../public
	kill "$clock_pid"
	wait "$clock_pid" 2> /dev/null || true
	clock_pid=
	succeeds varve clone ../public ../b
	stderr_lacks "time stamp"
	is known -C ../b
	# nobody is believed who was not named, and the date is then the signer's own word
	git config --global --unset varve.timestampAuthority
	is unchecked -C ../b
	succeeds varve -C ../b verify
	output_has "is the signer's own word: its time stamp was not checked"
	another 2
	varve sign -q
	is none
	succeeds varve verify
	output_has "is the signer's own word"
	output_lacks "time stamp"
}

@test "sign refuses an answer that is not the authority's for this head, and changes nothing" {
	local way words before
	serve_clock
	stamped
	another 2
	before=$(state)
	varve sign -q --timestamp "$clock/replayed" # the first of these answers
	[ "$(state)" != "$before" ]
	before=$(state)
	while read -r way words; do
		ends_with 2 varve sign --timestamp "$clock/$way"
		stderr_has "$words"
		[ "$(state)" = "$before" ]
	done <<-'ALL'
	replayed the time-stamp token is for other bytes
	nonce its nonce differs
	no-nonce its nonce differs
	hash the time-stamp token is for other bytes
	no-certificate signer certificate not found
	refused the authority refused the request
	garbage not that of a time-stamp authority
	empty not that of a time-stamp authority
	cut not that of a time-stamp authority
	longer not that of a time-stamp authority
	token not that of a time-stamp authority
	echo not that of a time-stamp authority
	nothing not that of a time-stamp authority
	rejected not that of a time-stamp authority
	waiting not that of a time-stamp authority
	revoked not that of a time-stamp authority
	unheard not that of a time-stamp authority
	moved redirects to
	error HTTP status 404
	bomb sent more than 32768 bytes
	ALL
	ends_with 2 varve sign --timestamp "$clock/silent" --timeout 1
	stderr_has "did not answer in time"
	ends_with 2 varve sign --timestamp "http://127.0.0.1:1/"
	stderr_has "connection refused"
	ends_with 2 varve sign --timestamp "ftp://127.0.0.1/"
	[ "$(state)" = "$before" ]
	# an authority that was not named, and files that name none
	authority make "$HOME/other"
	git config --global varve.timestampAuthority "$HOME/other/root.pem"
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "no named authority signed the time-stamp token"
	git config --global varve.timestampAuthority "$HOME/clock/root.key"
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "it has no certificate"
	git config --global varve.timestampAuthority "$HOME/none"
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "does not exist"
	git config --global varve.timestampAuthority root.pem
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "is not an absolute path"
	git config --global --unset varve.timestampAuthority
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "no time-stamp authority is named"
	stderr_has "git config --global varve.timestampAuthority FILE"
	[ "$(state)" = "$before" ]
}

@test "a stamp of another head, of another authority or of a certificate for other uses is not valid" {
	local first second line
	serve_clock
	stamped
	first=$(git cat-file commit "$head" | sed -n 's/^stamp rfc3161 //p')
	another 2
	varve sign -q
	restamp "=$first"
	ends_with 1 varve verify
	output_has "its time stamp is not valid: it is damaged, or the signer did not sign it"
	# the token alone, with a signature for this head
	restamp "$HOME/clock"
	is known
	second=$(git cat-file commit "$head" | sed -n 's/^stamp rfc3161 //p')
	restamp "=${second% *} ${first#* }"
	ends_with 1 varve verify
	output_has "its time stamp is not valid: the time-stamp token is for other bytes"
	for line in "=x y" "=${second% *} !" "=${second% *} AAAA" "=${second#* } ${second% *}"; do
		restamp "$line"
		ends_with 1 varve verify
		output_has "its time stamp is not valid"
	done
	authority make "$HOME/other"
	restamp "$HOME/other"
	succeeds varve verify
	output_has "its time stamp is not valid: no named authority signed"
	cat "$HOME/clock/root.pem" "$HOME/other/clock.pem" > "$HOME/both.pem"
	git config --global varve.timestampAuthority "$HOME/both.pem"
	is known
	authority make "$HOME/web" other
	restamp "$HOME/web" 2> /dev/null || skip "openssl does not stamp with such a certificate"
	cat "$HOME/web/root.pem" > "$HOME/both.pem"
	is unknown
}

@test "a stamp stays valid when its authority's certificate expires, and none is valid that was made later" {
	local sec
	sec=$((5 * $(slowed)))
	serve_clock stamps "$sec"
	stamped
	is known
	sleep $((sec + 1))
	is known
	ends_with 2 varve sign --timestamp "$clock/right"
	stderr_has "certificate has expired"
	another 2
	varve sign -q
	restamp "$HOME/clock"
	is unknown
}

@test "a time stamp with a changed byte is never another time" {
	local i seed time line
	serve_clock
	stamped
	time=$(varve verify --json | jq -r .timestamp.time)
	line=$(git cat-file commit "$head" | sed -n 's/^stamp rfc3161 //p')
	for i in 1 2 3 4 5; do # the unit tests change each byte
		seed=$(((${VARVE_TEST_SAMPLE:-0} * 5 + i) * 7919))
		restamp "=$line" "$seed"
		run --separate-stderr varve verify --json
		[ "$status" -le 1 ]
		case $(jq -r .timestamp.state <<< "$output") in
		known) [ "$(jq -r .timestamp.time <<< "$output")" = "$time" ] ;;
		unknown) [ "$status" = 0 ] ;;
		false) [ "$status" = 1 ] ;;
		*) false ;;
		esac
	done
}

@test "sign takes no answer with a changed byte that verify would not take" {
	local i seed before
	serve_clock
	stamped
	for i in 1 2 3 4 5; do
		seed=$(((${VARVE_TEST_SAMPLE:-0} * 5 + i) * 6007))
		before=$(state)
		run --separate-stderr varve sign --timestamp "$clock/mutated-of-$seed"
		if [ "$status" = 0 ]; then
			is known
		else
			[ "$status" = 2 ]
			[ "$(state)" = "$before" ]
		fi
	done
}

# A signer, bob, whose permission ended. The folders `before` and `forged` have his heads of before that: of these, `before`
# has a time stamp of then. The holder of his key can make such a head as in `forged` at any time.
ended() {
	serve_clock
	a_table
	key_of ada
	ssh-keygen -q -t ed25519 -N "" -f "$HOME/id"
	key=$HOME/id
	git init -q "$HOME/other"
	bob=$(
		cd "$HOME/other"
		git config varve.signingKey "$key"
		git commit -q --allow-empty -m one
		varve sign -q
		git for-each-ref --format='%(refname:lstrip=3)' refs/varve/heads
	)
	end=$(($(date +%s) + 8))
	as ada varve sign -q --name prices --signer "$bob=@$end"
	another 2
	git config varve.signingKey "$key"
	cp -r . ../f
	varve sign -q --timestamp "$clock/right"
	varve publish -q --no-pages -o ../before
	cd ../f
	another 3
	varve sign -q
	varve publish -q --no-pages -o ../forged
	git config --unset varve.signingKey
	head=refs/varve/heads/$bob
	until [ "$(date +%s)" -gt "$end" ]; do sleep 0.2; done
}

@test "a head of a key whose permission ended counts with a time stamp of before, not by its own date" {
	ended
	succeeds varve clone ../before ../b
	stderr_has "signed by $bob"
	succeeds varve clone ../forged ../c
	stderr_has "ignored head $bob"
	stderr_has "no time stamp shows that it was signed before"
	stderr_has "signed by $key_ada"
	# a stamp of today
	restamp "$HOME/clock"
	git update-server-info
	succeeds varve clone . ../d
	stderr_has "ignored head $bob"
	stderr_has "and its time stamp is of"
	# a token of today, changed
	line=$(git cat-file commit "$head" | sed -n 's/^stamp rfc3161 //p')
	restamp "=$line" 4000
	succeeds varve clone . ../e
	stderr_has "ignored head $bob"
	# without a named authority, all is as it was
	git config --global --unset varve.timestampAuthority
	succeeds varve clone ../forged ../g
	stderr_has "signed by $bob"
	stderr_lacks ignored
	# what was trusted before stays, and what the owner saw counts
	git config --global varve.timestampAuthority "$HOME/clock/root.pem"
	succeeds varve -C ../g verify
	output_has "signed by $bob"
	cd ../g
	another 4
	as ada varve sign -q
	varve publish -q --no-pages -o ../seen
	succeeds varve clone ../seen ../h
	stderr_has "signed by $key_ada"
	stderr_lacks ignored
}

@test "a head of a revoked key counts with a time stamp of before, not by its own date" {
	serve_clock
	a_table
	key_of ada
	key_of bob
	as ada varve sign -q --name prices --signer "$key_bob=2999-01-01"
	cp -r . ../bobs
	cd ../bobs
	another 2
	cp -r . ../forged
	as bob varve sign -q --timestamp "$clock/right"
	cd ../forged
	another 3
	as bob varve sign -q
	cd ../a
	sleep 3
	as ada varve sign -q --revoke "$key_bob=1"
	# each copy shows the owner's newest head, which has not seen bob's
	for copy in bobs forged; do
		git push -q "../$copy" "refs/varve/heads/$key_ada"
		succeeds varve clone "../$copy" "../of-$copy"
	done
	[ "$(git -C ../of-bobs rev-parse HEAD)" = "$(git -C ../bobs rev-parse HEAD)" ]
	stderr_has "ignored head $key_bob"
	git config --global --unset varve.timestampAuthority
	succeeds varve clone ../forged ../as-before
	stderr_lacks ignored
}

@test "sign with a time stamp, killed at any system call, leaves the old head or the new one" {
	local at name n calls
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> "$HOME/strace.err" ||
		skip "strace is not permitted here: $(head -n 1 "$HOME/strace.err")"
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
	serve_clock
	stamped
	another 2
	changing=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,link,linkat,fchmod,ftruncate,connect,sendto,recvfrom
	cp -a . ../victim
	cd ../victim
	strace -f -o ../trace -e trace="$changing" varve sign -q --timestamp "$clock/right"
	awk '$2 ~ /^[a-z0-9]+\(/ {
		name = substr($2, 1, index($2, "(") - 1)
		count = ++n[$1, name]
		if (count > most[name]) { most[name] = count; print name, count }
	}' ../trace > ../calls
	grep -q '^sendto ' ../calls
	calls=$(grep -c . ../calls)
	for at in $(sampled "$calls" 4); do
		read -r name n <<< "$(sed -n "${at}p" ../calls)"
		cd ../a
		rm -rf ../victim
		cp -a . ../victim
		cd ../victim
		(
			exec > /dev/null 2> /dev/null
			strace -f -o /dev/null -e trace="$name" -e inject="$name:signal=KILL:when=$n" varve sign -q --timestamp "$clock/right"
		) || true
		[[ "$(varve verify --json | jq -r '"\(.number) \(.timestamp.state)"')" =~ ^[12]\ known$ ]]
		succeeds varve sign -q --timestamp "$clock/right"
		is known
		succeeds git fsck --strict --no-dangling
	done
}
