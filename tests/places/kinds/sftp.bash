# A folder of a machine with sshd.
load ../stories/ssh/sshd

kind_start() {
	forgive_libssh2
	start_sshd ed25519 -- "Subsystem sftp internal-sftp"
	knows_host ed25519
	has_key ed25519
	as=holder
	url=sftp://$(id -un)@127.0.0.1:$port$far/place
}

kind_stop() {
	stop_sshd
}

kind_file() {
	echo "$far/place/$vault/shards/$1"
}

kind_full() {
	quota=100000
}

kind_half_way() {
	local waited
	proxied --rate 6000
	"$VARVE_BIN/../tests/net/place" "$as" "$url" put "$vault/shards/$1" "$objects/$1" > out 2> err 3>&- &
	for waited in $(seq 300); do
		[ -z "$(kind_leftovers)" ] || break
		sleep 0.1
	done
	kill -KILL $!
	wait $! 2> /dev/null || true
	unproxied
	[ -n "$(kind_leftovers)" ]
}

kind_proxied() {
	sed "s/:$port /:$1 /" "$HOME/.ssh/known_hosts" > known
	cat known >> "$HOME/.ssh/known_hosts"
	url=sftp://$(id -un)@127.0.0.1:$1$far/place
}
