/*
 * versions: how many versions a walk has open.
 */
#include "lib/names/versions.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"

#define KEPT 2u
/* Limit of text versions that share the row groups of one, whose blocks stay while it is open. */
#define LIKE_MAX 64u

static void drop(vv_versions *v, size_t i)
{
	vv_version *p = v->items[i];

	if (p->like) {
		p->like->now--;
	}
	vv_table_at_close(&p->at);
	vv_free(p);
	v->items[i] = v->items[--v->count];
}

static vv_status open_one(vv_versions *v, const vv_lineage_file *f, vv_version **out, vv_error *err)
{
	vv_auto_free vv_version *made = vv_calloc(1, sizeof(*made));
	if (!made || !vv_array_room(v->items, v->count, v->cap)) return vv_fail_nomem(err);
	const vv_subject *like = v->like ? &v->like->at.subject : NULL;
	const vv_subject_options how = {
		.unpack = true, .like = like, .keep = !like, .one_of_many = true};
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
	made->blob = f->blob;
	made->path = f->path;
	vv_version *new = *out = v->items[v->count++] = vv_take(&made);
	if (like && new->at.subject.own.lent) {
		new->like = v->like;
		v->like->now++;
		v->like = ++v->like->ever < LIKE_MAX ? v->like : NULL;
	} else if (!like && new->at.subject.own.raw) {
		v->like = new;
	}
	return VV_OK;
}

vv_status vv_versions_get(vv_versions *v, const vv_lineage_file *f, vv_table **out, bool *gap,
			  vv_error *err)
{
	vv_version *found = NULL;
	vv_status rc = VV_OK;
	*out = NULL;
	*gap = false;
	for (size_t i = 0; i < v->count && !found; i++) {
		vv_version *p = v->items[i];
		found = vv_oid_equal(&p->blob, &f->blob) && strcmp(p->path, f->path) == 0 ? p
											  : NULL;
	}
	if (!found && (rc = open_one(v, f, &found, err)) < 0) {
		*gap = vv_gaps_take(&v->gaps, v->repo, &f->blob, rc, err);
		return vv_error_excuse(rc, *gap, err);
	}
	found->used = ++v->clock;
	if (found->at.open && found->at.table.root.kind == VV_KIND_TABLE) {
		*out = &found->at.table;
	}
	return VV_OK;
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
			drop(v, oldest);
		}
	}
}

void vv_versions_close(vv_versions *v)
{
	for (size_t i = 0; v->count > 0; i = i + 1 < v->count ? i + 1 : 0) {
		if (v->items[i]->now == 0) {
			drop(v, i);
		}
	}
	vv_free(v->items);
	vv_gaps_clear(&v->gaps);
	memset(v, 0, sizeof(*v));
}
