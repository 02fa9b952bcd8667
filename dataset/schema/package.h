/*
 * package: finds the description of a table in a datapackage.json, and edits it.
 *
 * A table is described by the nearest datapackage.json, in its folder or a folder above, that has a
 * resource with the table's path. Source: datapackage.org, Data Package, Data Resource, Table
 * Dialect and CSV Dialect.
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
#include "dataset/schema/descriptor.h"

#define VV_PACKAGE_NAME "datapackage.json"

/* Appends the content of the file with this path in the repository to out; the caller decides
 * whether files are read from the work tree, the index or a commit. VV_ENOTFOUND: the file does not
 * exist. */
typedef vv_status (*vv_package_read_fn)(void *payload, const char *path, vv_buf *out,
					vv_error *err);

/* The description of a table in a package; owned. */
typedef struct vv_package_resource {
	char *package_path; /* path of the package, such as "data/datapackage.json" */
	/* compact JSON of the resource's schema; empty if the resource has no schema */
	vv_buf schema;
	char *encoding;    /* the resource's encoding as the package spells it; NULL: missing */
	char *records;     /* dialect.property, the name of the array of rows; NULL: missing */
	char *header_join; /* dialect.headerJoin; NULL: missing */
	bool has_key;      /* schema.primaryKey exists and is not empty */
	/* hints from dialect, format and mediatype: a header is assumed unless dialect.header is
	 * false; a missing delimiter is to be detected; parent and path are NULL */
	vv_sniff_hints hints;
} vv_package_resource;
void vv_package_resource_clear(vv_package_resource *r);
VV_AUTO_CLEAR(vv_package_resource, vv_package_resource_clear)

/* Sets *out to the description of the table with this path. If its schema or dialect is in a
 * separate file, reads this file, too. Initialises *out, and clears it on failure. VV_ENOTFOUND: no
 * package describes path, or path is longer than 4096 bytes. VV_EINPUT: a descriptor is invalid or
 * has an unsupported property; err names the file, the JSON pointer and the fault. */
vv_status vv_package_find(vv_package_resource *out, const char *path, vv_package_read_fn read,
			  void *payload, vv_error *err);

/* Like vv_package_find, but reads only the given package file, which may have any name. */
vv_status vv_package_find_in(vv_package_resource *out, const char *package_path, const char *path,
			     vv_package_read_fn read, void *payload, vv_error *err);

/* Returns the member `encoding` of an object in a descriptor, borrowed from the object, or NULL if the
 * member is missing. VV_EINPUT: the encoding is unknown or not supported. */
const char *vv_package_encoding(vv_descriptor *d, const vv_json *object);

/* A file of a resource, or its other data. */
typedef struct vv_package_item {
	const char *path; /* path in the repository; NULL: the data is not in a local file */
	const char *name; /* name of the resource; "resource 3" if the third resource has no name */
	const char *url;  /* if path is NULL: the data's URL; NULL: the data is inline */
} vv_package_item;
/* Sets *out to an array, in arena, of the items of all resources of a package, in order, and *count
 * to their number. A resource with several files has an item for each file. json: the package's
 * text, of len bytes; its path is package_path. VV_EINPUT: the text is not a data package, or a
 * path in it is invalid. */
vv_status vv_package_items(vv_package_item **out, size_t *count, vv_arena *arena,
			   const char *package_path, const char *json, size_t len, vv_error *err);

/* Returns true if the text is a JSON object with the member `resources`. */
bool vv_package_is_one(const char *json, size_t len);

/* Sets *paths to the paths in the repository of the files that the resources of a package describe,
 * in order, and *count to their number. Omits inline data and URLs. The caller frees *paths with
 * vv_names_free. VV_EINPUT: as for vv_package_items. */
vv_status vv_package_paths(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Sets *paths to the paths in the repository of the separate files that contain a resource's schema
 * or dialect, and *count to their number. A path may occur several times. The caller frees *paths
 * with vv_names_free. VV_EINPUT: as for vv_package_items. */
vv_status vv_package_files(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Changes to the description of a table in a package. A member that is NULL requests no change. If
 * a column gets a type that cannot have the column's format, the format is removed. */
typedef struct vv_package_edit {
	const char *path;         /* the table's path in the repository */
	const char *package_path; /* the package's path in the repository */
	/* the name, before a rename, of the column whose type, format, decimalChar and groupChar
	 * the next four members change */
	const char *set_column;
	const char *set_type;         /* the column's new type */
	const char *set_format;       /* its new format */
	const char *set_decimal_char, /* its new decimalChar */
		*set_group_char;      /* its new groupChar */
	/* names of the key columns before a rename, NULL-terminated; {NULL}: remove the key */
	const char *const *key;
	/* values to add to missingValues, NULL-terminated: to those of missing_column, or, if
	 * missing_column is NULL, to those of the schema, for all columns without their own
	 * missingValues */
	const char *const *missing;
	const char *missing_column; /* see missing */
	const char *rename_from,    /* the name of a column to rename */
		*rename_to;         /* the new name of this column */
	/* the table's current schema (compact JSON), used if the resource has no schema */
	const char *schema;
} vv_package_edit;
/* Applies the changes in edit to text[0 .. len), the text of a package, checks the new text, and
 * appends it to out. Preserves the formatting of all other parts. Adds the table's resource if it
 * is missing; if len is 0, makes a new package. VV_ENOTFOUND: the column does not exist;
 * VV_EEXISTS: a column is already called rename_to; VV_EUSAGE: the type is unknown, the table has
 * no schema to change, or the table is not below the package's folder; VV_EREFUSED: the schema is
 * in a separate file; VV_EINPUT: the package is invalid, or would be invalid after the changes. */
vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit,
			   vv_error *err);

/* ---- for package_edit.c ---- */

/* Returns the length of the folder part of a package's path, including the last '/'. */
size_t vv_package_folder_len(const char *package_path);

/* Returns the resource in root, the package's parsed text, whose path relative to the package is
 * `path`, or NULL if no such resource exists. VV_EINPUT: a resource has an invalid path, two resources
 * have this path, or the resource consists of several files. */
const vv_json *vv_package_match(vv_descriptor *d, const vv_json *root, const char *path);

#endif
