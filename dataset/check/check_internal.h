/*
 * check_internal: what the parts of check share: the plan that a schema and a rule set
 * compile to, and what is learnt of each row group.
 */
#ifndef VV_DATASET_CHECK_CHECK_INTERNAL_H
#define VV_DATASET_CHECK_CHECK_INTERNAL_H

#include "base/arena.h"
#include "dataset/check/check.h"
#include "dataset/check/condition.h"
#include "dataset/check/pattern.h"
#include "dataset/check/value.h"
#include "dataset/format/group.h"
#include "dataset/schema/names.h"

#define CHECK_OFF UINT32_MAX

/* What can be wrong with one cell: a set of these. */
enum {
	CHECK_MISSING_CELL = 1 << 0,
	CHECK_ENCODING = 1 << 1,
	CHECK_TYPE = 1 << 2,
	CHECK_BUDGET = 1 << 3,
	CHECK_REQUIRED = 1 << 4, /* from here on: constraint-error */
	CHECK_MIN_LENGTH = 1 << 5,
	CHECK_MAX_LENGTH = 1 << 6,
	CHECK_MINIMUM = 1 << 7,
	CHECK_MAXIMUM = 1 << 8,
	CHECK_ABOVE = 1 << 9, /* exclusiveMinimum */
	CHECK_BELOW = 1 << 10,
	CHECK_PATTERN = 1 << 11,
	CHECK_ENUM = 1 << 12,
	CHECK_CATEGORY = 1 << 13
};
#define CHECK_CONSTRAINTS 0x3ff0u
#define CHECK_KINDS 14

/* One thing that is counted for each row group. */
typedef struct check_slot {
	const vv_rule *rule;
	vv_severity severity;
	uint64_t mostly;
	size_t column;    /* of the plan; SIZE_MAX: about the row */
	size_t condition; /* of the plan; SIZE_MAX: none */
	uint32_t seen;    /* the counter of values looked at; CHECK_OFF where all must be right */
} check_slot;

typedef struct check_bound {
	bool given;
	vv_value value;   /* digits in the plan's `digits` */
	const char *text; /* as the descriptor spells it */
	size_t text_len;
} check_bound;
enum { BOUND_MINIMUM, BOUND_MAXIMUM, BOUND_ABOVE, BOUND_BELOW, BOUND_COUNT };

/* Whole numbers within the bounds at one scale; what lies outside cannot be told quickly. */
typedef struct check_range {
	int64_t least, most;
	bool usable;
} check_range;
#define CHECK_SCALES 19

typedef struct check_column {
	size_t place;          /* in the table */
	size_t field_place;    /* in the schema; SIZE_MAX: it has none */
	const vv_field *field; /* NULL: the schema does not have the column */
	const char *name;
	size_t name_len;
	uint32_t missing_cell, encoding, type, budget, constraint; /* slots, or CHECK_OFF */
	bool required;
	uint64_t min_length, max_length; /* UINT64_MAX: none */
	bool has_lengths;
	check_bound bounds[BOUND_COUNT];
	bool has_bounds;
	vv_pattern *pattern;
	const char *pattern_text;
	vv_names *allowed, *categories;   /* canonical values */
	bool typed_missing;               /* some missing value reads as a number or date */
	bool spare;                       /* no constraint but bounds and required */
	check_range ranges[CHECK_SCALES]; /* of numbers; [0] also days of dates */
} check_column;

typedef enum check_key_kind {
	CHECK_PRIMARY,
	CHECK_UNIQUE_KEY,
	CHECK_UNIQUE,
	CHECK_ROW /* all columns: a missing value is one as well */
} check_key_kind;
typedef struct check_key {
	check_key_kind kind;
	const vv_rule *rule;
	vv_severity severity;
	uint64_t mostly;
	size_t *columns; /* of the plan */
	size_t count;
	const char *names; /* "id, day" */
	vv_hash128 id;     /* of the columns and how their values are read */
} check_key;

typedef struct check_foreign {
	vv_severity severity;
	uint64_t mostly;
	size_t *columns;      /* of the plan */
	const char **targets; /* names there */
	size_t count;
	const char *resource; /* "": this table */
	const char *names, *target_names;
	vv_hash128 id;
} check_foreign;

typedef struct check_condition {
	vv_condition *compiled;
	const vv_rule_setting *setting;
} check_condition;

