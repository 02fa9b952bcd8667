/*
 * package: datapackage.json, where it describes a path.
 *
 * The nearest one upwards that has a resource whose path is the dataset's. Source:
 * datapackage.org, Data Package, Data Resource, Table Dialect and CSV Dialect.
 */
#ifndef VV_DATASET_PACKAGE_H
#define VV_DATASET_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/sniff.h"

/* How to read a repository-relative file: from the work tree, the index or a commit.
 * VV_ENOTFOUND when it is not there. */
typedef vv_status (*vv_package_read_fn)(void *payload, const char *path, vv_buf *out, vv_error *err);

typedef struct vv_package_resource {
	char *package_path;   /* "data/datapackage.json" */
	vv_buf schema;        /* compact JSON of the resource's schema; empty when it has none */
	bool has_key;         /* schema.primaryKey is there */
	vv_sniff_hints hints; /* from dialect, format, encoding */
} vv_package_resource;
void vv_package_resource_clear(vv_package_resource *r);

/* Looks for a description of path. VV_ENOTFOUND: none. VV_EINPUT: a descriptor is
 * invalid or asks for what cannot be honoured (the file, the JSON pointer, what). A
 * schema given as a path is read beside the package. */
vv_status vv_package_find(vv_package_resource *out, const char *path, vv_package_read_fn read, void *payload, vv_error *err);

/* The repository-relative paths that a package file describes, in its order. */
vv_status vv_package_paths(char ***paths, size_t *count, const char *package_path, const char *json, size_t len, vv_error *err);

/* Edits that keep the file's formatting: the package text with the resource of
 * `path` (made when missing; package text may be empty: a new file) changed. Each
 * appends the whole new text to out. type NULL: unchanged. */
typedef struct vv_package_edit {
	const char *path;            /* repository-relative path of the dataset */
	const char *package_path;
	const char *set_column;      /* with set_type */
	const char *set_type;
	const char *const *key;      /* NULL: unchanged; else NULL-ended names */
	const char *const *missing;  /* NULL: unchanged; else NULL-ended values, added to missingValues */
	const char *rename_from, *rename_to;
	const char *schema;          /* the current schema (compact JSON), used where the resource has none */
} vv_package_edit;
vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit, vv_error *err);

#endif
