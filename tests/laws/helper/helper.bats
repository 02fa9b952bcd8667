# What the tests' own setup lets through.
load ../../cli/helper

@test "what chooses a mutant reaches the programs that a test starts" {
	local name names
	names=$(sed -n 's/.*getenv("\(.*\)").*/\1/p' "$tests/mutate/mutate.py")
	[ "$(wc -w <<< "$names")" -eq 2 ]
	for name in $names; do
		export "$name=7"
		varve_setup
		[ "$(printenv "$name")" = 7 ]
	done
}
