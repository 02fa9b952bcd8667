/*
 * contradiction: findings for values that are not of the column's type in the base, and proposals
 * to accept these values.
 */
#ifndef VV_CHECK_PAST_CONTRADICTION_H
#define VV_CHECK_PAST_CONTRADICTION_H

#include "base/buf.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "check/rules/likely.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* Returns the setting of type-contradiction for values of a wrong type in a column; NULL: such
 * values are type-errors. */
const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *o, const char *column);

/* A "type-error" of a column without a declared type (it was inferred from an earlier version)
 * means that the data changed: this function makes such a finding a "type-contradiction" with the
 * severity of that rule, the type as `expected` and the proposal as `intended`, both written to
 * text. If type-contradiction is off, f is unchanged. (If type-error is off and type-contradiction
 * is not, vv_check_base finds such values itself.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* Sets *likely (cleared storage) to the probable meaning of a value that is not of the field's
 * type, and appends the change that accepts the value to intended. Data in the text is escaped.
 * words: the program's suggestions; NULL: no commands. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* Returns the name of the type: "a date", "an integer". */
const char *base_noun(vv_type t);

#endif
