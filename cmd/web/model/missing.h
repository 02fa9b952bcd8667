/*
 * missing: versions whose blocks are not all here: which ones, and who has them.
 */
#ifndef VV_CMD_WEB_MODEL_MISSING_H
#define VV_CMD_WEB_MODEL_MISSING_H

#include "cmd/web/model/commits.h"

/* Of a path whose blocks were missing (err: VV_EMISSING) in a, in b or in both: err gets the version as a prefix,
 * and the command that gets it as its hint. The owner of the repository hears the names of the remotes
 * that may have it. a may be NULL. Where neither lacks anything, err stays as it is. Answers err's code. */
vv_status vv_web_missing_say(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     const char *path, vv_error *err);

/* What gets the older versions that are not here: a sentence's end, with no full stop. It lives with the visit. */
const char *vv_web_missing_older(vv_web_visit *v);

#endif
