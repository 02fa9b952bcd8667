# A folder of this machine.
kind_start() {
	as=holder
	url=$PWD/place
}

kind_stop() {
	:
}

kind_gone() {
	mv "$url" away
}

kind_file() {
	echo "$url/$vault/shards/$1"
}

kind_full() {
	quota=100000
}
