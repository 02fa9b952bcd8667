/*
 * base_findings: declarations that the parts of a check against a base share. Private to check/past.
 */
#ifndef VV_CHECK_PAST_BASE_FINDINGS_H
#define VV_CHECK_PAST_BASE_FINDINGS_H

#include "check/past/options.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"

/* One comparison. */
typedef struct base_check {
	vv_table *base, *t;
	const vv_base_options *o;
	const vv_rule_set *rules;
	vv_columns columns;
	bool matched; /* columns is filled (there is a base) */
	vv_changed_groups regions;
	bool have_regions;
	vv_check_lines *lines; /* of t; opened with the first row that is reported */
	vv_buf message, expected, key;
} base_check;

/* The findings of one setting, in one column: at most o->limit are reported (given), the rest is
 * withheld (held). */
typedef struct base_quota {
	uint64_t given, held;
	vv_finding last; /* the last withheld finding, without data */
} base_quota;

/* The next setting of the rule that is not off, after `after` (NULL: the first one). NULL: no further
 * setting. */
const vv_rule_setting *base_setting(const base_check *c, const char *code,
				    const vv_rule_setting *after);
/* A finding of the setting: rule, severity, path, commit. */
vv_finding base_finding(const base_check *c, const vv_rule_setting *s);
/* Makes f a finding about a failed check. If the setting's severity is error, the finding has this code
 * (NULL: its own); else the code is "unchecked", which is always an error. */
void base_unread(vv_finding *f, const char *code);
/* Passes f to the callback, with message and expected from c's buffers (which are emptied), and the line
 * of f->row (row 0: without a line). */
vv_status base_give(base_check *c, base_quota *q, vv_finding *f, vv_error *err);
/* Reports the number of findings above the quota, which base_give withheld. */
vv_status base_told(base_check *c, base_quota *q, vv_error *err);

/* The groups that only one version has; if the places of columns differ (`places`), all groups of both
 * versions. */
vv_status base_changed_groups(base_check *c, const vv_changed_groups **out, vv_error *err);

/* Reads these groups (NULL: all) of a table, the wanted columns only. */
typedef vv_status (*base_group_fn)(void *payload, vv_batch *b, vv_error *err);
vv_status base_each_group(base_check *c, vv_table *t, const size_t *wanted, size_t wanted_count,
			  const vv_changed_group *groups, size_t count, base_group_fn fn,
			  void *payload, vv_error *err);

/* Replaces out by "id=5, day=2024-01-01", the key of one row; empty without a key.
 * places: of the key's columns. */
void base_key_text(vv_buf *out, const vv_table *t, const size_t *places, size_t count,
		   const vv_cell *row);
/* Sets places to those of the columns of a version's own key, and returns their number; 0: the version
 * has no key, or a key of more than max columns. */
size_t base_key_places(const vv_table *t, size_t *places, size_t max);

/* A share in billionths, rounded, but never to all or nothing; 0 of nothing is 0. */
uint64_t base_share(uint64_t n, uint64_t of);
/* Is the share `is` of is_of by more than most billionths above `was` of was_of? Exact. */
bool base_rose(uint64_t was, uint64_t was_of, uint64_t is, uint64_t is_of, uint64_t most);
/* Among `of` values, `found` are bad: is the share of the others at least `mostly`? */
bool base_tolerated(uint64_t mostly, uint64_t found, uint64_t of);
/* Is n of `of` above the bound? If no bound is given, above fallback (in the same form)? */
bool base_above(const vv_bound *b, vv_bound fallback, uint64_t n, uint64_t of);
bool base_below(const vv_bound *b, uint64_t n, uint64_t of);
/* "5 %", "0.25" and "at most 5 %" / "at most 100 rows". */
void base_put_percent(vv_buf *out, uint64_t billionths);
void base_put_number(vv_buf *out, uint64_t billionths);
void base_put_bound(vv_buf *out, const char *word, const vv_bound *b, const char *what);

bool base_is_json(const vv_table *t);

#endif
