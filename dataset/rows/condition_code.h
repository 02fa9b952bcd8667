/*
 * condition_code: a compiled condition. Private to dataset/rows.
 *
 * Code is in reverse Polish order: each step takes its operands from the top of a stack of values and leaves one. The compiler
 * has checked that kinds fit, and that the stack is never deeper than VV_CONDITION_DEPTH.
 */
#ifndef VV_DATASET_ROWS_CONDITION_CODE_H
#define VV_DATASET_ROWS_CONDITION_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dataset/format/cell.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/pattern.h"
#include "dataset/schema/schema.h"

#define VV_CONDITION_DEPTH 48u              /* values on the stack, and parentheses open at once */
#define VV_CONDITION_ITEMS 4096u            /* literals in one list */
#define VV_CONDITION_TEXT ((size_t)1 << 20) /* bytes of all texts that functions make of one row */

typedef struct vv_condition vv_condition;
typedef struct vv_condition_scratch vv_condition_scratch;

typedef enum vv_operand_kind {
	VV_OPERAND_NUMBER,
	VV_OPERAND_TEXT,
	VV_OPERAND_BOOLEAN,
	VV_OPERAND_TIME,   /* vv_type has the kind */
	VV_OPERAND_OPAQUE, /* only for the test is null */
	VV_OPERAND_ANY     /* compiled without a schema: fits everything */
} vv_operand_kind;

typedef enum vv_value_state {
	VV_VALUE_MISSING,
	VV_VALUE_UNKNOWN, /* not of its type, or beyond the computable range */
	VV_VALUE_SMALL,   /* number: in small; any other kind: known */
	VV_VALUE_LARGE,   /* number: the vv_ratio of its place on the stack */
	VV_VALUE_INFINITE /* number: above all others; with truth below them */
} vv_value_state;

/* A point in time, in UTC: days since 1970-01-01, and seconds since the beginning of the day. */
typedef struct vv_time_value {
	int64_t days, seconds;
	/* digits after the second's point, without trailing zeros; borrowed */
	const char *fraction;
	size_t fraction_len;
} vv_time_value;

typedef struct vv_operand {
	vv_value_state state;
	vv_small small;
	bool truth;
	const char *text; /* any kind: the cell's text, or the literal as written */
	size_t len;
	vv_time_value time;
} vv_operand;

typedef enum vv_step_code {
	VV_STEP_COLUMN,
	VV_STEP_LITERAL,
	VV_STEP_NOT,
	VV_STEP_AND,
	VV_STEP_OR,
	VV_STEP_LESS,
	VV_STEP_LESS_EQUAL,
	VV_STEP_EQUAL,
	VV_STEP_NOT_EQUAL,
	VV_STEP_GREATER_EQUAL,
	VV_STEP_GREATER,
	VV_STEP_BEGINS, /* a text and a literal's text */
	VV_STEP_LIKE,   /* the same; its opposite follows, as for others below */
	VV_STEP_NOT_LIKE,
	VV_STEP_BETWEEN, /* of three values */
	VV_STEP_NOT_BETWEEN,
	VV_STEP_IN,
	VV_STEP_NOT_IN,
	VV_STEP_IS_NULL,
	VV_STEP_IS_NOT_NULL,
	VV_STEP_ADD,
	VV_STEP_SUBTRACT,
	VV_STEP_MULTIPLY,
	VV_STEP_DIVIDE,
	VV_STEP_NEGATE,
	VV_STEP_MATCHES, /* of a text and a pattern */
	VV_STEP_NOT_MATCHES,
	VV_STEP_CALL,
	VV_STEP_AGGREGATE,
	VV_STEP_TEXT /* of a column */
} vv_step_code;

typedef struct vv_step {
	vv_step_code code;
	vv_operand_kind kind; /* COLUMN, LITERAL: its own; comparisons and lists: of the operands */
	/* COLUMN: place; LITERAL: number of the literal; lists: of the first one; CALL: of the function; AGGREGATE:
	 * number */
	size_t at;
	size_t count; /* lists: how many literals; CALL: arguments */
	bool before;  /* COLUMN: of the row before (old.); AGGREGATE: of the base */
} vv_step;

/* A literal of the condition's text. Large numbers are kept as text, too, and parsed when they are needed. */
typedef struct vv_literal {
	vv_operand value;
	bool spelled;        /* value.text is what its column accepts */
	vv_ratio *large;     /* VV_VALUE_LARGE; in the arena */
	vv_pattern *pattern; /* of matches; owned */
} vv_literal;

