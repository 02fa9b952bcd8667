/*
 * named_columns: finds columns of a table by their names.
 */
#ifndef VV_LIB_ROWS_NAMED_COLUMNS_H
#define VV_LIB_ROWS_NAMED_COLUMNS_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

typedef struct vv_table vv_table;

/* Sets *out to the index of the column of t with the name `name`, of len bytes. what: the user's
 * option in messages, such as "--columns". VV_ENOTFOUND: the table does not have the column; the
 * hint suggests a similar name. */
vv_status vv_view_column(const vv_table *t, const char *name, size_t len, const char *what,
			 size_t *out, vv_error *err);

/* Sets *out to the indices of the columns of t with these names, in the order of `names`, and
 * *count to their number. If names is NULL or empty, takes all columns. The caller frees *out with
 * vv_free. Fails as vv_view_column does. */
vv_status vv_view_columns(const vv_table *t, const vv_strings *names, const char *what,
			  size_t **out, size_t *count, vv_error *err);

/* Like vv_view_columns, but if the first name begins with '-', and no column is called so, sets *out to
 * the other columns, in the table's order: "-price". Later names may begin with '-', too. */
vv_status vv_view_columns_shown(const vv_table *t, const vv_strings *names, const char *what,
				size_t **out, size_t *count, vv_error *err);

#endif
