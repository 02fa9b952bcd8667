/*
 * hidden_refs: determines which refs are shown to peers (transfer.hideRefs and similar settings).
 *
 * The rules are those of git-config(1): a pattern hides the ref with that name and all refs below
 * it. A pattern after "!" shows these refs. The last matching pattern decides. A "^" before the
 * name is ignored, since no ref has a namespace here. Peers see only branches, tags, signed
 * heads and the lists of expired versions.
 */
#ifndef VV_REPO_GIT_HISTORY_HIDDEN_REFS_H
#define VV_REPO_GIT_HISTORY_HIDDEN_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* The patterns of hidden refs, in the order of the settings. */
typedef struct vv_hidden_refs {
	vv_string_list patterns;
} vv_hidden_refs;

/* Reads the patterns from the repository's settings into *out. service: "uploadpack" for fetches,
 * "receive" for pushes. The caller clears *out, also after a failure. */
vv_status vv_hidden_refs_load(vv_hidden_refs *out, vv_repository *r, const char *service,
			      vv_error *err);
void vv_hidden_refs_clear(vv_hidden_refs *h);
VV_AUTO_CLEAR(vv_hidden_refs, vv_hidden_refs_clear)

/* Returns true if the ref called ref_name is hidden. */
bool vv_hidden_refs_has(const vv_hidden_refs *h, const char *ref_name);

/* Returns true if the ref is a branch or tag that is not hidden. */
bool vv_ref_is_shown(const vv_hidden_refs *h, const char *ref_name);

#define VV_HEADS                                                                                   \
	"refs/varve/heads/" /* signed heads (lib/heads): this prefix and the signer's key */
/* Prefix of signed heads that are branches. Signed heads are branches on Git hosts whose blocks are
 * in a branch, since forks and mirrors of these hosts copy only branches and tags. */
#define VV_HEADS_BRANCHES "refs/heads/varve-heads/"
/* Returns true if the name begins with VV_HEADS. */
bool vv_ref_is_head(const char *ref_name);
/* Returns true if the name begins with VV_HEADS or VV_HEADS_BRANCHES, followed by at least one byte. */
bool vv_ref_is_hosts_head(const char *name, size_t len);
/* Returns true if the name is VV_EXPIRED_REF (expired.h). */
bool vv_ref_is_expired(const char *ref_name);
/* Returns true if a peer may see the ref: a branch, tag, signed head or VV_EXPIRED_REF that is not hidden. */
bool vv_ref_is_served(const vv_hidden_refs *h, const char *ref_name);

#endif
