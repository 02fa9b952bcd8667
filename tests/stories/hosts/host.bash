# A plain Git host for tests: a bare repository that is reached through git-upload-pack and
# git-receive-pack only. Load it behind helper.bash.
#
# `ssh` stands for a host that knows these two programs and no varve; each command that it was asked
# for is a line of $ssh_calls.

# plain_host [SETTING=VALUE...]: host.git; $url.
plain_host() {
	git init -q --bare host.git
	local setting
	for setting in "$@"; do
		git -C host.git config "${setting%%=*}" "${setting#*=}"
	done
	ssh_calls=$BATS_TEST_TMPDIR/ssh_calls
	cat > "$BATS_TEST_TMPDIR/ssh" <<-END
	#!/bin/sh
	for word; do command=\$word; done
	printf '%s\n' "\$command" >> '$ssh_calls'
	case \$command in
	git-upload-pack\ *|git-receive-pack\ *) exec sh -c "\$command" ;;
	esac
	echo "invalid command" >&2
	exit 1
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	export GIT_SSH=$BATS_TEST_TMPDIR/ssh GIT_SSH_VARIANT=ssh
	: > "$ssh_calls"
	url=ssh://host$PWD/host.git
}

# a_table DIR [ROWS]: a clone of the host in DIR with prices.csv pushed from it; the current folder.
a_table() {
	varve clone -q "$url" "$1"
	cd "$1"
	rows "${2-3000}" > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
}

# Another version: row $1 changed, and pushed.
change() {
	tick
	sed -i "s/^$1,item/$1,changed/" prices.csv
	varve commit -qam "change $1"
}

sound() {
	succeeds varve fsck --data
	output_has "sound"
}

# The names of packs at the host.
packs() {
	git -C "$BATS_TEST_TMPDIR/work/host.git" ls-tree -r --name-only "${1-refs/varve/blocks}" |
		sed -n 's/.*\/\(.*\)\.pack$/\1/p'
}

# numbers COUNT [SEED]: a table that cannot be made small.
numbers() {
	awk -v count="$1" -v seed="${2-1}" 'BEGIN {
		srand(seed)
		print "id,a,b"
		for (i = 1; i <= count; i++) {
			printf "%d,%d,%d\n", i, rand() * 1000000000, rand() * 1000000000
		}
	}'
}

# http_host [USER:SECRET]: host.git over http; $url. The caller kills $server.
http_host() {
	[ -x "$(git --exec-path)/git-http-backend" ] || skip "git has no http-backend"
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1
	git init -q --bare host.git
	git -C host.git config http.receivepack true
	: > port
	python3 "$BATS_TEST_DIRNAME/../../stories/hosts/http_host.py" "$PWD" "$@" > port 2> /dev/null 3>&- &
	server=$!
	local i
	for ((i = 0; i < 1200 && $(wc -c < port) == 0; i++)); do
		sleep 0.05
	done
	url=http://127.0.0.1:$(cat port)/host.git
}

# a clone of the host in `a` with a table of about 12 MB in its first commit, not pushed; the current folder.
large_table() {
	varve clone -q "$url" a
	cd a
	python3 -c '
import random
random.seed(1)
print("id,text")
for i in range(120000):
    print(f"{i},{random.getrandbits(800):x}")' > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
}
