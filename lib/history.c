/*
 * history: commits and refs, lent to callers of the library.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/spelling.h"
#include "lib/handles.h"
#include "lib/view/figure.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/log.h"
#include "repo/git/history/mailmap.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/merge/path_log.h"
#include "varve/history.h"

VV_AUTO_FREE(varve_refs, varve_refs_free)
VV_AUTO_FREE(varve_log, varve_log_free)

/* ---- revisions ---- */

int varve_rev_parse(char id[VARVE_ID_SIZE], varve_repo *repo, const char *revision,
		    varve_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_oid oid;
	vv_error e;
	vv_status rc = vv_session_take(&s, repo->core, &e);

	if (rc == VV_OK && (rc = vv_session_commit(s, revision, &oid, &e)) == VV_OK) {
		vv_oid_text(id, &oid);
	}
	return vv_give(err, rc, &e);
}

/* ---- refs ---- */

typedef struct kept_ref {
	varve_ref ref;
	char id[VARVE_ID_SIZE], commit[VARVE_ID_SIZE];
} kept_ref;

struct varve_refs {
	vv_arena arena;
	kept_ref **items;
	size_t count, cap, at;
};

static vv_status keep_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	varve_refs *list = payload;
	kept_ref *k = vv_arena_calloc(&list->arena, 1, sizeof(*k));

	if (!k || !vv_array_room(list->items, list->count, list->cap) ||
	    !(k->ref.name = vv_arena_strndup(&list->arena, ref->name, strlen(ref->name))) ||
	    (ref->symbolic && !(k->ref.target = vv_arena_strndup(&list->arena, ref->symbolic,
								 strlen(ref->symbolic))))) {
		return vv_fail_nomem(err);
	}
	vv_oid_text(k->id, &ref->id);
	if (!vv_oid_is_null(&ref->commit)) {
		vv_oid_text(k->commit, &ref->commit);
	}
	k->ref.id = k->id;
	k->ref.commit = k->commit;
	list->items[list->count++] = k;
	return VV_OK;
}

int varve_refs_open(varve_refs **out, varve_repo *repo, const char *prefix, varve_error *err)
{
	vv_auto(varve_refs) *list = vv_calloc(1, sizeof(*list));
	vv_auto(vv_session) *s = NULL;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!list) return vv_give(err, vv_fail_nomem(&e), &e);
	if ((rc = vv_session_take(&s, repo->core, &e)) == VV_OK) {
		rc = vv_refs_each(s->repo, prefix, keep_ref, list, &e);
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &list), &e);
}

int varve_refs_next(varve_refs *refs, const varve_ref **ref, varve_error *err VV_UNUSED)
{
	*ref = refs->at < refs->count ? &refs->items[refs->at++]->ref : NULL;
	return *ref != NULL;
}

void varve_refs_free(varve_refs *refs)
{
	if (refs) {
		vv_arena_clear(&refs->arena);
		vv_free_all(refs->items, refs);
	}
}

static vv_status take_id(vv_oid *out, const char *text, vv_error *err)
{
	return vv_oid_parse(out, text, strlen(text))
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE, "'%s' is not the id of an object", text);
}

int varve_ref_set(varve_repo *repo, const char *name, const char *id, const char *old,
		  const char *message, varve_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_oid to, from;
	vv_error e;
	vv_status rc = vv_core_may_write(repo->core, &e);

	rc = rc < 0 ? rc : take_id(&to, id, &e);
	if (rc == VV_OK && (!old || !*old || (rc = take_id(&from, old, &e)) == VV_OK) &&
	    (rc = vv_session_take(&s, repo->core, &e)) == VV_OK) {
		rc = vv_ref_update(s->repo, name, &to, old && *old ? &from : NULL, !old, message,
				   &e);
	}
	return vv_give(err, rc, &e);
}

int varve_ref_delete(varve_repo *repo, const char *name, const char *old, varve_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_oid from;
	vv_error e;
	vv_status rc = vv_core_may_write(repo->core, &e);

	if (rc == VV_OK && (!old || (rc = take_id(&from, old, &e)) == VV_OK) &&
	    (rc = vv_session_take(&s, repo->core, &e)) == VV_OK) {
		rc = vv_ref_delete(s->repo, name, old ? &from : NULL, &e);
	}
	return vv_give(err, rc, &e);
}

/* ---- commits ---- */

typedef char id_text[VARVE_ID_SIZE];

struct varve_log {
	vv_core *core;
	vv_name_list paths;
	vv_session *session;
	vv_log *log;
	vv_path_log *follow; /* in its place */
	vv_figure *figure;
	vv_figure_value value;
	vv_range range;
	vv_first_failure failed;
	vv_commit now;
	varve_commit given;
	id_text id, tree, *parents;
	const char **parent_ids;
};

