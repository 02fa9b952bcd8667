load ../../cli/helper
load ../../interop/packages
load ../../cli/vault/stores
load host
load gitea

# A person is erased everywhere: Gitea, a bucket of MinIO with versions, a second host in a folder, a vault, a published folder and
# an old clone. `hand` begins each command that a team types.

setup() {
	install_go gitea
	varve_setup
	start_gitea
	install_go minio
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/bucket
	mkdir "$store"
	run_minio
	s3 PUT bucket
	s3 PUT "bucket?versioning=" --data-binary '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port VARVE_TRUSTED_HOSTS=s3://bucket
	api ada POST user/repos '{"name": "sales"}' > /dev/null
	url=$(as ada ada/sales.git)
	search=$BATS_TEST_DIRNAME/search.py
	by_hand=0
}

teardown() {
	stop_program
	stop_gitea
}

hand() {
	by_hand=$((by_hand + 1))
	"$@"
}

# What Gitea's administrator does.
collect_at_gitea() {
	git config --global --add safe.directory '*'
	git -C "$forge/repos/ada/sales.git" reflog expire --expire=all --all
	git -C "$forge/repos/ada/sales.git" gc -q --prune=now
	[ "$gitea_user" != nobody ] || chown -R nobody "$forge/repos"
}

# 24 commits with ada@example.org in three tables, a document and a message; two tags and a branch.
person_everywhere() {
	local n
	varve clone -q "$url" work
	cd work
	varve store add team s3://bucket/sales > /dev/null
	git init -q --bare -b main ../nas.git
	git remote add nas ../nas.git
	git config remote.nas.varveKind git
	varve vault key new > /dev/null
	varve vault holder add h1 ../h1 --domain one 2> /dev/null
	varve vault holder add h2 ../h2 --domain two 2> /dev/null
	printf 'Dear ada@example.org, welcome.\n' > letter.md
	for n in $(seq 24); do
		tick
		printf 'id,email\n1,ada@example.org\n2,bob%s@example.org\n' "$n" > people.csv
		printf 'id,by\n%s,ada@example.org\n70,cy@example.org\n' "$n" > orders.csv
		printf 'id,email,n\n1,ada@example.org,%s\n' "$n" > visits.csv
		varve add -q people.csv orders.csv visits.csv letter.md .varveconfig
		varve commit -qm "day $n$([ "$n" != 3 ] || echo ', as ada@example.org wanted')"
		case $n in
		4 | 9) git tag -a -m "tag $n" "v$n" ;;
		12) git branch side ;;
		esac
	done
	varve push -q --all origin
	varve push -q --tags origin
	varve push -q --all nas
	varve push -q --tags nas
	varve vault replicate -q --copies 2 > /dev/null
	git add .varveconfig
	varve commit -qm "the vault"
	varve push -q --all origin
	varve push -q --all nas
	varve vault replicate -q
	varve publish -q -o ../site
	for n in people orders visits; do
		varve ipfs car export -q "v4:$n.csv" "../4.$n.car"
		varve ipfs car export -q "main:$n.csv" "../$n.car"
	done
	varve clone -q "$url" ../old
}

erase_ada() {
	printf 'ada@example.org\n' | varve erase --values-from - "$@"
}

# The words of the receipt for a place and a kind of data.
receipt_says() {
	[ "$(jq -r ".answers[] | select(.remote == \"$1\" and (.what | startswith(\"$2\"))) | .answer" ../receipt | sort -u)" = "$3" ] || {
		jq -c '.answers[]' ../receipt >&2
		false
	}
}

everywhere() {
	python3 "$search" ../4.*.car ../people.car ../orders.car ../visits.car =ada@example.org -- "$@"
}

@test "a person is gone from Gitea, a versioned bucket, a folder, a vault, a published folder and an old clone that pushes" {
	person_everywhere
	for place in "$forge/repos/ada/sales.git" ../nas.git ../site ../old/.git .git; do
		ends_with 1 everywhere "$place"
	done
	ends_with 1 everywhere "$store"
	begin=$(date +%s)
	hand erase_ada --plan --remote origin --remote nas > ../plan
	grep -q 'still in main, side' ../plan
	run -1 hand erase_ada --apply --now --receipt ../receipt
	receipt_says origin refs gone
	receipt_says nas refs gone
	receipt_says origin blocks gone
	receipt_says nas blocks gone
	receipt_says origin objects stays
	receipt_says vault blocks gone
	hand collect_at_gitea
	hand git -C ../nas.git gc -q --prune=now
	rm -r ../site
	hand varve publish -q -o ../site

	# the old clone pushes the person back, is refused, and takes only its own commit along
	cd ../old
	echo own > own.txt
	git add own.txt
	varve commit -qm own
	ends_with 1 varve push -q
	ends_with 2 varve pull
	stderr_has "'varve pull --rebase'"
	varve push -q --force || git push -q --force
	cd ../work
	ends_with 1 varve fetch
	stderr_has "was erased"
	hand varve push -q --force origin main
	cd ../old
	hand varve pull -q --rebase
	varve push -q
	cd ../work
	varve pull -q
	hand collect_at_gitea
	# its reflog and its store keep the person, as the receipt's "out of reach" says: a new clone takes its place
	hand rm -rf ../old

	erase_ada --plan --remote origin --remote nas > ../plan || true
	run hand erase_ada --apply --now --receipt ../receipt
	for place in origin nas; do
		receipt_says "$place" refs gone
		receipt_says "$place" blocks gone
	done
	receipt_says vault blocks gone
	hand varve clone -q "$url" ../old
	everywhere "$forge/repos/ada/sales.git" ../nas.git ../site ../old/.git .git "$store" ../h1 ../h2
	succeeds varve clone -q "$url" ../fresh
	succeeds varve -C ../fresh fsck --data
	[ "$(varve -C ../fresh cat v4:people.csv)" = "$(printf 'id,email\n2,bob4@example.org')" ]
	[ "$(cat ../fresh/letter.md)" = "Dear erased, welcome." ]
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../h1
	succeeds varve -C ../again fsck --data
	everywhere ../again/.git
	echo "# $by_hand commands by hand, $(($(date +%s) - begin)) s" >&3
}
