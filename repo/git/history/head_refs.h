/*
 * head_refs: the list of refs in a signed head (docs/formats/heads.md): lines "<id> <name>".
 *
 * Signatures are not checked here (lib/heads/judge.h).
 */
#ifndef VV_REPO_GIT_HISTORY_HEAD_REFS_H
#define VV_REPO_GIT_HISTORY_HEAD_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

#define VV_HEAD_REFS_MAX ((size_t)64 << 20) /* size limit of the list of refs, in bytes */

/* One value = one ref in a list of refs. */
typedef struct vv_head_ref {
	vv_oid id;
	const char *name; /* borrowed; does not end with a NUL */
	size_t len;
} vv_head_ref;

/* Appends to out the list of refs of the head `commit`. VV_ENOTFOUND: the commit has no such list. */
vv_status vv_head_refs_read(vv_buf *out, vv_repository *r, const vv_oid *commit, vv_error *err);
/* Sets *out to the ref in the line at *at of a list of refs, and moves *at past the line. Returns
 * false at the end of the list, or if the line is invalid. */
bool vv_head_refs_next(vv_head_ref *out, const char **at);

#endif
