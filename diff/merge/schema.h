/*
 * schema: how the result is to be read: its descriptors, key, cut and dialect.
 */
#ifndef VV_DIFF_MERGE_SCHEMA_H
#define VV_DIFF_MERGE_SCHEMA_H

#include "diff/merge/state.h"

/* Descriptors, key and cut, into m->as and m->compare. */
vv_status merge_schema(merge *m, vv_error *err);

/* The dialect, into m->as; whose lines can be copied. */
vv_status merge_form(merge *m, vv_error *err);

#endif
