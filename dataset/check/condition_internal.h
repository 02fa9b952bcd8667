/*
 * condition_internal: a compiled condition, and its exact numbers.
 *
 * Code is in reverse Polish order: each step takes its operands from the top of a stack
 * of values and leaves one. The compiler has seen to it that kinds fit and that the stack
 * is never deeper than VV_CONDITION_DEPTH.
 */
#ifndef VV_DATASET_CHECK_CONDITION_INTERNAL_H
#define VV_DATASET_CHECK_CONDITION_INTERNAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dataset/check/condition.h"
#include "dataset/schema/type.h"

#define VV_CONDITION_DEPTH 48u   /* values on the stack, and parentheses open at once */
#define VV_CONDITION_ITEMS 4096u /* literals in one list */

typedef enum vv_operand_kind {
	VV_OPERAND_NUMBER,
	VV_OPERAND_TEXT,
	VV_OPERAND_BOOLEAN,
	VV_OPERAND_TIME,   /* vv_type tells which */
	VV_OPERAND_OPAQUE, /* can only be asked whether it is null */
	VV_OPERAND_ANY     /* compiled without a schema: fits everything */
} vv_operand_kind;

/* A whole number of decimal digits: limb[0] + limb[1] x 10^9 + ..., times 10^exponent. */
#define VV_LIMBS 112u
typedef struct vv_exact {
	bool negative;
	unsigned count; /* limbs in use, the last not 0; 0: zero */
	int64_t exponent;
	uint32_t limb[VV_LIMBS];
} vv_exact;

/* A fraction: below is positive. */
typedef struct vv_ratio {
	vv_exact above, below;
} vv_ratio;

typedef enum vv_value_state {
	VV_VALUE_MISSING,
	VV_VALUE_UNKNOWN, /* not of its type, or beyond what is computed */
	VV_VALUE_SMALL,   /* number: mantissa / 10^scale; any other kind: known */
	VV_VALUE_LARGE    /* number: the vv_ratio of its place on the stack */
} vv_value_state;

/* A moment on one axis: days since 1970-01-01 and what of the day has gone by, in UTC. */
typedef struct vv_time_value {
	int64_t days, seconds;
	const char *fraction; /* digits of a second, without zeros behind; borrowed */
	size_t fraction_len;
} vv_time_value;

#define VV_SCALE_MAX 18u
typedef struct vv_operand {
	vv_value_state state;
	int64_t mantissa;
	unsigned scale; /* 0 .. VV_SCALE_MAX */
	bool truth;
	const char *text;
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
	VV_STEP_IN,
	VV_STEP_NOT_IN,
	VV_STEP_IS_NULL,
	VV_STEP_IS_NOT_NULL,
	VV_STEP_ADD,
	VV_STEP_SUBTRACT,
	VV_STEP_MULTIPLY,
	VV_STEP_DIVIDE,
	VV_STEP_NEGATE,
	VV_STEP_LENGTH
} vv_step_code;

typedef struct vv_step {
	vv_step_code code;
	vv_operand_kind kind; /* COLUMN, LITERAL: its own; comparisons and lists: of the operands */
	size_t at;    /* COLUMN: place; LITERAL: number of the literal; lists: of the first one */
	size_t count; /* lists: how many literals */
} vv_step;

/* A literal of the text. Numbers are kept as text too, and read when they are needed, but
 * for those that are small. */
typedef struct vv_literal {
	vv_operand value;
	vv_ratio *large; /* VV_VALUE_LARGE; in the arena */
} vv_literal;

struct vv_condition {
	vv_arena arena;
	const vv_schema *schema; /* NULL: only the form was looked at */
	bool json;
	char *text;
	vv_step *steps;
	size_t step_count;
	vv_literal *literals;
	size_t literal_count;
	size_t *columns; /* ascending */
	size_t column_count;
};

struct vv_condition_scratch {
	vv_operand stack[VV_CONDITION_DEPTH];
	vv_ratio large[VV_CONDITION_DEPTH];
	vv_ratio more[2]; /* of literals in lists, of results in the making */
	vv_buf digits;    /* of a number that is being read */
	bool failed;
};

/* condition_token.c. */
typedef enum vv_token_type {
	VV_TOKEN_END,
	VV_TOKEN_NAME,
	VV_TOKEN_QUOTED,
	VV_TOKEN_STRING,
	VV_TOKEN_NUMBER,
	VV_TOKEN_SIGN
} vv_token_type;

typedef struct vv_token {
	vv_token_type type;
	size_t at, end;   /* in the text */
	const char *text; /* names and strings without quotes; signs as they are */
	size_t len;
} vv_token;

typedef struct vv_tokens {
	const char *text;
	size_t len, pos;
	vv_token now;
	vv_arena *arena; /* of decoded texts */
	vv_error *err;
} vv_tokens;

vv_status vv_tokens_next(vv_tokens *t);                     /* into now */
bool vv_token_is_word(const vv_token *t, const char *word); /* in lower case; case does not count */
bool vv_token_is_sign(const vv_token *t, const char *sign);
/* VV_EINPUT: "character N of the condition: WHAT 'WORD'"; at: in bytes; word may be NULL. */
vv_status vv_tokens_fail(const vv_tokens *t, size_t at, const char *what, const char *word,
			 size_t len);

/* condition_kind.c. What a value on the stack will be. */
typedef struct vv_term {
	vv_operand_kind kind;
	vv_type type;          /* TIME */
	const vv_field *field; /* a column's; else NULL */
	size_t literal;        /* number of the literal; else SIZE_MAX */
	size_t at;             /* in the text */
} vv_term;

vv_operand_kind vv_term_kind(vv_type t);
/* Can x stand beside y? A text literal y beside a column of dates becomes a date. at: where to
 * tell that they cannot. */
vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at);
vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at);

/* condition.c. Reads a date or time as the field spells it. */
bool vv_operand_read_time(vv_operand *out, const vv_field *f, const char *s, size_t len);
/* A number in the field's spelling (NULL: as JSON has it) that is not small; false: it is none
 * that can be computed with. *failed: memory ran out. */
bool vv_ratio_read(vv_ratio *out, vv_buf *digits, const vv_field *f, const char *s, size_t len,
		   bool *failed);

/* condition_number.c. Each answers false when the result would have too many digits. */

/* Digits with perhaps a sign and a point: sets mantissa and scale. */
bool vv_operand_read_small(vv_operand *out, const char *s, size_t len, bool fraction);
void vv_exact_from_small(vv_exact *out, int64_t mantissa, unsigned scale);
/* digits: count of '0' to '9'; value: 0.DIGITS x 10^exponent. */
bool vv_exact_from_digits(vv_exact *out, bool negative, const char *digits, size_t count,
			  int64_t exponent);
bool vv_ratio_add(vv_ratio *out, const vv_ratio *a,
		  const vv_ratio *b); /* out: neither a nor b, as below */
bool vv_ratio_multiply(vv_ratio *out, const vv_ratio *a, const vv_ratio *b);
bool vv_ratio_divide(vv_ratio *out, const vv_ratio *a,
		     const vv_ratio *b); /* false also for b = 0 */
bool vv_ratio_compare(int *out, const vv_ratio *a, const vv_ratio *b);
void vv_ratio_small(vv_ratio *out, const vv_operand *o);

/* *out of two small numbers; false: they are to be made large. */
bool vv_small_add(vv_operand *out, const vv_operand *a, const vv_operand *b, bool subtract);
bool vv_small_multiply(vv_operand *out, const vv_operand *a, const vv_operand *b);
bool vv_small_compare(int *out, const vv_operand *a, const vv_operand *b);

#endif
