/*
 * sums: counts and sums of rows, by groups: "sum(price) > 0 group by month(day)".
 *
 * A correct caller: vv_sums_rule_new; a vv_sums for each part of a table, vv_sums_add for each row group; vv_sums_put keeps a
 * part as bytes, vv_sums_read adds them up; vv_sums_judge for each group of the whole. Parts may be added in any order.
 * Numbers are exact. As in SQL, a missing value is in no count, sum or least; one that is not of its type is none either. A row
 * whose group is not of its type is in no group.
 */
#ifndef VV_DATASET_ROWS_SUMS_H
#define VV_DATASET_ROWS_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/rows/row_block.h"

#define VV_SUMS_KEYS_MAX 32u /* expressions after 'group by' */

typedef struct vv_sums_rule vv_sums_rule;
/* condition: of aggregates; where: rows that count (NULL: all); groups: expressions, ended by NULL (NULL: all rows are one group).
 * how: of the condition; where_at, groups_at: characters before those in their line. VV_EINPUT. */
typedef struct vv_sums_text {
	const char *condition, *where;
	const char *const *groups;
	size_t where_at, groups_at;
} vv_sums_text;
vv_status vv_sums_rule_new(vv_sums_rule **out, const vv_sums_text *text, const vv_schema *schema,
			   const vv_condition_how *how, vv_error *err);
void vv_sums_rule_free(vv_sums_rule *r); /* accepts NULL */
VV_AUTO_FREE(vv_sums_rule, vv_sums_rule_free)
/* The places of the columns that it reads, ascending; borrowed. */
const size_t *vv_sums_rule_columns(const vv_sums_rule *r, size_t *count);

/* Is it one aggregate alone, of a condition "X is null" with len bytes? */
bool vv_sums_rule_is_one(const vv_sums_rule *r, size_t len);

/* Does it use the version compared with? */
bool vv_sums_rule_has_base(const vv_sums_rule *r);

typedef struct vv_sums vv_sums;
vv_sums *vv_sums_new(const vv_sums_rule *r); /* NULL when out of memory */
void vv_sums_free(vv_sums *s);               /* accepts NULL */
VV_AUTO_FREE(vv_sums, vv_sums_free)
void vv_sums_reset(vv_sums *s);
/* The rows of a block. */
vv_status vv_sums_add(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, vv_error *err);
/* Appends it. */
void vv_sums_put(vv_buf *out, vv_sums *s);
/* Adds the cached sums. 1; 0: they are damaged, and s must be dropped; VV_ENOMEM. */
int vv_sums_read(vv_sums *s, const void *bytes, size_t len);

/* Ends adding: groups are in the order of their values. */
vv_status vv_sums_finish(vv_sums *s, vv_error *err);
size_t vv_sums_groups(const vv_sums *s);
/* Does the i-th group meet the condition? base: the version compared with, finished; NULL: none. */
vv_truth vv_sums_judge(const vv_sums *s, vv_condition_scratch *scratch, size_t i,
		       const vv_sums *base);
/* "month(day)=5"; empty without groups. */
void vv_sums_put_group(vv_buf *out, const vv_sums *s, size_t i);
typedef enum vv_sums_kind {
	VV_SUMS_NONE, /* no values: nothing is appended */
	VV_SUMS_NUMBER, /* as JSON writes numbers, exact; a fraction that has no end to its ninth decimal place */
	VV_SUMS_TEXT /* a text, a date, "unknown" where numbers have too many digits, "INF", "2097152 (estimated)" */
} vv_sums_kind;
/* Appends the value of the one aggregate of the one group. */
vv_sums_kind vv_sums_put_value(vv_buf *out, const vv_sums *s);
/* "count(*)=12 (base 15)", all that the condition counts. */
void vv_sums_put_values(vv_buf *out, vv_condition_scratch *scratch, const vv_sums *s, size_t i,
			const vv_sums *base);

#endif
