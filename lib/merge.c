/*
 * merge: merges and conflicts for the library's callers. Each call is the only user of its repository, writer and index.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/commit/merge_branch.h"
#include "lib/commit/txn.h"
#include "lib/handles.h"
#include "lib/merge/resolve.h"
#include "lib/worktree/put_right.h"
#include "repo/git/history/state.h"
#include "varve/merge.h"

VV_AUTO_FREE(varve_conflicts, varve_conflicts_free)

_Static_assert((int)VARVE_BASE == (int)VV_BASE && (int)VARVE_OURS == (int)VV_OURS &&
		       (int)VARVE_THEIRS == (int)VV_THEIRS,
	       "sides are the same");

/* A call while it works in a repository. */
typedef struct merging {
	vv_watched watched;
	const vv_progress *progress;
	vv_notes notes;
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_index *index;
} merging;

static const vv_progress *begin_progress(void *payload)
{
	return ((merging *)payload)->progress;
}

static vv_status open_work(merging *m, vv_core *core, const varve_watch *watch, vv_error *err)
{
	vv_status rc;

	memset(m, 0, sizeof(*m));
	if ((rc = vv_watched_begin(&m->progress, &m->watched, watch, err)) < 0 ||
	    (rc = vv_core_open(&m->repo, core, err)) < 0) {
		return rc;
	}
	m->notes = (vv_notes){.begin = begin_progress, .payload = m, .alone = true};
	vv_repository_listen(m->repo, &m->notes);
	vv_repository_sweep_locks(m->repo);
	return vv_repository_is_bare(m->repo)
		       ? vv_fail(err, VV_EUSAGE, "a bare repository has no work tree")
		       : VV_OK;
}

/* As a command that changes the work tree begins. */
static vv_status merging_begin(merging *m, vv_core *core, const varve_watch *watch,
			       const char *command, vv_error *err)
{
	vv_status rc = vv_core_may_write(core, err);

	if (rc < 0 || (rc = open_work(m, core, watch, err)) < 0) return rc;
	return vv_put_right(m->repo, command, NULL, err);
}

static vv_status open_index(merging *m, vv_error *err)
{
	vv_status rc = vv_dataset_writer_open(&m->writer, m->repo, m->progress, err);

	return rc < 0 ? rc : vv_index_open(&m->index, m->repo, err);
}

static void end_merging(merging *m)
{
	vv_index_close(m->index);
	vv_dataset_writer_close(m->writer);
	vv_repository_close(m->repo);
}
VV_AUTO_CLEAR(merging, end_merging)

/* ---- merging ---- */

#define MERGE_FLAGS                                                                                \
	((uint32_t)(VARVE_MERGE_NO_FF | VARVE_MERGE_FF_ONLY | VARVE_MERGE_NO_COMMIT |              \
		    VARVE_MERGE_UNRELATED | VARVE_MERGE_NO_HOOKS))

static vv_status take_merge_options(varve_merge_options *o, const varve_merge_options *given,
				    vv_error *err)
{
	vv_status rc;

	if ((rc = vv_take_options(o, sizeof(*o), given, err)) < 0 ||
	    (rc = vv_take_flags(o->flags, MERGE_FLAGS, err)) < 0 ||
	    (rc = vv_take_flags(o->reserved, 0, err)) < 0) {
		return rc;
	}
	return (o->flags & VARVE_MERGE_NO_FF) && (o->flags & VARVE_MERGE_FF_ONLY)
		       ? vv_fail(err, VV_EUSAGE, "no_ff and ff_only cannot be used together")
		       : VV_OK;
}

static int outcome_of(const vv_branch_merge *b)
{
	static const int outcomes[] = {[VV_MERGE_UP_TO_DATE] = VARVE_MERGE_UP_TO_DATE,
				       [VV_MERGE_FORWARD] = VARVE_MERGE_FAST_FORWARD,
				       [VV_MERGE_STAGED] = VARVE_MERGE_STAGED,
				       [VV_MERGE_CONFLICTS] = VARVE_MERGE_CONFLICTS,
				       [VV_MERGE_COMMITTED] = VARVE_MERGE_COMMITTED};

	return outcomes[b->outcome];
}

