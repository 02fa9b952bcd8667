/*
 * signed: whether the signed heads (lib/heads/head.h) that a repository trusts have a version.
 *
 * The heads of all trusted signers count. A version is signed if it is reachable from a ref that one
 * of them lists; a branch or tag, if one of them lists its name with this version or a later one.
 */
#ifndef VV_CMD_WEB_MODEL_SIGNED_H
#define VV_CMD_WEB_MODEL_SIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cmd/web/model/commits.h"
#include "cmd/web/model/visit.h"

/* Sets *out to true if the repository trusts a head, and c is a commit that no trusted head has, or
 * for which this cannot be found out. */
vv_status vv_web_commit_is_unsigned(vv_web_visit *v, const vv_web_commit *c, bool *out,
				    vv_error *err);
/* Sets *trusts to true if the repository trusts a head. Then sets the member `is_unsigned` of each of
 * the refs. */
vv_status vv_web_refs_judge(vv_web_visit *v, vv_web_ref *refs, size_t count, bool *trusts,
			    vv_error *err);

#endif
