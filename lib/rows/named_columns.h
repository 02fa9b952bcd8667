/*
 * named_columns: the columns of a table, by their names.
 */
#ifndef VV_LIB_ROWS_NAMED_COLUMNS_H
#define VV_LIB_ROWS_NAMED_COLUMNS_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "dataset/table/table.h"

/* The place of a column by name, with a helpful error. what: the user's option ("--columns"). */
vv_status vv_view_column(const vv_table *t, const char *name, size_t len, const char *what,
			 size_t *out, vv_error *err);

/* The places that a list of names means; *out is the caller's (vv_free). */
vv_status vv_view_columns(const vv_table *t, const vv_strings *names, const char *what,
			  size_t **out, size_t *count, vv_error *err);

#endif
