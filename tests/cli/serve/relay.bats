load ../helper
load server
load relay

# Two machines that cannot reach each other, and a relay that both can reach.

setup() {
	relay_setup
}

teardown() {
	relay_teardown
}

@test "clone, fetch, pull and lazy reads go through a relay byte for byte" {
	two_versions
	start_relay
	start_through --reader "$did_of_bob" src
	succeeds as bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
	succeeds as bob varve -C copy fsck --data
	succeeds as bob varve clone --lazy "$address" lazy
	as bob varve -C lazy cat HEAD~1:prices.csv > back.csv
	same_bytes one.csv back.csv
	cd src
	tick
	sed -i '/^600,/s/item/thing/' prices.csv
	varve commit -qam three
	cd ..
	succeeds as bob varve -C copy fetch
	[ "$(git -C copy rev-parse origin/main)" = "$(git -C src rev-parse main)" ]
	succeeds as bob varve -C copy pull
	same_bytes src/prices.csv copy/prices.csv
	# without the name, where there is one repository; and with the whole name of the key
	succeeds as bob varve clone "${address%/src}" again
	succeeds as bob varve clone "${address/z6Mk/did:key:z6Mk}" whole
	same_bytes src/prices.csv again/prices.csv
	end_pid "$through_pid"
	end_pid "$relay_pid"
	grep -q '^stopped$' through.log
	grep -q '^stopped$' relay.log
}

@test "only keys that may write push through a relay, and only named ones read" {
	two_versions
	git -C src config receive.denyCurrentBranch updateInstead
	machine eve
	machine cyn
	as ada varve key trust cyn "$(as cyn varve key show | head -n 1)"
	start_relay
	start_through --reader "$did_of_bob" --writer cyn src
	succeeds as bob varve clone "$address" bob
	succeeds as cyn varve clone "$address" cyn
	ends_with 2 as eve varve clone "$address" eve
	stderr_has "this machine lets in" || stderr_has "has not named your key"
	[ ! -e eve ]
	# a machine without a key is a guest
	ends_with 2 as nobody varve clone "$address" nobody
	stderr_has "lets in only keys that its owner has named"
	stderr_has "varve vault key new"
	before=$(git -C src rev-parse main)
	for who in bob cyn; do
		cd "$who"
		tick
		sed -i "/^700,/s/item/$who/" prices.csv
		varve commit -qam "$who"
		cd ..
	done
	ends_with 1 as bob varve -C bob push || [ "$status" -eq 2 ]
	[ "$(git -C src rev-parse main)" = "$before" ]
	succeeds as cyn varve -C cyn push
	[ "$(git -C src rev-parse main)" = "$(git -C cyn rev-parse main)" ]
	same_bytes cyn/prices.csv src/prices.csv
}

@test "all machines read a public repository and none pushes to it" {
	two_versions
	start_relay
	start_through --public src
	succeeds as nobody varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
	cd copy
	tick
	sed -i '/^700,/s/item/guest/' prices.csv
	varve commit -qam guest
	before=$(git -C ../src rev-parse main)
	run as nobody varve push
	[ "$status" -ne 0 ]
	[ "$(git -C ../src rev-parse main)" = "$before" ]
}

@test "web serve --meet takes the address of a machine at a relay, and no other" {
	ends_with 2 varve web serve --meet http://127.0.0.1/x < /dev/null
	stderr_has "is not the address of a machine at a relay"
	ends_with 2 varve web serve --meet relay+http://127.0.0.1:1/x < /dev/null
	stderr_has "has no key of a machine"
}

@test "a machine that is not there, a wrong name and a wrong address are told" {
	two_versions
	start_relay
	ends_with 2 as bob varve clone "relay+$relay/${did_of_bob#did:key:}/src" none
	stderr_has "no machine with this key is connected to this relay"
	start_through --reader "$did_of_bob" src
	ends_with 2 as bob varve clone "${address%src}other" none
	stderr_has "no repository with this name"
	ends_with 2 as bob varve clone "relay+$relay/src" none
	stderr_has "has no key of a machine"
	ends_with 2 as bob varve clone "relay+http://127.0.0.1:1/${did_of_bob#did:key:}/src" none
	stderr_has "connection refused"
	# a server that is no relay
	start_server src
	ends_with 2 as bob varve clone "relay+$url/${did_of_bob#did:key:}/src" none
	stderr_has "is not a relay of varve"
	stop_server
	ends_with 2 as ada varve serve --through "$relay/x" --public src
	stderr_has "is not the URL of a relay"
	ends_with 2 as ada varve serve --through "$relay" src
	stderr_has "name who may come"
	mkdir src/sub
	ends_with 2 as ada varve serve --through "$relay" --public src/sub
	stderr_has "is inside a repository"
	ends_with 2 as none varve serve --through "$relay" --public src
	stderr_has "this machine has no key yet"
	[ ! -e none ]
}

