/*
 * conflict_file: stores the conflicts of a table in a file, the conflict record, until they are
 * resolved.
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

/* The maximum number of stored conflicts of a table. Further conflicts are only counted. With such
 * conflicts, the user can only take one side of the whole table, or edit the table. */
#define VV_CONFLICTS_MAX 100000u

/* A conflict. */
typedef struct vv_conflict_item {
	vv_conflict_kind kind;
	const char *key; /* the row's key, as a JSON array of texts; may be NULL */
	uint64_t row;    /* row number in the version `root`; UINT64_MAX: no row */
	/* name of the column; NULL: the conflict is not about a column or cell */
	const char *column;
	bool has[3];      /* true if the cell exists in base, ours and theirs */
	vv_cell cells[3]; /* the cell in base, ours and theirs */
	/* for a row without a key that one side removed or both added, for two rows with one key,
	 * and for rows that both replaced: the row in base, ours and theirs, as a JSON object; for all other conflicts, and for
	 * a version that lacks the row, NULL */
	const char *values[3];
	/* if `values` is set: the row's number in base, ours and theirs; UINT64_MAX: the version
	 * does not have the row */
	uint64_t at[3];
	/* if `values` is set and ours lacks the row: number of the row of `root` before which the
	 * row would be inserted; UINT64_MAX: no such row */
	uint64_t before;
	const char *detail; /* a further description for people; may be NULL */
} vv_conflict_item;

/* The indices of the sides in arrays; and further decisions, about rows that both sides added: they
 * are the same, or both stay. */
enum { VV_BASE = 0, VV_OURS = 1, VV_THEIRS = 2, VV_ONCE = 3, VV_BOTH = 4 };

/* A conflict record: the conflicts of a table. Strings are allocated in arena. */
typedef struct vv_conflict_record {
	vv_arena arena;
	const char *path;
	const char *names[3]; /* names of base, ours and theirs for people, such as branches */
	/* blobs of base, ours and theirs; null: the side does not have the path */
	vv_oid sides[3];
	/* commits of ours and theirs, which determine the order of rows; may be null */
	vv_oid commits[2];
	vv_oid merged;           /* blob of the pointer or text that was written to the work tree */
	vv_cid root;             /* the version to which the items' row numbers refer */
	bool touched;            /* some conflicts were resolved, and `items` has only the others */
	vv_conflict_item *items; /* the conflicts that are not resolved */
	size_t count, cap;
	uint64_t left_out; /* number of conflicts beyond VV_CONFLICTS_MAX */
	bool unlimited;    /* `items` has all conflicts, and left_out is 0 */
	/* the decisions about columns and key with which `merged` was made */
	vv_merge_decision *decided;
	size_t decided_count, decided_cap;
	/* the arguments of merge -X with which `merged` was made; allocated in arena by
	 * vv_conflict_record_load, else borrowed */
	vv_strings how;
} vv_conflict_record;

void vv_conflict_record_init(vv_conflict_record *c);
void vv_conflict_record_clear(vv_conflict_record *c);
VV_AUTO_CLEAR(vv_conflict_record, vv_conflict_record_clear)
/* Copies `text` to the arena of c, and returns the copy; NULL if out of memory. */
const char *vv_conflict_record_text(vv_conflict_record *c, const char *text);

/* Adds a copy of the conflict *from to the record c. If c already has VV_CONFLICTS_MAX items, only
 * increments c->left_out, unless c->unlimited is set. */
vv_status vv_conflict_record_add(vv_conflict_record *c, const vv_conflict *from, vv_error *err);

/* Returns true if the conflict is about a cell, about a row that one side removed, or about rows
 * that both sides added or replaced. */
bool vv_conflict_is_of_row(const vv_conflict_item *item);

/* Returns true if the decision VV_ONCE or VV_BOTH can resolve the conflict. */
bool vv_conflict_can_take(const vv_conflict_item *item, int decision);
/* Returns true if by the decision VV_BOTH, the row of theirs gets the next free key. */
bool vv_conflict_gets_key(const vv_conflict_item *item);
/* Returns a proposal for the conflicts of c that can be resolved with `resolve --once` or
 * `resolve --both`, a constant, the more likely one first; NULL: c has no such conflict. */
const char *vv_conflict_record_proposal(const vv_conflict_record *c);

/* Returns true if both conflicts are about the same row. */
bool vv_conflict_same_row(const vv_conflict_item *a, const vv_conflict_item *b);

/* If conflicts of this kind are outside of a table's rows, returns a description of their location,
 * such as "lines above the rows", a constant; else NULL. */
const char *vv_conflict_place(vv_conflict_kind kind);
/* Returns true if the conflict is about a column, the key or the lines around the table, so that
 * the table must be merged again to resolve it. */
bool vv_conflict_is_of_columns(const vv_conflict_item *item);

/* Adds to c->decided the decision `take` for the conflict *item. vv_conflict_is_of_columns must
 * return true for *item. */
vv_status vv_conflict_record_decide(vv_conflict_record *c, const vv_conflict_item *item,
				    vv_merge_take take, vv_error *err);

/* Appends to b a description of the conflicts, such as "3 cells of 2 rows", or "1 row removed on
 * one side and changed on the other, 1 column". */
void vv_conflict_record_describe(vv_buf *b, const vv_conflict_record *c);
/* Appends a line about the conflicts as a merge reports them: "CONFLICT (content): prices.csv: 3
 * cells of 2 rows; 'varve conflicts' lists them". rules: what rules decided, or "". words: as for
 * vv_hint_put. */
void vv_conflict_record_report(vv_buf *b, const vv_conflict_record *c, const char *path,
			       const char *rules, vv_hint_words_fn words);

/* Writes the record c to its file in r. */
vv_status vv_conflict_record_save(vv_repository *r, const vv_conflict_record *c, vv_error *err);

/* Initialises *out, and reads the record of `path` from its file in r. The caller clears *out, also
 * after a failure. VV_ENOTFOUND: the file does not exist, or belongs to another conflict than the
 * one in the index x. VV_EINPUT: the file is damaged. VV_ENOSUPPORT: a newer varve wrote the
 * file. */
vv_status vv_conflict_record_load(vv_conflict_record *out, vv_repository *r, const vv_index *x,
				  const char *path, vv_error *err);

/* Returns the name of a kind in files, a constant: "cell", "row-added" ... */
const char *vv_conflict_kind_name(vv_conflict_kind kind);

/* Writes *item, a vv_conflict_item, to w as JSON, as in the file. */
void vv_conflict_item_json(vv_json_out *w, const void *item);

/* Appends to b the values of `key`, which is a JSON array, with ", " between them. */
void vv_conflict_key_put(vv_buf *b, const char *key);

/* Appends to b the name of the item's row for reports and `resolve --row`: the row's key; without a
 * key, the row's number, from 1; for a row without a key that ours lacks, its number in theirs or in base,
 * such as "theirs:7". Appends nothing if the conflict is not about a row. */
void vv_conflict_row_put(vv_buf *b, const vv_conflict_item *item);

/* A cell of a row in vv_conflict_item.values. */
typedef struct vv_conflict_value {
	const char *column; /* name of its column */
	vv_cell cell;
} vv_conflict_value;

/* Parses `values`, an element of vv_conflict_item.values, and sets *out to its cells, which are
 * allocated in arena, and *count to their number. If values is NULL, *count is 0. */
vv_status vv_conflict_values_read(vv_conflict_value **out, size_t *count, vv_arena *arena,
				  const char *values, vv_error *err);

#endif
