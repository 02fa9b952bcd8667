/*
 * bytes_encoded: writes the bytes of a version's file in the file's own encoding.
 */
#ifndef VV_DATASET_TABLE_BYTES_ENCODED_H
#define VV_DATASET_TABLE_BYTES_ENCODED_H

#include "dataset/table/bytes.h"

/* Passes the bytes of vv_table_bytes_with, converted to the file's encoding, to fn. This is the file for the
 * work tree. VV_ENOSUPPORT: the system's iconv does not support the encoding. */
vv_status vv_table_file(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			vv_error *err);

#endif