/* A finding about the table or a column, made while the plan was. */
typedef struct check_note {
	const vv_rule *rule;
	vv_severity severity;
	const char *column, *value, *message, *expected;
	size_t value_len;
	uint64_t line;
	struct check_note *next;
} check_note;

typedef struct check_plan {
	vv_arena arena;
	const vv_check_options *o;
	vv_table *table;
	vv_schema own;           /* o->schema, read */
	const vv_schema *schema; /* &own, or the table's */
	const char *schema_name;
	bool json;             /* cells come from NDJSON or JSON */
	vv_buf digits;         /* of the bounds */
	check_column *columns; /* one for each of the table's */
	size_t count;
	size_t *of_field; /* schema place -> column of the plan; SIZE_MAX: none */
	check_slot *slots;
	size_t slot_count, counter_count; /* counters: a slot's findings, then values seen */
	check_key *keys;
	size_t key_count;
	check_foreign *foreigns;
	size_t foreign_count;
	check_condition *conditions;
	size_t condition_count;
	size_t *condition_fields; /* schema places that some condition reads */
	size_t condition_field_count;
	const vv_rule *blank_row;
	vv_severity blank_severity;
	uint32_t blank_slot;
	uint64_t blank_mostly;
	/* rows without any value are an error, and nothing else is told of them */
	bool pass_blank;
	size_t *show_key; /* columns of the plan that name a row */
	size_t show_key_count;
	check_note *notes, *last_note;
	vv_hash128 id; /* of all that decides what a group's rows give */
} check_plan;

/* plan.c. out is initialised by the call, and cleared after a failure. */
vv_status check_plan_make(check_plan *out, vv_table *t, const vv_check_options *o, vv_error *err);
void check_plan_clear(check_plan *p);
vv_status check_note_add(check_plan *p, const char *rule, const char *column, size_t column_len,
			 uint64_t line, const char *expected, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 8, 9)));
/* The setting for a rule in a column (NULL: rows), and its severity. */
vv_severity check_severity(const check_plan *p, const char *rule, const char *column, size_t len,
			   uint64_t *mostly);

/* labels.c: the header against the schema; fills the columns' fields. */
vv_status check_labels(check_plan *p, vv_error *err);

/* constraints.c: fills a column's constraints from its field. */
vv_status check_constraints(check_plan *p, check_column *c, vv_error *err);
/* The place of a node in its descriptor: "/fields/0/type"; borrowed from the plan. */
vv_status check_note_node(check_plan *p, const vv_json *node, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* cells.c: one thread's working memory. */
typedef struct check_worker {
	vv_buf block, value, key;
	vv_cell *cells;
	size_t cell_cap;
	vv_arena arena;
	vv_pattern_scratch *patterns;
	vv_condition_scratch *conditions;
	uint8_t *blank; /* a row each; valid while has_blank */
	size_t blank_cap;
	bool has_blank;
	bool pass_blank; /* has_blank, and they are passed over */
	uint64_t *numbers;
	uint32_t *counters; /* counter_count */
	bool no_memory;
} check_worker;
void check_worker_clear(check_worker *w);
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* What is wrong with a cell: a set of CHECK_ bits. */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group: its cells where long ones have been brought in line (batch), else its
 * block. */
typedef struct check_group {
	vv_group view;
	const vv_batch *batch; /* NULL: view only */
	size_t rows;
} check_group;
/* A column's cells: cells[0 .. rows), stride apart. */
vv_status check_group_column(const check_group *g, size_t place, vv_cell *cells, size_t stride,
			     vv_arena *arena, vv_error *err);
/* Finds rows without any value: w->has_blank, w->pass_blank. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Counts into w->counters, sets w->blank; *newlines: line ends inside of cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Line ends inside the group's cells alone. */
vv_status check_group_newlines(const check_group *g, size_t columns, vv_arena *arena,
			       uint32_t *newlines, vv_error *err);
vv_cell *check_worker_cells(check_worker *w, size_t count, vv_error *err);

/* column_view.c: columns judged by how they are encoded, without making their cells. */
/* True: no cell of the column is found wrong. False: that must be looked at cell by cell. */
bool check_view_clean(check_worker *w, const check_plan *p, const check_column *c,
		      const vv_group *g);
/* True: no cell of the column is empty or absent (so no row is blank). */
bool check_view_filled(const vv_group *g, size_t column);
/* True: no line end in any of the column's cells. */
bool check_view_one_line(const vv_group *g, size_t column);

/* One row group of the version under way. */
typedef struct check_group_info {
	vv_cid cid;
	uint64_t first_row;
	uint32_t rows;
	uint32_t newlines;
	uint32_t
		/* where its counters begin in the run's `counts`; UINT32_MAX: nothing found */
		counts;
	uint8_t known;       /* the rules' answer is from the cache */
	const uint8_t *item; /* its entry in the list, where it has long cells; else NULL */
	size_t item_len;
} check_group_info;

/* table.c: a version under way. */
typedef struct check_run {
	check_plan plan;
	vv_table *table;
	const vv_check_options *o;
	vv_check_result *result;
	check_worker *workers;
	size_t worker_count;
	check_group_info *groups;
	size_t group_count;
	vv_arena arena;
	vv_buf memo;      /* the record as it was read */
	vv_buf counts;    /* varint n, then n x (varint counter, varint count) */
	uint64_t *totals; /* counter_count */
	uint64_t groups_read;
	vv_check_lines *lines;
	struct check_keys *keys; /* one for each of plan.keys */
} check_run;

/* Loads group i (through the batch where it has long cells). */
vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err);
void check_unload(check_group *g);
/* The counters of a group that is known: reads *p, moving it. */
bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count);

