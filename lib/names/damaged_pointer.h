/*
 * damaged_pointer: suggests commands that repair a damaged pointer: one that was edited, or merged
 * as text.
 */
#ifndef VV_LIB_NAMES_DAMAGED_POINTER_H
#define VV_LIB_NAMES_DAMAGED_POINTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Returns true if the file `path` of the work tree has the data itself, not a pointer or a torn
 * pointer. */
bool vv_work_has_data(vv_repository *r, const char *path);

/* Returns true if the file `path` of the work tree is a torn pointer: one with conflict markers.
 * Appends its content to text, which may be NULL. If the result is false, the content of text is
 * undefined. */
bool vv_work_is_torn(vv_repository *r, const char *path, vv_buf *text);

/* Appends to b the command that repairs the damaged pointer at `path`. blob: the pointer in Git;
 * NULL: the pointer is only in the work tree, and is not torn. The command repairs a torn pointer
 * from the versions between its conflict markers, and any other pointer from the file in the work
 * tree if that has the data. Otherwise, it restores the newest version of the path that has a valid
 * pointer, among the last 100 in HEAD's history; if there is none, the command has a placeholder
 * for the revision. */
vv_status vv_damaged_pointer_mend(vv_buf *b, vv_repository *r, const char *path, const vv_oid *blob,
				  vv_error *err);

/* Warns the listener of r if *blob, a version of `path`, is a damaged pointer, and names the
 * command that repairs it. */
vv_status vv_damaged_pointer_warn(vv_repository *r, const vv_oid *blob, const char *path,
				  vv_error *err);

#endif
