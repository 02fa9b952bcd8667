/*
 * condition_internal: declarations shared by the parts of the condition compiler: tokens, the kinds
 * of values, and a stack of operators whose right side is not read yet (Dijkstra's shunting yard
 * algorithm). Only for the sources condition*.c.
 */
#ifndef VV_DATASET_ROWS_CONDITION_INTERNAL_H
#define VV_DATASET_ROWS_CONDITION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "dataset/rows/condition.h"
#include "dataset/rows/condition_code.h"

/* ---- condition_words.c ---- */

/* The type of a token. */
typedef enum vv_token_type {
	VV_TOKEN_END,    /* the end of the text */
	VV_TOKEN_NAME,   /* a word without quotes */
	VV_TOKEN_QUOTED, /* a column's name in quotes */
	VV_TOKEN_STRING, /* a literal in quotes */
	VV_TOKEN_NUMBER,
	VV_TOKEN_SIGN /* an operator, a comma or a parenthesis */
} vv_token_type;

/* One value = one token of a condition's text. */
typedef struct vv_token {
	vv_token_type type;
	size_t at,        /* offset of the token in the condition's text */
		end;      /* offset of its end */
	const char *text; /* the token's text; names and strings are without quotes */
	size_t len;
} vv_token;

/* One value = one reader of tokens. Pointers are borrowed. */
typedef struct vv_tokens {
	const char *text; /* the condition's text */
	size_t len,       /* length of text in bytes */
		pos;      /* offset after the current token */
	vv_token now;     /* the current token */
	const vv_condition_how *how;
	vv_arena *arena; /* for the texts of decoded strings */
	vv_error *err;
} vv_tokens;

/* Sets p->err to the message `what` for the position at offset `at` of the text, followed by the
 * len bytes of word. word may be NULL. Returns VV_EINPUT. */
vv_status vv_tokens_fail(const vv_tokens *p, size_t at, const char *what, const char *word,
			 size_t len);
/* Reads the next token into p->now. */
vv_status vv_tokens_next(vv_tokens *p);
/* Returns true if the token is this word, in upper or lower case. word is in lower case. */
bool vv_token_is_word(const vv_token *t, const char *word);
/* Returns true if the token is this sign. */
bool vv_token_is_sign(const vv_token *t, const char *sign);
/* Returns true if the current token is a '-' directly before a number. */
bool vv_tokens_at_negative(const vv_tokens *p);

/* ---- condition_terms.c ---- */

/* A value that the steps compiled so far leave on the stack. */
typedef struct vv_term {
	vv_operand_kind kind;
	vv_type type;          /* the type of time, if kind is VV_OPERAND_TIME */
	const vv_field *field; /* the column; NULL: the value is not a column */
	size_t literal;        /* number of the literal; SIZE_MAX: the value is not a literal */
	size_t at;             /* offset in the text */
} vv_term;

/* Returns the kind of the values of a column with this type. */
vv_operand_kind vv_kind_of_type(vv_type t);
/* Returns the kind of n for messages, such as "a number"; a constant. */
const char *vv_term_name(const vv_term *n);
/* Checks that x and y can be compared; if y is a literal, converts it to the kind of x. at: the
 * offset of the operator, for messages. VV_EINPUT: x and y cannot be compared. */
vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at);
/* If n is a column of texts, adds a hint to t->err with the command that sets the column's type to
 * `type`. Returns VV_EINPUT. */
vv_status vv_term_advise(vv_tokens *t, const vv_term *n, const char *type);
/* Checks that the kind of n is `kind`. at: an offset in the text, for messages. VV_EINPUT: n has
 * another kind. */
vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at);

/* ---- condition_emit.c ---- */

/* Operators, in ascending order of their precedence: those that bind least are first. */
typedef enum vv_op_code {
	VV_OP_OPEN, /* a parenthesis */
	VV_OP_CALL, /* the parenthesis after a function's name */
	VV_OP_OR,
	VV_OP_AND,
	VV_OP_NOT,
	VV_OP_COMPARE,
	VV_OP_SUM,
	VV_OP_PRODUCT,
	VV_OP_JOIN, /* || */
	VV_OP_NEGATE
} vv_op_code;

