/*
 * materialise: writes the file of a pointer's version to the work tree.
 */
#ifndef VV_LIB_TABLES_MATERIALISE_H
#define VV_LIB_TABLES_MATERIALISE_H

#include "lib/tables/dataset_reader.h"

/* Writes the file of the version of the pointer *p, whose blob is *blob, to a temporary file,
 * checks its hash, and renames it to `path` in the work tree. If the existing file is, according to
 * the stat cache, another version of the table, copies its unchanged parts. Sets *st to the
 * metadata of the new file, and records them in the stat cache. mode: mode of the file in Git.
 * VV_EMISSING: blocks are missing in this repository. VV_ECORRUPT: the written bytes do not have
 * the hash of the version. After these errors, the existing file is unchanged. */
vv_status vv_materialise(vv_dataset_reader *r, const char *path, const vv_oid *blob,
			 const vv_pointer *p, uint32_t mode, vv_stat *st, vv_error *err);

/* One value = one temporary file between the two steps of vv_materialise, for callers that let git
 * change the path between the steps. */
typedef struct vv_made_file {
	char *temp;           /* the temporary file; NULL: not made, or already renamed */
	vv_scan_cache *cache; /* scan cache of the temporary file; may be NULL */
} vv_made_file;
/* Does the first step: writes the temporary file *out beside the file at `path`. On failure, *out
 * is empty. */
vv_status vv_made_file_make(vv_made_file *out, vv_dataset_reader *r, const char *path,
			    const vv_pointer *p, uint32_t mode, vv_error *err);
/* Does the second step: renames the temporary file to `path`, and sets *st as vv_materialise does.
 * The caller clears *m, also after a failure. */
vv_status vv_made_file_place(vv_made_file *m, vv_dataset_reader *r, const char *path,
			     const vv_oid *blob, vv_stat *st, vv_error *err);
void vv_made_file_clear(vv_made_file *m); /* removes the temporary file, if it was not renamed */
VV_AUTO_CLEAR(vv_made_file, vv_made_file_clear)

#endif
