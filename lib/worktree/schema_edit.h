/*
 * schema_edit: changes to the datapackage.json that describes a dataset.
 */
#ifndef VV_LIB_WORKTREE_SCHEMA_EDIT_H
#define VV_LIB_WORKTREE_SCHEMA_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/schema/package.h"
#include "lib/names/version.h"

/* The repository-relative path of the datapackage.json that describes the subject's
 * path; where none does, of the one that will: the nearest upwards that exists, else
 * one beside the dataset. Owned by the caller. *describes: it has the resource. */
vv_status vv_schema_package(char **out, bool *describes, vv_subject *s, vv_error *err);

/* The package's text, from the work tree; empty when there is none. */
vv_status vv_schema_package_text(vv_buf *out, vv_subject *s, const char *package_path,
				 vv_error *err);

/* Writes the text to the work tree, durably. */
vv_status vv_schema_package_write(vv_subject *s, const char *package_path, const vv_buf *text,
				  vv_error *err);

/* Compact JSON laid out for people; appends. */
vv_status vv_schema_pretty(vv_buf *out, const char *json, size_t len, vv_error *err);

/*
 * column_rename: another name for a column in a Table Schema; dataset/rows/row_edit.h has it in the file.
 */

/* A Table Schema (compact JSON) with the column renamed everywhere; appends. */
vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err);

#endif
