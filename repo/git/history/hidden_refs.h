/*
 * hidden_refs: refs that are not shown to peers (transfer.hideRefs and similar settings).
 *
 * As git-config(1) has it: a pattern hides the ref of that name and all below it, "!" before it shows them again,
 * the last matching one decides. Peers may see only branches, tags and signed heads.
 */
#ifndef VV_REPO_GIT_HISTORY_HIDDEN_REFS_H
#define VV_REPO_GIT_HISTORY_HIDDEN_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_hidden_refs {
	char **patterns;
	size_t count, cap;
} vv_hidden_refs;

/* service: "uploadpack" for fetches, "receive" for pushes. Clear in any case. */
vv_status vv_hidden_refs_load(vv_hidden_refs *out, vv_repository *r, const char *service,
			      vv_error *err);
void vv_hidden_refs_clear(vv_hidden_refs *h);
VV_AUTO_CLEAR(vv_hidden_refs, vv_hidden_refs_clear)

bool vv_hidden_refs_has(const vv_hidden_refs *h, const char *ref_name);

/* A branch or tag that is not hidden. */
bool vv_ref_is_shown(const vv_hidden_refs *h, const char *ref_name);

#define VV_HEADS                                                                                   \
	"refs/varve/heads/" /* signed heads (lib/heads); what follows is the signer's key */
/* The same as branches, at hosts where blocks are in a branch: forks and mirrors copy branches and tags only. */
#define VV_HEADS_BRANCHES "refs/heads/varve-heads/"
bool vv_ref_is_head(const char *ref_name);
/* Is it one of either, with something behind the prefix? */
bool vv_ref_is_hosts_head(const char *name, size_t len);
/* May a peer see it? The same, or a signed head that is not hidden. */
bool vv_ref_is_served(const vv_hidden_refs *h, const char *ref_name);

#endif
