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

kind_proxied() {
	sed "s/:$port /:$1 /" "$HOME/.ssh/known_hosts" > known
	cat known >> "$HOME/.ssh/known_hosts"
	url=sftp://$(id -un)@127.0.0.1:$1$far/place
}
