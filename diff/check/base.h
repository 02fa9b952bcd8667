/*
 * base: one version of a table against another, its base: what got lost, what
 * contradicts what was true before, what moved out of bounds. docs/check-base.md has the
 * measures.
 *
 * A correct caller: vv_check_base with both tables open and the rule set of the dataset
 * (dataset/check/rules.h); findings come through the callback as they are met. The rules of one version
 * (dataset/check/check.h) are looked at elsewhere; vv_base_recode tells which of their findings
 * are news to the base.
 *
 * Cost follows the change: groups that both versions have are not read. Distributions are
 * kept by version in the cache, so that the next version's are made from the groups that
 * differ; without it the columns asked for are read whole.
 *
 * Codes, and what a setting's bounds mean (b: of the base, as a share or as a count):
 *   column-removed     a column of the base is gone (a renamed one too, with its new name)
 *   column-added       a column that the base does not have
 *   column-retyped     a column's declared type or format is another
 *   type-contradiction a value is none of the type that the base had; with a proposal
 *   key-broken         the base's key repeats, misses values, or lost a column
 *   key-lost           a key of the base is gone; max: how many may be (b)
 *   rows-removed       rows of the base are gone; max (b)
 *   rows-added         rows that the base did not have; min, max (b)
 *   cells-changed      cells of rows that both have; max: of all these cells
 *   null-share         the share of missing values rose by more than max (a share)
 *   new-category       a value that the column did not have; max: how many may be (b)
 *   drift-psi          population stability index; max as a share: 0.2 is 200,000,000
 *   drift-js           Jensen-Shannon divergence (base 2, 0 to 1); max as a share
 *   freshness          the newest date of the column is older than max_age before `now`;
 *                      needs no base
 *   no-key             a rule needs a key, and there is none
 * column-removed, column-retyped, type-contradiction and key-broken need no bounds and are
 * on by default.
 */
#ifndef VV_DIFF_CHECK_BASE_H
#define VV_DIFF_CHECK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/check/check.h"
#include "dataset/check/finding.h"
#include "dataset/check/rules.h"
#include "dataset/table/table.h"

typedef struct vv_base_options {
	const vv_rule_set *rules;
	const char *path, *commit; /* for the findings; commit may be NULL */
	bool declared;  /* a datapackage.json says the columns' types: another type is then meant
	                 * (column-retyped), and no value contradicts it */
	int64_t now;    /* freshness: seconds since 1970-01-01 UTC */
	uint64_t limit; /* findings given of each rule in each column; 0: all */
	vv_finding_fn finding;
	vv_check_more_fn more;       /* may be NULL */
	void *payload;               /* of both */
	const vv_mend *mend;         /* as in vv_check_options */
	vv_check_cache *cache;       /* NULL: nothing is remembered */
	const char *temp_dir;        /* NULL: /tmp */
	vv_pool *pool;               /* NULL: none */
	const vv_progress *progress; /* NULL: none */
} vv_base_options;

/* base: NULL where there is none (a new path): then only freshness is looked at. Both are
 * tables (kind "file" has nothing to compare: VV_OK, no findings). Findings about a rule
 * that cannot be looked at here (a column that is not there, no key) come as findings of
 * that rule. */
vv_status vv_check_base(vv_table *base, vv_table *t, const vv_base_options *o, vv_error *err);

/* A "type-error" of a column whose type nobody declared (it was found in the data of a
 * version before) says that the data has changed its mind: such a finding is turned into
 * "type-contradiction" of that rule's severity, with the proposal as `expected`, written to
 * text. Everything else stays as it is; so does f where type-contradiction is off. (Where
 * type-error is off and type-contradiction is not, vv_check_base looks for such values
 * itself.) */
void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *o);

/* Appends what to do about a value that is none of the field's type: "'N/A' may be declared
 * missing: varve schema --missing N/A prices.csv" ... Data in it is escaped. */
void vv_base_propose(vv_buf *out, const vv_field *f, const vv_cell *value, const char *path);

#endif
