/*
 * column_infer: infers the type of a column of a stored version, and reads no more of it than is
 * needed to find that its values are texts.
 */
#ifndef VV_DATASET_TABLE_COLUMN_INFER_H
#define VV_DATASET_TABLE_COLUMN_INFER_H

#include "dataset/schema/infer.h"

typedef struct vv_table vv_table;

/* Adds the values of a column of t to *all, until its type is string (or, for JSON values of
 * several types, any). First uses the facts of row groups, then reads the column in the groups that
 * have texts, then in the others. groups: one element for each group, false for those to leave out;
 * NULL: all groups. Fails if the blocks of t cannot be read. */
vv_status vv_column_infer(vv_infer *all, vv_table *t, size_t column, const bool *groups,
			  vv_error *err);

/* Reads the column f of t, and sets *out to the type of all its values (VV_TYPE_ANY: it has none).
 * If they cannot be read, or one has a leading zero (a code such as 007), sets *out to
 * VV_TYPE_BOOLEAN. */
vv_status vv_column_type(vv_type *out, vv_table *t, size_t column, const vv_field *f,
			 vv_error *err);

#endif
