/*
 * git_error: libgit2's answers as vv_error. Internal to repo.
 */
#ifndef VV_REPO_GIT_GIT_ERROR_H
#define VV_REPO_GIT_GIT_ERROR_H

#include "base/error.h"

/* code: what libgit2 returned (negative). The message is "<text>: <libgit2's>";
 * libgit2's own error is then cleared, so that it cannot turn up later. */
vv_status vv_git_fail(vv_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
