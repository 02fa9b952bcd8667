# homes.sh FOLDER: two homes and a server that both reach, each in a network of its own; a home's router hides it behind its
# one address, and lets nothing in. For `unshare -Urmnpf --kill-child --mount-proc`, whose own network is the server's:
#
#	home ada 10.0.0.2 - router 10.0.0.1, 198.51.100.2 - server 203.0.113.1, .2 - router 192.0.2.2, 10.0.0.1 - home bob 10.0.0.2
#
# FOLDER gets the process ids server, ada, bob, ada-router and bob-router, hosts, which is /etc/hosts here, and at last "up".
set -e
PATH=$PATH:/usr/sbin:/sbin
cd "$1"

network() { # NAME: in the background, until the end
	unshare -n sleep infinity &
	until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
	echo $! > "$1"
	within "$1" ip link set lo up
}

within() { # NAME COMMAND...
	nsenter -t "$(cat "$1")" -n "${@:2}"
}

link() { # NAME DEVICE ADDRESS OTHER DEVICE ADDRESS
	within "$1" ip link add "$2" type veth peer name "$5" netns "$(cat "$4")"
	within "$1" ip addr add "$3" dev "$2"
	within "$4" ip addr add "$6" dev "$5"
	within "$1" ip link set "$2" up
	within "$4" ip link set "$5" up
}

home() { # NAME SERVER'S-ADDRESS ROUTER'S-ADDRESS
	network "$1-router"
	network "$1"
	link server "$1" "$2/29" "$1-router" outside "$3/29"
	link "$1-router" inside 10.0.0.1/24 "$1" eth0 10.0.0.2/24
	within "$1" ip route add default via 10.0.0.1
	within "$1-router" ip route add default via "$2"
	within "$1-router" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
	within "$1-router" nft -f - <<-'N'
	table ip nat {
		chain after { type nat hook postrouting priority 100; oifname "outside" masquerade; }
		chain through {
			type filter hook forward priority 0; policy drop;
			iifname "inside" accept
			ct state established,related accept
		}
		chain here { type filter hook input priority 0; policy drop; iifname { "inside", "lo" } accept; ct state established accept; }
	}
	N
}

echo $$ > server
ip link set lo up
ip addr add 203.0.113.1/32 dev lo
ip addr add 203.0.113.2/32 dev lo
echo 1 > /proc/sys/net/ipv4/ip_forward
home ada 198.51.100.1 198.51.100.2
home bob 192.0.2.1 192.0.2.2
printf '127.0.0.1 localhost\n203.0.113.1 relay.test\n' > hosts
mount --bind hosts /etc/hosts
touch up
exec sleep infinity
