/*
 * conflict_file: the record of one table's conflicts: kept in a file while they last.
 *
 * Format: docs/formats/store.md, "conflict record".
 */
#ifndef VV_LIB_MERGE_CONFLICT_FILE_H
#define VV_LIB_MERGE_CONFLICT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/text.h"
#include "diff/merge/merge.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Further conflicts of a table are counted, but not kept: the table can then only be resolved as a whole,
 * or by editing it. */
#define VV_CONFLICTS_MAX 100000u

typedef struct vv_conflict_item {
	vv_conflict_kind kind;
	const char *key;    /* JSON array of texts, or NULL */
	uint64_t row;       /* in the version `root`; UINT64_MAX: no row */
	const char *column; /* or NULL */
	bool has[3];        /* base, ours, theirs: does the cell exist? */
	vv_cell cells[3];
	/* base, ours, theirs: a version's row without a key that one side removed, as a JSON object; or
	 * NULL */
	const char *values[3];
	uint64_t at[3]; /* with values: the row's number in that version; UINT64_MAX: not there */
	/* for such a row, removed by ours: the row of `root` that it would precede; UINT64_MAX: no row */
	uint64_t before;
	const char *detail; /* or NULL */
} vv_conflict_item;

typedef struct vv_merge_side {
	uint32_t mode; /* 0: not there */
	vv_oid id;
} vv_merge_side;

enum { VV_BASE = 0, VV_OURS = 1, VV_THEIRS = 2 };

/* Strings live in arena. */
typedef struct vv_conflict_record {
	vv_arena arena;
	const char *path;
	const char *names[3]; /* what to call base, ours and theirs: branches */
	vv_oid sides[3];      /* blobs; null: not there */
	vv_oid commits[2];    /* of ours and theirs, which decide the order of rows; may be null */
	vv_oid merged;        /* the pointer (or text) that the work tree got */
	vv_cid root;          /* the version that the items' row numbers mean */
	bool touched;         /* some were resolved: items has only the others */
	vv_conflict_item *items;
	size_t count, cap;
	uint64_t left_out;          /* conflicts beyond VV_CONFLICTS_MAX */
	vv_merge_decision *decided; /* for columns and key, as used for `merged` */
	size_t decided_count;
	vv_strings how; /* the `merge -X` words used for `merged`; borrowed, or in arena */
} vv_conflict_record;

void vv_conflict_record_init(vv_conflict_record *c);
void vv_conflict_record_clear(vv_conflict_record *c);
VV_AUTO_CLEAR(vv_conflict_record, vv_conflict_record_clear)
/* Copies the text into the record. NULL when out of memory. */
const char *vv_conflict_record_text(vv_conflict_record *c, const char *text);

/* Copies the conflict into the record. */
vv_status vv_conflict_record_add(vv_conflict_record *c, const vv_conflict *from, vv_error *err);

/* Is the conflict about a row: a cell, or a row that one side removed? */
bool vv_conflict_is_of_row(const vv_conflict_item *item);

/* Are both conflicts about the same row? */
bool vv_conflict_same_row(const vv_conflict_item *a, const vv_conflict_item *b);

/* For conflicts around a table: "lines above the table" ...; NULL: another kind. */
const char *vv_conflict_place(vv_conflict_kind kind);
/* Is the conflict about a column, the key or the lines around the table, so that resolving it merges the
 * table again? */
bool vv_conflict_is_of_columns(const vv_conflict_item *item);

/* Records the decision for such an item. */
vv_status vv_conflict_record_decide(vv_conflict_record *c, const vv_conflict_item *item,
				    vv_merge_take take, vv_error *err);

/* "3 cells of 2 rows", "1 row removed and changed, 1 column". Appends. */
void vv_conflict_record_describe(vv_buf *b, const vv_conflict_record *c);

/* Writes the record's file. */
vv_status vv_conflict_record_save(vv_repository *r, const vv_conflict_record *c, vv_error *err);

/* Reads the record's file. VV_ENOTFOUND: the file does not exist, or is about another conflict than the one
 * in the index. VV_EINPUT: the file is damaged. out is initialised by the call. */
vv_status vv_conflict_record_load(vv_conflict_record *out, vv_repository *r, const vv_index *x,
				  const char *path, vv_error *err);

/* "cell", "row-added" ... */
const char *vv_conflict_kind_name(vv_conflict_kind kind);

/* One item as JSON, as in the file. */
void vv_conflict_item_json(vv_json_out *w, const void *item);

/* A key as people write it: its values with ", " between. Appends. */
void vv_conflict_key_put(vv_buf *b, const char *key);

/* Appends the row's name for reports and `resolve --row`: its key, its number from 1, or, for a removed row
 * without a key, "theirs:7", its number there. Appends nothing without such a name. */
void vv_conflict_row_put(vv_buf *b, const vv_conflict_item *item);

typedef struct vv_conflict_value {
	const char *column;
	vv_cell cell;
} vv_conflict_value;

/* Reads one of an item's values, cell by cell; *count is 0 if that version has no such row. The result
 * lives in arena. */
vv_status vv_conflict_values_read(vv_conflict_value **out, size_t *count, vv_arena *arena,
				  const char *values, vv_error *err);

#endif
