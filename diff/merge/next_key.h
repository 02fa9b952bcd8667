/*
 * next_key: the next free key of rows whose key ends in a number: 101 after 100, "EX-008" after
 * "EX-007".
 */
#ifndef VV_DIFF_MERGE_NEXT_KEY_H
#define VV_DIFF_MERGE_NEXT_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"

typedef struct vv_cell vv_cell;
typedef struct vv_table vv_table;

/* The highest number of keys that are equal up to it. */
typedef struct vv_key_series {
	const char *prefix; /* the other columns of the key, and the text before the number */
	size_t prefix_len;
	uint64_t number; /* the highest one */
	uint64_t row;    /* its row in the first table; UINT64_MAX: it has none */
} vv_key_series;

/* One value = the free keys of a table; initially zero but for the tables. */
typedef struct vv_next_keys {
	/* the tables whose keys are taken; the second may be NULL. Borrowed */
	vv_table *tables[2];
	/* in each table, the indexes of the key's columns; the last one has the number */
	const size_t *columns[2];
	size_t count; /* number of the key's columns */
	/* The following members are private. */
	vv_arena arena;
	vv_key_series *series;
	size_t series_count, series_cap;
} vv_next_keys;
void vv_next_keys_clear(vv_next_keys *k);
VV_AUTO_CLEAR(vv_next_keys, vv_next_keys_clear)

/* Sets *cell, the last cell of the key `cells` (k->count cells), to the next free key, whose text is
 * allocated in k->arena, and takes it; *row is the row of the first table with the key before it,
 * or UINT64_MAX. VV_ENOSUPPORT: the key does not end in a number of at most 18 digits. */
vv_status vv_next_key(vv_cell *cell, uint64_t *row, vv_next_keys *k, const vv_cell *const *cells,
		      vv_error *err);

#endif
