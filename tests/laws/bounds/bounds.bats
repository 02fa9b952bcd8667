load ../../cli/helper

@test "a server that is silent, slow, endless or cuts, at any file, costs bounded time and memory" {
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	python3 "$BATS_TEST_DIRNAME/bounds.py" > out 2>&1 || {
		cat out
		return 1
	}
}
