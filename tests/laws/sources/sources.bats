load ../../cli/helper
load ../../stories/hosts/host

# walk COUNT STEPS: that many walks of other seeds, whose folders stay for who looks where one found something.
walk() {
	local i seed
	plain_host
	for ((i = 0; i < $1; i++)); do
		seed=$((${VARVE_TEST_SEED:-3} + i))
		mkdir "../walk$seed"
		(cd "../walk$seed" && python3 "$BATS_TEST_DIRNAME/sources.py" "$seed" "$2") || {
			tail -n 40 "../walk$seed/log"
			return 1
		}
		rm -rf "../walk$seed"
	done
}

@test "what was pushed is read again by all, whichever sources have it and whatever was dropped, swept or repaired" {
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		walk 10 120
	else
		walk 1 25
	fi
}
