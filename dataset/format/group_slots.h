/*
 * group_slots: the cells of a column as they stand in a line, in sixteen bytes each. For this room
 * alone.
 */
#ifndef VV_DATASET_FORMAT_GROUP_SLOTS_H
#define VV_DATASET_FORMAT_GROUP_SLOTS_H

#include "dataset/format/group_internal.h"
#include "dataset/format/row_write.h"

/* What of a dialect all columns have in common; habit is the column's own. */
typedef struct group_slot_style {
	vv_mark_set set;
	vv_quoting habit;
} group_slot_style;

/* Column `column`, whose cells are all texts, as slots (room for rows + GROUP_SLOT_SLACK). as_written
 * makes of a shared value what stands in the line; payload is its own. *fits false: the slots are of
 * no use, since a text is too long or must be looked at by itself. The block has VV_GROUP_SLACK behind
 * it. VV_ECORRUPT as vv_group_column. */
vv_status group_column_slots(const vv_group *g, size_t column, group_slot *slots,
			     const group_slot_style *style, group_value_fn as_written,
			     void *payload, bool *fits, vv_arena *arena, vv_error *err);

/* Is any of these bytes one that a CSV cell must be searched for? */
bool group_any_marked(const char *p, size_t len, const vv_mark_set *set);

#endif
