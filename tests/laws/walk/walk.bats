load ../../cli/helper

# walk COUNT STEPS KILLED: that many walks of other seeds, whose folders stay for who looks where one found something.
walk() {
	local i seed
	for ((i = 0; i < $1; i++)); do
		seed=$((${VARVE_TEST_SEED:-1} + i))
		mkdir "../walk$seed"
		(cd "../walk$seed" && python3 "$BATS_TEST_DIRNAME/walk.py" "$seed" "$2" "$3") || {
			tail -n 40 "../walk$seed/log"
			return 1
		}
		rm -rf "../walk$seed"
	done
}

@test "what was committed comes back after a random walk of everyday commands, some of them killed" {
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		walk 20 200 15
	else
		walk 1 30 10
	fi
}
