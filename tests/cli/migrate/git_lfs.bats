load ../helper
load ../../interop/packages

# A project that Git LFS itself made, and a clone of it without objects.

setup() {
	install_go lfs
	varve_setup
	ln -sf v3 "$packages/bin/git-lfs"
	PATH=$packages/bin:$PATH
}

@test "a project of Git LFS with 200 commits is migrated byte for byte" {
	git init -q -b main project
	git init -q --bare far.git
	cd project
	git lfs install --local > /dev/null
	git lfs track '*.csv' > /dev/null
	mkdir data
	for n in $(seq 200); do
		rows $((40 + n)) "$n" > "data/$((n % 7)).csv"
		[ $((n % 50)) -ne 0 ] || git switch -q -c "side-$n"
		tick
		git add -A
		git commit -qm "commit $n"
	done
	git remote add origin "$PWD/../far.git"
	git lfs push --all origin > /dev/null
	git push -q --all origin
	cd ..
	GIT_LFS_SKIP_SMUDGE=1 git clone -q -b side-200 far.git new
	cd new
	for n in 50 100 150; do
		git branch -q "side-$n" "origin/side-$n"
	done
	git branch -q main origin/main
	varve init -q
	ends_with 2 varve migrate --everything
	stderr_has "hint: 'git lfs fetch --all' fetches it"
	git lfs fetch --all > /dev/null
	succeeds varve migrate --everything
	[ -z "$(git status --porcelain)" ]
	count=0
	while read -r old new; do
		[ "$old" != old ] || continue
		for path in $(git ls-tree -r --name-only "$old" data); do
			varve cat "$new:$path" > ../is
			[ "$(git cat-file blob "$old:$path" | sed -n 's/^oid sha256://p')" = "$(sha256sum < ../is | cut -d' ' -f1)" ]
			count=$((count + 1))
		done
	done < .git/varve/migrated
	[ "$count" -gt 1000 ]
	! git log --branches -p --format= -- data | grep -q '^+version https://git-lfs' || false
	succeeds varve fsck --data
}
