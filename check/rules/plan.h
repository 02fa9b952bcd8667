/*
 * plan: the compiled schema and rule set: the checks of each column, the keys, and the counts of
 * each row group. Only for this room.
 *
 * A correct caller: check_plan_make (compile.h); the plan is then only read, by any thread;
 * check_plan_clear.
 */
#ifndef VV_CHECK_RULES_PLAN_H
#define VV_CHECK_RULES_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "check/rules/check.h"
#include "dataset/rows/condition.h"
#include "dataset/schema/names.h"
#include "dataset/schema/pattern.h"
#include "dataset/schema/value.h"

#define CHECK_OFF UINT32_MAX

/* The possible faults of one cell: a set of these. */
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

/* Whole numbers within the bounds at one scale; numbers outside cannot be decided quickly. */
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
	/* a cell that is missing, or no UTF-8, is found wrong for that; what else it is wrong for is not
	 * reported too */
	bool hides_required, hides_pattern;
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
/* Which columns of the plan, and which rows have a key: those that meet where; NULL: all. Owned by the plan. */
typedef struct check_key_of {
	const size_t *columns;
	size_t count;
	vv_condition *where;
} check_key_of;

typedef struct check_key {
	check_key_kind kind;
	const vv_rule *rule;
	vv_severity severity;
	uint64_t mostly;
	bool stands; /* what repeats is found wrong, whatever else the columns are */
	check_key_of of;
	const char *names;        /* "id, day" */
	vv_hash128 id;            /* of the columns and how their values are read */
	const char *title, *text; /* of a rule of varve.checks; or NULL */
} check_key;

typedef struct check_foreign {
	vv_severity severity; /* OFF: only whether it could be followed */
	uint64_t mostly;
	check_key_of of;
	const char **targets; /* names there, as many */
	const char *resource; /* "": this table */
	const char *names, *target_names;
	vv_hash128 id;
	const char *title; /* of a rule of varve.checks; or NULL */
} check_foreign;

typedef struct check_condition {
	vv_condition *compiled;
	const char *text;   /* as reports have it */
	const char *title;  /* its title; or NULL */
	const char *column; /* of the schema, if it is about one; or NULL */
} check_condition;

/* A finding about the table or a column, made while the plan was. */
typedef struct check_note {
	const vv_rule *rule;
	vv_severity severity;
	const char *column, *value, *message, *expected;
	size_t value_len;
	uint64_t line;
	const char *name; /* of a rule of varve.checks; or NULL. Borrowed from the rules */
	bool unread;      /* something could not be looked at */
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
	size_t *places;   /* schema place -> column of the table; SIZE_MAX: none */
	check_slot *slots;
	size_t slot_count, counter_count; /* counters: a slot's findings, then values seen */
	check_key *keys;
	size_t key_count;
	check_foreign *foreigns;
	size_t foreign_count;
	check_condition *conditions;
	size_t condition_count;
	bool has_conditions; /* some thread evaluates any */
	vv_severity blank_severity;
	uint32_t blank_slot;
	uint64_t blank_mostly;
	/* rows without any value are found wrong for that, and nothing else is reported of them */
	bool pass_blank;
	size_t *show_key; /* columns of the plan that name a row */
	size_t show_key_count;
	check_note *notes, *last_note;
	vv_hash128 id; /* of everything that determines the results of a group's rows */
} check_plan;

void check_plan_clear(check_plan *p);
/* Appends everything that determines how cells of the field are read: for ids of cached results. */
void check_put_reading(vv_buf *out, const vv_field *f);
/* The setting for a rule in a column (NULL: rows), and its severity. */
vv_severity check_severity(const check_plan *p, const char *rule, const char *column, size_t len,
			   uint64_t *mostly);
/* Are all findings of the rule there errors: none tolerated by `mostly`, none accepted? Only then may
 * a finding replace others of the same cells. */
bool check_stands(const check_plan *p, const char *rule, const char *column, size_t len);
/* A finding made while the plan is. */
vv_status check_note_add(check_plan *p, const char *rule, const char *column, size_t column_len,
			 uint64_t line, const char *expected, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 8, 9)));
/* One of a setting about the table. */
vv_status check_note_setting(check_plan *p, const vv_rule_setting *s, const char *expected,
			     vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Adds a finding about a failed check: if its rule is not an error it is one of "unchecked". setting: its
 * setting; NULL: that of the rule. */
vv_status check_note_unread(check_plan *p, const char *rule, const vv_rule_setting *setting,
			    uint64_t line, const char *expected, vv_error *err, const char *fmt,
			    ...) __attribute__((format(printf, 7, 8)));
/* One about a node of the schema, named by its place in its descriptor: "/fields/0/type". */
vv_status check_note_node(check_plan *p, const vv_json *node, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
