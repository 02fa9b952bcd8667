/*
 * libgit2_only: what no program on libgit2 can fall below: without an argument it only links libgit2, with one
 * it starts it too. `tests/check/house --all` compares varve with it.
 */
#include <git2.h>

/* As in the program varve (cmd/frame/no_certificates.c): Debian's libgit2 would parse all certificates when it starts. */
__attribute__((visibility("default"))) int mbedtls_x509_crt_parse_file(void *chain,
								       const char *path);
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	return argc > 1 && (git_libgit2_init() < 0 || git_libgit2_shutdown() < 0);
}