static void fill_result(varve_merge_result *r, const vv_branch_merge *b)
{
	*r = (varve_merge_result){.size = sizeof(*r),
				  .outcome = outcome_of(b),
				  .lacking = b->lacking,
				  .conflicts = b->job.conflicts.count};
	if (b->outcome == VV_MERGE_COMMITTED || b->outcome == VV_MERGE_FORWARD) {
		vv_oid_text(r->commit, &b->tip);
	}
}

static vv_status merge_revision(varve_merge_result *result, merging *m, const char *revision,
				const varve_merge_options *o, vv_error *err)
{
	const char *texts[] = {o->message};
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_branch_merge) b = {.repo = m->repo,
				      .messages = {texts, o->message != NULL},
				      .no_commit = (o->flags & VARVE_MERGE_NO_COMMIT) != 0,
				      .no_ff = (o->flags & VARVE_MERGE_NO_FF) != 0,
				      .ff_only = (o->flags & VARVE_MERGE_FF_ONLY) != 0,
				      .unrelated = (o->flags & VARVE_MERGE_UNRELATED) != 0,
				      .no_verify = (o->flags & VARVE_MERGE_NO_HOOKS) != 0};
	vv_status rc;

	if ((rc = vv_merge_need_no_state(m->repo, err)) < 0 ||
	    (rc = vv_branch_merge_find(&b, revision, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&reader, m->repo, m->progress, err)) < 0) {
		return rc;
	}
	b.reader = reader;
	rc = vv_branch_merge_run(&b, err);
	if (rc == VV_OK || b.stays) {
		fill_result(result, &b);
	}
	return rc;
}

int varve_merge(varve_merge_result *result, varve_repo *repo, const char *revision,
		const varve_merge_options *options, varve_error *err)
{
	varve_merge_result r = {.size = sizeof(r)};
	varve_merge_options o;
	vv_auto(merging) m = {.repo = NULL};
	vv_error e = {0};
	vv_status rc;

	if (result && result->size < sizeof(result->size)) {
		rc = vv_fail(&e, VV_EUSAGE, "the size of the result is not set");
	} else if ((rc = take_merge_options(&o, options, &e)) == VV_OK &&
		   (rc = merging_begin(&m, repo->core, o.watch, NULL, &e)) == VV_OK) {
		rc = merge_revision(&r, &m, revision, &o, &e);
	}
	if (result) {
		const size_t size = result->size < sizeof(r) ? result->size : sizeof(r);

		memcpy((char *)result + sizeof(r.size), (char *)&r + sizeof(r.size),
		       size > sizeof(r.size) ? size - sizeof(r.size) : 0);
	}
	return vv_give(err, rc, &e);
}

/* Is there something to conclude or to undo? */
static vv_status need_state(vv_repository *r, vv_error *err)
{
	static const char *const states[] = {"merge", "cherry-pick", "revert"};
	const char *state = vv_state_name(r);

	if (vv_array_find(states, sizeof(states) / sizeof(states[0]), it,
			  strcmp(state, *it) == 0)) {
		return VV_OK;
	}
	return vv_fail(err, VV_EUSAGE, "no merge is in progress");
}

static vv_status conclude_merge(vv_oid *id, merging *m, const varve_merge_options *o, vv_error *err)
{
	const vv_txn_commit_options how = {.no_hooks = (o->flags & VARVE_MERGE_NO_HOOKS) != 0};
	vv_auto(vv_txn) *t = NULL;
	vv_status rc;

	if ((rc = need_state(m->repo, err)) < 0 ||
	    (rc = vv_txn_open(&t, m->repo, NULL, NULL, m->progress, err)) < 0) {
		return rc;
	}
	return vv_txn_commit(id, t, o->message, &how, err);
}

