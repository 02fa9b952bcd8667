/*
 * base_findings: the declarations that all parts of a check against a base use. Private to
 * check/past.
 */
#ifndef VV_CHECK_PAST_BASE_FINDINGS_H
#define VV_CHECK_PAST_BASE_FINDINGS_H

#include "check/past/options.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"

/* The check of one table against its base. */
typedef struct base_check {
	vv_table *base, *t;
	const vv_base_options *o;
	const vv_rule_set *rules;
	vv_columns columns;
	bool matched; /* columns is set, because there is a base */
	vv_changed_groups regions;
	bool have_regions;
	/* line numbers of t's rows; opened when the first finding about a row is reported */
	vv_check_lines *lines;
	vv_buf message, expected, key;
} base_check;

/* Counts the findings of one setting in one column. At most o->limit findings are reported (given);
 * the others are withheld (held). */
typedef struct base_quota {
	uint64_t given, held;
	vv_finding last; /* the last withheld finding, without data */
} base_quota;

/* Returns the next setting of the rule after `after` whose severity is not off; if `after` is NULL,
 * the first one. Returns NULL after the last setting. */
const vv_rule_setting *base_setting(const base_check *c, const char *code,
				    const vv_rule_setting *after);
/* Returns a finding with the rule and severity of the setting, and the path and commit of the
 * check. */
vv_finding base_finding(const base_check *c, const vv_rule_setting *s);
/* Changes f into a finding that the check could not be done, with severity error. If f's severity
 * is already error, its rule becomes `code`, or stays if code is NULL; else its rule becomes
 * "unchecked". */
void base_unread(vv_finding *f, const char *code);
/* Passes f to the callback, with c->message and c->expected as its texts, and with the line number
 * of f->row (row 0: no line number). Empties both buffers. */
vv_status base_give(base_check *c, base_quota *q, vv_finding *f, vv_error *err);
/* Reports the number of findings that base_give withheld, and resets the quota. */
vv_status base_told(base_check *c, base_quota *q, vv_error *err);

/* Gets the row groups that only one of the versions has; borrowed from c. */
vv_status base_changed_groups(base_check *c, const vv_changed_groups **out, vv_error *err);

typedef vv_status (*base_group_fn)(void *payload, vv_batch *b, vv_error *err);
/* Reads the wanted columns of these row groups (NULL: all groups) of a table, and calls fn for each
 * group. */
vv_status base_each_group(base_check *c, vv_table *t, const size_t *wanted, size_t wanted_count,
			  const vv_changed_group *groups, size_t count, base_group_fn fn,
			  void *payload, vv_error *err);

/* Gives f the key of a row, such as "id=5, day=2024-01-01", or no key if the table has none; the text
 * stays in c->key. places has the positions of the `count` key columns. */
void base_set_key(base_check *c, vv_finding *f, const vv_table *t, const size_t *places,
		  size_t count, const vv_cell *row);
/* Sets places to the positions of the columns of the version's own key, and returns the number of
 * these columns. Returns 0 if the version has no key, or a key of more than max columns. */
size_t base_key_places(const vv_table *t, size_t *places, size_t max);

/* Returns the share n / `of` in billionths, rounded to the nearest, but at least 1 if n is above 0,
 * and at most 999,999,999 if n is below `of`. Returns 0 if `of` is 0. */
uint64_t base_share(uint64_t n, uint64_t of);
/* Returns true if the share `is` / is_of is greater than the share `was` / was_of by more than
 * `most` billionths. The comparison is exact up to 10^13 rows. */
bool base_rose(uint64_t was, uint64_t was_of, uint64_t is, uint64_t is_of, uint64_t most);
/* Returns true if at least `mostly` billionths of the values are good. `found` of the `of` values
 * are bad. */
bool base_tolerated(uint64_t mostly, uint64_t found, uint64_t of);
/* Returns true if n, of a total of `of`, is above the bound b, or, if b is not given, above
 * fallback. */
bool base_above(const vv_bound *b, vv_bound fallback, uint64_t n, uint64_t of);
/* Returns true if b is given, and n, of a total of `of`, is below b. */
bool base_below(const vv_bound *b, uint64_t n, uint64_t of);
/* Append a share as "5 %" or "0.25", and a bound as "at most 5 %" or "at most 100 rows". */
void base_put_percent(vv_buf *out, uint64_t billionths);
void base_put_number(vv_buf *out, uint64_t billionths);
void base_put_bound(vv_buf *out, const char *word, const vv_bound *b, const char *what);

bool base_is_json(const vv_table *t);

#endif
