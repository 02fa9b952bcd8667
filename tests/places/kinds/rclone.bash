# What the program rclone reaches: a remote of the kind alias, to a folder.
kind_start() {
	command -v rclone > /dev/null || skip "rclone is not installed"
	export RCLONE_CONFIG=$PWD/rclone.conf
	mkdir nas bin
	printf '[nas]\ntype = alias\nremote = %s\n' "$PWD/nas" > rclone.conf
	as=store
	url=rclone:nas:place
}

kind_stop() {
	:
}

kind_gone() {
	mv nas away
}

kind_file() {
	echo "$PWD/nas/place/$vault/shards/$1"
}

# rclone_that COMMAND SCRIPT: this command of it does that, $rclone is the real one.
rclone_that() {
	cat > bin/rclone <<-END
	#!/bin/sh
	rclone=$(command -v rclone)
	case " \$* " in *" $1 "*) $2 ;; esac
	exec \$rclone "\$@"
	END
	chmod +x bin/rclone
	PATH=$PWD/bin:$PATH
}

# Leftovers are removed after a day.
kind_leftovers() {
	:
}

kind_full() {
	rclone_that rcat 'cat > /dev/null; echo "no space left on device" >&2; exit 1'
}

# In the place of a line that is cut: the program ends after so many bytes.
proxied() {
	case $1 in
	--cut-down) rclone_that cat "\$rclone \"\$@\" | head -c $2; exit 1" ;;
	--cut-up) rclone_that rcat "head -c $2 > /dev/null; exit 1" ;;
	esac
}

unproxied() {
	rm -f bin/rclone
	hash -r
}
