load ../../cli/helper
load host

# Pointers that somebody without varve has damaged and committed: ordinary blobs of Git, that stop nobody.

# damage SED [BRANCH]: p.csv's pointer edited so by plain git, and pushed from a clone of $1's host.
damage() {
	git clone -q "$BATS_TEST_TMPDIR/work/host.git" "$BATS_TEST_TMPDIR/plain"
	(
		cd "$BATS_TEST_TMPDIR/plain"
		git switch -qc "${2-main}" 2> /dev/null || git switch -q "${2-main}"
		sed -i "$1" p.csv
		git commit -qam damaged
		git push -q origin "${2-main}"
	)
}

markers='4s/.*/<<<<<<< HEAD\n&\n=======\n&\n>>>>>>> x/'

# $1: how to reach host.git. A clone of it in a, with a version of p.csv.
a_version() {
	varve clone -q "$1" a
	cd a
	rows 50 > p.csv
	varve add p.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
}

each_transfer() {
	cd ..
	succeeds varve clone "$url" b
	stderr_has "warning: p.csv, commit $(git -C ../plain rev-parse HEAD | cut -c 1-10): a damaged pointer counts as plain text"
	[ "$(grep -c "a damaged pointer" <<< "$stderr")" -eq 1 ]
	cmp a/p.csv b/p.csv
	cd a
	succeeds varve fetch
	stderr_has "a damaged pointer counts as plain text"
	succeeds varve fetch --allow-missing
	succeeds varve pull
	# Reverting leaves it in the history, which goes on to others.
	git -c core.hooksPath=/dev/null merge -q --ff-only origin/pr
	git checkout -q HEAD~1 -- p.csv
	sed -i 's/item 3,/thing,/' p.csv
	varve add p.csv > /dev/null
	varve commit -qm mended
	succeeds varve push origin main
	rm -rf ../b
	cd ..
	succeeds varve clone "$url" b
	cmp a/p.csv b/p.csv
	succeeds varve -C b gc -q --prune=now
	succeeds varve -C b cat HEAD:p.csv
	git init -q --bare other.git
	succeeds varve -C b push ../other.git main
	ends_with 1 varve -C b fsck
	output_has "damaged pointer: "
}

@test "a pointer with conflict markers on a branch of a plain host stops no transfer" {
	plain_host
	a_version "$url"
	damage "$markers" pr
	each_transfer
}

@test "a truncated pointer on a branch of a plain host stops no transfer" {
	plain_host
	a_version "$url"
	damage '3,$d' pr
	each_transfer
}

@test "a damaged pointer at a peer that speaks varve stops no transfer" {
	varve init -q --bare host.git
	url=$PWD/host.git
	a_version "$url"
	damage "$markers" pr
	each_transfer
}

@test "a merge, a pull and a switch name the damaged pointer, and what mends it works" {
	plain_host
	a_version "$url"
	damage "$markers" pr
	whole=$(git rev-parse --short HEAD)
	varve fetch -q
	mend="varve add --fix p.csv"
	succeeds varve switch -q -c other origin/pr
	stderr_has "warning: p.csv: a damaged pointer, written as text: git merged this pointer as text"
	stderr_has "hint: $mend"
	succeeds varve switch -q main
	rows 50 | cmp - p.csv
	succeeds varve merge origin/pr
	stderr_has "warning: p.csv: a damaged pointer, written as text"
	stderr_has "hint: $mend"
	succeeds varve status
	output_has "Damaged pointers committed instead of tables:"
	output_has "p.csv  git merged this pointer as text: $mend"
	output_lacks "plain text"
	ends_with 1 varve doctor --offline
	output_has "p.csv: git merged this pointer as text"
	output_has "fix: $mend"
	succeeds varve add --fix p.csv
	rows 50 | cmp - p.csv
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse "$whole:p.csv")" ]
	succeeds varve commit -qm mended
	succeeds varve doctor --offline
	rows 50 | cmp - p.csv
}

@test "a pull of a damaged pointer names it" {
	plain_host
	a_version "$url"
	damage '3,$d'
	succeeds varve pull
	stderr_has "warning: p.csv: a damaged pointer, written as text"
	stderr_has "hint: varve restore --source $(git rev-parse --short HEAD~1) p.csv && varve add p.csv"
}

# commit_pointer SED: p.csv's pointer edited so, committed past every check.
commit_pointer() {
	git cat-file blob HEAD:p.csv | sed "$1" > ../edited
	git update-index --cacheinfo "100644,$(git hash-object -w --no-filters ../edited),p.csv"
	git commit -qm edited --no-verify
}

@test "git push and varve push name a damaged pointer and one that was edited by hand" {
	plain_host
	a_version "$url"
	git branch sound
	commit_pointer 's/"rows": 50/"rows": 51/'
	edited=$(git rev-parse HEAD | cut -c 1-10)
	succeeds git push origin main
	stderr_has "warning: p.csv, commit $edited: this push includes a damaged pointer, which does not identify its data"
	stderr_has "hint: varve add --fix p.csv"
	succeeds varve push origin main:known # the host has it by now
	stderr_lacks ": this push includes a damaged pointer, which does not identify its data"
	commit_pointer '2s/kept/cept/'
	succeeds git push origin main
	stderr_has "warning: p.csv, commit $(git rev-parse HEAD | cut -c 1-10): a damaged pointer counts as plain text"
	stderr_lacks "does not identify its data"
	git switch -qf sound
	commit_pointer 's/"rows": 50/"rows": 52/'
	succeeds varve push origin sound
	stderr_has "warning: p.csv, commit $(git rev-parse HEAD | cut -c 1-10): this push includes a damaged pointer, which does not identify its data"
}