@test "a machine waits again after the relay was killed and replaced" {
	two_versions
	start_relay
	port=${relay##*:}
	start_through --reader "$did_of_bob" src
	end_pid "$relay_pid" KILL
	wait_for through.log 'trying again'
	varve serve --relay "127.0.0.1:$port" 2>> relay.log 3>&- &
	started+=("$!")
	wait_for through.log 'waiting for visitors' 2
	succeeds as bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
}

@test "the relay sees neither names nor rows" {
	two_versions
	start_evil record seen
	start_through --reader "$did_of_bob" src
	succeeds as bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
	[ "$(stat -c %s seen)" -gt 20000 ]
	! grep -qaE 'src|prices|item|varve 1|refs/heads|A U Thor' seen || false
}

@test "options that a relay or a machine behind one would ignore are refused" {
	two_versions
	ends_with 2 varve serve --relay 127.0.0.1:0 --host relay.example:80
	stderr_has "'relay.example:80' is not the name of a host"
	ends_with 2 varve serve --relay 127.0.0.1:0 --auth users
	stderr_has "--relay and --auth cannot be used together"
	ends_with 2 varve serve --through http://127.0.0.1:1 --read-only --writer "$did_of_bob" src
	stderr_has "--through and --read-only cannot be used together"
	ends_with 2 varve serve --http 127.0.0.1:0 --writer "$did_of_bob" src
	stderr_has "--writer requires --through"
	ends_with 2 varve serve --through http://127.0.0.1:1 --public --alive 900 src
	stderr_has "--alive is at most 800 seconds"
	start_relay --host '[::1]' --host relay.example
}

@test "a laptop that has slept asks at once whether its relay still knows it" {
	local library
	library=$(faketime -f +0 sh -c 'echo "$LD_PRELOAD"' 2> /dev/null) || skip "faketime is not installed"
	case $VARVE_BIN in
	*asan*) skip "faketime and the address sanitizer cannot both be loaded first" ;;
	esac
	two_versions
	start_relay
	echo +0 > clock
	# the clock of the day goes on while the laptop sleeps, and the monotonic one does not
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/ada" LD_PRELOAD="$library" DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1 \
		FAKETIME_TIMESTAMP_FILE="$PWD/clock" varve serve --through "$relay" --public src 2> through.log 3>&- &
	started+=("$!")
	wait_for through.log 'waiting for visitors'
	# the relay is gone without a word
	kill -STOP "$relay_pid"
	echo +3600 > clock
	tries=1200 wait_for through.log 'trying again'
	kill -CONT "$relay_pid"
	wait_for through.log 'waiting for visitors' 2
}

