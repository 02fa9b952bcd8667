/*
 * column_rename: renames a column in a Table Schema; dataset/rows/row_edit.h renames it in the
 * file.
 */
#ifndef VV_LIB_WORKTREE_COLUMN_RENAME_H
#define VV_LIB_WORKTREE_COLUMN_RENAME_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends to out the Table Schema `json`, in which the column with the index `place` is renamed
 * from `from` to `to` in its field and in all keys. The rest of the text is copied unchanged. */
vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err);

#endif
