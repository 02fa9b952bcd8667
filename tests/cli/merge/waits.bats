# How often a merge waits for the disk, one wait after the other: not once for each table.
load ../helper
load ../../laws/faults/transfer

# COUNT tables; both branches changed another row of each.
two_sides() {
	local i
	new_repo
	for i in $(seq "$1"); do printf 'id,a\n1,1\n2,2\n3,%s\n' "$i" > "t$i.csv"; done
	varve add -q --key id .
	varve commit -qm one
	git branch side
	sed -i 's/^1,1/1,5/' t*.csv
	varve commit -qam main
	varve switch -q side
	sed -i 's/^2,2/2,7/' t*.csv
	varve commit -qam side
	varve switch -q main
}

# waits_of COMMAND...: runs it with each fsync a tenth of a second longer; prints how many began after others had ended.
waits_of() {
	strace -f -qq -ttt -o ../trace -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_exit=100000 "$@" > /dev/null
	python3 - ../trace <<-'END'
	import re, sys
	begun = [float(m[1]) for m in (re.match(r"\d+ +([0-9.]+) f(?:data)?sync\(", line) for line in open(sys.argv[1])) if m]
	row, end = 0, 0.0
	for start in sorted(begun):
	    if start >= end:
	        row, end = row + 1, start + 0.1
	print(row)
	END
}

@test "a merge of many tables waits for the disk as often as a merge of one, and makes one pack of blocks" {
	need_strace
	two_sides 24
	row=$(waits_of varve merge -q side)
	[ "$row" -le 20 ] || { echo "$row waits" >&2; cat ../trace >&2; false; } # 16; a busy machine may begin some late
	[ ! -e .git/varve/unsynced ]
	[ "$(find .git/varve/packs -name '*.pack' | grep -c .)" -le 3 ]
	grep -q '^1,5' t24.csv
	grep -q '^2,7' t24.csv
	succeeds varve fsck --data
	[ -z "$(git status --porcelain)" ]
}

@test "git -c and the drivers of a merge's tables start no other git to list the settings" {
	need_strace
	two_sides 3
	strace -f -qq -o ../trace -e trace=execve varve merge -q side
	[ "$(grep -c '"merge-file".* = 0$' ../trace)" -ge 6 ]
	! grep -q '"config", "--list"' ../trace || false
	echo 4,4 >> t1.csv
	strace -f -qq -o ../trace -e trace=execve git -c user.name="it's me" -c core.quotePath add t1.csv
	grep -q '"filter-process".* = 0$' ../trace
	! grep -q '"config", "--list"' ../trace || false
}

@test "blocks that a merge did not make durable before the power went are written again" {
	two_sides 2
	touch .git/varve/unsynced
	sleep 0.02
	printf 'varve pack torn' > .git/varve/packs/pack-00112233445566778899aabbccddeeff.pack
	succeeds varve merge -q side
	[ ! -e .git/varve/unsynced ]
	[ ! -e .git/varve/packs/pack-00112233445566778899aabbccddeeff.pack ]
	succeeds varve fsck --data
}
