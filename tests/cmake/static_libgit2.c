/*
 * static_libgit2: links whatever of the static libgit2 a program might use, transports too: does
 * cmd/frame/no_transports.c have all that is left out?
 */
#include <git2.h>

int main(void)
{
	return git_libgit2_init() < 0 || git_clone(NULL, "", "", NULL) < 0 ||
	       git_remote_push(NULL, NULL, NULL) < 0;
}
