/*
 * contradiction: makes findings about values that do not have the type of their column in the base,
 * with proposals how to accept these values.
 */
#ifndef VV_CHECK_PAST_CONTRADICTION_H
#define VV_CHECK_PAST_CONTRADICTION_H

#include "base/buf.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "check/rules/likely.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* Returns the setting of the rule type-contradiction that applies to values of a wrong type in this
 * column, or NULL if the rule type-error applies instead. */
const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *o, const char *column);

/* Changes f, a finding of the rule type-error, to a finding of type-contradiction if the type of
 * its column is not declared, but was inferred from an earlier version: the finding then means that
 * the data changed. Sets the severity of f to that of type-contradiction, f->expected to the type,
 * and f->intended to the proposal of vv_base_propose; both texts are borrowed from `text`. If
 * type-contradiction is off, f is unchanged. (If type-error is off, vv_check_base itself reports
 * such values.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* Initialises *likely with the probable meaning of `value`, which does not have the type of the
 * field f. Appends to `intended` a description of a change of f that makes f accept the value. Data
 * in this description is escaped. path: the table's path, for commands. words: writes suggested
 * commands; NULL: no commands are suggested. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* Returns the name of a type with its article, such as "a date"; a constant. */
const char *base_noun(vv_type t);

#endif
