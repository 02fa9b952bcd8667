/*
 * libgit2: starting libgit2, and which of its defaults are not ours.
 *
 * Its own fsync option stays off: all that must last is written and synced by
 * stage.c, repo/git/history/refs_write.c, repo/git/index/index_write.c and config.c, in fewer fsyncs.
 */
#include "repo/git/repository_internal.h"

#define OBJECT_CACHE_BYTES (64 << 20)
#define PACK_OBJECTS_MAX 50000000u

/* What libgit2 is to open; the values of the last two are checked in repository.c. */
static const char *const known_extensions[] = {"worktreeconfig", "preciousobjects", "partialclone",
					       "objectformat", "refstorage"};

vv_status vv_git_start(vv_error *err)
{
	int code = git_libgit2_init();

	if (code < 0) {
		return vv_git_fail(err, code, "cannot start libgit2");
	}
	if (code == 1 &&
	    ((code = git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known_extensions,
				      sizeof(known_extensions) / sizeof(known_extensions[0]))) <
		     0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE_BYTES)) <
		     0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)PACK_OBJECTS_MAX)) <
		     0)) {
		vv_git_stop();
		return vv_git_fail(err, code, "cannot set up libgit2");
	}
	return VV_OK;
}

void vv_git_stop(void)
{
	(void)git_libgit2_shutdown();
}
