/*
 * plan: the plan of a check. It is made from a schema and a rule set, and has the checks of each
 * column, the keys, the conditions, and the counters for each row group. Private to check/rules.
 *
 * A correct caller calls check_plan_make (compile.h), and later check_plan_clear. Between these calls
 * the plan does not change, and all threads may read it.
 */
#ifndef VV_CHECK_RULES_PLAN_H
#define VV_CHECK_RULES_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "check/rules/finding.h"
#include "dataset/rows/condition.h"
#include "dataset/schema/names.h"
#include "dataset/schema/pattern.h"
#include "dataset/schema/value.h"

typedef struct vv_check_options vv_check_options;
typedef struct vv_rule_setting vv_rule_setting;
typedef struct vv_table vv_table;

/* in place of the index of a slot (check_slot): the rule is not checked */
#define CHECK_OFF UINT32_MAX

/* The slots of a column: each counts the findings of one rule of cells, in each row group. One row
 * for each slot: name, code of the rule, and what finds them: RUN, also a check of a whole run of cells
 * (numbers_clean and text_clean in cells.c); CELL, only check_cell. */
/* clang-format off */
#define CHECK_SLOT_ROWS(row) \
	row(MISSING, "missing-cell", RUN) \
	row(ENCODING, "encoding-error", RUN) \
	row(TYPE, "type-error", RUN) \
	row(BUDGET, "pattern-budget", RUN) \
	row(CONSTRAINT, "constraint-error", RUN)

/* The faults of a cell, in the order of their findings for one cell. One row for each fault: name,
 * slot that counts it, message, expected value, value that follows it (CHECK_SHOWS_ in emit.c). A
 * message of NULL depends on the field's type. */
#define CHECK_FAULT_ROWS(row) \
	row(MISSING_CELL, MISSING, "the row ends before this column", "a cell", NOTHING) \
	row(ENCODING, ENCODING, "is not valid UTF-8", "UTF-8", NOTHING) \
	row(TYPE, TYPE, NULL, "", TYPE) \
	row(BUDGET, BUDGET, "could not be checked: the pattern takes too many steps", \
	    "the pattern ", PATTERN) \
	row(REQUIRED, CONSTRAINT, "is missing, and the field is required", "a value", NOTHING) \
	row(MIN_LENGTH, CONSTRAINT, "is shorter than 'minLength' allows", "a length of at least ", \
	    MIN_LENGTH) \
	row(MAX_LENGTH, CONSTRAINT, "is longer than 'maxLength' allows", "a length of at most ", \
	    MAX_LENGTH) \
	row(MINIMUM, CONSTRAINT, "is below the 'minimum'", "at least ", MINIMUM) \
	row(MAXIMUM, CONSTRAINT, "is above the 'maximum'", "at most ", MAXIMUM) \
	row(ABOVE, CONSTRAINT, "is not above the 'exclusiveMinimum'", "more than ", ABOVE) \
	row(BELOW, CONSTRAINT, "is not below the 'exclusiveMaximum'", "less than ", BELOW) \
	row(PATTERN, CONSTRAINT, "does not match the 'pattern'", "the pattern ", PATTERN) \
	row(ENUM, CONSTRAINT, "is not in the 'enum'", "", ENUM) \
	row(CATEGORY, CONSTRAINT, "is not one of the 'categories'", "", CATEGORIES)
/* clang-format on */

enum {
#define SLOT_NUMBER(name, ...) CHECK_SLOT_##name,
	CHECK_SLOT_ROWS(SLOT_NUMBER)
#undef SLOT_NUMBER
		CHECK_SLOT_COUNT
};

/* The number of each fault, CHECK_FAULT_TYPE, and its bit, CHECK_TYPE. The faults of a cell are
 * combined bits. */
enum {
#define FAULT_NUMBER(name, ...) CHECK_FAULT_##name,
	CHECK_FAULT_ROWS(FAULT_NUMBER)
#undef FAULT_NUMBER
		CHECK_FAULT_COUNT
};
_Static_assert(CHECK_FAULT_COUNT < 32, "the faults of a cell are the bits of an unsigned int");
enum {
#define FAULT_BIT(name, ...) CHECK_##name = 1 << CHECK_FAULT_##name,
	CHECK_FAULT_ROWS(FAULT_BIT)
#undef FAULT_BIT
};

/* A slot: one kind of finding that is counted for each row group, such as the type errors of one
 * column. */
typedef struct check_slot {
	const vv_rule *rule;
	vv_severity severity;
	uint64_t mostly; /* as in vv_rule_setting */
	size_t column; /* index of the column in the plan; SIZE_MAX: the finding is about the row */
	size_t condition; /* index of the condition in the plan; SIZE_MAX: no condition */
	/* index of the counter of examined values, for `mostly`; CHECK_OFF: all values must be
	 * valid */
	uint32_t seen;
} check_slot;

