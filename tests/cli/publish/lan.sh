# lan.sh FOLDER: two machines on a network of their own, each with D-Bus and Avahi: "laptop", which is this process, and "desk". For
# `unshare -Urmnpf --kill-child --mount-proc`. FOLDER gets their process ids, once both answer. An unprivileged user has one
# id in a namespace, so that all users of the system are that one here.
set -e
PATH=$PATH:/usr/sbin:/sbin

machine() { # NAME ADDRESS
	mount -t tmpfs tmpfs /run
	mkdir /run/dbus
	sed -E 's/^([^:]*):[^:]*:[0-9]+:[0-9]+:.*/\1:x:0:0::\/:\/bin\/sh/' /etc/passwd > /run/passwd
	sed -E 's/^([^:]*):.*/\1:x:0:/' /etc/group > /run/group
	mount --bind /run/passwd /etc/passwd
	mount --bind /run/group /etc/group
	cat > /run/dbus.conf <<-E
	<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
	<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
	<allow send_type="method_return"/><allow send_type="error"/><allow receive_type="method_call"/><allow receive_type="signal"/>
	<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
	E
	printf '[server]\nuse-ipv6=no\nallow-interfaces=v0\nhost-name=%s\n[publish]\npublish-workstation=no\npublish-hinfo=no\n' "$1" > /run/avahi.conf
	dbus-daemon --config-file=/run/dbus.conf --nofork --nopidfile &
	ip link set lo up
	ip addr add "$2/24" dev v0
	ip link set v0 up
	until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
	avahi-daemon -f /run/avahi.conf --no-drop-root --no-chroot --no-rlimits &
	until [ -S /run/avahi-daemon/socket ]; do sleep 0.05; done
}

if [ "$1" = --desk ]; then
	until ip link show v0 > /dev/null 2>&1; do sleep 0.05; done
	machine desk 10.9.0.1
	echo desk
	exec sleep infinity
fi
mkfifo "$1/answers"
unshare -mn bash "$0" --desk > "$1/answers" &
desk=$!
exec 4< "$1/answers"
until [ "$(readlink /proc/$desk/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add v0 type veth peer name v0 netns "$desk"
machine laptop 10.9.0.2
read -r _ <&4
echo "$desk" > "$1/inner"
mv "$1/inner" "$1/desk"
exec sleep infinity
