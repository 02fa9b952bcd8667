/*
 * bytes_encoded: the bytes of a version's file in the encoding of the file.
 */
#ifndef VV_DATASET_TABLE_BYTES_ENCODED_H
#define VV_DATASET_TABLE_BYTES_ENCODED_H

#include "base/auto.h"
#include "dataset/table/bytes.h"

/* What belongs into the work tree: as vv_table_bytes_with, in the file's own encoding. VV_ENOSUPPORT: the system's
 * iconv does not have it. */
vv_status vv_table_file(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			vv_error *err);

/* For this room alone: text, in pieces, to fn in the encoding of the table's file. */
typedef struct file_encoder file_encoder;
vv_status file_encoder_open(file_encoder **out, const vv_table *t, vv_bytes_fn fn, void *payload,
			    vv_error *err);
vv_status file_encoder_put(void *encoder, const void *text, size_t len, vv_error *err);
vv_status file_encoder_end(file_encoder *e, vv_error *err);
void file_encoder_close(file_encoder *e); /* accepts NULL */
VV_AUTO_FREE(file_encoder, file_encoder_close)

#endif
