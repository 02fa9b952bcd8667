load ../helper

# A project that DVC itself made, from PyPI: 120 commits with files, folders and a stage's outputs.

setup() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "takes minutes: VARVE_TEST_ALL=1"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-dvc
	varve_setup
	install_dvc || skip "the packages cannot be had"
	export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR=$BATS_TEST_TMPDIR/site
	scripts=$BATS_TEST_DIRNAME/../../interop/dvc
}

install_dvc() {
	mkdir -p "$packages"
	(
		flock 9
		[ -x "$packages/bin/dvc" ] && exit 0
		/usr/bin/python3 -m venv "$packages" || exit 1
		timeout 300 "$packages/bin/pip" -q install dvc==3.67.0
	) 9> "$packages/lock"
}

by_dvc() { PATH=$packages/bin:$PATH "$packages/bin/python" "$@"; }

# same VERSIONS: each line "COMMIT MD5 PATH", of the history before, is in this one.
same() {
	local commit md5 path n=0
	declare -A now
	while read -r commit md5; do now[$commit]=$md5; done < .git/varve/migrated
	while read -r commit md5 path; do
		[ "$(varve cat "${now[$commit]}:$path" | md5sum | cut -d' ' -f1)" = "$md5" ] || { echo "$commit $path"; return 1; }
		n=$((n + 1))
	done < "$1"
	[ "$n" -gt 1000 ]
}

@test "a project of DVC with 120 commits is migrated byte for byte" {
	git init -q -b main project
	cd project
	by_dvc "$scripts/history.py" 120 > ../log 2>&1
	cp -r . ../new
	by_dvc "$scripts/versions.py" > ../versions 2>> ../log
	cd ../new
	varve init -q
	succeeds varve migrate --everything
	stderr_lacks "stay"
	[ -z "$(git status --porcelain)" ]
	[ "$(git rev-list --all --count)" -ge 120 ]
	! git log --all --name-only --format= | grep -q '\.dvc$' || false
	same ../versions
	succeeds varve fsck --data
	git fsck --no-dangling
}
