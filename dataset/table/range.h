/*
 * range: some of a version's exact bytes, reading only the groups that they lie in.
 */
#ifndef VV_DATASET_TABLE_RANGE_H
#define VV_DATASET_TABLE_RANGE_H

#include "dataset/table/table.h"

/* Gives bytes [from, from + len) of the file to fn, in order, in pieces; what lies past its
 * end (t->root.bytes) is not given. Every block's name is checked, and the lengths that the
 * lists tell; the hash over the whole file is not, as vv_table_bytes does. VV_EMISSING,
 * VV_ECORRUPT. */
vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err);

#endif
