/*
 * column_rename: another name for a column in a Table Schema; dataset/rows/row_edit.h has it in the file.
 */
#ifndef VV_LIB_WORKTREE_COLUMN_RENAME_H
#define VV_LIB_WORKTREE_COLUMN_RENAME_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A Table Schema (compact JSON) with the column renamed everywhere; appends. */
vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err);

#endif
