/*
 * condition_code: the code of a compiled condition. Private to dataset/rows.
 *
 * The code is in reverse Polish order: each step pops its operands from a stack of values and
 * pushes one value. The compiler has checked that the operands have the kinds that the steps need,
 * and that the stack never has more than VV_CONDITION_DEPTH values.
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

/* maximum number of values on the stack, and of parentheses open at once */
#define VV_CONDITION_DEPTH 48u
#define VV_CONDITION_ITEMS 4096u /* maximum number of literals in a list */
/* maximum bytes of all texts that functions make for a row */
#define VV_CONDITION_TEXT ((size_t)1 << 20)

typedef struct vv_condition vv_condition; /* one value = one compiled condition */
/* one value = memory for evaluating conditions */
typedef struct vv_condition_scratch vv_condition_scratch;

/* The kind of a value. */
typedef enum vv_operand_kind {
	VV_OPERAND_NUMBER,
	VV_OPERAND_TEXT,
	VV_OPERAND_BOOLEAN,
	/* a date, datetime, time of day or yearmonth; a separate vv_type specifies which */
	VV_OPERAND_TIME,
	VV_OPERAND_OPAQUE, /* only valid for IS NULL and IS NOT NULL */
	VV_OPERAND_ANY     /* compiled without a schema: valid everywhere */
} vv_operand_kind;

/* Whether a value is known, and how a number is represented. */
typedef enum vv_value_state {
	VV_VALUE_MISSING, /* the cell is missing */
	/* the cell is not a value of its type, or the value is beyond the computable range */
	VV_VALUE_UNKNOWN,
	VV_VALUE_SMALL, /* number: the value is in `small`; other kinds: the value is known */
	/* number: the value is in a vv_ratio beside the operand, such as
	 * vv_condition_scratch.large */
	VV_VALUE_LARGE,
	VV_VALUE_INFINITE /* number: plus infinity; if `truth` is set, minus infinity */
} vv_value_state;

/* A point in time, in UTC. */
typedef struct vv_time_value {
	int64_t days,    /* since 1970-01-01 */
		seconds; /* since the beginning of the day */
	/* digits of the fraction of a second, without trailing zeros; borrowed */
	const char *fraction;
	size_t fraction_len;
} vv_time_value;

/* A value on the stack, or of a literal. */
typedef struct vv_operand {
	vv_value_state state;
	vv_small small;   /* NUMBER: the value, if the state is VV_VALUE_SMALL */
	bool truth;       /* BOOLEAN: the value; NUMBER: see VV_VALUE_INFINITE */
	const char *text; /* for all kinds: the cell's text, or the literal as written */
	size_t len;
	vv_time_value time; /* TIME: the value */
} vv_operand;

/* The operation of a step. A code with NOT is the negation of the same code without NOT. */
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
	VV_STEP_BEGINS, /* operands: a text and a literal */
	/* operands: a text and a literal */
	VV_STEP_LIKE,
	VV_STEP_NOT_LIKE,
	VV_STEP_BETWEEN, /* operands: a value and its two bounds */
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
	VV_STEP_MATCHES, /* operands: a text and a literal that is a pattern */
	VV_STEP_NOT_MATCHES,
	VV_STEP_CALL,
	VV_STEP_AGGREGATE,
	VV_STEP_TEXT /* operand: a column's value; the result is its text, even if invalid */
} vv_step_code;

/* One step of the code. */
typedef struct vv_step {
	vv_step_code code;
	/* COLUMN, LITERAL: kind of the value; comparisons and lists: kind of the operands */
	vv_operand_kind kind;
	/* COLUMN: index of the column in the schema; LITERAL: index in literals; lists: index of
	 * the first literal; CALL: index of the function (vv_call_at); AGGREGATE: index in
	 * aggregates */
	size_t at;
	size_t count; /* lists: number of literals; CALL: number of arguments */
	bool before;  /* COLUMN: reads the old row (old.); AGGREGATE: reads the base version */
} vv_step;

/* A literal in the text of the condition. A number is parsed once, when the condition is compiled:
 * into value.small, or, if it is not small, into `large`. */
typedef struct vv_literal {
	vv_operand value;    /* the value of the literal */
	bool spelled;        /* value.text is a spelling that the column accepts */
	vv_ratio *large;     /* the number if the state is VV_VALUE_LARGE; in the arena */
	vv_pattern *pattern; /* MATCHES: the compiled pattern; owned */
} vv_literal;

/* A value that is used after its row, together with memory for a large number. */
typedef struct vv_value_room {
	vv_operand value;
	vv_ratio large; /* the number, if the state of value is VV_VALUE_LARGE */
} vv_value_room;

/* The function of an aggregate. */
typedef enum vv_aggregate_op {
	VV_AGGREGATE_COUNT, /* number of rows, or of values if there is an argument */
	VV_AGGREGATE_SUM,
	VV_AGGREGATE_MIN,
	VV_AGGREGATE_MAX,
	VV_AGGREGATE_AVG,
	VV_AGGREGATE_DEVIATION, /* standard deviation of a sample */
	VV_AGGREGATE_DISTINCT,  /* number of distinct values */
	VV_AGGREGATE_SHARE /* number of rows that meet the argument, divided by that of all rows */
} vv_aggregate_op;

