/*
 * tables_steps: reads git's log of the table on each side, and what else precedes a merge of rows.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/tables_internal.h"
#include "repo/git/history/history.h"

enum { STEPS_MAX = 1000 };

void vv_merge_history_clear(vv_merge_history *h)
{
	vv_free_all(h->sides[0].list, h->sides[1].list);
	*h = (vv_merge_history){0};
}

static vv_status add_step(vv_merge_steps *to, const vv_merge_step *s, vv_error *err)
{
	if (vv_oid_equal(&s->before, &s->after)) return VV_OK;
	return vv_array_add(to->list, to->count, to->cap, *s) ? VV_OK : vv_fail_nomem(err);
}

/* The table in a commit; *out null: it is not there. */
static vv_status find_version(vv_oid *out, const vv_dataset_merge *in, const vv_oid *commit,
			      vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = vv_tree_entry_at(in->repo, commit, in->path, &e, err);

	*out = e.id;
	return vv_missing_ok(rc, err);
}

static vv_status note_commit(vv_merge_steps *to, const vv_dataset_merge *in, const vv_oid *id,
			     vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_merge_step s = {.commit = *id};
	vv_status rc = vv_commit_read(in->repo, id, &c, err);

	rc = rc < 0 ? rc : find_version(&s.after, in, id, err);
	s.merge = c.parent_count > 1;
	for (size_t i = 0; i < c.parent_count && rc == VV_OK; i++) {
		rc = find_version(&s.before, in, &c.parents[i], err);
		if (rc == VV_OK && !vv_oid_is_null(&s.before) && !vv_oid_is_null(&s.after)) {
			rc = add_step(to, &s, err);
		}
	}
	return rc;
}

/* The commits of `of` that changed the table and that `other` lacks. other null: as far back as the base; git does not pass the
 * picked commit. */
static vv_status read_side(vv_merge_steps *to, const vv_dataset_merge *in, const vv_oid *of,
			   const vv_oid *other, vv_error *err)
{
	const vv_range range = {
		.include = *of, .exclude = *other, .has_exclude = !vv_oid_is_null(other)};
	const char *paths[] = {in->path, NULL};
	const vv_log_options opts = {
		.ranges = &range, .range_count = 1, .paths = paths, .max_count = STEPS_MAX};
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	int more = 0;
	vv_status rc = vv_log_open(&log, in->repo, &opts, err);

	while (rc == VV_OK && (more = vv_log_next(log, &id, err)) > 0 &&
	       (rc = note_commit(to, in, &id, err)) == VV_OK) {
		if (!range.has_exclude && to->count > 0 &&
		    vv_oid_equal(&to->list[to->count - 1].before, &in->sides[VV_BASE].id)) {
			break;
		}
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Is the base not the version that both had last? */
static vv_status find_pick(vv_merge_history *h, const vv_dataset_merge *in, vv_error *err)
{
	const vv_oid *ours = &in->commits[VV_OURS], *theirs = &in->commits[VV_THEIRS];
	vv_auto_free vv_oid *bases = NULL;
	vv_oid version = {{0}};
	vv_status rc;

	h->pick = true;
	h->picked = in->swapped ? 0 : 1;
	if (vv_oid_is_null(ours) || vv_oid_is_null(theirs)) return VV_OK;
	if ((rc = vv_merge_bases(in->repo, ours, theirs, &bases, &h->bases, err)) < 0 ||
	    (h->bases > 0 && (rc = find_version(&version, in, &bases[0], err)) < 0)) {
		return rc;
	}
	h->pick = !vv_oid_is_null(&version) && !vv_oid_equal(&version, &in->sides[VV_BASE].id);
	return VV_OK;
}

vv_status vv_merge_history_read(vv_merge_history *h, const vv_dataset_merge *in, vv_error *err)
{
	const vv_oid *onto = &in->onto, *ours = &in->commits[VV_OURS];
	const vv_oid commits[] = {vv_oid_is_null(onto) ? *ours : *onto, in->commits[VV_THEIRS]};
	vv_status rc = find_pick(h, in, err);

	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		if (!(h->pick && i == h->picked) && !vv_oid_is_null(&commits[i])) {
			rc = read_side(&h->sides[i], in, &commits[i], &commits[1 - i], err);
		}
	}
	if (rc == VV_OK && h->pick) {
		const vv_merge_step whole = {.before = in->sides[VV_BASE].id,
					     .after = in->sides[VV_OURS + h->picked].id,
					     .commit = commits[h->picked]};

		rc = add_step(&h->sides[h->picked], &whole, err);
	}
	return rc;
}

/* --- older versions ---------------------------------------------------------------------- */

/* Storing blocks requires to be the only writer, so blocks are fetched before the merge begins to write. Opening a side
 * reports missing ones. */
vv_status vv_merge_fetch_root(const vv_dataset_merge *in, vv_needed **needed, const vv_cid *root,
			      vv_error *err)
{
	vv_store *store;
	vv_error why;
	vv_status rc = vv_repository_store(in->repo, &store, err);

	if (rc < 0 || vv_store_has(store, root)) return rc;
	if ((rc = vv_dataset_writer_commit(in->writer, err)) < 0) return rc;
	vv_dataset_writer_release(in->writer);
	if (!*needed && !(*needed = vv_needed_new(in->repo))) return vv_fail_nomem(err);
	if (vv_needed_fetch(*needed, root, &why) < 0 && why.gap != VV_GAP_EXPIRED) {
		vv_notes_warn(vv_repository_notes(in->repo),
			      "%s: its blocks could not be fetched: %s", vv_text_shows(in->path),
			      why.message);
	}
	return VV_OK;
}

vv_status vv_merge_open_older(vv_subject *s, vv_table *t, const vv_dataset_merge *in,
			      const vv_oid *blob, const vv_subject_options *how, vv_needed **needed,
			      vv_error *err)
{
	vv_status rc = vv_subject_find(s, in->repo, vv_dataset_writer_reader(in->writer),
				       &(vv_version_name){.path = in->path, .blob = blob}, err);

	if (rc == VV_OK && s->is_dataset) {
		rc = vv_merge_fetch_root(in, needed, &s->root, err);
	}
	return rc < 0 ? rc : vv_subject_open(s, t, how, err);
}

vv_status vv_merge_long_rows(vv_long_rows *out, vv_repository *r, vv_dataset_reader *reader,
			     const vv_oid blobs[3], const char *path, vv_error *err)
{
	vv_subject versions[3] = {{.text = NULL}};
	const vv_subject *found[3] = {NULL};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < 3; i++) {
		if (!vv_oid_is_null(&blobs[i])) {
			const vv_version_name name = {.path = path, .blob = &blobs[i]};

			found[i] = &versions[i];
			rc = vv_subject_find(&versions[i], r, reader, &name, err);
		}
	}
	/* a version that cannot be read here, such as an object of LFS, is reported by its own reader */
	*out = (vv_long_rows){0};
	rc = rc == VV_OK ? vv_long_rows_read(out, found, 3, NULL, err)
			 : vv_error_excuse(rc, rc != VV_ENOMEM, err);
	vv_array_each(versions, 3, it) {
		vv_subject_clear(it);
	}
	return rc;
}
