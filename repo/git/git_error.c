/*
 * git_error: the one place that knows which of libgit2's codes and error classes
 * mean which decision of ours.
 */
#include "repo/git/git_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <git2.h>

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
	char what[256], why[192] = "";
	va_list ap;

	if (last && last->message) {
		(void)snprintf(why, sizeof(why), "%s", last->message);
		why[strcspn(why, "\r\n")] = '\0';
	}
	git_error_clear();
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (rc == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	if (!*why) {
		return vv_fail(err, rc, "%s", what);
	}
	return vv_fail(err, rc, "%s: %s", what, why);
}
