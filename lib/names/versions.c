/*
 * versions: how many versions a walk has open.
 */
#include "lib/names/versions.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/sniff.h"

#define KEPT 2u
/* Limit of text versions that share the row groups of one, whose blocks stay while it is open. */
#define LIKE_MAX 64u

static void drop_version(vv_versions *v, size_t i)
{
	vv_version *p = v->items[i];

	if (p->like) {
		p->like->now--;
	}
	vv_table_at_close(&p->at);
	vv_free(p);
	v->items[i] = v->items[--v->count];
}

/* columns: least number of columns; 0: those of the header, or of the longest row. */
static vv_status open_one(vv_versions *v, const vv_lineage_file *f, size_t columns,
			  vv_version **out, vv_error *err)
{
	vv_auto_free vv_version *made = vv_calloc(1, sizeof(*made));
	if (!made || !vv_array_room(v->items, v->count, v->cap)) return vv_fail_nomem(err);
	/* row groups that versions share have the same columns */
	const vv_subject *like = v->like && columns == 0 ? &v->like->at.subject : NULL;
	vv_sniff_hints hints = VV_SNIFF_HINTS_INIT;
	hints.columns = columns;
	const vv_subject_options how = {.hints = columns > 0 ? &hints : NULL,
					.unpack = true,
					.like = like,
					.keep = !like && columns == 0,
					.one_of_many = true,
					.long_rows = true};
	vv_status rc = vv_table_at_open(&made->at, v->repo, v->reader,
					&(vv_version_name){.path = f->path, .commit = &f->commit},
					&how, err);
	if (made->at.none) {
		if (rc == VV_EINPUT) {
			vv_notes_put(vv_repository_notes(v->repo),
				     "%s, so the history of its rows begins after that version",
				     err->message);
		}
		rc = VV_OK;
	}
	if (rc < 0) return rc;
	made->asked = columns;
	made->blob = f->blob;
	made->path = f->path;
	vv_version *opened = *out = v->items[v->count++] = vv_take(&made);
	if (like && opened->at.subject.own.lent) {
		opened->like = v->like;
		v->like->now++;
		v->like = ++v->like->ever < LIKE_MAX ? v->like : NULL;
	} else if (how.keep && !opened->at.long_rows && opened->at.subject.own.raw) {
		v->like = opened;
	}
	return VV_OK;
}

static vv_version *find_version(const vv_versions *v, const vv_lineage_file *f, size_t columns)
{
	for (size_t i = 0; i < v->count; i++) {
		vv_version *p = v->items[i];

		if (p->asked == columns && vv_oid_equal(&p->blob, &f->blob) &&
		    strcmp(p->path, f->path) == 0) {
			return p;
		}
	}
	return NULL;
}

static vv_status get_version(vv_versions *v, const vv_lineage_file *f, size_t columns,
			     vv_table **out, bool *gap, vv_error *err)
{
	vv_version *found = find_version(v, f, columns);
	vv_status rc = VV_OK;
	*out = NULL;
	*gap = false;
	if (!found && (rc = open_one(v, f, columns, &found, err)) < 0) {
		*gap = vv_gaps_take(&v->gaps, v->repo, &f->blob, rc, err);
		return vv_error_excuse(rc, *gap, err);
	}
	found->used = ++v->clock;
	if (found->at.open && found->at.table.root.kind == VV_KIND_TABLE) {
		*out = &found->at.table;
	}
	return VV_OK;
}

vv_status vv_versions_get(vv_versions *v, const vv_lineage_file *f, vv_table **out, bool *gap,
			  vv_error *err)
{
	return get_version(v, f, 0, out, gap, err);
}

/* The first version and another one cannot have equally many columns: the walk ends between them. */
static void leave_other(vv_versions *v, const vv_version *is_long, vv_table **other)
{
	*other = NULL;
	vv_notes_put(vv_repository_notes(v->repo),
		     "%s has rows with more cells than the header, so it is not compared with a "
		     "version that is stored as a table",
		     is_long->at.subject.text);
}

vv_status vv_versions_widen(vv_versions *v, const vv_lineage_file *const *files, vv_table **tables,
			    size_t count, size_t least, vv_error *err)
{
	const vv_version *first = tables[0] ? find_version(v, files[0], 0) : NULL;
	size_t columns = first && first->at.table.columns < least ? least : 0;
	vv_status rc = VV_OK;
	bool gap;

	for (size_t i = 0; first && i < count; i++) {
		const vv_version *p = tables[i] ? find_version(v, files[i], 0) : NULL;

		if (p && p->at.long_rows && p->at.table.columns > columns) {
			columns = p->at.table.columns;
		}
	}
	for (size_t i = 0; rc == VV_OK && columns > 0 && i < count; i++) {
		const vv_version *p = tables[i] ? find_version(v, files[i], 0) : NULL;

		if (!p) {
			continue;
		}
		const bool is_text = vv_subject_is_git_text(&p->at.subject);
		if (is_text != vv_subject_is_git_text(&first->at.subject) &&
		    (p->at.long_rows || first->at.long_rows)) {
			leave_other(v, p->at.long_rows ? p : first, &tables[i]);
		} else if (is_text && p->at.table.columns < columns) {
			rc = get_version(v, files[i], columns, &tables[i], &gap, err);
		}
	}
	return rc;
}

void vv_versions_trim(vv_versions *v)
{
	size_t oldest = 0;
	while (v->count > KEPT && oldest < v->count) {
		oldest = v->count;
		for (size_t i = 0; i < v->count; i++) {
			if (v->items[i] != v->like && v->items[i]->now == 0 &&
			    (oldest == v->count || v->items[i]->used < v->items[oldest]->used)) {
				oldest = i;
			}
		}
		if (oldest < v->count) {
			drop_version(v, oldest);
		}
	}
}

void vv_versions_close(vv_versions *v)
{
	for (size_t i = 0; v->count > 0; i = i + 1 < v->count ? i + 1 : 0) {
		if (v->items[i]->now == 0) {
			drop_version(v, i);
		}
	}
	vv_free(v->items);
	vv_gaps_clear(&v->gaps);
	memset(v, 0, sizeof(*v));
}
