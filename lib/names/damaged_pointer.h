/*
 * damaged_pointer: recognises broken pointers: edited, or merged as text.
 */
#ifndef VV_LIB_NAMES_DAMAGED_POINTER_H
#define VV_LIB_NAMES_DAMAGED_POINTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Does the blob look like a pointer, or like one that git merged as text, without being valid? why: the
 * fault. A pointer of a later version counts as valid. */
vv_status vv_damaged_pointer_find(bool *out, vv_repository *r, const vv_oid *blob, vv_error *why,
				  vv_error *err);

/* Does the work tree have the table itself, not a pointer? */
bool vv_work_has_data(vv_repository *r, const char *path);

/* Does the work tree have a pointer with conflict marks there? text (may be NULL) gets it. */
bool vv_work_is_torn(vv_repository *r, const char *path, vv_buf *text);

/* Appends the commands that mend it (blob: what Git has; NULL: one in the work tree that is not torn): a torn one from both versions that it names; else from the work tree, if it has
 * the table, else from the last version of which HEAD's history has a whole pointer. */
vv_status vv_damaged_pointer_mend(vv_buf *b, vv_repository *r, const char *path, const vv_oid *blob,
				  vv_error *err);

/* Warns the listener of r if the blob is one. */
vv_status vv_damaged_pointer_warn(vv_repository *r, const vv_oid *blob, const char *path,
				  vv_error *err);

#endif
