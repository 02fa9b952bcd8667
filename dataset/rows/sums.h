/*
 * sums: computes aggregates of rows, by groups, and evaluates conditions on them: "sum(price) > 0 group by
 * month(day)".
 *
 * A correct caller: vv_sums_rule_new; vv_sums_new for each part of a table, and vv_sums_add for each of its row
 * groups; vv_sums_put to store a part's sums as bytes; vv_sums_read to add the parts, in any order; vv_sums_finish;
 * vv_sums_judge for each group. Numbers are exact. As in SQL, aggregates ignore missing values; they also ignore
 * values that are not of their column's type. A row is ignored if a value after 'group by' is not of its type.
 */
#ifndef VV_DATASET_ROWS_SUMS_H
#define VV_DATASET_ROWS_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/rows/row_block.h"

#define VV_SUMS_KEYS_MAX 32u /* most expressions after 'group by' */

typedef struct vv_sums_rule vv_sums_rule;
/* The texts of a rule. */
typedef struct vv_sums_text {
	/* condition: compares aggregates; where: selects the rows to be counted; NULL: all rows are counted */
	const char *condition, *where;
	/* the expressions after 'group by', ended by NULL; or NULL: all rows are one group */
	const char *const *groups;
	/* for messages: the number of characters in the line before the text of where, and before the text of
	 * groups */
	size_t where_at, groups_at;
} vv_sums_text;
/* Compiles a rule. how: how the condition is compiled. VV_EINPUT: a text is invalid. */
vv_status vv_sums_rule_new(vv_sums_rule **out, const vv_sums_text *text, const vv_schema *schema,
			   const vv_condition_how *how, vv_error *err);
void vv_sums_rule_free(vv_sums_rule *r); /* accepts NULL */
VV_AUTO_FREE(vv_sums_rule, vv_sums_rule_free)
/* Returns the columns that the rule reads, as indexes in the schema, ascending; borrowed. */
const size_t *vv_sums_rule_columns(const vv_sums_rule *r, size_t *count);

/* For a rule whose condition, of len bytes, has the form "X is null": returns true if X is a single aggregate, and
 * not one of the base. */
bool vv_sums_rule_is_one(const vv_sums_rule *r, size_t len);

/* Returns true if the condition uses aggregates of the base, the version with which the table is compared. */
bool vv_sums_rule_has_base(const vv_sums_rule *r);

typedef struct vv_sums vv_sums;
vv_sums *vv_sums_new(const vv_sums_rule *r); /* NULL when out of memory */
void vv_sums_free(vv_sums *s);               /* accepts NULL */
VV_AUTO_FREE(vv_sums, vv_sums_free)
void vv_sums_reset(vv_sums *s);
/* Adds the rows of a block. */
vv_status vv_sums_add(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, vv_error *err);
/* Appends the sums as bytes, for vv_sums_read. */
void vv_sums_put(vv_buf *out, vv_sums *s);
/* Adds sums that vv_sums_put has written. Returns 1 on success, 0 if the bytes are damaged (s can then no longer be
 * used), or VV_ENOMEM. */
int vv_sums_read(vv_sums *s, const void *bytes, size_t len);

/* Ends adding, and sorts the groups by their values. */
vv_status vv_sums_finish(vv_sums *s, vv_error *err);
/* Returns the number of groups. */
size_t vv_sums_groups(const vv_sums *s);
/* Returns whether the i-th group meets the condition. base: the finished sums of the base; NULL: no base. */
vv_truth vv_sums_judge(const vv_sums *s, vv_condition_scratch *scratch, size_t i,
		       const vv_sums *base);
/* Appends the name of the i-th group, as "month(day)=5"; nothing if the rule has no groups. */
void vv_sums_put_group(vv_buf *out, const vv_sums *s, size_t i);
typedef enum vv_sums_kind {
	VV_SUMS_NONE, /* there is no value: nothing is appended */
	/* a number as JSON writes it, exact; an infinite fraction is cut after its ninth decimal place */
	VV_SUMS_NUMBER,
	/* another text: a text, a date, "INF", "2097152 (estimated)", or "unknown" if numbers have too many digits */
	VV_SUMS_TEXT
} vv_sums_kind;
/* Appends the value of the rule's only aggregate for the only group. */
vv_sums_kind vv_sums_put_value(vv_buf *out, const vv_sums *s);
/* Appends the values of the condition's aggregates for the i-th group, as "count(*) = 12 (base 15)". */
void vv_sums_put_values(vv_buf *out, vv_condition_scratch *scratch, const vv_sums *s, size_t i,
			const vv_sums *base);

#endif