@test "a relay behind nginx with TLS is reached by relay+https" {
	local nginx
	nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || skip "nginx is not installed"
	two_versions
	certificate
	start_relay --trust-proxy 127.0.0.1 --host localhost
	secure=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mkdir nginx
	{
		printf 'daemon off; master_process off; pid %s/nginx/pid; error_log stderr;\nevents {}\nhttp {\n' "$PWD"
		printf 'access_log off; client_body_temp_path nginx; proxy_temp_path nginx; fastcgi_temp_path nginx; uwsgi_temp_path nginx; scgi_temp_path nginx;\n'
		printf 'server { listen 127.0.0.1:%s ssl; ssl_certificate %s/server.pem; ssl_certificate_key %s/server.key;\n' \
			"$secure" "$PWD" "$PWD"
		# the recipe of the manual
		sed -n '/^    location \/relay\/ {$/,/^    }$/p' "$tests/../docs/operate/relay.md" | sed "s#http://127.0.0.1:8090#$relay#"
		printf '}\n}\n'
	} > nginx.conf
	grep -q proxy_pass nginx.conf
	"$nginx" -c "$PWD/nginx.conf" -p "$PWD/nginx" 2> nginx.log 3>&- &
	started+=("$!")
	git config --global "http.https://localhost:$secure.sslCAInfo" "$PWD/ca.pem"
	for _ in $(seq 100); do
		! curl -s --cacert ca.pem -o /dev/null "https://localhost:$secure/" || break
		sleep 0.05
	done
	plain=$relay
	relay=https://localhost:$secure
	start_through --writer "$did_of_bob" src
	git -C src config receive.denyCurrentBranch updateInstead
	[[ $address == relay+https://localhost:$secure/z6Mk*/src ]]
	succeeds as bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
	cd copy
	tick
	sed -i '/^700,/s/item/bob/' prices.csv
	varve commit -qam bob
	succeeds as bob varve push
	cd ..
	same_bytes copy/prices.csv src/prices.csv
	# each client is counted by its own address
	[ "$(curl -s --cacert ca.pem "https://localhost:$secure/relay/x" -o answer -w '%{http_code}')" = 404 ]
	grep -q 'this is a relay of varve' answer
	# who does not know the authority is not connected
	git config --global --unset "http.https://localhost:$secure.sslCAInfo"
	ends_with 2 as bob varve clone "$address" other
	stderr_has "certificate"
}

@test "ls-remote lists what a machine behind a relay has as git lists it" {
	two_versions
	git -C src tag -am one v1 HEAD~1
	git -C src tag light
	start_relay
	start_through --reader "$did_of_bob" src
	as bob varve clone -q "$address" copy
	while read -r options; do
		git ls-remote $options src main 'v*' 'feature/*' HEAD > expected
		succeeds as bob varve ls-remote $options "$address" main 'v*' 'feature/*' HEAD
		output_is "$(cat expected)"
	done <<-'E'

	--heads
	--tags
	--refs
	--symref
	--heads --tags
	E
	succeeds as bob varve ls-remote "$address"
	output_has $'\trefs/heads/feature/x'
	# a remote by its name, and the default one
	succeeds as bob varve -C copy ls-remote origin main
	output_is "$(git -C src rev-parse main)"$'\trefs/heads/main'
	succeeds as bob varve -C copy ls-remote --tags
	output_has $'\trefs/tags/v1^{}'
	stderr_is "From $address"
	succeeds as bob varve -C copy ls-remote --get-url
	output_is "$address"
	ends_with 2 as bob varve ls-remote --exit-code "$address" nothing
	output_is ""
	ends_with 2 as bob varve ls-remote --sort=version:refname "$address"
	stderr_has "--sort"
	ends_with 2 as bob varve --offline ls-remote "$address"
	stderr_has "--offline forbids"
	# git itself has no way there
	run as bob varve -C copy remote update
	[ "$status" -ne 0 ]
	[[ $output == *"git cannot reach a machine behind a relay"* ]]
}

@test "tables of a machine behind a relay are read, imported and verified by their addresses" {
	two_versions
	start_relay
	start_through --reader "$did_of_bob" src
	as bob varve cat "$address#HEAD~1:prices.csv" > back.csv
	same_bytes one.csv back.csv
	succeeds as bob varve log "$address#main"
	output_has two
	succeeds as bob varve diff "$address#main~1..main"
	output_has thing
	succeeds as bob varve get "$address#prices.csv"
	same_bytes two.csv prices.csv
	new_repo here
	cd here
	succeeds as bob varve import "$address#prices.csv"
	same_bytes ../two.csv prices.csv
	ends_with 2 as bob varve import "$address"
	stderr_has "is not the URL of a file"
	stderr_has "as '$address#PATH'"
	succeeds as bob varve update
	# who did not name the machine does not go there
	git config --unset-all varve.trustedHost
	ends_with 2 as bob varve update
	stderr_has "varve.trustedHost ${address%/src}'"
	git config --global --add varve.trustedHost "${address%/src}"
	succeeds as bob varve update
	cd ..
	as ada varve -C src sign -q --name prices
	succeeds as bob varve clone -q "$address" signed
	succeeds as bob varve -C signed verify
	succeeds as bob varve -C signed whereis prices.csv
	output_has "$address"
	# roles that a machine behind a relay cannot have, or was not asked to take
	cd signed
	ends_with 2 as bob varve store add there "$address"
	stderr_has "is not a place for a store"
	ends_with 2 as bob varve vault holder add there "$address"
	stderr_has "no copies are kept here for others"
}