/* lines.c: which lines the rows stand in. Line ends inside of a group's cells, where they
 * are known already. */
void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines);
/* Keeps what it was given. */
vv_status check_lines_keep(vv_check_lines *l, vv_error *err);
/* Blank lines between the rows: how many in all, and for up to `limit` of them the line. */
vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err);

/* Rows whose line end is not the dialect's: how many, and the first. */
uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row);

/* memo.c: the record of what is known of groups. */
vv_status check_memo_load(check_run *r, vv_error *err);
vv_status check_memo_save(check_run *r, vv_error *err);

/* emit.c: findings out of groups. */
typedef struct check_emit check_emit;
vv_status check_emit_open(check_emit **out, check_run *r, vv_error *err);
void check_emit_close(check_emit *e);
vv_status check_emit_notes(check_emit *e, vv_error *err);
vv_status check_emit_blank_lines(check_emit *e, vv_error *err);
/* Rows that end otherwise than the dialect says. */
vv_status check_emit_line_ends(check_emit *e, vv_error *err);
vv_status check_emit_cells(check_emit *e, vv_error *err);
/* A finding about a row (from 0) and its cells in some columns of the plan: message and
 * expected are texts of ours. */
vv_status check_emit_row(check_emit *e, const vv_rule *rule, vv_severity severity, uint64_t row,
			 const size_t *columns, size_t count, const char *message,
			 const char *expected, vv_error *err);
/* Counts what was found, and tells the callback of what is over the limit. */
vv_status check_emit_total(check_emit *e, const vv_rule *rule, vv_severity severity,
			   const char *column, uint64_t found, uint64_t given, bool tolerated,
			   vv_error *err);
uint64_t check_limit(const check_run *r);
/* Does `mostly` let so many of so many through? */
bool check_tolerated(uint64_t mostly, uint64_t found, uint64_t seen);

/* words.c: what is wrong with a cell, by the number of its CHECK_ bit; what was expected,
 * by the bit. */
const char *check_message(const check_column *c, unsigned kind);
void check_put_expected(vv_buf *out, const check_column *c, unsigned kind);

/* keys.c: uniqueness. */
vv_status check_keys_open(check_run *r, vv_error *err);
void check_keys_close(check_run *r);
/* Is group i's part in key k still to be read? */
bool check_keys_wants(const check_run *r, size_t k, size_t i);
/* The entries of a group's rows, appended to out. */
vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   vv_buf *out, vv_error *err);
vv_status check_keys_take(check_run *r, size_t k, const vv_buf *entries, vv_error *err);
vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err);

/* foreign_keys.c: foreign keys. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

/* The canonical bytes of a row's key, and whether it is whole (no part missing). cells: a
 * list for each of the columns. False: no memory. */
bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const size_t *columns,
		     size_t count, const vv_cell *const *cells, size_t row, bool *whole);
/* Those lists, of a group, in the arena. */
vv_status check_key_cells(check_run *r, const check_group *g, const size_t *columns, size_t count,
			  vv_arena *arena, const vv_cell ***out, vv_error *err);

#endif
