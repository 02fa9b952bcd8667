/*
 * merge_internal: the steps of a merge of tables; shared by merge*.c only.
 *
 * The two sides are x and y, x being the one with the smaller id, whoever is ours: so
 * that nothing but a conflict can depend on who merges whom.
 */
#ifndef VV_DIFF_MERGE_MERGE_INTERNAL_H
#define VV_DIFF_MERGE_MERGE_INTERNAL_H

#include "base/arena.h"
#include "base/hash.h"
#include "dataset/schema/key.h"
#include "diff/merge/merge.h"
#include "diff/rows/columns.h"

#define MERGE_NONE UINT64_MAX

/* Rows old .. old + rows of base are rows new .. new + rows of a side. */
typedef struct merge_run {
	uint64_t old_row, new_row, rows;
} merge_run;

/* Rows that a side added at one place: behind base row `above` - 1, or, 0, at the top. */
typedef struct merge_block {
	uint64_t above;
	uint64_t row, rows; /* in the side */
	uint64_t before;    /* added rows in the blocks before it */
} merge_block;

/* What makes a row group: its cells, its line forms. */
typedef struct merge_group {
	uint64_t row;
	vv_hash128 data;
	uint64_t layout;
	bool plain; /* all its lines follow from its cells */
} merge_group;

typedef struct merge_groups {
	merge_group *list; /* ascending by row */
	size_t count, cap;
	size_t at; /* found last */
} merge_groups;

/* Rows of one version with their lines, some recently used groups kept. */
#define MERGE_SLOTS 24u
typedef struct merge_slot {
	vv_batch batch;
	vv_buf lines;
	size_t *ends;  /* of each row's line in lines; NULL: not made */
	uint64_t used; /* 0: empty */
} merge_slot;
typedef struct merge_rows {
	vv_table *table;
	vv_table_reader *reader;
	merge_slot slots[MERGE_SLOTS];
	uint64_t clock, next; /* next: first row of the group that the reader gives next */
	uint64_t groups;
	size_t last; /* slot used last */
} merge_rows;

typedef struct merge_side {
	vv_table *table;
	vv_columns columns; /* base to this; empty without base */
	long *to_base;      /* for each column its place in base; -1 */
	long *from_base;    /* for each column of base its place here; -1 */
	bool *edited;       /* for each column of base: cells of it have other values here */
	/* the same: the other side dropped it, and rows added here have values in it */
	bool *filled;
	bool moved_columns;
	size_t key[VV_KEY_COLUMNS_MAX]; /* places of what identifies rows */

	merge_run *by_old, *by_new; /* the rows that base and this have, in either order */
	size_t run_count;
	size_t at_old, at_new; /* found last */
	uint64_t gone;         /* rows of base that are not here */
	uint64_t *changed;     /* rows of base that have other cells here; ascending */
	size_t changed_count, at_changed;
	bool exact; /* all others have the same cells, in the same spelling */
	bool reordered;
	merge_block *blocks; /* ascending by row */
	size_t *by_above;    /* the same ascending by above */
	size_t block_count;
	uint64_t added;
	/* for each added row the row of equal key that the other side added, or MERGE_NONE */
	uint64_t *partner;
	bool *placed;     /* for each added row: written, with its partner */
	bool same_places; /* equal groups of base and this are equal rows */
	merge_groups groups;

	merge_rows rows;
	bool copies;      /* its lines can stand in the result as they are */
	bool own_columns; /* the result has a column of it that base has not */
	bool *counts; /* for each of its columns: base has it not, and removing a row must not lose its value;
	                       * NULL: there is none. Not only those of the result: where two columns have one name,
	                       * which of them is there depends on who merges */
} merge_side;

/* A column of the result; places in the three versions, -1 where there is none. */
typedef struct merge_column {
	long b, side[2];
	const char *name; /* in the arena, NUL behind */
	size_t name_len;
	const vv_field *type; /* by which values are compared; NULL: ours' cells stand */
	bool dropped;         /* taken out again */
	bool contested;       /* its name, or that it is there, is a conflict already */
	/* version (0, 1: a side; 2: base) that was decided for; -1: none was */
	int takes;
	bool done;
} merge_column;

typedef struct merge_writer merge_writer;

typedef struct merge {
	vv_table *base; /* NULL: none */
	merge_side side[2];
	size_t ours; /* 0 or 1 */
	const vv_merge_options *opts;
	vv_merge_stats *stats;
	vv_arena arena;
	vv_buf text; /* scratch */
	/* for comparing values; failed: memory ran out, what was compared means nothing */
	vv_buf scratch;

	size_t base_key[VV_KEY_COLUMNS_MAX];
	size_t key_count;    /* 0: rows have no key */
	merge_groups groups; /* of base */
	merge_rows rows;     /* of base */
	bool base_copies;

	merge_column *columns;
	size_t column_count;
	long *column_of_base, *column_of[2]; /* columns of the versions in the result; -1 */
	bool mixed;                          /* not all versions have the same form, CSV or JSON */
	bool partial; /* a column of base that only one side has is in the result */
	size_t key[VV_KEY_COLUMNS_MAX]; /* what identifies rows: columns of the result */
	vv_root as;                     /* what the result is imported as */
	vv_schema compare;              /* the types by which values are compared */
	merge_writer *writer;
} merge;

/* merge.c */
/* A conflict; cells of base and the two sides; any may be NULL. key_cells: a row of
 * `version` (0, 1: a side; 2: base) whose key names it, or NULL. */
