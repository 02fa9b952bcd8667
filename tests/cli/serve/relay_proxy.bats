load ../helper
load server
load relay

# The way to the relay leads through an HTTP proxy: for who serves, and for who reads.

setup() {
	relay_setup
	two_versions
	start_relay
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
}

teardown() {
	relay_teardown
}

# start_proxy NAME OPTION...: $proxy, its address; NAME.log.
start_proxy() {
	local name=$1
	shift
	rm -f "$name.port"
	: > "$name.log"
	python3 "$tests/net/http_proxy.py" "$name.port" "$name.log" "$@" 3>&- &
	proxy_pid=$!
	started+=("$proxy_pid")
	wait_for "$name.port" .
	proxy=127.0.0.1:$(cat "$name.port")
}

# The relay behind TLS: $relay.
put_tls_in_front() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=relay.test \
		-addext 'subjectAltName=DNS:relay.test,IP:127.0.0.1' -keyout key.pem -out cert.pem 2> /dev/null
	cat key.pem cert.pem > both.pem
	git config --global http.sslCAInfo "$PWD/cert.pem"
	start_proxy tls --tls both.pem "${relay#http://}"
	relay=https://$proxy
}

# reads NAME: bob clones and pushes.
reads() {
	succeeds as bob varve clone "$address" "$1"
	same_bytes src/prices.csv "$1/prices.csv"
	tick
	sed -i "s/^7,[a-z]*/7,$1/" "$1/prices.csv"
	varve -C "$1" commit -qam "$1"
	succeeds as bob varve -C "$1" push origin "HEAD:$1"
	[ "$(git -C src rev-parse "$1")" = "$(git -C "$1" rev-parse HEAD)" ]
}

@test "machines meet through a proxy of the settings of Git or the environment, also with a login" {
	local target=${relay#http://}
	start_proxy plain
	export http_proxy=http://$proxy
	start_through --writer "$did_of_bob" src
	reads environment
	[ "$(sort -u plain.log)" = "$target 200" ]
	end_pid "$through_pid"
	unset http_proxy
	start_proxy login --login 'ada:s3:cret'
	git config --global http.proxy "http://ada:s3%3Acret@$proxy"
	start_through --writer "$did_of_bob" src
	reads settings
	grep -qx "$target 200" login.log
	! grep -q s3 through.log || false
}

@test "machines meet through a proxy at an HTTPS relay, which TLS reaches end to end" {
	put_tls_in_front
	start_proxy login --login ada:secret
	export https_proxy=http://ada:secret@$proxy
	start_through --writer "$did_of_bob" src
	[[ $address == relay+https://* ]]
	reads one
	[ "$(sort -u login.log)" = "${relay#https://} 200" ]
}

@test "a proxy that refuses, wants a login or is silent is named to who serves and who reads" {
	start_through --writer "$did_of_bob" src
	end_pid "$through_pid"
	for case in '--refuse 403|HTTP status 403' '--login ada:secret|HTTP status 407'; do
		# shellcheck disable=SC2086 # two words
		start_proxy no ${case%%|*}
		export http_proxy=http://$proxy
		ends_with 2 as bob varve clone "$address" copy
		stderr_has "the proxy refused the connection (${case#*|})"
		: > refused.log
		XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/ada" varve serve --through "$relay" --public src 2> refused.log 3>&- &
		started+=("$!")
		wait_for refused.log "${case#*|}"
		grep -q 'trying again' refused.log
		[ ! -e copy ]
	done
	start_proxy silent --silent
	export http_proxy=http://$proxy
	ends_with 2 as bob varve clone --timeout 2 "$address" copy
	end_pid "$proxy_pid" KILL
	ends_with 2 as bob varve clone "$address" copy
	stderr_has "$relay"
}

@test "a proxy that drops each connection after two seconds is survived by who waits and who pushes" {
	start_proxy drops --drop-after 2
	export http_proxy=http://$proxy
	start_through --writer "$did_of_bob" src
	# who waits comes again after each
	for _ in $(seq 600); do
		[ "$(wc -l < drops.log)" -lt 3 ] || break
		sleep 0.05
	done
	[ "$(wc -l < drops.log)" -ge 3 ]
	local i
	for i in $(seq 20); do
		! as bob varve clone "$address" copy > run.log 2>&1 || break
		rm -rf copy
		sleep 0.5
	done
	same_bytes src/prices.csv copy/prices.csv
	succeeds varve -C copy fsck --data
}
