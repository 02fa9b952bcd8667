/*
 * erased_rows: the record of the cache has the sorted hashes of the entries of groups without a finding.
 */
#include "lib/check/erased_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/table/walk.h"
#include "lib/space/erase_values.h"

#define KIND "erased"

/* A way to compare values. */
typedef struct comparison {
	const vv_erased *erased;
	unsigned fold;
	const char *column;      /* of the cell at hand */
	vv_erase_values *values; /* of the list */
} comparison;

typedef struct search {
	const vv_erased_search *how;
	vv_table *t;
	uint64_t *counts; /* of findings, for each column */
	comparison comparisons[VV_ERASED_FOLDS];
	size_t comparison_count;
	vv_buf known;      /* hashes of groups, from the cache */
	vv_hash128 *clean; /* of this version */
	size_t clean_count, clean_cap;
} search;

static void search_clear(search *s)
{
	vv_array_each(s->comparisons, s->comparison_count, it) {
		vv_erase_values_free(it->values);
	}
	vv_buf_clear(&s->known);
	vv_free_all(s->clean, s->counts);
}
VV_AUTO_CLEAR(search, search_clear)

static bool is_erased(void *payload, const char *text, size_t len)
{
	const comparison *c = payload;

	return vv_erased_has_value(c->erased, c->fold, c->column, text, len);
}

/* A vv_erased_length_fn. */
static vv_status add_length(void *payload, uint64_t len, vv_error *err)
{
	comparison *c = payload;
	const vv_status rc = c->values ? VV_OK
				       : vv_erase_values_tested(&c->values, c->fold, is_erased, c,
								err);

	return rc < 0 ? rc : vv_erase_values_add_length(c->values, len, err);
}

static vv_status open_comparisons(search *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (unsigned fold = 0; rc == VV_OK && fold < VV_ERASED_FOLDS; fold++) {
		comparison *c = &s->comparisons[s->comparison_count];

		*c = (comparison){.erased = s->how->erased, .fold = fold};
		rc = vv_erased_lengths(add_length, c, c->erased, fold, err);
		s->comparison_count += c->values != NULL;
	}
	return rc;
}

/* Returns the message of the finding; NULL: the cell has no erased value. */
static const char *judge_cell(search *s, const vv_cell *cell, const char *column)
{
	const char *verdict = NULL;
	size_t place;

	vv_array_each(s->comparisons, s->comparison_count, c) {
		vv_auto(vv_erase_found) found = {0};

		c->column = column;
		if (vv_erase_values_is(c->values, cell->text, cell->len, &place)) {
			return "is a value that was erased";
		}
		if (!verdict && vv_erase_values_in(c->values, cell->text, cell->len, &found)) {
			verdict = "contains a value that was erased";
		}
	}
	return verdict;
}

static vv_status report_cell(const search *s, uint64_t row, size_t column, const char *message,
			     vv_error *err)
{
	const vv_erased_search *how = s->how;
	vv_finding f = {.rule = KIND,
			.severity = how->severity,
			.path = how->path,
			.commit = how->commit,
			.column = s->t->schema.fields[column].name,
			.message = message,
			.expected = "no row of this person"};

	if (how->limit == 0 || s->counts[column]++ < how->limit) {
		f.row = row;
		return how->finding(how->payload, &f, err);
	}
	return how->more(how->payload, &f, 1, err);
}

/* *any: the group has an erased value. */
static vv_status search_batch(search *s, const vv_batch *b, bool *any, vv_error *err)
{
	*any = false;
	for (size_t i = 0; i < b->rows; i++) {
		for (size_t k = 0; k < b->columns; k++) {
			const char *message = judge_cell(s, &b->cells[i * b->columns + k],
							 s->t->schema.fields[k].name);
			vv_status rc;

			if (!message) {
				continue;
			}
			*any = true;
			rc = report_cell(s, b->first_row + i + 1, k, message, err);
			if (rc < 0) return rc;
		}
	}
	vv_array_each(s->comparisons, s->comparison_count, c) {
		const vv_status rc = vv_erase_values_ok(c->values, err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static bool is_known(const search *s, vv_hash128 group)
{
	return s->known.len > 0 && bsearch(&group, s->known.data, s->known.len / sizeof(group),
					   sizeof(group), vv_hash128_order);
}

static vv_status search_groups(search *s, vv_error *err)
{
	vv_auto(vv_list_walk) items = vv_list_walk_open(s->t, VV_LIST_DATA, err);
	vv_auto(vv_group_walk) groups = vv_group_walk_open(s->t, NULL, 0, err);

	while (vv_list_walk_next(&items)) {
		const vv_hash128 group = vv_xxh3_128(items.item.bytes, items.item.len, 0);
		bool any = false;

		if (!is_known(s, group)) {
			if (!vv_group_walk_to(&groups, items.item.before)) return groups.rc;
			items.rc = search_batch(s, &groups.batch, &any, err);
		}
		if (items.rc == VV_OK && !any &&
		    !vv_array_add(s->clean, s->clean_count, s->clean_cap, group)) {
			return vv_fail_nomem(err);
		}
	}
	return items.rc;
}

/* The list and the names of columns decide the result of a group. */
static vv_hash128 record_key(const search *s)
{
	vv_hash128 key = vv_erased_stamp(s->how->erased);

	for (size_t k = 0; k < s->t->columns; k++) {
		const vv_field *f = &s->t->schema.fields[k];

		key = vv_xxh3_128(f->name, f->name_len, key.lo ^ key.hi);
	}
	return key;
}

vv_status vv_erased_search_run(const vv_erased_search *how, vv_table *t, vv_error *err)
{
	vv_auto(search) s = {.how = how, .t = t};
	vv_check_cache *cache = how->cache;
	vv_status rc;

	if (!how->erased || how->severity == VV_SEVERITY_OFF) return VV_OK;
	const vv_hash128 key = record_key(&s);
	rc = open_comparisons(&s, err);
	s.counts = vv_calloc(t->columns + 1, sizeof(*s.counts));
	if (rc < 0 || !s.counts) return rc < 0 ? rc : vv_fail_nomem(err);
	if (cache && vv_check_cache_get(cache, KIND, key, &s.known, err) < 0) return VV_ENOMEM;
	if ((rc = search_groups(&s, err)) < 0 || !cache || s.clean_count == 0) return rc;
	qsort(s.clean, s.clean_count, sizeof(*s.clean), vv_hash128_order);
	return vv_check_cache_put(cache, KIND, key, s.clean, s.clean_count * sizeof(*s.clean), err);
}