/* A value that outlives the row. */
typedef struct vv_value_room {
	vv_operand value;
	vv_ratio large;
} vv_value_room;

typedef enum vv_aggregate_op {
	VV_AGGREGATE_COUNT, /* rows, or values if there is an argument */
	VV_AGGREGATE_SUM,
	VV_AGGREGATE_MIN,
	VV_AGGREGATE_MAX,
	VV_AGGREGATE_AVG,
	VV_AGGREGATE_DEVIATION,
	VV_AGGREGATE_DISTINCT,
	VV_AGGREGATE_SHARE
} vv_aggregate_op;

typedef struct vv_condition_aggregate {
	vv_aggregate_op op;
	vv_condition *argument; /* NULL: count(*); owned */
	const char *text;       /* "sum(price)" */
} vv_condition_aggregate;

/* The longest run of steps that begins at a given step, leaves one value, and reads at most one column. column SIZE_MAX: it
 * reads no column. */
typedef struct vv_span {
	size_t end; /* 0: no such run */
	size_t column;
} vv_span;

struct vv_condition {
	vv_arena arena;
	const vv_schema *schema; /* NULL: only the syntax was checked */
	bool json;
	char *text;
	vv_step *steps;
	size_t step_count;
	vv_span *spans; /* of the steps */
	vv_literal *literals;
	size_t literal_count;
	size_t *columns; /* ascending */
	size_t column_count;
	size_t *old_columns; /* the same, for the row before the change (old.) */
	size_t old_column_count;
	const vv_schema *old; /* of these */
	bool old_json;
	bool change;          /* it has old. or new. */
	bool has_text;        /* functions make texts */
	vv_operand_kind kind; /* of the result */
	vv_type type;         /* of a result that is a time */
	size_t end;           /* bytes of the text that were read */
	size_t left;          /* offset of the last comparison */
	vv_condition_aggregate *aggregates;
	size_t aggregate_count;
};

/* Working memory of one evaluation. */
struct vv_condition_scratch {
	vv_operand stack[VV_CONDITION_DEPTH];
	vv_ratio large[VV_CONDITION_DEPTH];
	vv_ratio more[2]; /* of literals in lists, of results in the making */
	vv_buf digits;    /* of a number that is being read */
	vv_arena texts;   /* of functions */
	size_t text_len;
	vv_operand_kind call_kind; /* of the values that the current function compares */
	vv_pattern_scratch *patterns;
	const vv_cell *old; /* of the row before */
	const vv_value_room
		*sums[2]; /* values of aggregates: of the version, of the base (NULL: no base) */
	bool failed;
	bool undecided; /* a pattern exceeded its steps */
};

/* How many values a step takes from the stack. */
size_t vv_step_operands(const vv_step *step);
/* For a comparison, a bit for each order that makes it true: less 1, equal 2, greater 4. For other steps, 0. */
unsigned vv_step_orders(vv_step_code code);
/* The kind of the value that the steps before end leave. */
vv_operand_kind vv_steps_kind(const vv_condition *c, size_t end);
/* The value of the steps from begin to end, at the bottom of the stack. */
void vv_condition_run_steps(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells,
			    size_t begin, size_t end);

/* Compares a with b, both known; false: not comparable. */
bool vv_operand_compare(vv_condition_scratch *s, vv_operand_kind kind, const vv_operand *a,
			const vv_ratio *a_large, const vv_operand *b, const vv_ratio *b_large,
			int *out);

/* The kind of a letter of vv_call; x: other. */
vv_operand_kind vv_kind_of_letter(char letter, vv_operand_kind other);
/* Changes the sign, also of infinite numbers. */
void vv_operand_negate(vv_operand *v, vv_ratio *large);
/* The length of the first character in bytes; an invalid byte counts as one character. */
size_t vv_character_len(const char *s, size_t len);

/* Does the field spell numbers as JSON does? */
bool vv_operand_usual(const vv_field *f);
/* Reads a value of true or false that the field accepts. */
bool vv_operand_read_boolean(const vv_field *f, const char *s, size_t len);
/* Reads a date or time as the field spells it. */
bool vv_operand_read_time(vv_operand *out, const vv_field *f, const char *s, size_t len);
/* Reads a number that is not small, in the field's spelling (NULL: as in JSON). Its state is LARGE (the number is in *large),
 * INFINITE, or UNKNOWN (not a computable number). *failed: memory ran out. */
void vv_operand_read_number(vv_operand *out, vv_ratio *large, vv_buf *digits, const vv_field *f,
			    const char *s, size_t len, bool *failed);

#endif
