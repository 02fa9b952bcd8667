/*
 * dataset_reader_internal: the members of a reader. Private to lib/tables.
 */
#ifndef VV_LIB_TABLES_DATASET_READER_INTERNAL_H
#define VV_LIB_TABLES_DATASET_READER_INTERNAL_H

#include "base/hash_index.h"
#include "lib/tables/dataset_reader.h"

/* A datapackage.json of the work tree. */
typedef struct known_package {
	char *path;
	/* the file, or a file to which it refers, differs from the index or HEAD */
	bool edited;
} known_package;

/* A temporary file with the content of a blob, for a program that reads files. */
typedef struct copied_blob {
	vv_oid id;
	char *file; /* path of the file; NULL: none */
} copied_blob;
#define COPIES 4u /* maximum number of copies: the three versions of a merge, and one more */

/* The number of commits in which versions with the same bytes are looked for, if the values of a file leave a type open. */
#define DATASET_PAST_COMMITS 64u

struct vv_dataset_reader {
	vv_reader_parts parts;
	vv_pool *pool;
	vv_index *index; /* Git's index; NULL: not opened yet */
	bool index_lent; /* the index belongs to the caller */
	/* the last folder that was searched for new packages, with the folders above it */
	char *folder;
	bool new_package;        /* such a package was found */
	known_package *packages; /* packages requested so far */
	size_t package_count, package_cap;
	vv_hash_index package_index; /* finds packages by path */
	vv_oid head;                 /* HEAD, read when it is first needed */
	bool head_known, unborn;     /* head_known: HEAD was read; unborn: HEAD has no commit */
	/* HEAD and its first parents, newest first; past_count 0: not read yet */
	vv_oid past[DATASET_PAST_COMMITS];
	size_t past_count;
	copied_blob copies[COPIES];
	unsigned next_copy; /* index of the oldest copy, which is replaced next */
};

/* Opens r->index, unless it is open. */
vv_status dataset_reader_open_index(vv_dataset_reader *r, vv_error *err);

/* Sets r->head and r->unborn, unless they are set. */
vv_status dataset_reader_head(vv_dataset_reader *r, vv_error *err);
/* Sets *out to at most DATASET_PAST_COMMITS commits: HEAD and its first parents, newest first,
 * borrowed from r; *count is 0 before the first commit. */
vv_status dataset_reader_past(vv_dataset_reader *r, const vv_oid **out, size_t *count,
			      vv_error *err);
/* Reads the small file `path` of the work tree into out, or, if the reader's index is a tree, of
 * that tree. For vv_declared_find; payload is the reader. */
vv_status dataset_reader_work_file(void *payload, const char *path, vv_buf *out, vv_error *err);

/* Sets *out to true if the metadata *st prove that the file at path is the version of the pointer
 * *blob. Sets *anew as vv_dataset_reader_described_anew does. */
vv_status dataset_reader_knows_file(vv_dataset_reader *r, const char *path, const vv_stat *st,
				    const vv_oid *blob, bool *out, bool *anew, vv_error *err);

#endif
