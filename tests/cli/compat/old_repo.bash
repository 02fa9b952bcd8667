# old_repo FOLDER: a repository of that folder of tests/compat, in the current one, with p.csv restored.
old_repo() {
	local from="$BATS_TEST_DIRNAME/../../compat/$1"
	git clone -q "$from/history.bundle" .
	git remote remove origin
	mkdir -p .git/varve/packs
	cp "$from"/*.pack .git/varve/packs
	varve init -q && varve restore p.csv
}
