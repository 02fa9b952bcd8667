/*
 * conflict_file: stores the conflicts of a table in a file until they are resolved.
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

/* The most conflicts of a table that are stored. Further conflicts are only counted; the table can
 * then only be resolved as a whole, or by editing it. */
#define VV_CONFLICTS_MAX 100000u

typedef struct vv_conflict_item {
	vv_conflict_kind kind;
	const char *key;    /* the row's key, as a JSON array of texts; may be NULL */
	uint64_t row;       /* row number in the version `root`; UINT64_MAX: no row */
	const char *column; /* may be NULL */
	bool has[3];        /* whether the cell exists in base, ours and theirs */
	vv_cell cells[3];
	/* for a row without a key that one side removed: the row in base, ours and theirs, as a
	 * JSON object; else NULL */
	const char *values[3];
	/* with values: the row's number in base, ours and theirs; UINT64_MAX: the version does not
	 * have the row */
	uint64_t at[3];
	/* for such a row that ours removed: the row of `root` before which it would be inserted;
	 * UINT64_MAX: no such row */
	uint64_t before;
	const char *detail; /* may be NULL */
} vv_conflict_item;

typedef struct vv_merge_side {
	uint32_t mode; /* 0: the side does not have the path */
	vv_oid id;
} vv_merge_side;

enum { VV_BASE = 0, VV_OURS = 1, VV_THEIRS = 2 };

/* The conflicts of a table. Strings are allocated in arena. */
typedef struct vv_conflict_record {
	vv_arena arena;
	const char *path;
	const char *names[3]; /* names of base, ours and theirs for people: branches */
	/* blobs of base, ours and theirs; null: the side does not have the path */
	vv_oid sides[3];
	/* commits of ours and theirs, which determine the order of rows; may be null */
	vv_oid commits[2];
	vv_oid merged; /* blob of the pointer or text that was written to the work tree */
	vv_cid root;   /* the version to which the items' row numbers refer */
	bool touched;  /* some conflicts were resolved; items has only the others */
	vv_conflict_item *items;
	size_t count, cap;
	uint64_t left_out; /* conflicts beyond VV_CONFLICTS_MAX */
	/* the decisions about columns and key with which `merged` was made */
	vv_merge_decision *decided;
	size_t decided_count;
	/* the arguments of merge -X with which `merged` was made; borrowed, or allocated in
	 * arena */
	vv_strings how;
} vv_conflict_record;

void vv_conflict_record_init(vv_conflict_record *c);
void vv_conflict_record_clear(vv_conflict_record *c);
VV_AUTO_CLEAR(vv_conflict_record, vv_conflict_record_clear)
/* Copies a text to the record's arena. NULL: out of memory. */
const char *vv_conflict_record_text(vv_conflict_record *c, const char *text);

/* Adds a copy of the conflict to the record. */
vv_status vv_conflict_record_add(vv_conflict_record *c, const vv_conflict *from, vv_error *err);

/* Returns true if the conflict is about a row: a cell, or a row that one side removed. */
bool vv_conflict_is_of_row(const vv_conflict_item *item);

/* Returns true if both conflicts are about the same row. */
bool vv_conflict_same_row(const vv_conflict_item *a, const vv_conflict_item *b);

/* Returns a description of the kind for conflicts outside of a table's rows, such as "lines above
 * the table". NULL: another kind. */
const char *vv_conflict_place(vv_conflict_kind kind);
/* Returns true if the conflict is about a column, the key or the lines around the table, so that
 * the table must be merged again to resolve it. */
bool vv_conflict_is_of_columns(const vv_conflict_item *item);

/* Records the decision for an item for which vv_conflict_is_of_columns returns true. */
vv_status vv_conflict_record_decide(vv_conflict_record *c, const vv_conflict_item *item,
				    vv_merge_take take, vv_error *err);

/* Appends a description of the conflicts: "3 cells of 2 rows", "1 row removed and changed, 1
 * column". */
void vv_conflict_record_describe(vv_buf *b, const vv_conflict_record *c);

/* Writes the record's file. */
vv_status vv_conflict_record_save(vv_repository *r, const vv_conflict_record *c, vv_error *err);

/* Initialises *out, and reads the record's file. VV_ENOTFOUND: the file does not exist, or does not
 * match the conflict in the index. VV_EINPUT: the file is damaged. */
vv_status vv_conflict_record_load(vv_conflict_record *out, vv_repository *r, const vv_index *x,
				  const char *path, vv_error *err);

/* Returns the name of a kind: "cell", "row-added" ... */
const char *vv_conflict_kind_name(vv_conflict_kind kind);

/* Writes an item as JSON, as in the file. item is a vv_conflict_item. */
void vv_conflict_item_json(vv_json_out *w, const void *item);

/* Appends a key, which is a JSON array, for people: its values with ", " between them. */
void vv_conflict_key_put(vv_buf *b, const char *key);

/* Appends the name of the item's row for reports and `resolve --row`: its key, or its number from
 * 1, or, for a removed row without a key, its number in one of the versions, such as "theirs:7".
 * Appends nothing if the row has no such name. */
void vv_conflict_row_put(vv_buf *b, const vv_conflict_item *item);

typedef struct vv_conflict_value {
	const char *column;
	vv_cell cell;
} vv_conflict_value;

/* Reads the cells of one of an item's values (a version's row). Sets *count to 0 if that version
 * does not have the row. The result is allocated in arena. */
vv_status vv_conflict_values_read(vv_conflict_value **out, size_t *count, vv_arena *arena,
				  const char *values, vv_error *err);

#endif