int varve_merge_conclude(char id[VARVE_ID_SIZE], varve_repo *repo,
			 const varve_merge_options *options, varve_error *err)
{
	varve_merge_options o;
	vv_auto(merging) m = {.repo = NULL};
	vv_oid made = {{0}};
	vv_error e = {0};
	vv_status rc;

	id[0] = '\0';
	if ((rc = take_merge_options(&o, options, &e)) == VV_OK &&
	    (rc = merging_begin(&m, repo->core, o.watch, NULL, &e)) == VV_OK) {
		rc = conclude_merge(&made, &m, &o, &e);
	}
	if (!vv_oid_is_null(&made)) {
		vv_oid_text(id, &made);
	}
	return vv_give(err, rc, &e);
}

int varve_merge_abort(varve_repo *repo, const varve_watch *watch, varve_error *err)
{
	vv_auto(merging) m = {.repo = NULL};
	bool lacking;
	vv_error e = {0};
	vv_status rc;

	if ((rc = merging_begin(&m, repo->core, watch, "merge --abort", &e)) == VV_OK &&
	    (rc = need_state(m.repo, &e)) == VV_OK) {
		rc = vv_merge_undo(m.repo, &lacking, &e);
	}
	return vv_give(err, rc, &e);
}

/* ---- conflicts ---- */

struct varve_conflicts {
	vv_conflict_list list;
	size_t path, item; /* the next one */
	vv_buf row;
	varve_conflict c;
};

static vv_status list_conflicts(varve_conflicts *out, merging *m, const char *const *paths,
				vv_error *err)
{
	vv_auto(vv_paths) take = {.files = NULL};
	vv_status rc;

	if ((rc = open_index(m, err)) == VV_OK &&
	    (rc = vv_paths_take(&take, m->repo, paths, err)) == VV_OK) {
		rc = vv_conflict_list_read(&out->list, m->repo, m->writer, m->index,
					   paths ? &take.spec : NULL, false, false, err);
	}
	return rc < 0 ? rc : vv_conflict_list_failure(&out->list, m->repo, err);
}

int varve_conflicts_open(varve_conflicts **out, varve_repo *repo, const char *const *paths,
			 const varve_watch *watch, varve_error *err)
{
	vv_auto(varve_conflicts) *l = vv_calloc(1, sizeof(*l));
	vv_auto(merging) m = {.repo = NULL};
	vv_error e = {0};
	vv_status rc = l ? VV_OK : vv_fail_nomem(&e);

	*out = NULL;
	if (rc == VV_OK && (rc = open_work(&m, repo->core, watch, &e)) == VV_OK) {
		rc = list_conflicts(l, &m, paths, &e);
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &l), &e);
}

static varve_cell cell_of(const vv_cell *c)
{
	return (varve_cell){.text = c->text, .len = c->len, .state = c->state};
}

static void put_item(varve_conflicts *l, const vv_conflict_item *item)
{
	varve_conflict *c = &l->c;

	c->kind = vv_conflict_kind_name(item->kind);
	c->key = item->key;
	c->column = item->column;
	c->detail = item->detail;
	c->number = item->row;
	vv_buf_reset(&l->row);
	if (vv_conflict_is_of_row(item)) {
		vv_conflict_row_put(&l->row, item);
		c->row = vv_buf_cstr(&l->row);
	}
	for (size_t i = 0; i < 3; i++) {
		c->there[i] = item->has[i];
		c->cells[i] = cell_of(&item->cells[i]);
	}
}

