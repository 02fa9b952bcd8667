/*
 * ref_name: checks names of branches and tags.
 */
#ifndef VV_REPO_GIT_REF_NAME_H
#define VV_REPO_GIT_REF_NAME_H

#include "base/error.h"

/* Checks that a branch or tag can have the name short_name, which is without "refs/heads/" or
 * "refs/tags/". The rules are those of git check-ref-format(1); names that begin with '-', the
 * names HEAD and @, and names of more than 512 bytes are also refused. VV_EUSAGE: the name is not
 * allowed; the message has the reason. */
vv_status vv_ref_name_check(const char *short_name, vv_error *err);

#endif
