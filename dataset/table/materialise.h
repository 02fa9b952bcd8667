/*
 * materialise: from a pointer to the file in the work tree.
 */
#ifndef VV_DATASET_TABLE_MATERIALISE_H
#define VV_DATASET_TABLE_MATERIALISE_H

#include "dataset/table/dataset_reader.h"

/* Writes the dataset of a pointer to the work tree path: temporary file, checked hash, rename;
 * or, where the file there is an earlier version known to the scan cache, only what differs is
 * rewritten in the temporary copy. *st gets the new file's stat, which the stat cache also
 * records. VV_EMISSING when blocks are not here: the file is untouched. */
vv_status vv_materialise(vv_dataset_reader *r, const char *path, const vv_oid *blob,
			 const vv_pointer *p, uint32_t mode, vv_stat *st, vv_error *err);

#endif
