/*
 * package: finds the description of a table in a datapackage.json, and edits it.
 *
 * A table is described by the nearest datapackage.json, in its folder or a folder above, that has a resource with the
 * table's path. Source: datapackage.org, Data Package, Data Resource, Table Dialect and CSV Dialect.
 */
#ifndef VV_DATASET_SCHEMA_PACKAGE_H
#define VV_DATASET_SCHEMA_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "dataset/read/sniff.h"

#define VV_PACKAGE_NAME "datapackage.json"

/* Appends the content of a file, by its path in the repository, from the work tree, the index or a commit.
 * VV_ENOTFOUND: the file does not exist. */
typedef vv_status (*vv_package_read_fn)(void *payload, const char *path, vv_buf *out,
					vv_error *err);

typedef struct vv_package_resource {
	char *package_path; /* "data/datapackage.json" */
	/* compact JSON of the resource's schema; empty if the resource has no schema */
	vv_buf schema;
	char *encoding;    /* the resource's encoding, unchanged; NULL: missing */
	char *records;     /* dialect.property, the name of the array of rows; NULL: missing */
	char *header_join; /* dialect.headerJoin; NULL: missing */
	bool has_key;      /* schema.primaryKey exists and is not empty */
	/* hints from dialect, format and mediatype: a header is assumed unless dialect.header is false; a missing
	 * delimiter is to be detected; parent and path are NULL */
	vv_sniff_hints hints;
} vv_package_resource;
void vv_package_resource_clear(vv_package_resource *r);
VV_AUTO_CLEAR(vv_package_resource, vv_package_resource_clear)

/* Finds the description of path. A schema or dialect that is given as a path is read, too, relative to the package.
 * The call initialises *out, and clears it on failure. VV_ENOTFOUND: no package describes path. VV_EINPUT: a
 * descriptor is invalid or has an unsupported property; err names the file, the JSON pointer and the fault. */
vv_status vv_package_find(vv_package_resource *out, const char *path, vv_package_read_fn read,
			  void *payload, vv_error *err);

/* Finds the description of path in the given package file, which may have any name. *out and errors are those of
 * vv_package_find. */
vv_status vv_package_find_in(vv_package_resource *out, const char *package_path, const char *path,
			     vv_package_read_fn read, void *payload, vv_error *err);

/* Reads the member `encoding` of an object of a descriptor. *out is borrowed from the object; NULL: missing. file:
 * the descriptor's path, for messages. VV_EINPUT: the encoding is unknown or not supported. */
vv_status vv_package_encoding(const char **out, const vv_json *object, const char *file,
			      vv_error *err);

/* A file or other data of a resource. */
typedef struct vv_package_item {
	const char *path; /* path in the repository; NULL: the data is not in a local file */
	const char *name; /* name of the resource, or "resource 3" if it has none */
	const char *url;  /* if path is NULL: the data's URL; NULL: the data is inline */
} vv_package_item;
/* Lists the items of a package in order. *out is in arena. VV_EINPUT: the text is not a data package. */
vv_status vv_package_items(vv_package_item **out, size_t *count, vv_arena *arena,
			   const char *package_path, const char *json, size_t len, vv_error *err);

/* Returns true if the text is a JSON object with the member `resources`. */
bool vv_package_is_one(const char *json, size_t len);

/* Lists the files that the resources of a package describe, as paths in the repository, in order; without inline data
 * and URLs. The caller frees *paths with vv_names_free. */
vv_status vv_package_paths(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Lists the files that the resources use as schema or dialect, as paths in the repository. A file may occur several
 * times. The caller frees *paths with vv_names_free. */
vv_status vv_package_files(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Changes to the resource that describes a path. A member that is NULL requests no change. If a column gets a type
 * that does not have the column's format, the format is removed. */
typedef struct vv_package_edit {
	const char *path; /* the table's path in the repository */
	const char *package_path;
	const char *set_column; /* the column, by its old name, for set_type to set_group_char */
	const char *set_type;
	const char *set_format;
	const char *set_decimal_char, *set_group_char;
	const char *const *key; /* names of the key columns, NULL-terminated */
	/* values to add to missingValues, NULL-terminated: to those of missing_column, or, if missing_column is NULL,
	 * to those of the schema, for all columns without their own missingValues */
	const char *const *missing;
	const char *missing_column;
	const char *rename_from, *rename_to; /* the old and the new name of a column */
	/* the table's current schema (compact JSON), used if the resource has no schema */
	const char *schema;
} vv_package_edit;
/* Applies the changes to the text of a package, keeps its formatting, checks the new text, and appends it to out.
 * Adds the resource if it is missing; if text is empty, makes a new package. VV_ENOTFOUND: the column does not exist;
 * VV_EEXISTS: a column is already called rename_to; VV_EUSAGE: the type is unknown, or there is no schema to change;
 * VV_EREFUSED: the schema is in a separate file; VV_EINPUT: the package is invalid, or would be invalid after the
 * changes. */
vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit,
			   vv_error *err);

/* ---- for package_edit.c ---- */

/* Returns the length of the folder part of a package's path, including the last '/'. */
size_t vv_package_folder_len(const char *package_path);

/* Finds the resource with this path, relative to the package. *out is NULL if no such resource exists. VV_EINPUT: a
 * resource has an invalid path, two resources have this path, or the resource consists of several files. */
vv_status vv_package_match(const vv_json **out, vv_arena *arena, const vv_json *root,
			   const char *path, const char *file, vv_error *err);

#endif
