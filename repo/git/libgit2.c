/*
 * libgit2: starting libgit2, which of its defaults are not ours, and which of its codes
 * and error classes mean which decision of ours.
 *
 * Its own fsync option stays off: all that must last is written and synced by
 * quarantine.c, history/refs_write.c, index/index.c and config.c, in fewer fsyncs.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <git2.h>

#include "repo/git/libgit2.h"

static vv_status status_of_class(int klass)
{
	switch (klass) {
	case GIT_ERROR_NOMEMORY:
		return VV_ENOMEM;
	case GIT_ERROR_ZLIB:
	case GIT_ERROR_ODB:
	case GIT_ERROR_OBJECT:
	case GIT_ERROR_TREE:
	case GIT_ERROR_TAG:
	case GIT_ERROR_INDEX:
	case GIT_ERROR_INDEXER:
	case GIT_ERROR_REPOSITORY:
		return VV_ECORRUPT;
	case GIT_ERROR_INVALID:
	case GIT_ERROR_CONFIG:
	case GIT_ERROR_REFERENCE:
	case GIT_ERROR_REGEX:
		return VV_EUSAGE;
	default:
		return VV_EIO;
	}
}

static vv_status status_of(int code, int klass)
{
	switch (code) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		return VV_ENOTFOUND;
	case GIT_EEXISTS:
		return VV_EEXISTS;
	case GIT_EAMBIGUOUS:
	case GIT_EINVALIDSPEC:
	case GIT_EBAREREPO:
	case GIT_EPEEL:
	case GIT_EDIRECTORY:
		return VV_EUSAGE;
	case GIT_ELOCKED:
		return VV_ELOCKED;
	case GIT_EUNMERGED:
	case GIT_ENONFASTFORWARD:
	case GIT_ECONFLICT:
	case GIT_EMODIFIED:
	case GIT_EMERGECONFLICT:
		return VV_ECONFLICT;
	case GIT_EMISMATCH:
	case GIT_EEOF:
		return VV_ECORRUPT;
	case GIT_EOWNER:
		return VV_EREFUSED;
	default:
		return status_of_class(klass);
	}
}

vv_status vv_git_fail(vv_error *err, int code, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	vv_status rc = status_of(code, last ? last->klass : GIT_ERROR_NONE);
	char what[1024], why[5120] = ""; /* the reason stands after a path */
	va_list ap;

	if (last && last->message) {
		(void)snprintf(why, sizeof(why), "%s", last->message);
		why[strcspn(why, "\r\n")] = '\0';
	}
	git_error_clear();
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (!*why) return vv_fail(err, rc, "%s", what);
	return vv_fail(err, rc, "%s: %s", what, why);
}

#define OBJECT_CACHE_BYTES (64 << 20)
#define PACK_OBJECTS_MAX 50000000u

/* What libgit2 is to open; the values of the last two are checked in repository.c. */
static const char *const known_extensions[] = {"worktreeconfig", "preciousobjects", "partialclone",
					       "objectformat", "refstorage"};

vv_status vv_git_start(vv_error *err)
{
	int code = git_libgit2_init();

	if (code < 0) return vv_git_fail(err, code, "cannot start libgit2");
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
