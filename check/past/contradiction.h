/*
 * contradiction: makes findings about values that do not have the type of their column in the base, and
 * proposes how to accept these values.
 */
#ifndef VV_CHECK_PAST_CONTRADICTION_H
#define VV_CHECK_PAST_CONTRADICTION_H

#include "base/buf.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "check/rules/likely.h"
#include "dataset/schema/schema.h"

typedef struct vv_table vv_table;

/* Returns the setting of the rule type-contradiction that applies to values of a wrong type in this
 * column. NULL: the rule type-error applies instead. This is so if the type is declared, differs from
 * that in the base, or if type-contradiction is off. base may be NULL. */
const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *how, const char *column);

/* Changes f to a finding of type-contradiction if f is a finding of type-error and
 * vv_base_type_setting returns a setting. The type of the column was then inferred from an earlier
 * version, so the finding means that the data changed. Sets the severity of f to that of
 * type-contradiction, f->expected to the type, and f->intended to the proposal of vv_base_propose. Both
 * texts are borrowed from `text`, whose content is replaced. Otherwise, f is unchanged. (If type-error
 * is off, vv_check_base itself reports such values.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *how);

/* Sets *likely to the probable meaning of `value`, which does not have the type of the field f. *likely
 * must be cleared or zeroed. Appends to `intended` a description of a change of f that makes f accept
 * the value. Data in this description is escaped. path: the table's path, for commands. words: writes
 * suggested commands; NULL: no commands are suggested. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* Returns the name of a type with its article, such as "a date"; a constant. */
const char *base_noun(vv_type t);

#endif