/* A bound of a column's values. */
typedef struct check_bound {
	bool given;       /* the column has this bound */
	vv_value value;   /* the digits are in the plan's `digits` */
	const char *text; /* the bound as the descriptor spells it */
	size_t text_len;
} check_bound;
/* The index of each kind of bound in arrays. */
enum { BOUND_MINIMUM, BOUND_MAXIMUM, BOUND_ABOVE, BOUND_BELOW, BOUND_COUNT };

/* The range of integers m for which m / 10^scale is within the bounds, for one scale. */
typedef struct check_range {
	int64_t least, most; /* the first and the last integer of the range */
	bool usable;         /* false: numbers must be compared exactly */
} check_range;
#define CHECK_SCALES 19 /* number of scales: 0 to 18 */

/* A column of the table, and its checks. */
typedef struct check_column {
	size_t place;          /* index of the column in the table */
	size_t field_place;    /* index of the field in the schema; SIZE_MAX: no field */
	const vv_field *field; /* NULL: the schema lacks the column */
	const char *name;      /* name of the column; name_len bytes */
	size_t name_len;
	/* indexes of slots, by CHECK_SLOT_...; CHECK_OFF: the rule is not checked */
	uint32_t slots[CHECK_SLOT_COUNT];
	/* a finding for a missing cell replaces the finding "required" for the same cell */
	bool hides_required,
		/* a finding for invalid UTF-8 replaces the finding "pattern" for the same cell */
		hides_pattern;
	bool required; /* the constraint "required" */
	/* the constraints minLength and maxLength; UINT64_MAX: no such bound */
	uint64_t min_length, max_length;
	bool has_lengths;                /* min_length or max_length is a bound */
	check_bound bounds[BOUND_COUNT]; /* the bounds of its values, by BOUND_... */
	bool has_bounds;                 /* at least one bound is given */
	vv_pattern *pattern;             /* NULL: no pattern */
	const char *pattern_text;        /* the pattern as the schema spells it */
	/* the canonical forms of the values of a constraint; NULL: no such constraint */
	vv_names *allowed,   /* of enum */
		*categories; /* of categories */
	bool typed_missing;  /* a spelling of the missing value could be a number or a date, too */
	/* runs of its cells can be checked as a whole: no constraints except bounds and required, and no
	 * slot that is found by CELL */
	bool spare;
	/* ranges for numbers of each scale; [0] is also the range for the days of dates */
	check_range ranges[CHECK_SCALES];
} check_column;

/* Why a key must be unique. */
typedef enum check_key_kind {
	CHECK_PRIMARY,    /* it is the primary key */
	CHECK_UNIQUE_KEY, /* it is in uniqueKeys, or a rule of varve.checks names its columns */
	CHECK_UNIQUE,     /* it is a column with the constraint "unique" */
	CHECK_ROW         /* rows must not repeat: all columns; a missing value counts as a value */
} check_key_kind;
/* The columns of a key. Owned by the plan. */
typedef struct check_key_of {
	const size_t *columns; /* indexes in the plan */
	size_t count;
	vv_condition *where; /* selects the rows that have a key; NULL: all rows */
} check_key_of;

/* A key that must be unique. */
typedef struct check_key {
	check_key_kind kind;
	const vv_rule *rule;
	vv_severity severity;
	uint64_t mostly;   /* as in vv_rule_setting */
	bool stands;       /* every repeated key is reported as an error (check_stands) */
	check_key_of of;   /* the columns of the key */
	const char *names; /* names of the columns, such as "id, day" */
	/* identifies the columns, how their values are read, the table's path and `of.where` */
	vv_hash128 id;
	/* of a rule of varve.checks; NULL: the rule is built in */
	const char *title, *text;
} check_key;

/* A foreign key. */
typedef struct check_foreign {
	/* VV_SEVERITY_OFF: the plan only checks whether the foreign key can be resolved */
	vv_severity severity;
	uint64_t mostly;      /* as in vv_rule_setting */
	check_key_of of;      /* the columns of this table */
	const char **targets; /* names of the columns in the resource; `of.count` elements */
	const char *resource; /* "": this table */
	/* names separated by commas: */
	const char *names,     /* of the columns of this table */
		*target_names; /* of the columns of the resource */
	vv_hash128 id; /* identifies the foreign key, and how values of its columns are read */
	/* title of a rule of varve.checks; NULL: the schema declares the foreign key */
	const char *title;
} check_foreign;

