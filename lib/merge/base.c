/*
 * base: several merge bases become one, by merging them in pairs; their own bases are merged
 * first. A stack in place of recursion, since histories come from outside.
 */
#include "lib/merge/base.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/conflict_columns.h"
#include "lib/merge/conflict_solve.h"
#include "lib/merge/tables.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/trees.h"

/* Past these the newest base alone has to do: a worse base costs conflicts, not data. */
enum { LEVELS_MAX = 32, MERGES_MAX = 128 };

/* Two commits whose base is being made. */
typedef struct level {
	vv_oid *bases;
	size_t count, next; /* bases[0 .. next) are merged into tree */
	vv_oid tree;
	vv_oid other; /* the base that comes next */
} level;

typedef struct maker {
	vv_repository *repo;
	vv_dataset_writer *writer;
	level levels[LEVELS_MAX];
	size_t depth;
	unsigned merges;
} maker;

static vv_status merge_dataset(maker *m, vv_merged_trees *trees, size_t i, const vv_oid *base,
			       const level *l, vv_error *err)
{
	const vv_merge_conflict *c = vv_merged_at(trees, i);
	vv_dataset_merge in = {.repo = m->repo,
			       .writer = m->writer,
			       .path = c->path,
			       .sides = {c->base, c->ours, c->theirs},
			       .commits = {*base, l->bases[0], l->other},
			       .no_rules = true};
	vv_auto(vv_dataset_merged) out = {0};
	vv_status rc;

	vv_dataset_merged_init(&out);
	if ((rc = vv_dataset_merge_run(&out, &in, err)) < 0 ||
	    (rc = vv_conflict_columns_take(&out, &in, VV_TAKE_BASE, err)) < 0) {
		return rc;
	}
	vv_merge_side result = out.result;
	if (out.record.count > 0 || out.record.left_out > 0) {
		rc = vv_conflict_solve_all(m->repo, m->writer, &out.record, VV_BASE, &result.id,
					   err);
		if (rc == VV_ENOSUPPORT) {
			result = c->base;
			rc = VV_OK;
		}
	}
	if (rc == VV_OK) {
		vv_merged_put(trees, i, result.mode, &result.id);
		rc = vv_dataset_writer_commit(m->writer,
					      err); /* the next merge reads these blocks */
	}
	return rc;
}

/* Merges the level's next base into its tree. */
static vv_status merge_in(maker *m, level *l, const vv_oid *base, vv_error *err)
{
	static const vv_merge_labels labels = {
		"merged common ancestors", "Temporary merge branch 1", "Temporary merge branch 2"};
	vv_auto(vv_merged_trees) *trees = NULL;
	vv_status rc;

	if ((rc = vv_merge_trees(&trees, m->repo, base, &l->tree, &l->other, &labels, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < vv_merged_count(trees); i++) {
		const vv_merge_conflict *c = vv_merged_at(trees, i);

		if (c->dataset && c->dispute == VV_DISPUTE_CONTENT) {
			rc = merge_dataset(m, trees, i, base, l, err);
		} else if (!c->marks && c->base.mode && c->dispute != VV_DISPUTE_PLACE) {
			vv_merged_put(trees, i, c->base.mode, &c->base.id);
		}
	}
	return rc < 0 ? rc : vv_merged_tree(trees, &l->tree, err);
}

static vv_status push(maker *m, const vv_oid *a, const vv_oid *b, vv_error *err)
{
	level *l = &m->levels[m->depth];
	vv_status rc;

	memset(l, 0, sizeof(*l));
	if ((rc = vv_merge_bases(m->repo, a, b, &l->bases, &l->count, err)) < 0) return rc;
	m->depth++;
	if (l->count > 0) {
		l->tree = l->bases[0];
		l->next = 1;
	}
	return VV_OK;
}

static void pop(maker *m)
{
	vv_free(m->levels[--m->depth].bases);
}

static vv_status run(maker *m, vv_oid *out, vv_error *err)
{
	vv_oid done; /* the base that the level above has made */
	bool have = false;
	vv_status rc = VV_OK;

	memset(&done, 0, sizeof(done));
	while (rc == VV_OK && m->depth > 0) {
		level *l = &m->levels[m->depth - 1];

		if (have) {
			rc = merge_in(m, l, &done, err);
			l->next++;
			have = false;
		} else if (l->next >= l->count || m->depth == LEVELS_MAX ||
			   ++m->merges > MERGES_MAX) {
			done = l->tree;
			have = true;
			pop(m);
		} else {
			l->other = l->bases[l->next];
			rc = push(m, &l->bases[0], &l->other, err);
		}
	}
	while (m->depth > 0) {
		pop(m);
	}
	*out = done;
	return rc;
}

vv_status vv_merge_base_make(vv_oid *out, size_t *count, vv_repository *r, vv_dataset_writer *s,
			     const vv_oid *ours, const vv_oid *theirs, vv_error *err)
{
	vv_auto_free maker *m = vv_calloc(1, sizeof(*m));
	vv_status rc;

	memset(out, 0, sizeof(*out));
	*count = 0;
	if (!m) return vv_fail_nomem(err);
	m->repo = r;
	m->writer = s;
	if ((rc = push(m, ours, theirs, err)) == VV_OK) {
		*count = m->levels[0].count;
		rc = run(m, out, err);
	}
	return rc;
}

vv_status vv_merge_refuse_unrelated(const char *ours, const char *theirs, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "'%s' and '%s' have no commit in common\n"
		       "--allow-unrelated-histories merges them all the same",
		       vv_text_shows(ours), vv_text_shows(theirs));
}
