/*
 * missing: completes errors about missing blocks with the version, and with the command that
 * fetches the blocks.
 */
#ifndef VV_CMD_WEB_MODEL_MISSING_H
#define VV_CMD_WEB_MODEL_MISSING_H

#include "cmd/web/model/commits.h"

/* Completes err, an error VV_EMISSING about the path in the commits a and b. Finds the commits that
 * lack blocks of the path, adds them at the beginning of the message, and sets the hint to the
 * command that fetches the blocks. Only the owner's hint contains names of remotes. Expired versions have no hint. a may be NULL.
 * If neither commit lacks blocks, err is unchanged. Returns err's code. */
vv_status vv_web_missing_say(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     const char *path, vv_error *err);

/* Returns a clause for the end of a sentence, without a full stop, with the command that fetches
 * missing older versions; valid until the visit ends. */
const char *vv_web_missing_older(vv_web_visit *v);

#endif