/* An aggregate in a condition. */
typedef struct vv_condition_aggregate {
	vv_aggregate_op op;
	vv_condition *argument; /* NULL: count(*); owned */
	const char *text;       /* as written, such as "sum(price)" */
} vv_condition_aggregate;

/* For a step: the longest sequence of steps that begins with this step, pushes exactly one value,
 * and reads at most one column. */
typedef struct vv_span {
	size_t end;    /* index of the step after the sequence; 0: no such sequence exists */
	size_t column; /* the column that the sequence reads; SIZE_MAX: it reads no column */
} vv_span;

struct vv_condition {
	/* memory of the members that are not described as owned or borrowed */
	vv_arena arena;
	const vv_schema *schema; /* borrowed; NULL: only the syntax was checked */
	bool json;               /* the table is NDJSON or a JSON array */
	char *text;              /* the compiled text */
	vv_step *steps;          /* the code */
	size_t step_count;
	vv_span *spans;       /* one for each step */
	vv_literal *literals; /* the literals to which steps refer */
	size_t literal_count;
	size_t *columns; /* indexes of the columns that the condition reads, ascending */
	size_t column_count;
	size_t *old_columns; /* like columns, for the old row (old.) */
	size_t old_column_count;
	const vv_schema *old; /* schema of the old row; borrowed */
	bool old_json;        /* like json, for the old row */
	bool change;          /* the condition contains old. or new. */
	bool has_text;        /* the condition has functions that make texts */
	vv_operand_kind kind; /* kind of the result */
	vv_type type;         /* type of the result, if it is a time */
	size_t end;           /* number of bytes of the text that were parsed */
	/* offset in the text of the comparison operator that is evaluated last; 0: no comparison */
	size_t left;
	vv_condition_aggregate *aggregates; /* the aggregates to which steps refer */
	size_t aggregate_count;
};

/* Working memory of one evaluation. */
struct vv_condition_scratch {
	vv_operand stack[VV_CONDITION_DEPTH]; /* the stack of values */
	/* the number stack[i] is large[i] if its state is VV_VALUE_LARGE */
	vv_ratio large[VV_CONDITION_DEPTH];
	vv_ratio more[2];             /* scratch for literals in lists, and for results */
	vv_buf digits;                /* scratch for the digits of a number */
	vv_arena texts;               /* texts that functions made */
	size_t text_len;              /* bytes of these texts */
	vv_operand_kind call_kind;    /* kind of the values that the current function compares */
	vv_pattern_scratch *patterns; /* working memory for matching patterns */
	const vv_cell *old;           /* cells of the old row; borrowed */
	/* values of the aggregates: [0]: in the version; [1]: in the base, NULL: no base */
	const vv_value_room *sums[2];
	bool failed;    /* out of memory */
	bool undecided; /* a pattern exceeded its limit of steps */
};

/* Returns the number of values that a step pops from the stack. */
size_t vv_step_operands(const vv_step *step);
/* Returns for which orders of its operands a comparison is true, as a bit mask: 1 less, 2 equal, 4
 * greater. Returns 0 for steps that are not comparisons. */
unsigned vv_step_orders(vv_step_code code);
/* Returns the kind of the value that the step with index end - 1 pushes. */
vv_operand_kind vv_steps_kind(const vv_condition *c, size_t end);
/* Runs the steps from index begin to index end - 1 for a row with these cells. The result is
 * s->stack[0]. */
void vv_condition_run_steps(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells,
			    size_t begin, size_t end);

/* Compares a with b, which must be known values of this kind: sets *out to a number below 0, 0, or
 * a number above 0. Returns false if they cannot be compared. a_large, b_large: the numbers if the
 * state is VV_VALUE_LARGE. */
bool vv_operand_compare(vv_condition_scratch *s, vv_operand_kind kind, const vv_operand *a,
			const vv_ratio *a_large, const vv_operand *b, const vv_ratio *b_large,
			int *out);

/* Returns the kind that a letter of vv_call means, or `other` for a letter that means several
 * kinds. */
vv_operand_kind vv_kind_of_letter(char letter, vv_operand_kind other);
/* Changes the sign of the number v, which may be infinite. large: the number, if v->state is
 * VV_VALUE_LARGE. */
void vv_operand_negate(vv_operand *v, vv_ratio *large);
/* Returns the length in bytes of the first character of s, which has len bytes, at least 1. A
 * character is one byte of any value and all UTF-8 continuation bytes after it. */
size_t vv_character_len(const char *s, size_t len);

/* Returns true if the field spells numbers as JSON does. */
bool vv_operand_usual(const vv_field *f);
/* Returns true if the text is a spelling of true that the field accepts. The text must be a boolean
 * of the field. */
bool vv_operand_read_boolean(const vv_field *f, const char *s, size_t len);
/* Reads a date or time in the spelling of the field into out->time. Returns false if the text is
 * not in this spelling. */
bool vv_operand_read_time(vv_operand *out, const vv_field *f, const char *s, size_t len);
/* Reads a number that does not fit a vv_small, in the spelling of the field, or of JSON if f is
 * NULL. Sets out->state to VV_VALUE_LARGE (the number is in *large), VV_VALUE_INFINITE, or
 * VV_VALUE_UNKNOWN (the text is not a computable number). digits is scratch memory. Sets *failed to
 * true if out of memory. */
void vv_operand_read_number(vv_operand *out, vv_ratio *large, vv_buf *digits, const vv_field *f,
			    const char *s, size_t len, bool *failed);

#endif
