/*
 * missing: versions whose blocks are not all here: which ones, and who has them.
 */
#ifndef VV_CMD_WEB_MODEL_MISSING_H
#define VV_CMD_WEB_MODEL_MISSING_H

#include "cmd/web/model/commits.h"

/* For a path whose blocks are missing (err: VV_EMISSING) in a, in b or in both: prefixes err with the version,
 * and sets the command that fetches it as its hint. Only the repository's owner sees the names of remotes that
 * may have it. a may be NULL. If neither lacks blocks, err is unchanged. Returns err's code. */
vv_status vv_web_missing_say(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     const char *path, vv_error *err);

/* The command that fetches missing older versions: the end of a sentence, without a full stop. It lives as long as
 * the visit. */
const char *vv_web_missing_older(vv_web_visit *v);

#endif