static vv_status give_commit(varve_log *l, const vv_oid *id, vv_error *err)
{
	vv_commit *c = &l->now;
	vv_status rc;

	vv_commit_clear(c);
	vv_free_all(l->parents, l->parent_ids);
	l->parents = NULL;
	l->parent_ids = NULL;
	if ((rc = vv_mailmap_commit_read(l->session->repo, id, c, err)) < 0) return rc;
	if (!(l->parents = vv_calloc(c->parent_count + 1, sizeof(*l->parents))) ||
	    !(l->parent_ids = vv_calloc(c->parent_count + 1, sizeof(*l->parent_ids)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < c->parent_count; i++) {
		vv_oid_text(l->parents[i], &c->parents[i]);
		l->parent_ids[i] = l->parents[i];
	}
	vv_oid_text(l->id, &c->id);
	vv_oid_text(l->tree, &c->tree);
	l->given = (varve_commit){.id = l->id,
				  .tree = l->tree,
				  .parents = l->parent_ids,
				  .parent_count = c->parent_count,
				  .author = c->author.name,
				  .author_mail = c->author.email,
				  .committer = c->committer.name,
				  .committer_mail = c->committer.email,
				  .author_time = c->author.time,
				  .commit_time = c->committer.time,
				  .author_offset = c->author.offset_min,
				  .commit_offset = c->committer.offset_min,
				  .message = c->message};
	return VV_OK;
}

#define LOG_FLAGS                                                                                  \
	((uint32_t)(VARVE_LOG_FIRST_PARENT | VARVE_LOG_REVERSE | VARVE_LOG_TOPO | VARVE_LOG_ALL |  \
		    VARVE_LOG_FOLLOW))

static vv_status open_log(varve_log *l, const varve_log_options *o, vv_error *err)
{
	const bool follow = (o->flags & VARVE_LOG_FOLLOW) != 0;
	vv_log_options how = {.max_count = o->limit,
			      .skip = o->skip,
			      .all = (o->flags & VARVE_LOG_ALL) != 0,
			      .first_parent = (o->flags & VARVE_LOG_FIRST_PARENT) != 0,
			      .reverse = (o->flags & VARVE_LOG_REVERSE) != 0,
			      .topo = (o->flags & VARVE_LOG_TOPO) != 0};
	vv_status rc = vv_names_take(&l->paths, o->paths, err);

	how.paths = l->paths.items;
	if (follow && (!how.paths || !how.paths[0] || how.paths[1] || how.all || how.reverse ||
		       how.topo || how.skip || how.max_count)) {
		return vv_fail(
			err, VV_EUSAGE,
			"VARVE_LOG_FOLLOW requires exactly one path, and cannot be used "
			"with VARVE_LOG_REVERSE, VARVE_LOG_TOPO, VARVE_LOG_ALL, skip or limit");
	}
	if (rc == VV_OK) {
		rc = vv_session_take(&l->session, l->core, err);
	}
	if (rc == VV_OK && o->range &&
	    (rc = vv_rev_range(l->session->repo, o->range, &l->range, err)) == VV_OK) {
		how.ranges = &l->range;
		how.range_count = 1;
	}
	if (rc == VV_OK && o->figure) {
		const char *condition = o->where;
		const vv_strings where = {&condition, condition != NULL};

		rc = follow ? vv_figure_open(&l->figure, l->session->repo, l->session->reader,
					     o->figure, &where, NULL, err)
			    : vv_fail(err, VV_EUSAGE, "a figure needs VARVE_LOG_FOLLOW");
	}
	if (rc < 0) return rc;
	if (follow) {
		return vv_path_log_open(&l->follow, l->session->repo, &how,
					vv_table_lineage(l->session->reader), err);
	}
	return vv_log_open(&l->log, l->session->repo, &how, err);
}

int varve_log_open(varve_log **out, varve_repo *repo, const varve_log_options *options,
		   varve_error *err)
{
	vv_auto(varve_log) *l = vv_calloc(1, sizeof(*l));
	varve_log_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!l) return vv_give(err, vv_fail_nomem(&e), &e);
	l->core = vv_core_keep(repo->core);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) == VV_OK &&
	    (rc = vv_take_flags(o.flags, LOG_FLAGS, &e)) == VV_OK) {
		rc = open_log(l, &o, &e);
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &l), &e);
}

/* Leaves it out where the data of the version is missing here, or it is not a table. */
static vv_status give_figure(varve_log *l, const vv_path_log_entry *at, vv_error *err)
{
	vv_error why;
	vv_status rc = vv_figure_of(l->figure, &at->commit, at->path, &l->value, &why);

	if (rc < 0 && rc != VV_EMISSING && rc != VV_EINPUT) return vv_error_copy(err, &why);
	l->given.figure = rc < 0 || l->value.text.len == 0 ? NULL : l->value.text.data;
	l->given.figure_is_number = l->given.figure && l->value.kind == VV_FIGURE_NUMBER;
	return VV_OK;
}

int varve_log_next(varve_log *log, const varve_commit **commit, varve_error *err)
{
	vv_path_log_entry at = {.path = NULL};
	vv_error e;
	vv_status rc;
	int more = 0;

	if (log->failed.rc == 0 &&
	    (more = log->follow ? vv_path_log_next(log->follow, &at, &e)
				: vv_log_next(log->log, &at.commit, &e)) > 0 &&
	    ((rc = give_commit(log, &at.commit, &e)) < 0 ||
	     (log->figure && at.path && (rc = give_figure(log, &at, &e)) < 0))) {
		more = (int)rc;
	}
	log->given.path = at.path;
	more = vv_give_next(err, &log->failed, more, &e);
	*commit = more > 0 ? &log->given : NULL;
	return more;
}

void varve_log_free(varve_log *log)
{
	if (log) {
		vv_log_close(log->log);
		vv_path_log_close(log->follow);
		vv_figure_close(log->figure);
		vv_figure_value_clear(&log->value);
		vv_session_give(log->session);
		vv_core_drop(log->core);
		vv_names_clear(&log->paths);
		vv_commit_clear(&log->now);
		vv_free_all(log->parents, log->parent_ids, log);
	}
}
