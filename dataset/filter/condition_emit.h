/*
 * condition_emit: the steps that a condition becomes, by a stack of operators that wait for their right side and one of
 * what their operands will be (Dijkstra's shunting yard). For this room alone.
 */
#ifndef VV_DATASET_FILTER_CONDITION_EMIT_H
#define VV_DATASET_FILTER_CONDITION_EMIT_H

#include "dataset/filter/condition_terms.h"

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
	bool second;                 /* of between: its 'and' was there */
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
	bool ended;    /* a line: before a word that is no operator */
	vv_error *err; /* never NULL */
} vv_parser;

vv_status vv_parser_add_step(vv_parser *p, const vv_step *step);
vv_status vv_parser_add_literal(vv_parser *p, const vv_literal *l);
/* The literal t; *kind tells which. */
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

#endif
