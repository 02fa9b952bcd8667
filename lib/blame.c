/*
 * blame: the walk ends before the handle is given, which then needs no repository.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"
#include "lib/names/table_at.h"
#include "lib/view/blame.h"
#include "repo/git/history/revision.h"
#include "varve/history.h"

VV_AUTO_FREE(varve_blame, varve_blame_free)

struct varve_blame {
	vv_blame_walk walk;
	char (*ids)[VARVE_ID_SIZE]; /* of walk.commits */
	uint64_t rows;
	size_t columns;
};

static vv_status copy_ids(varve_blame *b, vv_error *err)
{
	if (!(b->ids = vv_calloc(b->walk.count + 1, sizeof(*b->ids)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < b->walk.count; i++) {
		vv_oid_text(b->ids[i], &b->walk.commits[i]);
	}
	return VV_OK;
}

static vv_status walk_history(varve_blame *b, vv_session *s, const char *path,
			      const varve_blame_options *o, const vv_progress *progress,
			      vv_error *err)
{
	const vv_blame_options how = {.key = o->key,
				      .cells = (o->flags & VARVE_BLAME_CELLS) != 0,
				      .temp_dir = vv_env_temp_dir(vv_repository_env(s->repo)),
				      .pool = vv_dataset_reader_pool(s->reader)};
	vv_auto(vv_table_at) first = {0};
	vv_oid start;
	vv_status rc;

	b->walk = (vv_blame_walk){
		.repo = s->repo, .reader = s->reader, .path = path, .progress = progress};
	if ((rc = vv_rev_commit(s->repo, o->revision ? o->revision : "HEAD", &start, err)) < 0 ||
	    (rc = vv_table_at_open(
		     &first, s->repo, s->reader, &(vv_version_name){.path = path, .commit = &start},
		     &(vv_subject_options){.find_key = true, .unpack = true, .long_rows = true},
		     err)) < 0) {
		return rc;
	}
	if (first.table.root.kind != VV_KIND_TABLE) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, not as a table",
			     vv_text_shows(path));
	} else if ((rc = vv_schema_check_key(&first.table.schema, o->key, err)) == VV_OK &&
		   (rc = vv_blame_walk_run(&b->walk, &start, &first.table, &how, err)) == VV_OK) {
		b->rows = first.table.root.rows;
		b->columns = first.table.columns;
		if ((rc = copy_ids(b, err)) < 0) return rc;
		rc = vv_gaps_end(&b->walk.gaps, vv_repository_notes(s->repo),
				 "rows whose history leads there were set by the commit after it, "
				 "or earlier",
				 err);
	}
	return rc;
}

int varve_blame_open(varve_blame **out, varve_repo *repo, const char *path,
		     const varve_blame_options *options, varve_error *err)
{
	vv_auto(varve_blame) *b = vv_calloc(1, sizeof(*b));
	const vv_progress *progress;
	varve_blame_options o;
	vv_auto(vv_session) *s = NULL;
	vv_watched watched;
	vv_error e = {0};
	vv_status rc = b ? VV_OK : vv_fail_nomem(&e);

	*out = NULL;
	if (rc < 0 || (rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, VARVE_BLAME_CELLS, &e)) < 0 ||
	    (rc = vv_take_flags(o.reserved, 0, &e)) < 0 ||
	    (rc = vv_watched_begin(&progress, &watched, o.watch, &e)) < 0 ||
	    (rc = vv_session_take(&s, repo->core, &e)) < 0) {
		return vv_give(err, rc, &e);
	}
	rc = walk_history(b, s, path, &o, progress, &e);
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &b), &e);
}

const char *varve_blame_commit(const varve_blame *b, uint64_t row, size_t column)
{
	return row < b->rows && column < b->columns
		       ? b->ids[vv_blame_of(b->walk.blame, row, column)]
		       : NULL;
}

void varve_blame_free(varve_blame *b)
{
	if (b) {
		vv_blame_walk_clear(&b->walk);
		vv_free_all(b->ids, b);
	}
}
