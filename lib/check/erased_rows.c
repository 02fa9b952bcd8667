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

typedef struct search {
	const vv_erased_search *how;
	vv_table *t;
	uint64_t *counts;                          /* of findings, for each column */
	vv_erase_values *folders[VV_ERASED_FOLDS]; /* NULL: no value is compared in this way */
	vv_buf known;                              /* hashes of groups, from the cache */
	vv_hash128 *clean;                         /* of this version */
	size_t clean_count, clean_cap;
} search;

static void search_clear(search *s)
{
	for (size_t i = 0; i < VV_ERASED_FOLDS; i++) {
		vv_erase_values_free(s->folders[i]);
	}
	vv_buf_clear(&s->known);
	vv_free_all(s->clean, s->counts);
}
VV_AUTO_CLEAR(search, search_clear)

static vv_status open_folders(search *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (unsigned fold = 0; rc == VV_OK && fold < VV_ERASED_FOLDS; fold++) {
		if (vv_erased_folds(s->how->erased, fold)) {
			rc = vv_erase_values_folder(&s->folders[fold], fold, err);
		}
	}
	return rc;
}

static bool is_erased(const search *s, const vv_cell *cell, const char *column)
{
	for (unsigned fold = 0; fold < VV_ERASED_FOLDS && cell->len > 0; fold++) {
		size_t len = cell->len;
		const char *text = s->folders[fold]
					   ? vv_erase_values_fold_text(s->folders[fold], cell->text,
								       cell->len, &len)
					   : NULL;

		if (text && vv_erased_has_value(s->how->erased, fold, column, text, len)) {
			return true;
		}
	}
	return false;
}

static vv_status report(const search *s, uint64_t row, size_t column, vv_error *err)
{
	const vv_erased_search *how = s->how;
	vv_finding f = {.rule = KIND,
			.severity = how->severity,
			.path = how->path,
			.commit = how->commit,
			.column = s->t->schema.fields[column].name,
			.message = "is a value that was erased",
			.expected = "no row of this person"};

	if (how->limit == 0 || s->counts[column]++ < how->limit) {
		f.row = row;
		return how->finding(how->payload, &f, err);
	}
	return how->more(how->payload, &f, 1, err);
}

/* *any: the group has an erased value. */
static vv_status search_batch(const search *s, const vv_batch *b, bool *any, vv_error *err)
{
	*any = false;
	for (size_t i = 0; i < b->rows; i++) {
		for (size_t k = 0; k < b->columns; k++) {
			vv_status rc;

			if (!is_erased(s, &b->cells[i * b->columns + k],
				       s->t->schema.fields[k].name)) {
				continue;
			}
			*any = true;
			rc = report(s, b->first_row + i + 1, k, err);
			if (rc < 0) return rc;
		}
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
	rc = open_folders(&s, err);
	s.counts = vv_calloc(t->columns + 1, sizeof(*s.counts));
	if (rc < 0 || !s.counts) return rc < 0 ? rc : vv_fail_nomem(err);
	if (cache && vv_check_cache_get(cache, KIND, key, &s.known, err) < 0) return VV_ENOMEM;
	if ((rc = search_groups(&s, err)) < 0 || !cache || s.clean_count == 0) return rc;
	qsort(s.clean, s.clean_count, sizeof(*s.clean), vv_hash128_order);
	return vv_check_cache_put(cache, KIND, key, s.clean, s.clean_count * sizeof(*s.clean), err);
}
