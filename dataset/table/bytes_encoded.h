/*
 * bytes_encoded: the bytes of a version's file in the encoding of the file.
 */
#ifndef VV_DATASET_TABLE_BYTES_ENCODED_H
#define VV_DATASET_TABLE_BYTES_ENCODED_H

#include "dataset/table/bytes.h"

/* The bytes for the work tree: as vv_table_bytes_with, in the file's own encoding. VV_ENOSUPPORT: the system's
 * iconv does not support it. */
vv_status vv_table_file(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			vv_error *err);

#endif
