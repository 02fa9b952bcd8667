/*
 * package: datapackage.json, where it describes a path.
 *
 * The nearest one upwards that has a resource whose path is the dataset's. Source:
 * datapackage.org, Data Package, Data Resource, Table Dialect and CSV Dialect.
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

/* How to read a repository-relative file: from the work tree, the index or a commit.
 * VV_ENOTFOUND when it is not there. */
typedef vv_status (*vv_package_read_fn)(void *payload, const char *path, vv_buf *out,
					vv_error *err);

typedef struct vv_package_resource {
	char *package_path; /* "data/datapackage.json" */
	vv_buf schema;      /* compact JSON of the resource's schema; empty when it has none */
	char *encoding;     /* as in the package; NULL: missing */
	char *records;      /* dialect.property: the array of the rows; NULL: not there */
	char *header_join;  /* dialect.headerJoin; NULL: not there */
	bool has_key;       /* schema.primaryKey exists and is not empty */
	/* from dialect, format, mediatype; a header is assumed unless the dialect has header false; a missing delimiter
	 * is detected; parent and path are left NULL */
	vv_sniff_hints hints;
} vv_package_resource;
void vv_package_resource_clear(vv_package_resource *r);
VV_AUTO_CLEAR(vv_package_resource, vv_package_resource_clear)

/* Finds a description of path. VV_ENOTFOUND: none. VV_EINPUT: a descriptor is invalid or has an
 * unsupported property (err names the file, the JSON pointer and the fault). A schema or dialect
 * given as a path is read beside the package. out is initialised by the call; after a failure it is
 * cleared. */
vv_status vv_package_find(vv_package_resource *out, const char *path, vv_package_read_fn read,
			  void *payload, vv_error *err);

/* The same in one package file, whatever it is called. */
vv_status vv_package_find_in(vv_package_resource *out, const char *package_path, const char *path,
			     vv_package_read_fn read, void *payload, vv_error *err);

/* The member `encoding` of an object of a descriptor (file is for messages); NULL: not there. Borrowed from the object.
 * VV_EINPUT: not an encoding that can be read. */
vv_status vv_package_encoding(const char **out, const vv_json *object, const char *file,
			      vv_error *err);

/* An item of a package, in its order. */
typedef struct vv_package_item {
	const char *path; /* repository-relative; NULL: not in a file beside the package */
	const char *name; /* of the resource, or its number: "resource 3" */
	const char *url;  /* with path NULL: the data's URL; NULL: it is inline */
} vv_package_item;
/* *out lives in arena. VV_EINPUT: not a data package. */
vv_status vv_package_items(vv_package_item **out, size_t *count, vv_arena *arena,
			   const char *package_path, const char *json, size_t len, vv_error *err);

/* Is it a JSON object with resources? */
bool vv_package_is_one(const char *json, size_t len);

/* The repository-relative paths that a package file describes, in its order (inline
 * data and URLs are none); owned by the caller (vv_names_free). */
vv_status vv_package_paths(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Likewise the files that its resources name as schema or dialect, with repetitions. */
vv_status vv_package_files(char ***paths, size_t *count, const char *package_path, const char *json,
			   size_t len, vv_error *err);

/* Edits that keep the file's formatting: the package text with the resource of `path` (made when
 * missing; package text may be empty: a new file) changed. All requested changes are made at once,
 * and the result is read again before it is returned. A format that the new type does not have is
 * removed with the old type. */
typedef struct vv_package_edit {
	const char *path; /* repository-relative path of the dataset */
	const char *package_path;
	const char *set_column; /* the column (by its old name) that the next four are about */
	const char *set_type;   /* NULL: unchanged; the same for the three below */
	const char *set_format;
	const char *set_decimal_char, *set_group_char;
	const char *const *key; /* NULL: unchanged; else NULL-ended names */
	/* NULL: unchanged; else NULL-ended values, added to missingValues: those of missing_column, or with NULL those of all
	 * columns that have none of their own */
	const char *const *missing;
	const char *missing_column;
	const char *rename_from, *rename_to;
	/* the current schema (compact JSON), used if the resource has none */
	const char *schema;
} vv_package_edit;
/* Appends the whole new text to out. VV_ENOTFOUND: no such column; VV_EEXISTS: rename_to is one
 * already; VV_EUSAGE: no such type, or no schema to change; VV_EREFUSED: the schema is in a file of
 * its own; VV_EINPUT: the package is not valid, or would not be. */
vv_status vv_package_apply(vv_buf *out, const char *text, size_t len, const vv_package_edit *edit,
			   vv_error *err);

/* For package_edit. */
/* Bytes of the folder part of a package's path, its '/' included. */
size_t vv_package_folder_len(const char *package_path);

/* The resource whose path (relative to the package) is this; *out is NULL when there is
 * none. All resources' paths are checked. VV_EINPUT also when two have it, or the
 * resource is made of several files. */
vv_status vv_package_match(const vv_json **out, vv_arena *arena, const vv_json *root,
			   const char *path, const char *file, vv_error *err);

#endif
