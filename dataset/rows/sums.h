/*
 * sums: computes aggregates of rows, by groups, and evaluates conditions on them: "sum(price) > 0
 * group by month(day)".
 *
 * In this header, a group is all rows with the same values of the expressions after 'group by', and
 * the sums are the values of all aggregates of all groups. A part of a table is any set of its row
 * groups.
 *
 * A correct caller: vv_sums_rule_new; vv_sums_new for each part of a table, and vv_sums_add for
 * each of its row groups; vv_sums_put to store a part's sums as bytes; vv_sums_new for the whole
 * table, and vv_sums_read to add the sums of all parts to it, in any order; vv_sums_finish;
 * vv_sums_judge for each group.
 *
 * Numbers are exact. As in SQL, aggregates ignore missing values; they also ignore values that are
 * not of their column's type. A row is ignored if a value after 'group by' is not of its column's
 * type.
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

/* A compiled condition on aggregates, with the expressions after 'where' and 'group by'. */
typedef struct vv_sums_rule vv_sums_rule;
/* The texts of a rule. */
typedef struct vv_sums_text {
	const char *condition, /* the condition on aggregates */
		*where;        /* the condition that selects rows; NULL: all rows */
	/* the expressions after 'group by', followed by NULL; NULL: all rows are one group */
	const char *const *groups;
	/* for messages: the number of characters in the rule's line before the text */
	size_t where_at,   /* of `where` */
		groups_at; /* of `groups` */
} vv_sums_text;
/* Compiles a rule for tables with this schema, which must outlive the rule. how: the options for
 * compiling the condition. VV_EINPUT: a text is invalid. */
vv_status vv_sums_rule_new(vv_sums_rule **out, const vv_sums_text *text, const vv_schema *schema,
			   const vv_condition_how *how, vv_error *err);
void vv_sums_rule_free(vv_sums_rule *r); /* accepts NULL */
VV_AUTO_FREE(vv_sums_rule, vv_sums_rule_free)
/* Returns the columns that the rule reads, as indexes in the schema, ascending; borrowed. */
const size_t *vv_sums_rule_columns(const vv_sums_rule *r, size_t *count);

/* For a rule whose condition has the form "X is null" and len bytes: returns true if X is a single
 * aggregate, and not an aggregate of the base (vv_sums_rule_has_base). */
bool vv_sums_rule_is_one(const vv_sums_rule *r, size_t len);

/* Returns true if the condition uses aggregates of the base, the version with which the table is
 * compared. */
bool vv_sums_rule_has_base(const vv_sums_rule *r);

/* The sums of some rows. */
typedef struct vv_sums vv_sums;
/* Makes sums without rows. r must outlive them. Returns NULL if out of memory. */
vv_sums *vv_sums_new(const vv_sums_rule *r);
void vv_sums_free(vv_sums *s); /* accepts NULL */
VV_AUTO_FREE(vv_sums, vv_sums_free)
void vv_sums_reset(vv_sums *s); /* removes all rows */
/* Adds the rows of the block b to the sums. */
vv_status vv_sums_add(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, vv_error *err);
/* Appends the sums as bytes, for vv_sums_read. No rows can be added to s afterwards, unless
 * vv_sums_reset is called first. */
void vv_sums_put(vv_buf *out, vv_sums *s);
/* Adds sums that vv_sums_put has written. Returns 1 on success, 0 if the bytes are damaged (s can
 * then no longer be used), or VV_ENOMEM. */
int vv_sums_read(vv_sums *s, const void *bytes, size_t len);

/* Sorts the groups by their values: a missing value first, numbers in their order, other values by
 * their texts. Call once, after all rows were added, and before the
 * functions below. Without 'group by', there is one group, even if there are no rows. */
vv_status vv_sums_finish(vv_sums *s, vv_error *err);
/* Returns the number of groups. */
size_t vv_sums_groups(const vv_sums *s);
/* Evaluates the condition for the i-th group. base: the finished sums of the base version, for the
 * same rule; NULL: no base. Not thread-safe: the values are stored in s, and the key in base. */
vv_truth vv_sums_judge(const vv_sums *s, vv_condition_scratch *scratch, size_t i,
		       const vv_sums *base);
/* Appends the values of the expressions after 'group by' for the i-th group, such as
 * "month(day)=5". Appends nothing if the rule has no such expressions. */
void vv_sums_put_group(vv_buf *out, const vv_sums *s, size_t i);
/* The kind of an aggregate's value. */
typedef enum vv_sums_kind {
	VV_SUMS_NONE, /* no value: nothing is appended */
	/* a number as JSON writes it, exact; an infinite fraction is cut after its ninth decimal
	 * place */
	VV_SUMS_NUMBER,
	/* another text: a text, a date, "INF", "2097152 (estimated)", or "unknown" if numbers have
	 * too many digits */
	VV_SUMS_TEXT
} vv_sums_kind;
/* Appends the value of the only aggregate for the i-th group, and returns its kind. For rules for
 * which vv_sums_rule_is_one returns true. */
vv_sums_kind vv_sums_put_value(vv_buf *out, const vv_sums *s, size_t i);
/* Appends the values of the condition's aggregates for the i-th group, such as "count(*) = 12 (base
 * 15)". base: as for vv_sums_judge. */
void vv_sums_put_values(vv_buf *out, const vv_sums *s, size_t i, const vv_sums *base);

#endif
