/*
 * contradiction: findings for values that do not have the type that the column has in the base, and
 * proposals to accept these values.
 */
#ifndef VV_CHECK_PAST_CONTRADICTION_H
#define VV_CHECK_PAST_CONTRADICTION_H

#include "base/buf.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "check/rules/likely.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* Returns the setting of type-contradiction for values of a wrong type in this column. NULL: such
 * values are a type-error instead. */
const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *o, const char *column);

/* If the type of a column is not declared, but was inferred from an earlier version, a "type-error"
 * means that the data changed. This function changes such a finding to a "type-contradiction" with
 * the severity of that rule, the type as `expected` and the proposal as `intended`; both texts are
 * in the buffer text. If type-contradiction is off, f is unchanged. (If type-error is off, there is
 * no finding to change; then vv_check_base finds such values itself.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* Initialises *likely with the probable meaning of a value that does not have the field's type, and
 * appends to intended a description of the change that accepts the value. Data in this description
 * is escaped. words: writes suggested commands; NULL: no commands are suggested. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* Returns the name of the type: "a date", "an integer". */
const char *base_noun(vv_type t);

#endif
