/*
 * damaged_pointer: what mends a pointer that was damaged by editing, or by merging it as text.
 */
#ifndef VV_LIB_NAMES_DAMAGED_POINTER_H
#define VV_LIB_NAMES_DAMAGED_POINTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Returns true if the work tree has the data of path, not a pointer. */
bool vv_work_has_data(vv_repository *r, const char *path);

/* Returns true if the work tree has a pointer with conflict markers at path. text: set to its
 * content; may be NULL. */
bool vv_work_is_torn(vv_repository *r, const char *path, vv_buf *text);

/* Appends the commands that repair a damaged pointer. blob: the pointer in Git; NULL: the pointer
 * is in the work tree only, and is not torn. A torn pointer is repaired from the versions that it
 * names; another one, from the work tree if it has the data, or else from the last version in
 * HEAD's history that has a valid pointer. */
vv_status vv_damaged_pointer_mend(vv_buf *b, vv_repository *r, const char *path, const vv_oid *blob,
				  vv_error *err);

/* Reports a warning if the blob is a damaged pointer. */
vv_status vv_damaged_pointer_warn(vv_repository *r, const vv_oid *blob, const char *path,
				  vv_error *err);

#endif
