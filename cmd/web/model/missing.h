/*
 * missing: completes errors about missing blocks: names the version, and the command that gets the
 * blocks.
 */
#ifndef VV_CMD_WEB_MODEL_MISSING_H
#define VV_CMD_WEB_MODEL_MISSING_H

#include "cmd/web/model/commits.h"

/* Completes err, an error VV_EMISSING about the path in the commits a and b: finds which of the two
 * commits lacks blocks of the path, prefixes err with this commit, and sets err's hint to the
 * command that fetches the blocks. The hint contains names of remotes only for the repository's
 * owner. a may be NULL. If neither commit lacks blocks, err is unchanged. Returns err's code. */
vv_status vv_web_missing_say(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     const char *path, vv_error *err);

/* Returns a clause for the end of a sentence, without a full stop, with the command that fetches
 * missing older versions; valid until the visit ends. */
const char *vv_web_missing_older(vv_web_visit *v);

#endif
