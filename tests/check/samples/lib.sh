# lib.sh: what every story has. Sourced by the script that samples.py writes, with $samples (this
# folder), $root (the sources), $scratch and $program (the folder of varve) set.

for name in $(compgen -e); do
	case $name in
	GIT_* | VARVE_* | SSH_* | XDG_* | NO_COLOR | PAGER | EDITOR | VISUAL | LESS | LC_* | LANG* | COLUMNS)
		unset "$name" ;;
	esac
done
export PATH="$program:$PATH" LC_ALL=C.UTF-8 TZ=UTC TERM=dumb EDITOR=true PAGER=cat
export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export GIT_SSH_COMMAND="$samples/ssh"
export SAMPLES_SCRATCH="$scratch"
umask 022
data="$root/tests/data"
mkdir "$scratch/home"

# The moment of the next command: each is a minute after the one before.
clock=1786442400 # 2026-08-11, 10:00 UTC

tick() {
	clock=$((clock + ${1-60}))
	export GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000"
}

# at DATE: sets the clock.
at() {
	clock=$(date -u -d "$1" +%s)
	tick 0
}

# person NAME: who types from now on, in the folder where he last was.
person() {
	if [ -n "${who-}" ]; then
		printf '%s\n' "$PWD" > "$scratch/where.$who"
	fi
	who=$1
	local name=${1^}
	export HOME="$scratch/home/$1"
	export GIT_CONFIG_GLOBAL="$HOME/.gitconfig" XDG_CONFIG_HOME="$HOME/.config"
	if [ ! -d "$HOME" ]; then
		mkdir "$HOME"
		printf '%s\n' "$HOME" > "$scratch/where.$1"
		printf '[init]\n\tdefaultBranch = main\n[user]\n\tname = %s\n\temail = %s@example.com\n' \
			"$name" "$1" > "$HOME/.gitconfig"
		printf '[advice]\n\tdetachedHead = false\n' >> "$HOME/.gitconfig"
	fi
	cd "$(cat "$scratch/where.$1")"
}

# show NAME N: runs the command in N.command as NAME ('': whoever was last) and keeps what it prints.
show() {
	if [ -n "$1" ] && [ "$1" != "$who" ]; then
		person "$1"
	fi
	tick
	local command
	command=$(cat "$scratch/$2.command")
	if [ -e "$scratch/port" ]; then
		command=${command//127.0.0.1:8080/127.0.0.1:$(cat "$scratch/port")}
	fi
	case $command in
	*" &")
		eval "exec ${command% &}" > "$scratch/behind" 2>&1 &
		started="$started $!"
		wait_for 20 test -s "$scratch/behind"
		cp "$scratch/behind" "$scratch/$2.out" ;;
	*)
		eval "$command" > "$scratch/$2.out" 2>&1 || true ;;
	esac
}

# Programs that a story started behind it (a command that ends in ` &`) end with the story.
started=
trap 'test -z "$started" || kill $started' EXIT

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# unseen STEP: what happens before a block, if the story says so.
unseen() {
	if declare -F "before_$1" > /dev/null; then
		tick
		"before_$1" > /dev/null
	fi
}

# repo FOLDER: a repository of the person, in a folder below his home.
repo() {
	mkdir -p "$HOME/$1"
	cd "$HOME/$1"
	varve init > /dev/null 2>&1
}

# commit MESSAGE FILE...: these files, as they are.
commit() {
	local message=$1
	shift
	tick
	varve add -q "$@" 2> /dev/null
	varve commit -q -m "$message" > /dev/null
}

# prices COUNT: a table with the columns id, name and price.
prices() {
	awk -v count="$1" 'BEGIN {
		split("Blue,Red,Green,White,Black,Grey", color, ",")
		split("lamp,table,chair,shelf,desk", thing, ",")
		print "id,name,price"
		for (i = 1; i <= count; i++) {
			printf "%d,%s %s,%d.%02d\n", i, color[i % 6 + 1], thing[i % 5 + 1], i * 7 % 89 + 1, i * 37 % 100
		}
	}'
}

# terminal COMMAND...: what it shows on a terminal of 80 columns.
terminal() {
	COLUMNS=80 python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$@" | tr -d '\r'
}

# lamps [RENAMED]: five lamps.
lamps() {
	cat <<-END
	id,name,price,day
	1,Blue lamp,9.99,2024-01-05
	2,Red lamp,12.50,2024-01-06
	3,Green lamp,8.0,2024-01-07
	4,White lamp,21.00,2024-01-08
	5,Old lamp,3.5,2024-01-09
	END
}

# new_lamps: a column renamed and one added, two prices, one lamp gone and one new.
new_lamps() {
	cat <<-END
	id,title,price,vat,day
	1,Blue lamp,8.99,0.2,2024-01-05
	2,Red lamp,12.50,0.2,2024-01-06
	3,Green lamp,8.00,0.2,2024-01-07
	4,White lamp,21.00,0.2,2024-01-08
	6,New lamp,99,0.2,2024-02-01
	END
}
