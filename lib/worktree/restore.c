/*
 * restore: paths as an earlier version (or the index) has them.
 */
#include "lib/worktree/restore.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "lib/worktree/attributes_lines.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/journal.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/history/history.h"

/* What a selected path is to become. */
typedef struct target {
	char *path;
	uint32_t mode; /* 0: the source does not have it: remove */
	vv_oid id;
	bool there; /* the file is it already */
} target;

typedef struct restore {
	const vv_restore *o;
	vv_checkout checkout;
	target *targets; /* sorted by path */
	size_t count, cap;
	vv_attr_list lines; /* what may concern varve */
	bool anew;          /* that changes, too */
	int top;            /* the work tree's folder */
} restore;

static vv_status add_target(restore *r, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	if (!vv_array_room(r->targets, r->count, r->cap)) return vv_fail_nomem(err);
	target *t = &r->targets[r->count];
	*t = (target){.path = vv_strdup(path)};
	if (!t->path) return vv_fail_nomem(err);
	t->mode = mode;
	if (id) {
		t->id = *id;
	}
	r->count++;
	return VV_OK;
}

static vv_status from_tree(void *payload, const vv_tree_entry *e, vv_error *err)
{
	restore *r = payload;

	return vv_pathspec_match(r->o->paths, e->path, NULL)
		       ? add_target(r, e->path, e->mode, &e->id, err)
		       : VV_OK;
}

static int compare_targets(const void *a, const void *b)
{
	return strcmp(((const target *)a)->path, ((const target *)b)->path);
}

/* The index's paths: all of them when it is the source; else those that the source
 * does not have, which are to go. */
static vv_status from_index(restore *r, bool is_source, vv_error *err)
{
	size_t known = r->count;
	vv_index_entry e;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_index_count(r->o->index); i++) {
		target key;

		vv_index_at(r->o->index, i, &e);
		if (!vv_pathspec_match(r->o->paths, e.path, NULL)) {
			continue;
		}
		if (e.stage != 0 && !r->o->staged) {
			vv_fail(err, VV_EUSAGE, "'%s' is in conflict", vv_text_shows(e.path));
			return vv_hint_code(err, VV_HINT_RESOLVE_AND_ADD);
		}
		key.path = (char *)(uintptr_t)e.path;
		if (is_source) {
			rc = add_target(r, e.path, e.mode, &e.id, err);
		} else if (known == 0 ||
			   !bsearch(&key, r->targets, known, sizeof(target), compare_targets)) {
			if (r->count > known &&
			    strcmp(r->targets[r->count - 1].path, e.path) == 0) {
				continue; /* a further stage of the same conflict */
			}
			rc = add_target(r, e.path, 0, NULL, err);
		}
	}
	return rc;
}

static vv_status collect(restore *r, vv_error *err)
{
	const char *source = r->o->source ? r->o->source : r->o->staged ? "HEAD" : NULL;
	vv_oid commit;
	vv_head head;
	vv_status rc;

	if (!source) return from_index(r, true, err);
	if (!r->o->source) {
		/* Unstaging on an unborn branch: nothing is committed, so all goes. */
		if ((rc = vv_head_read(r->o->repo, &head, err)) < 0) return rc;
		commit = head.commit;
		rc = head.unborn ? from_index(r, false, err) : VV_OK;
		if (head.unborn || rc < 0) {
			vv_head_clear(&head);
			return rc;
		}
		vv_head_clear(&head);
	} else if ((rc = vv_rev_commit(r->o->repo, source, &commit, err)) < 0) {
		return rc;
	}
	if ((rc = vv_tree_each(r->o->repo, &commit, "", from_tree, r, err)) < 0) return rc;
	if (r->count > 1) {
		qsort(r->targets, r->count, sizeof(target), compare_targets);
	}
	return from_index(r, false, err);
}

