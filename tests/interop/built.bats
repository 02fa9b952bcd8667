load packages

# What takes minutes, before the tests that need it begin (FIXTURES_REQUIRED).

@test "minio is built" {
	install_go minio
}

@test "kubo is built" {
	install_go kubo
}

@test "lfs is built" {
	install_go lfs
}

@test "gitea is built" {
	install_go gitea
}