/* A condition that each row must meet. */
typedef struct check_condition {
	vv_condition *compiled; /* owned */
	const char *text;       /* text for reports */
	const char *title;      /* may be NULL */
	const char *column;     /* the column that the condition is about; may be NULL */
} check_condition;

/* A note: a finding about the table or a column that was found while the plan was made. Its members
 * are those of vv_finding. */
typedef struct check_note {
	const vv_rule *rule;
	vv_severity severity;
	const char *column, *value, *message, *expected;
	size_t value_len;
	uint64_t line;
	const char *name; /* name of a rule of varve.checks, borrowed from the rules; may be NULL */
	bool unread;      /* a rule could not be checked */
	struct check_note *next;
} check_note;

/* A plan. */
typedef struct check_plan {
	vv_arena arena;            /* memory of the members */
	const vv_check_options *o; /* borrowed, like table */
	vv_table *table;
	vv_schema own;           /* o->schema, parsed */
	const vv_schema *schema; /* &own, or the table's schema */
	const char *schema_name; /* o->schema_name, or a name for messages */
	bool json;               /* the table is NDJSON or a JSON array */
	vv_buf digits;           /* digits of the bounds */
	check_column *columns;   /* one for each column of the table */
	size_t count;            /* number of columns */
	/* for each field of the schema: the index of its column in the plan; SIZE_MAX: no column */
	size_t *of_field;
	/* for each field of the schema: the index of its column in the table; SIZE_MAX: no
	 * column */
	size_t *places;
	check_slot *slots;  /* the kinds of findings that are counted for each group */
	size_t slot_max,    /* number of slots that fit */
		slot_count, /* number of slots */
		/* length of a group's array of counters: the first slot_count of them are the
		 * numbers of findings of the slots; the others count examined values
		 * (check_slot.seen) */
		counter_count;
	check_key *keys; /* the keys that must be unique */
	size_t key_count;
	check_foreign *foreigns; /* the foreign keys */
	size_t foreign_count;
	check_condition *conditions; /* the conditions that each row must meet */
	size_t condition_count;
	bool has_conditions; /* at least one condition must be evaluated */
	/* the rule blank-row: */
	vv_severity blank_severity;
	uint32_t blank_slot;   /* index of its slot; CHECK_OFF: not checked */
	uint64_t blank_mostly; /* as in vv_rule_setting */
	/* rows without any value have only findings of the rule for blank rows */
	bool pass_blank;
	size_t *show_key; /* indexes in the plan of the columns that identify a row in reports */
	size_t show_key_count;
	check_note *notes, *last_note; /* list of the notes */
	bool failed;                   /* memory ran out: the plan is not complete */
	vv_hash128 id; /* identifies everything that determines the results of a group's rows */
} check_plan;

void check_plan_clear(check_plan *p);
/* Returns VV_OK if memory has not run out for the plan and its notes. Otherwise sets err and returns
 * VV_ENOMEM. */
vv_status check_plan_ok(const check_plan *p, vv_error *err);
/* Appends bytes that identify how cells of the field f are read, for ids of cached results. */
void check_put_reading(vv_buf *out, const vv_field *f);
/* Returns the severity of a rule for a column, and sets *mostly to its `mostly`. mostly may be NULL.
 * column is NULL for findings about rows or the table. */
vv_severity check_severity(const check_plan *p, const char *rule, const char *column, size_t len,
			   uint64_t *mostly);
/* Returns true if all findings of the rule in the column are errors that are neither tolerated by
 * `mostly` nor accepted. Only then may a finding replace other findings of the same cell. */
bool check_stands(const check_plan *p, const char *rule, const char *column, size_t len);
/* Adds a finding of the rule to the notes of the plan, about a column, or, if column is NULL, about
 * the table. line: line of the file; 0: no line. fmt: format of the message. This and the other
 * functions that add notes set p->failed if memory runs out. */
void check_note_add(check_plan *p, const char *rule, const char *column, size_t column_len,
		    uint64_t line, const char *expected, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
/* Adds a finding about the table to the notes, with the rule and severity of a setting. */
void check_note_setting(check_plan *p, const vv_rule_setting *s, const char *expected,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Adds a note that a rule could not be checked: a finding of the rule if its severity is error,
 * else of the rule "unchecked". setting: the setting that could not be checked; NULL: the first one
 * of the rule. */
void check_note_unread(check_plan *p, const char *rule, const vv_rule_setting *setting,
		       const char *expected, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Adds a finding about a node of the schema. The finding names the node by its JSON pointer in the
 * descriptor, such as "/fields/0/type". */
void check_note_node(check_plan *p, const vv_json *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
