/*
 * long_group: the bytes of a row group that has long cells, in pieces: the cells' texts go from
 * their chunks to the caller, and are never in memory as a whole. For this room alone.
 *
 *   if ((is = long_group_open(&g, table, batch, writer, item, len, last, err)) > 0) {
 *           while ((more = long_group_next(g, &bytes, &n, &at, err)) > 0) { ... }
 *   }
 *   long_group_close(g)
 */
#ifndef VV_DATASET_TABLE_LONG_GROUP_H
#define VV_DATASET_TABLE_LONG_GROUP_H

#include "dataset/table/table.h"

/* Groups of fewer bytes are made as a whole. */
#define LONG_GROUP ((uint64_t)1 << 20)

typedef struct long_group long_group;

/* b has the group's layout, and is used as scratch; *w as in table_group_bytes. 1; 0: the group has fewer
 * bytes, no long cells, or a line that is kept raw: it is made as a whole. VV_ECORRUPT as
 * table_group_bytes. The table must outlive g. */
int long_group_open(long_group **out, vv_table *t, vv_batch *b, vv_row_writer **w, const void *item,
		    size_t len, bool last, vv_error *err);
void long_group_close(long_group *g); /* accepts NULL */

/* What it has in memory, but for a chunk or two. */
uint64_t long_group_memory(const long_group *g);

/* Before the first piece: goes on at `to` (from the group's begin) or somewhat before, where that can be
 * told without reading. Then the pieces are not checked against the whole. */
vv_status long_group_skip(long_group *g, uint64_t to, vv_error *err);

/* The next piece, borrowed until the next call, and where in the group it stands. 1, 0 at the end, <0:
 * VV_ECORRUPT also when the bytes are not as many as the layout says, or not what the row writer
 * gives. */
int long_group_next(long_group *g, const char **bytes, size_t *len, uint64_t *at, vv_error *err);

#endif
