/*
 * condition_internal: declarations of the condition compiler: words, what values will be, and
 * operators that wait for their right side (Dijkstra's shunting yard). For this noun alone.
 */
#ifndef VV_DATASET_ROWS_CONDITION_INTERNAL_H
#define VV_DATASET_ROWS_CONDITION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "dataset/rows/condition.h"
#include "dataset/rows/condition_code.h"

/* ---- condition_words.c ---- */

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
	const char *text; /* names and strings without quotes; signs unchanged */
	size_t len;
} vv_token;

typedef struct vv_tokens {
	const char *text;
	size_t len, pos;
	vv_token now;
	const vv_condition_how *how;
	vv_arena *arena; /* of decoded texts */
	vv_error *err;
} vv_tokens;

/* Sets an error at a byte of the text, with its word (NULL: none). Returns VV_EINPUT. */
vv_status vv_tokens_fail(const vv_tokens *p, size_t at, const char *what, const char *word,
			 size_t len);
vv_status vv_tokens_next(vv_tokens *p);
/* A word, in small or capital letters; a sign. */
bool vv_token_is_word(const vv_token *t, const char *word);
bool vv_token_is_sign(const vv_token *t, const char *sign);
/* Is it a '-' that belongs to the number after it? */
bool vv_tokens_at_negative(const vv_tokens *p);

/* ---- condition_terms.c ---- */

/* The future value on the stack. */
typedef struct vv_term {
	vv_operand_kind kind;
	vv_type type;          /* TIME */
	const vv_field *field; /* a column's; else NULL */
	size_t literal;        /* number of the literal; else SIZE_MAX */
	size_t at;             /* in the text */
} vv_term;

vv_operand_kind vv_kind_of_type(vv_type t);
const char *vv_term_name(const vv_term *n); /* "a number" */
/* Can y be compared with x? A literal becomes a value of x's kind. at: the byte of the operator. */
vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at);
/* For a text column that must have another type: sets the hint to set that type. Returns VV_EINPUT. */
vv_status vv_term_advise(vv_tokens *t, const vv_term *n, const char *type);
vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at);

/* ---- condition_emit.c ---- */

typedef enum vv_op_code {
	VV_OP_OPEN,
	VV_OP_CALL,
	VV_OP_OR,
	VV_OP_AND,
	VV_OP_NOT,
	VV_OP_COMPARE,
	VV_OP_SUM,
	VV_OP_PRODUCT,
	VV_OP_JOIN,
	VV_OP_NEGATE
} vv_op_code;

/* An operator that waits for its right side; later ones bind tighter. */
typedef struct vv_parser_op {
	vv_op_code code;
	vv_step_code step;
	size_t at;
	bool second;                 /* of between: after its 'and' */
	size_t call;                 /* CALL: which function */
	size_t terms;                /* CALL: how many there were before its arguments */
	size_t left_begin, left_end; /* COMPARE: the steps of its left side */
} vv_parser_op;

typedef struct vv_parser {
	vv_condition *c;
	vv_tokens t;
	vv_parser_op ops[VV_CONDITION_DEPTH];
	size_t op_count;
	vv_term nodes[VV_CONDITION_DEPTH];
	size_t node_count;
	size_t step_room, literal_room;
	bool *used, *old_used; /* columns */
	size_t column_at;      /* in the text: a column that is in no aggregate; SIZE_MAX: none */
	bool change;           /* there is an old. or new. */
	size_t aggregate_room;
	bool ended;    /* a line: before a word that is not an operator */
	vv_error *err; /* never NULL */
} vv_parser;

/* Adds a copy of the item to an array of the condition's arena: items points to the pointer to it. */
vv_status vv_parser_add(vv_parser *p, void *items, size_t *count, size_t *room, const void *item,
			size_t size);
vv_status vv_parser_add_step(vv_parser *p, const vv_step *step);
vv_status vv_parser_add_literal(vv_parser *p, const vv_literal *l);
/* Reads the literal t; *kind: its kind. */
vv_status vv_parser_read_literal(vv_parser *p, vv_literal *l, const vv_token *t,
				 vv_operand_kind *kind);
/* A value, an operator on its stack. VV_EINPUT: nested too deeply. */
vv_status vv_parser_push_node(vv_parser *p, const vv_term *n, const vv_step *step);
vv_status vv_parser_push_op(vv_parser *p, vv_op_code code, vv_step_code step, size_t at);
vv_status vv_parser_push_literal(vv_parser *p, const vv_token *t);
vv_status vv_parser_push_column(vv_parser *p, const vv_token *t);
/* A column of the row before, for old.NAME. */
vv_status vv_parser_push_old(vv_parser *p, const vv_token *t);
/* Works off what binds at least as tightly as code. */
vv_status vv_parser_reduce(vv_parser *p, vv_op_code code);
vv_status vv_parser_close_parenthesis(vv_parser *p);

/* condition_tests.c: where the value that the steps before end leave begins. */
size_t vv_steps_begin(const vv_condition *c, size_t end);
/* Makes c->spans. False: out of memory. */
bool vv_steps_span(vv_condition *c);

#endif
