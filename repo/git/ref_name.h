/*
 * ref_name: allowed names of branches and tags.
 */
#ifndef VV_REPO_GIT_REF_NAME_H
#define VV_REPO_GIT_REF_NAME_H

#include "base/error.h"

/* Is name fit for a branch or tag (short name)? VV_EUSAGE: err has the reason. */
vv_status vv_ref_name_check(const char *short_name, vv_error *err);

#endif
