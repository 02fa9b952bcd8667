/*
 * condition_terms: of which kind a value of a condition will be, and which may be compared. For this room alone.
 */
#ifndef VV_DATASET_FILTER_CONDITION_TERMS_H
#define VV_DATASET_FILTER_CONDITION_TERMS_H

#include "dataset/filter/condition_code.h"
#include "dataset/filter/condition_words.h"

/* What a value on the stack will be. */
typedef struct vv_term {
	vv_operand_kind kind;
	vv_type type;          /* TIME */
	const vv_field *field; /* a column's; else NULL */
	size_t literal;        /* number of the literal; else SIZE_MAX */
	size_t at;             /* in the text */
} vv_term;

vv_operand_kind vv_kind_of_type(vv_type t);
const char *vv_term_name(const vv_term *n); /* "a number" */
/* Can y stand beside x? A literal becomes a value of x's kind. at: of what compares them. */
vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at);
vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at);

#endif
