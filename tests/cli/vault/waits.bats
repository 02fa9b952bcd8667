# Waits for the disk in a row: what may become durable in any order does so side by side.
load vault
load ../../laws/faults/transfer

# waits_in_a_row COMMAND...: runs it with each fsync half a second longer; prints how many fsyncs began after others had
# ended, one after the other, and how many there were.
waits_in_a_row() {
	strace -f -qq -ttt -o ../trace -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_exit=500000 "$@" > /dev/null
	python3 - ../trace <<-'END'
	import re, sys
	begun = [float(m[1]) for m in (re.match(r"\d+ +([0-9.]+) f(?:data)?sync\(", line) for line in open(sys.argv[1])) if m]
	row, end = 0, 0.0
	for start in sorted(begun):
	    if start >= end:
	        row, end = row + 1, start + 0.5
	print(row, len(begun))
	END
}

@test "a replicate to three folders waits for the disk ten times in a row" {
	need_strace
	new_vault a b c
	varve vault replicate --copies 3 > /dev/null
	change 5
	read -r row all < <(waits_in_a_row varve vault replicate -q)
	# Two each for the run, the places, the shards with their places, the receipts with the vault record, the
	# records; a machine that is busy may begin some late.
	[ "$row" -le 12 ] || { echo "$row of $all" >&2; cat ../trace >&2; false; }
	[ "$all" -gt 30 ]
	varve vault status
	varve vault audit --all
}

@test "six holders wait no longer than three" {
	need_strace
	new_vault a b c d e f
	varve vault replicate --copies 6 > /dev/null
	change 5
	read -r row all < <(waits_in_a_row varve vault replicate -q)
	[ "$row" -le 12 ] || { echo "$row of $all" >&2; cat ../trace >&2; false; }
	[ "$all" -gt 60 ]
	varve vault status
}