/* An operator whose right side is not read yet. */
typedef struct vv_parser_op {
	vv_op_code code;
	vv_step_code step; /* the step to add once the right side was read */
	size_t at;         /* offset in the text */
	bool second;       /* BETWEEN: its 'and' was read, so the second bound follows */
	size_t call;       /* CALL: the function's number (vv_call_at) */
	/* CALL: the number of values on the stack before the arguments */
	size_t terms;
	/* COMPARE: the steps of its left side, from left_begin to left_end - 1 */
	size_t left_begin, left_end;
} vv_parser_op;

/* The state of compiling one condition. */
typedef struct vv_parser {
	vv_condition *c;                      /* the condition so far */
	vv_tokens t;                          /* reads the tokens */
	vv_parser_op ops[VV_CONDITION_DEPTH]; /* the stack of operators */
	size_t op_count;
	vv_term nodes[VV_CONDITION_DEPTH]; /* the stack of values */
	size_t node_count;
	size_t step_room,     /* capacity of c->steps */
		literal_room; /* capacity of c->literals */
	bool *used,           /* one for each column of the schema: true if it is read */
		*old_used;    /* one for each column of the old schema: true if old. reads it */
	/* offset of the first column outside of aggregates; SIZE_MAX: no such column */
	size_t column_at;
	bool change;           /* the condition has old. or new. */
	size_t aggregate_room; /* capacity of c->aggregates */
	bool ended;            /* the condition has ended; the rest of the line is not part of it */
	vv_error *err;         /* never NULL */
} vv_parser;

/* Appends a copy of the item to an array in the condition's arena. items: the address of the
 * pointer to the array. *count, *room: the number of used and of allocated items. size: bytes of an
 * item. */
vv_status vv_parser_add(vv_parser *p, void *items, size_t *count, size_t *room, const void *item,
			size_t size);
/* Appends a copy of *step to the condition. */
vv_status vv_parser_add_step(vv_parser *p, const vv_step *step);
/* Appends a copy of the literal *l to the condition. */
vv_status vv_parser_add_literal(vv_parser *p, const vv_literal *l);
/* Reads the token t as a literal: sets *l, and *kind to its kind. */
vv_status vv_parser_read_literal(vv_parser *p, vv_literal *l, const vv_token *t,
				 vv_operand_kind *kind);
/* Pushes the value n, and adds the step that computes it. VV_EINPUT: the condition is nested too
 * deeply. */
vv_status vv_parser_push_node(vv_parser *p, const vv_term *n, const vv_step *step);
/* Pushes an operator. step and at are its members. VV_EINPUT: the condition is nested too
 * deeply. */
vv_status vv_parser_push_op(vv_parser *p, vv_op_code code, vv_step_code step, size_t at);
/* Pushes the value of the token t, a literal. VV_EINPUT: the token is not a valid literal. */
vv_status vv_parser_push_literal(vv_parser *p, const vv_token *t);
/* Adds to the error the hint that the name in double quotes t should be a text in single quotes.
 * Returns the error's code. */
vv_status vv_text_wanted(vv_parser *p, const vv_token *t);
/* Pushes the value of the column whose name is the token t. In a filter, a word on the right side
 * of a comparison that is not the name of a column is pushed as a literal. Fails if the column
 * does not exist. */
vv_status vv_parser_push_column(vv_parser *p, const vv_token *t);
/* Pushes the value that the column named by t had before the change (old.NAME). */
vv_status vv_parser_push_old(vv_parser *p, const vv_token *t);
/* Pops the operators that bind at least as tightly as code, up to the innermost parenthesis, and
 * adds their steps. */
vv_status vv_parser_reduce(vv_parser *p, vv_op_code code);
/* Ends the innermost parenthesis or call of a function: pops its operators, and adds their
 * steps. */
vv_status vv_parser_close_parenthesis(vv_parser *p);

/* ---- condition_tests.c ---- */

/* Returns the index of the first of the steps that compute one value, of which the last has the
 * index end - 1. */
size_t vv_steps_begin(const vv_condition *c, size_t end);
/* Computes c->spans. Returns false if out of memory. */
bool vv_steps_span(vv_condition *c);

#endif