int varve_conflicts_next(varve_conflicts *l, const varve_conflict **conflict, varve_error *err)
{
	*conflict = NULL;
	while (l->path < l->list.count && l->list.paths[l->path].dataset &&
	       l->item == l->list.paths[l->path].record.count) {
		l->path++;
		l->item = 0;
	}
	if (l->path == l->list.count) return 0;
	const vv_conflict_path *p = &l->list.paths[l->path];
	l->c = (varve_conflict){
		.path = p->path, .number = VARVE_UNKNOWN, .more = p->record.left_out};
	memcpy(l->c.names, p->record.names, sizeof(l->c.names));
	if (p->dataset) {
		put_item(l, &p->record.items[l->item++]);
	} else {
		l->c.kind = "file";
		l->c.detail = vv_conflict_file_reason(p);
		l->path++;
	}
	if (l->row.failed) {
		varve_error_set(err, VARVE_ENOMEM, NULL);
		return VARVE_ENOMEM;
	}
	*conflict = &l->c;
	return 1;
}

void varve_conflicts_free(varve_conflicts *l)
{
	if (l) {
		vv_conflict_list_clear(&l->list);
		vv_buf_clear(&l->row);
		vv_free(l);
	}
}

static vv_status check_resolve(const varve_resolve_options *o, const char *path, int side,
			       vv_error *err)
{
	if (side < VARVE_BASE || side > VARVE_BOTH) {
		return vv_fail(err, VV_EUSAGE, "%d is not a side of a merge", side);
	}
	if ((o->row || o->column || o->value) && !path) {
		return vv_fail(err, VV_EUSAGE, "a row or column requires a path");
	}
	if (o->value && !o->column) return vv_fail(err, VV_EUSAGE, "a value requires a column");
	if (o->value && memchr(o->value->data ? o->value->data : "", '\0', o->value->len)) {
		return vv_fail(err, VV_EUSAGE, "the value has a NUL byte");
	}
	return VV_OK;
}

/* A vv_notes.note. */
static void pass_note(void *payload, vv_note_kind kind, const char *line)
{
	const varve_resolve_options *o = payload;

	(void)kind;
	o->note(o->note_payload, line);
}

static vv_status resolve_path(merging *m, const char *path, int side,
			      const varve_resolve_options *o, vv_error *err)
{
	const char *paths[] = {path, NULL}, *rows[] = {o->row}, *columns[] = {o->column};
	vv_auto(char) *value = o->value ? vv_strndup(o->value->data ? o->value->data : "",
						     o->value->len)
					: NULL;
	vv_auto(vv_paths) take = {.files = NULL};
	vv_status rc = o->value && !value ? vv_fail_nomem(err) : VV_OK;

	rc = rc < 0 ? rc : open_index(m, err);
	if (rc == VV_OK &&
	    (rc = vv_paths_take(&take, m->repo, path ? paths : NULL, err)) == VV_OK) {
		vv_resolving r = {.repo = m->repo,
				  .writer = m->writer,
				  .reader = vv_dataset_writer_reader(m->writer),
				  .index = m->index,
				  .paths = path ? &take.spec : NULL,
				  .side = side,
				  .set_column = value ? o->column : NULL,
				  .set_value = value,
				  .rows = {rows, o->row != NULL},
				  .columns = {columns, o->column && !value},
				  .quiet = true};

		varve_resolve_options told = *o;
		const vv_notes notes = {.note = pass_note, .payload = &told, .alone = true};

		rc = vv_resolve(&r, err);
		vv_array_each(r.list.paths, rc == VV_OK && o->note ? r.list.count : 0, p) {
			vv_resolve_say_removed(p, &notes);
		}
		vv_conflict_list_clear(&r.list);
	}
	return rc;
}

int varve_resolve(varve_repo *repo, const char *path, int side,
		  const varve_resolve_options *options, varve_error *err)
{
	varve_resolve_options o;
	vv_auto(merging) m = {.repo = NULL};
	vv_error e = {0};
	vv_status rc;

	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = check_resolve(&o, path, side, &e)) < 0 ||
	    (rc = merging_begin(&m, repo->core, o.watch, NULL, &e)) < 0) {
		return vv_give(err, rc, &e);
	}
	rc = resolve_path(&m, path, side, &o, &e);
	return vv_give(err, rc, &e);
}
