# For tests of `varve web`: its pages and their forms, as a browser without scripts uses them.

# start_web [OPTION]... [PATH]: $url, the secret's cookie in jar.
start_web() {
	: > "$BATS_TEST_TMPDIR/server.log"
	varve web --no-browser "$@" 2>> "$BATS_TEST_TMPDIR/server.log" 3>&- &
	server=$!
	local i first
	for ((i = 0; i < 1200; i++)); do
		first=$(sed -n 's/^open \(http.*\)$/\1/p' "$BATS_TEST_TMPDIR/server.log")
		[ -z "$first" ] || break
		sleep 0.05
	done
	[ -n "$first" ] || { cat "$BATS_TEST_TMPDIR/server.log" >&2; return 1; }
	url=$(printf '%s' "$first" | sed 's,^\(http://[^/]*\)/.*,\1,')
	curl -s -o /dev/null -c "$BATS_TEST_TMPDIR/jar" "$first"
}

# page ADDRESS: its HTML, in $page; each form in it can be sent by press.
page() {
	page=$(curl -s -L --globoff -b "$BATS_TEST_TMPDIR/jar" -H 'Accept: text/html' "$url/$1")
	text=$(python3 -c 'import html, sys; print(html.unescape(sys.stdin.read()))' <<< "$page")
}

# get_token: that of the forms of $page, in $token, which tests that forge requests cannot do without.
get_token() {
	token=$(printf '%s' "$page" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1)
	[ -n "$token" ] || { printf 'no token in: %s\n' "$page" >&2; return 1; }
}

# press WORDS [FIELD=VALUE]...: the form of $page whose button has these words is sent, as a browser does; $page is what comes.
press() {
	printf '%s' "$page" > page.html
	python3 "$BATS_TEST_DIRNAME/press.py" page.html "$url" "$BATS_TEST_TMPDIR/jar" "$@" > answer.html || { cat answer.html >&2; return 1; }
	page=$(cat answer.html)
	text=$(python3 -c 'import html, sys; print(html.unescape(sys.stdin.read()))' <<< "$page")
}

has() {
	case $text in *"$1"*) ;; *) printf '%s\n' "lacks: $1" "$page" >&2; return 1 ;; esac
}

lacks() {
	case $text in *"$1"*) printf '%s\n' "has: $1" "$page" >&2; return 1 ;; esac
}
