/*
 * bytes_encoded: writes the bytes of a version's file in the file's own encoding.
 */
#ifndef VV_DATASET_TABLE_BYTES_ENCODED_H
#define VV_DATASET_TABLE_BYTES_ENCODED_H

#include "dataset/table/bytes.h"

typedef struct vv_table vv_table;

/* Like vv_table_bytes_with, but passes the file in its own encoding to fn, as the work tree has it.
 * opts must not be NULL; if the encoding is not UTF-8, old_fd is not used. VV_ENOSUPPORT: the
 * system's iconv does not support the encoding. */
vv_status vv_table_file(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			vv_error *err);

#endif
