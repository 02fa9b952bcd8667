/*
 * contradiction: a value that is not of the column's type in the base: its finding, and a proposal.
 */
#ifndef VV_CHECK_PAST_CONTRADICTION_H
#define VV_CHECK_PAST_CONTRADICTION_H

#include "base/buf.h"
#include "check/past/options.h"
#include "check/rules/finding.h"
#include "check/rules/likely.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

/* The setting of type-contradiction under which a column's values of another type are found; NULL: they are
 * type-errors. */
const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *o, const char *column);

/* A "type-error" of a column without a declared type (it was inferred from an earlier version) means that the data
 * changed: such a finding is turned into "type-contradiction" of that rule's severity, with the type as `expected`
 * and the proposal as `intended`, both written to text. The rest is unchanged; so is f if type-contradiction is
 * off. (If type-error is off and type-contradiction is not, vv_check_base finds such values itself.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* The probable meaning of a value that is not of the field's type (*likely is cleared storage), and, appended to
 * intended, the change that accepts it. Data in it is escaped. words (NULL: no command) are the program's. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* "a date", "an integer". */
const char *base_noun(vv_type t);

#endif
