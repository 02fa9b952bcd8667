/*
 * where_groups: the row groups that can have rows that a view wants, one after the other.
 *
 * By the facts of the table where these leave few; else by the hashes of keys that checks keep, where
 * the rows of a key are wanted; else all that facts do not rule out.
 */
#ifndef VV_LIB_ROWS_WHERE_GROUPS_H
#define VV_LIB_ROWS_WHERE_GROUPS_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/key_groups.h"
#include "dataset/table/table.h"
#include "lib/rows/where.h"

typedef struct vv_where_groups vv_where_groups;
/* Borrows all. keys NULL: rows are not found by key. */
vv_status vv_where_groups_open(vv_where_groups **out, vv_table *t, vv_where *w,
			       const vv_key_lookup *keys, vv_error *err);
/* The number of the next group: 1, 0 or <0. */
int vv_where_groups_next(vv_where_groups *g, uint64_t *group, vv_error *err);
void vv_where_groups_close(vv_where_groups *g); /* accepts NULL */
VV_AUTO_FREE(vv_where_groups, vv_where_groups_close)

#endif
