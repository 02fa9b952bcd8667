/*
 * base_findings: the state of a check against a base, and functions for all its parts. Private to
 * check/past.
 */
#ifndef VV_CHECK_PAST_BASE_FINDINGS_H
#define VV_CHECK_PAST_BASE_FINDINGS_H

#include "check/past/options.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"

typedef struct vv_batch vv_batch;
typedef struct vv_cell vv_cell;
typedef struct vv_table vv_table;

/* The check of one table against its base. */
typedef struct base_check {
	vv_table *base,             /* the base; may be NULL */
		*t;                 /* the version that is checked */
	const vv_base_options *how; /* the options of vv_check_base */
	const vv_check_options *o;  /* how->check */
	const vv_rule_set *rules;   /* o->rules; if that is NULL, the defaults */
	vv_columns columns;         /* the pairs of columns of base and t */
	bool matched;               /* columns is set; false if base is NULL */
	vv_changed_groups regions;  /* the groups that only one version has */
	bool have_regions;          /* regions is set */
	/* line numbers of t's rows; opened when the first finding about a row is reported */
	vv_check_lines *lines;
	/* texts of the next finding, for the members of vv_finding with these names; message fails,
	 * too, if one of the others fails */
	vv_buf message, expected, key;
	vv_status rc;  /* the first failure, or VV_OK: after a failure, nothing more is done */
	vv_error *err; /* receives the error of rc */
} base_check;

/* How many findings of one setting in one column were reported and withheld. At most o->limit
 * findings are reported; further ones are withheld. */
typedef struct base_quota {
	uint64_t given,  /* number of reported findings */
		held;    /* number of withheld findings */
	vv_finding last; /* the last withheld finding, without data */
} base_quota;

/* Returns the next setting of the rule after `after` whose severity is not off; if `after` is NULL,
 * the first one. Returns NULL after the last setting, and after a failure. */
const vv_rule_setting *base_setting(const base_check *c, const char *code,
				    const vv_rule_setting *after);
/* Returns a finding with the rule and severity of the setting, and the path and commit of the
 * check. column may be NULL: the finding is about a row or the table. */
vv_finding base_finding(const base_check *c, const vv_rule_setting *s, const char *column);
/* Changes f to a finding that the rule could not be checked, with severity error. If the severity
 * of f is already error, the rule of f becomes `code`, or is unchanged if code is NULL; else it
 * becomes "unchecked". */
void base_unread(vv_finding *f, const char *code);
/* Passes f to o->finding, with c->message and c->expected as its texts. If f has a row, first finds
 * its line number. If the limit of q is reached, counts f as withheld instead. q may be NULL for a
 * setting with only one finding in a column: f is always passed. Empties both buffers. */
void base_give(base_check *c, base_quota *q, vv_finding *f);
/* Passes the number of withheld findings to o->more, and resets the quota. */
void base_told(base_check *c, base_quota *q);

/* Returns the row groups that only one of the versions has, borrowed from c; NULL after a
 * failure. */
const vv_changed_groups *base_changed_groups(base_check *c);

/* Receives a row group. Sets the check's rc if it fails. */
typedef void (*base_group_fn)(void *payload, const vv_batch *b);
/* Reads the wanted columns of count row groups of t (groups NULL: of all groups), and calls fn for
 * each group. */
void base_each_group(base_check *c, vv_table *t, const size_t *wanted, size_t wanted_count,
		     const vv_changed_group *groups, size_t count, base_group_fn fn, void *payload);
/* Like base_each_group, for the row groups of the checked table that the base does not have (all: for
 * all groups). */
void base_each_new_group(base_check *c, bool all, const size_t *wanted, size_t wanted_count,
			 base_group_fn fn, void *payload);

/* Sets the key of the finding f to the key of a row, such as "id=5, day=2024-01-01". Each value is cut
 * to 200 bytes. places: the indexes of the `count` columns of the key; if count is 0, f gets no key.
 * The text is borrowed from c->key until the next call. */
void base_set_key(base_check *c, vv_finding *f, const vv_table *t, const size_t *places,
		  size_t count, const vv_cell *row);
/* Sets places to the indexes of the columns of t's key, and returns the number of these columns.
 * Returns 0 if t has no key, or a key of more than max columns. */
size_t base_key_places(const vv_table *t, size_t *places, size_t max);

/* Returns the share n / `of` in billionths, rounded to the nearest, but at least 1 if n is above 0,
 * and at most 999,999,999 if n is below `of`. Returns 0 if `of` is 0. */
uint64_t base_share(uint64_t n, uint64_t of);
/* Returns true if a share rose by more than `most` billionths from was / was_of to is / is_of. The
 * comparison is exact up to 10^13 rows. */
bool base_rose(uint64_t was, uint64_t was_of, uint64_t is, uint64_t is_of, uint64_t most);
/* Returns true if the share of valid values, (of - found) / of, is at least `mostly` billionths. `of`
 * is the number of examined values, and found is the number of invalid ones. */
bool base_tolerated(uint64_t mostly, uint64_t found, uint64_t of);
/* Returns true if n is above the bound b, or, if b is not given, above 0. of: the total of which b
 * may be a share. */
bool base_above(const vv_bound *b, uint64_t n, uint64_t of);
/* Returns true if b is given, and n is below b. of: the total of which b may be a share. */
bool base_below(const vv_bound *b, uint64_t n, uint64_t of);
void base_put_percent(vv_buf *out, uint64_t billionths); /* appends a share as "5 %" */
void base_put_number(vv_buf *out, uint64_t billionths);  /* appends a share as "0.25" */
/* Appends a bound as "at most 5 %", or as "at most 100 rows"; a bound that is not given is 0. word:
 * "at most" or "at least"; what: the unit of counts, such as "rows". */
void base_put_bound(vv_buf *out, const char *word, const vv_bound *b, const char *what);

/* Returns true if the table is NDJSON or a JSON array. */
bool base_is_json(const vv_table *t);

#endif
