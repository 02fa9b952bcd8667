/*
 * materialise: from a pointer to the file in the work tree.
 */
#ifndef VV_LIB_TABLES_MATERIALISE_H
#define VV_LIB_TABLES_MATERIALISE_H

#include "lib/tables/dataset_reader.h"

/* Writes the dataset of a pointer to the work tree path: temporary file, checked hash, rename;
 * or, if the file there is an earlier version known to the scan cache, only what differs is
 * rewritten in the temporary copy. *st gets the new file's stat, which the stat cache also
 * records. VV_EMISSING when blocks are missing here: the file is untouched. */
vv_status vv_materialise(vv_dataset_reader *r, const char *path, const vv_oid *blob,
			 const vv_pointer *p, uint32_t mode, vv_stat *st, vv_error *err);

/* The same in two steps, between which git changes the path: vv_made_file_make writes a file beside the existing
 * one, and vv_made_file_place renames it over the file that git left. vv_made_file_clear removes a file that was
 * not placed. */
typedef struct vv_made_file {
	char *temp; /* NULL: nothing was made, or it has its place */
	vv_scan_cache *cache;
} vv_made_file;
vv_status vv_made_file_make(vv_made_file *out, vv_dataset_reader *r, const char *path,
			    const vv_pointer *p, uint32_t mode, vv_error *err);
vv_status vv_made_file_place(vv_made_file *m, vv_dataset_reader *r, const char *path,
			     const vv_oid *blob, vv_stat *st, vv_error *err);
void vv_made_file_clear(vv_made_file *m);
VV_AUTO_CLEAR(vv_made_file, vv_made_file_clear)

#endif
