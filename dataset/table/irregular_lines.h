/*
 * irregular_lines: the irregular lines of a whole version, one after the other.
 *
 * What the dialect regenerates is passed over; groups without such lines are not read
 * at all, only their entries in the lists are.
 */
#ifndef VV_DATASET_TABLE_IRREGULAR_LINES_H
#define VV_DATASET_TABLE_IRREGULAR_LINES_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/quirks.h"
#include "dataset/table/table.h"

typedef struct vv_forms vv_forms;
/* The table must outlive it. */
vv_status vv_forms_open(vv_forms **out, vv_table *t, vv_error *err);
/* The next one, rows ascending; row counts from the table's beginning here. Borrowed
 * until the next call: 1, 0 at the end, <0. */
int vv_forms_next(vv_forms *f, vv_quirk *out, vv_error *err);
void vv_forms_close(vv_forms *f); /* accepts NULL */
VV_AUTO_FREE(vv_forms, vv_forms_close)

#endif
