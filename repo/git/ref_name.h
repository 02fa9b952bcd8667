/*
 * ref_name: checks names of branches and tags.
 */
#ifndef VV_REPO_GIT_REF_NAME_H
#define VV_REPO_GIT_REF_NAME_H

#include "base/error.h"

/* Checks that a branch or tag can have this name. short_name: the name without "refs/heads/" or
 * "refs/tags/". VV_EUSAGE: the name is not allowed; the message has the reason. */
vv_status vv_ref_name_check(const char *short_name, vv_error *err);

#endif