typedef struct merge_report {
	vv_conflict_kind kind;
	const vv_cell *key_cells;
	int version;
	uint64_t row;
	const char *column;
	const vv_cell *base, *side[2];
	const char *detail;
} merge_report;
vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err);
vv_table *merge_version(const merge *m, int version); /* 0, 1: a side; 2: base, may be NULL */
/* Which of three: 0 the first side's, 1 the second's, -1 both changed it differently. */
int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base);

/* The version that was decided for (0, 1: a side; 2: base); -1: none was. */
int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len);

/* columns.c: which columns the result has, and in what order. */
/* columns of either side, and what identifies rows */
vv_status merge_columns_match(merge *m, vv_error *err);
vv_status merge_columns_choose(merge *m, vv_error *err); /* after merge_rows_match */

/* dropped.c: looks at what stands in columns that the other side dropped. *why: nothing
 * of the table, or of a row that a side added or changed, would be left; else NULL. After
 * merge_rows_match. */
vv_status merge_dropped_look(merge *m, const char **why, vv_error *err);

/* column_order.c */
vv_status merge_columns_order(merge *m, vv_error *err);

/* schema.c: descriptors, key and cut, into m->as and m->compare. */
vv_status merge_schema(merge *m, vv_error *err);

/* dialect.c: the dialect, into m->as; whose lines can be copied. */
vv_status merge_form(merge *m, vv_error *err);

/* match.c: which row of base is which of a side. */
vv_status merge_rows_match(merge *m, vv_error *err);
/* slide.c: of equal rows without a key takes those for removed that the other side did not
 * change: by_old of the side, which has no empty run. *moved: it is another one now. */
vv_status merge_slide(merge *m, size_t which, bool *moved, vv_error *err);
/* Has a side (nearly) nothing of base's rows? */
bool merge_is_other_table(merge *m, const merge_side *s);
/* rows that both added; after the columns are known */
vv_status merge_partners(merge *m, vv_error *err);
uint64_t merge_to_side(merge_side *s, uint64_t old_row); /* MERGE_NONE: removed */
uint64_t merge_to_base(merge_side *s, uint64_t new_row); /* MERGE_NONE: added */
/* How many rows from old_row (new_row in the side) on have the same cells and the same lines
 * in both, as far as that is known without reading them. */
uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row);
/* The number of an added row among all that the side added. */
uint64_t merge_added_index(const merge_side *s, uint64_t new_row);
/* The block behind a base row (above: its number + 1; 0: the top); NULL: none. */
const merge_block *merge_block_at(const merge_side *s, uint64_t above);
void merge_match_clear(merge *m);

/* fetch.c */
vv_status merge_rows_open(merge_rows *r, vv_table *t, vv_error *err);
void merge_rows_close(merge_rows *r);
/* The row's cells, and with line its bytes in the file; borrowed until MERGE_SLOTS - 1
 * further groups were asked for. */
vv_status merge_row(merge_rows *r, uint64_t row, const vv_cell **cells, vv_error *err);
vv_status merge_line(merge_rows *r, uint64_t row, const char **line, size_t *len, vv_error *err);
/* The bytes of up to max rows from row on that stand in one group; *rows gets how many. */
vv_status merge_lines(merge_rows *r, uint64_t row, uint64_t max, const char **lines, size_t *len,
		      size_t *last, uint64_t *rows, vv_error *err);

/* cells.c */
/* A row while it is merged: cells of the versions that were needed, NULL for others. */
typedef struct merge_row_state {
	uint64_t base_row, row[2]; /* MERGE_NONE */
	const vv_cell *base, *side[2];
	bool touched[2];
	vv_cell *out;   /* column_count cells */
	uint64_t place; /* of the row in the result */
} merge_row_state;
/* Of a row of base that both sides have. */
vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err);
/* Of a row that both added. */
vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err);
/* Of a row that only one side has (its columns that base has not included). */
void merge_cells_single(merge *m, merge_row_state *s, size_t which);
/* Would removing the row lose a value that the side changed or, in a column of its own, added? */
bool merge_value_changed(merge *m, const merge_row_state *s, size_t which);
/* Is the row in the result exactly what the version has? */
bool merge_cells_are(const merge *m, const merge_row_state *s, int version);
/* Order of two rows of the sides by what they hold. */
int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y);

/* write.c: the result's bytes, pulled. */
vv_status merge_writer_open(merge *m, vv_error *err);
ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err);
uint64_t merge_writer_rows(const merge *m);
void merge_writer_close(merge *m);

/* added.c: rows added at one place by either side, in the order of the result. */
typedef struct merge_span {
	uint64_t row, rows;
} merge_span;
typedef struct merge_spans {
	merge_span *list;
	size_t count, cap;
	size_t at;       /* the span that comes next, */
	uint64_t inside; /* and how many of its rows have gone */
} merge_spans;
typedef struct merge_added {
	merge_spans pending[2];
	enum { ADDED_NONE, ADDED_BY_KEY, ADDED_ONE_BY_ONE, ADDED_TOGETHER } mode;
	size_t first; /* one by one: this side's rows first */
	bool active;
} merge_added;
vv_status merge_added_put(merge *m, merge_added *a, size_t which, const merge_block *b,
			  vv_error *err);
/* Begins to give what was put; *any false: there is nothing. */
vv_status merge_added_begin(merge *m, merge_added *a, bool *any, vv_error *err);
/* The next row: its numbers in the sides, MERGE_NONE where it is not. 1, 0, <0. */
int merge_added_next(merge *m, merge_added *a, uint64_t row[2], vv_error *err);
void merge_added_clear(merge_added *a);

#endif
