/*
 * byte_range: some of the bytes of the file that a version was made of, and where they are.
 */
#ifndef VV_DATASET_TABLE_BYTE_RANGE_H
#define VV_DATASET_TABLE_BYTE_RANGE_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"

/* Gives bytes [from, from + len) of the file to fn, in order, in pieces; what lies past its
 * end (t->root.bytes) is not given. Every block's name is checked, and the lengths that the
 * lists tell; the hash over the whole file is not, as vv_table_bytes does. VV_EMISSING,
 * VV_ECORRUPT. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

/* The most bytes that one row group takes of those that this part of the file touches: while bytes of
 * it are given, about twice as many are in memory. Reads lists alone. 0 for files. */
vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err);

/* Byte offset in the file at which a row's raw bytes begin. */
vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err);

#endif