/* Only the index: entries without a stat, but where nothing changes. */
static vv_status stage_one(restore *r, const target *t, vv_error *err)
{
	vv_index_entry e;
	vv_status rc;

	if (t->mode == 0) {
		rc = vv_index_remove(r->o->index, t->path, err);
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	if (vv_index_get(r->o->index, t->path, &e) && e.mode == t->mode &&
	    vv_oid_equal(&e.id, &t->id)) {
		return VV_OK;
	}
	return vv_index_set(r->o->index, t->path, t->mode, &t->id, NULL, err);
}

/* Is the file certainly the index entry already, so that nothing is to be written? Only
 * what can be told without reading it: writing is quicker than finding out. */
static vv_status is_there(restore *r, const target *t, bool *out, vv_error *err)
{
	vv_index_entry e;
	vv_stat st;
	vv_oid known;

	*out = false;
	if (!vv_index_get(r->o->index, t->path, &e) || e.mode != t->mode ||
	    !vv_oid_equal(&e.id, &t->id) || vv_lstat_at(&st, r->top, t->path, NULL) < 0) {
		return VV_OK;
	}
	if (vv_stat_cache_get(vv_dataset_reader_stats(r->o->reader), t->path, &st, &known)) {
		*out = vv_oid_equal(&known, &t->id);
	} else if (vv_index_stat_clean(r->o->index, &e, &st)) {
		*out = !S_ISREG(t->mode) ||
		       (!r->anew && !vv_attr_list_concerns(&r->lines, t->path));
		if (*out) return VV_OK;
		/* The index may also have the stat of a pointer that lies in its table's place. */
		vv_auto(char) *file = vv_repository_file(r->o->repo, t->path);
		if (!file) return vv_fail_nomem(err);
		*out = !vv_dataset_reader_holds_pointer(file, &st);
	}
	return VV_OK;
}

static vv_status write_one(restore *r, const target *t, vv_error *err)
{
	if (t->mode == 0) return vv_checkout_remove(&r->checkout, t->path, r->o->staged, err);
	if (t->there) return VV_OK;
	/* From the index itself the entry gets the new file's stat; from elsewhere it stays. */
	return vv_checkout_write(&r->checkout, t->path, t->mode, &t->id,
				 r->o->staged || !r->o->source, err);
}

/* Which lines of .gitattributes hold, and are they among what is restored? */
static vv_status see_attributes(restore *r, vv_error *err)
{
	vv_status rc = vv_attr_list_read(&r->lines, r->o->repo, err);

	for (size_t i = 0; rc == VV_OK && i < r->count && !r->anew; i++) {
		const target *t = &r->targets[i];
		bool there = false;

		if (strcmp(vv_path_base(t->path), ".gitattributes") == 0) {
			rc = t->mode ? is_there(r, t, &there, err) : VV_OK;
			r->anew = !there;
		}
	}
	return rc;
}

/* What will change, before anything does: what is to be thrown away is not kept, so once begun
 * it is carried through. */
static vv_status note(restore *r, vv_journal **out, vv_error *err)
{
	static const vv_journal_options o = {.command = "restore",
					     .what = "restoring files",
					     .end = VV_JOURNAL_END_CLOSE,
					     .finish = true};
	size_t noted = 0;
	vv_status rc = see_attributes(r, err);

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		target *t = &r->targets[i];
		const vv_journal_change c = {.path = t->path,
					     .known = true,
					     .new_mode = t->mode,
					     .new_id = t->id,
					     .work_only = !r->o->staged};

		if (t->mode && (rc = is_there(r, t, &t->there, err)) < 0) return rc;
		if (t->there) {
			continue;
		}
		if ((rc = vv_last_copy_keep(r->o->repo, r->o->reader, r->o->index, t->path, err)) <
		    0) {
			return rc;
		}
		if (noted++ == 0) {
			rc = vv_journal_open(out, r->o->repo, &o, err);
		}
		rc = rc < 0 ? rc : vv_journal_path(*out, r->o->index, &c, err);
	}
	return rc < 0 || noted == 0 ? rc : vv_journal_ready(*out, err);
}

static vv_status carry_out(restore *r, bool files, vv_error *err)
{
	vv_error later;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		rc = files ? write_one(r, &r->targets[i], err) : stage_one(r, &r->targets[i], err);
	}
	/* Only the work tree was to change: an index that could not be put back (vv_checkout_write)
	 * must not be kept. The entries as they were differ from the files, as they should. */
	if (rc < 0 && files && r->o->source && !r->o->staged) return rc;
	/* What was written is in the index also when a later path failed. */
	if (vv_index_write(r->o->index, rc < 0 ? &later : err) < 0 && rc == VV_OK) return err->code;
	return rc;
}

static vv_status restore_all(restore *r, bool files, vv_error *err)
{
	vv_journal *j = NULL;
	vv_status rc = VV_OK;

	if (files && (r->top = vv_repository_open_top(r->o->repo, err)) < 0) {
		return (vv_status)r->top;
	}
	if (files) {
		rc = note(r, &j, err);
		(void)vv_close(r->top, NULL, VV_IGNORED);
		vv_attr_list_clear(&r->lines);
	}

	rc = rc < 0 ? rc : carry_out(r, files, err);
	/* What could not be restored stays as it is. */
	(void)vv_journal_close(j, VV_OK, VV_IGNORED);
	return rc;
}

vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err)
{
	restore r = {.o = o};
	vv_status rc;

	vv_checkout_init(&r.checkout, o->repo, o->reader, o->index);
	r.checkout.fetch = true;
	if ((rc = collect(&r, err)) == VV_OK &&
	    (rc = vv_pathspec_all_matched(o->paths, o->index, err)) == VV_OK) {
		rc = restore_all(&r, o->worktree || !o->staged, err);
	}
	*out = (vv_restored){.datasets = r.checkout.datasets, .files = r.checkout.files};
	vv_checkout_clear(&r.checkout);
	for (size_t i = 0; i < r.count; i++) {
		vv_free(r.targets[i].path);
	}
	vv_free(r.targets);
	return rc;
}
