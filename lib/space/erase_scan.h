/*
 * erase_scan: searches the content of one version of a path, for 'varve erase'.
 *
 * A row group is searched once, in however many versions it is, and so is a blob.
 *
 * 	vv_erase_scanner_open(&s, repo, reader, values, where, err);
 * 	vv_erase_scan_blob(&content, s, path, &blob, err);   for each version
 * 	vv_erase_scanner_close(s);
 */
#ifndef VV_LIB_SPACE_ERASE_SCAN_H
#define VV_LIB_SPACE_ERASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "lib/space/erase_values.h"
#include "lib/tables/dataset_reader.h"
#include "repo/blocks/reach.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Largest file of Git that is searched, in bytes; larger ones are gaps. */
#define VV_ERASE_FILE_MAX ((uint64_t)1 << 30)

/* Where values are in the content. */
typedef enum vv_erase_kind {
	VV_ERASE_CELL, /* a cell is a value, or its row meets the condition */
	VV_ERASE_PART, /* a longer cell contains a value */
	VV_ERASE_TEXT  /* in bytes outside of cells: other files, headers, comments, descriptions */
} vv_erase_kind;

/* The values in one column of a version, or in its bytes. */
typedef struct vv_erase_place {
	vv_erase_kind kind;
	const char *table;  /* of a document; NULL: none */
	const char *column; /* NULL: VV_ERASE_TEXT, or a condition */
	uint64_t rows;      /* number of rows; 0 for VV_ERASE_TEXT */
	vv_erase_found values;
} vv_erase_place;

/* The result for one version of a path. */
typedef struct vv_erase_content {
	vv_erase_place *places;
	size_t count, cap;
	/* why it was not searched, or only in part; NULL: it was searched completely */
	const char *gap;
	bool expired;         /* the gap: it expired, and its blocks are not here */
	bool table;           /* it is one table */
	bool document;        /* tables of a document were searched */
	const char **columns; /* the names of its columns, ended by NULL; NULL: not a table */
	const char *key;      /* the only column of its key; NULL: none */
} vv_erase_content;

typedef struct vv_erase_scanner vv_erase_scanner;
typedef struct vv_where vv_where;

/* Opens a scanner as *out. Exactly one of values and where is not NULL; all are borrowed. where:
 * conditions that rows must meet. */
vv_status vv_erase_scanner_open(vv_erase_scanner **out, vv_repository *repo,
				vv_dataset_reader *reader, vv_erase_values *values,
				const vv_strings *where, vv_error *err);
void vv_erase_scanner_close(vv_erase_scanner *s); /* accepts NULL */
VV_AUTO_FREE(vv_erase_scanner, vv_erase_scanner_close)

/* In conditions, `other` is another name of the column `name`, which was renamed. Texts are
 * copied. */
vv_status vv_erase_scanner_rename(vv_erase_scanner *s, const char *name, const char *other,
				  vv_error *err);

/* Makes the filter *out of the conditions on rows of t, which must outlive it. s has conditions. */
vv_status vv_erase_scanner_where(vv_where **out, vv_erase_scanner *s, vv_table *t, vv_error *err);

/* Searches the blob as a version of `path`. *out is borrowed until s is closed. Content that cannot
 * be read is not an error: (*out)->gap is set. */
vv_status vv_erase_scan_blob(const vv_erase_content **out, vv_erase_scanner *s, const char *path,
			     const vv_oid *blob, vv_error *err);
/* Searches the file at `path`, relative to the repository, in the work tree. */
vv_status vv_erase_scan_file(const vv_erase_content **out, vv_erase_scanner *s, const char *path,
			     vv_error *err);

/* Adds the pairs of names of columns that were renamed from the blob `older` to the blob `newer` of a path to
 * names: old, new, old, new ... Does nothing if one of them is not a table that can be read. */
vv_status vv_erase_renames(vv_string_list *names, vv_erase_scanner *s, const char *path,
			   const vv_oid *older, const vv_oid *newer, vv_error *err);

/* Adds to `names` all names from and to which one of them was renamed, over any number of steps.
 * renames: old, new, old, new ... */
vv_status vv_erase_names_close(vv_string_list *names, const vv_string_list *renames, vv_error *err);

/* Returns the roots of the versions whose content is `expired`; borrowed until s is closed. */
const vv_cid_set *vv_erase_scanner_expired(const vv_erase_scanner *s);
/* Was the version `root` searched? Sets *held to true if it has a place, else to false. */
bool vv_erase_scanner_has(const vv_erase_scanner *s, const vv_cid *root, bool *held);
/* Sets *groups to the number of row groups that were searched, and *met to that of all groups of all versions. */
void vv_erase_scanner_counts(const vv_erase_scanner *s, uint64_t *groups, uint64_t *met);

#endif
