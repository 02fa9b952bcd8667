/*
 * walk: reads all row groups of a table, or all entries of one of its lists, in a loop. A walk
 * keeps its first error, which the caller checks once, after the loop.
 *
 *	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
 *	while (vv_group_walk_next(&w)) {
 *		w.rc = use_rows(w.batch.cells, w.batch.rows, err);
 *	}
 *	return w.rc;
 */
#ifndef VV_DATASET_TABLE_WALK_H
#define VV_DATASET_TABLE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "dataset/table/table.h"

/* A walk over the row groups of a table. */
typedef struct vv_group_walk {
	vv_table_reader *reader; /* for vv_table_seek_row and vv_table_seek_group */
	vv_batch batch;          /* the group that was read last */
	vv_status rc;            /* the first error; callers may set it, too, to end the walk */
	vv_error *err;
} vv_group_walk;
/* Begins a walk over t, which must outlive the walk. wanted: as for vv_table_reader_open. */
vv_group_walk vv_group_walk_open(vv_table *t, const size_t *wanted, size_t wanted_count,
				 vv_error *err);
/* Reads the next group into w->batch. Returns false at the end, and after an error. */
bool vv_group_walk_next(vv_group_walk *w);
/* Like vv_group_walk_next, for the group with this row, from 0. Do not call it after a seek of
 * w->reader: it does not seek to the row after w->batch. A table without the row is damaged: w->rc
 * is then set to VV_ECORRUPT. */
bool vv_group_walk_to(vv_group_walk *w, uint64_t row);
void vv_group_walk_close(vv_group_walk *w);
VV_AUTO_CLEAR(vv_group_walk, vv_group_walk_close)

/* A walk over the entries of a list. */
typedef struct vv_list_walk {
	vv_list_reader *reader; /* for the other functions of list.h */
	vv_list_item item;      /* the entry that was read last */
	vv_status rc;           /* the first error; callers may set it, too, to end the walk */
	vv_error *err;
} vv_list_walk;
/* Returns a walk over the list of this kind of t, which must outlive it: VV_LIST_DATA,
 * VV_LIST_LAYOUT or VV_LIST_FACTS of a table, VV_LIST_CHUNKS of a file. */
vv_list_walk vv_list_walk_open(const vv_table *t, vv_list_kind kind, vv_error *err);
/* Sets w->item to the next entry. Returns false at the end, and after an error. */
bool vv_list_walk_next(vv_list_walk *w);
/* Moves to the entry that contains position `at`, as vv_list_seek does; the next call of
 * vv_list_walk_next returns it. */
void vv_list_walk_seek(vv_list_walk *w, uint64_t at);
/* Like vv_list_walk_next, for another list of the same table, after vv_list_walk_next(of) has
 * returned true. All lists of a table have the same length; if w does not have the entry of `of`,
 * w->rc is set to VV_ECORRUPT. */
bool vv_list_walk_beside(vv_list_walk *w, const vv_list_walk *of);
void vv_list_walk_close(vv_list_walk *w);
VV_AUTO_CLEAR(vv_list_walk, vv_list_walk_close)

#endif
