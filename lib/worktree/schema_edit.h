/*
 * schema_edit: changes the datapackage.json that describes a dataset.
 */
#ifndef VV_LIB_WORKTREE_SCHEMA_EDIT_H
#define VV_LIB_WORKTREE_SCHEMA_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_subject vv_subject;

/* Sets *out to the path in the repository of the datapackage.json for the subject (version.h): the
 * file that describes the subject's path; else the nearest datapackage.json in its folder or above;
 * else the datapackage.json to create in its folder. The caller frees *out. Sets *describes to true
 * if the file exists and describes the subject, else to false. */
vv_status vv_schema_package(char **out, bool *describes, vv_subject *s, vv_error *err);

/* Sets *out to the text of the file package_path in the work tree, or to the empty text if the file
 * does not exist. */
vv_status vv_schema_package_text(vv_buf *out, vv_subject *s, const char *package_path,
				 vv_error *err);

/* Writes `text` durably to the file package_path in the work tree. */
vv_status vv_schema_package_write(vv_subject *s, const char *package_path, const vv_buf *text,
				  vv_error *err);

/* Appends the JSON text `json`, of len bytes, to out, indented. VV_EINPUT: json is not valid
 * JSON. */
vv_status vv_schema_pretty(vv_buf *out, const char *json, size_t len, vv_error *err);

#endif
