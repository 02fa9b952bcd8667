/*
 * libgit2_only: a program that only links libgit2 and starts it: what no program on it can
 * fall below. `tests/check/house --all` compares varve with it.
 */
#include <git2.h>

int main(void)
{
	return git_libgit2_init() < 0 || git_libgit2_shutdown() < 0;
}
