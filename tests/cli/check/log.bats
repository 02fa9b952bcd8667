load ../helper

@test "check --log says since which commit a rule fails, holds or no longer applies, and by whom" {
	new_repo
	printf 'id,price,net\n1,5,4\n2,6,5\n' > p.csv
	varve add p.csv > out
	varve commit -q -m first
	tick
	sed -i 's/^2,6/2,-6/' p.csv
	GIT_AUTHOR_NAME=Ada varve commit -q -a -m wrong
	wrong=$(git rev-parse --short=10 HEAD)
	tick
	sed -i 's/net/gross/' p.csv
	varve commit -q -a --no-verify -m renamed
	renamed=$(git rev-parse --short=10 HEAD)
	printf '[p.csv]\nprice > 0\nnet > 0\nid > 0\n' > varve.checks
	ends_with 1 varve check --log
	output_has "p.csv: 3 versions"
	output_has "  fails since $wrong $(git log -1 --format=%ad --date=format:%Y-%m-%d HEAD~) Ada: price > 0 (1 now, failed in 2 of 3 versions)"
	output_has "  no longer applies since $renamed "
	output_has "  holds in 3 versions: id > 0"
	output_has "fails since $renamed"
	succeeds varve check --log=no-key
	output_is "nothing wrong in 3 versions"
	ends_with 1 varve check --log HEAD p.csv
	ends_with 2 varve check --log --new-only
	ends_with 2 varve check --log=nosuchrule
	git clone -q --bare . bare.git
	ends_with 1 varve -C bare.git check --log # no rules there
}

@test "check --log is what a model finds in the text of each commit" {
	for seed in $(sampled 40 6); do
		rm -rf t
		mkdir t
		(cd t && git init -q && varve init -q . > /dev/null)
		succeeds python3 "$BATS_TEST_DIRNAME/log_model.py" t "$seed"
	done
}
