/*
 * name_list: column names of a list option, for one table or a comparison of two.
 *
 * "A,B" names two columns, unless a column is called just so (vv_names_first).
 */
#ifndef VV_LIB_NAMES_NAME_LIST_H
#define VV_LIB_NAMES_NAME_LIST_H

#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/text.h"
#include "dataset/table/table.h"

typedef struct vv_name_list {
	char **items; /* NULL-ended; NULL: the option was not given */
	size_t count;
} vv_name_list;

/* VV_EUSAGE: an empty name. Whether columns of these names exist is not asked. */
vv_status vv_name_list_make(vv_name_list *out, const vv_strings *from, const vv_table *a,
			    const vv_table *b, vv_error *err);
void vv_name_list_clear(vv_name_list *l);
VV_AUTO_CLEAR(vv_name_list, vv_name_list_clear)

#endif
