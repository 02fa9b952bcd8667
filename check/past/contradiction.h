/*
 * contradiction: a value that is none of the type that a column had in the base: what it is called,
 * and what to do about it.
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

/* A "type-error" of a column whose type nobody declared (it was found in the data of a
 * version before) says that the data has changed its mind: such a finding is turned into
 * "type-contradiction" of that rule's severity, with the type as `expected` and the proposal as
 * `intended`, both written to text. Everything else stays as it is; so does f where type-contradiction is off. (Where
 * type-error is off and type-contradiction is not, vv_check_base looks for such values
 * itself.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* What a value that is none of the field's type probably is (*likely is cleared storage), and, appended, what accepts it.
 * Data in it is escaped. words (NULL: no command) are the program's. */
void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words);

/* "a date", "an integer". */
const char *base_noun(vv_type t);

#endif
