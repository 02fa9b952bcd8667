# What 'varve erase' finds, against a model. VARVE_TEST_SAMPLE draws the histories.
load ../../cli/helper

@test "in random histories, every cell, file, message and author with a value is found, and nothing else" {
	local count=3
	[ -z "${VARVE_TEST_ALL-}" ] || count=200
	git config --global core.safecrlf false
	python3 "$BATS_TEST_DIRNAME/erase.py" $((${VARVE_TEST_SAMPLE:-1} * 3)) "$count" > out 2>&1 || {
		tail -n 60 out
		return 1
	}
}

@test "in random histories, --apply leaves no value in any byte, and all other rows unchanged" {
	local count=1
	[ -z "${VARVE_TEST_ALL-}" ] || count=60
	git config --global core.safecrlf false
	VARVE_TEST_GC_YOUNG=0 python3 "$BATS_TEST_DIRNAME/apply.py" $((${VARVE_TEST_SAMPLE:-1} + 7)) "$count" > out 2>&1 || {
		tail -n 60 out
		return 1
	}
}

@test "with everything that is committed, sent and published, no guess of who was erased is confirmed" {
	local count=100000
	[ -z "${VARVE_TEST_ALL-}" ] || count=1000000
	PYTHONPATH="$BATS_TEST_DIRNAME" python3 "$BATS_TEST_DIRNAME/attacker.py" "$count" > out 2>&1 || {
		tail -n 20 out
		return 1
	}
}
