# Rows edited by each tool, in tables of many forms, against a model in Python. VARVE_TEST_SEED gives other tables.
load ../../cli/helper

# edits SEED: 30 random edits of random tables; with VARVE_TEST_ALL=1 500.
edits() {
	mkdir "$BATS_TEST_TMPDIR/edits"
	cd "$BATS_TEST_TMPDIR/edits"
	local count=6
	[ -z "${VARVE_TEST_ALL-}" ] || count=500
	python3 "$BATS_TEST_DIRNAME/edits_model.py" varve "$1" "$count" "$(drawn 36)"
}

@test "every byte that an edit does not own is as before" {
	edits "${VARVE_TEST_SEED:-1}"
}

@test "every byte that an edit does not own is as before, in other tables" {
	edits $((${VARVE_TEST_SEED:-1} + 1000))
}
