/*
 * damaged_pointer: suggests commands that repair a pointer that was damaged by editing, or by
 * merging it as text.
 */
#ifndef VV_LIB_NAMES_DAMAGED_POINTER_H
#define VV_LIB_NAMES_DAMAGED_POINTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Returns true if the file `path` of the work tree has the data itself, not a pointer. */
bool vv_work_has_data(vv_repository *r, const char *path);

/* Returns true if the file `path` of the work tree is a torn pointer: one with conflict markers.
 * Then sets text, which may be NULL, to its content. */
bool vv_work_is_torn(vv_repository *r, const char *path, vv_buf *text);

/* Appends to b the commands that repair the damaged pointer at `path`. blob: the pointer in Git;
 * NULL: the pointer is in the work tree only, and is not torn. A torn pointer is repaired from the
 * versions between its conflict markers; any other damaged pointer, from the work tree if that has
 * the data, or else from the last version in HEAD's history that has a valid pointer. */
vv_status vv_damaged_pointer_mend(vv_buf *b, vv_repository *r, const char *path, const vv_oid *blob,
				  vv_error *err);

/* Reports a warning if *blob, a version of `path`, is a damaged pointer. */
vv_status vv_damaged_pointer_warn(vv_repository *r, const vv_oid *blob, const char *path,
				  vv_error *err);

#endif
