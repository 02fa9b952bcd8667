/*
 * row_history: the history of a row, for callers of the library.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/schema/key_words.h"
#include "lib/handles.h"
#include "lib/view/row_history.h"
#include "repo/git/history/revision.h"
#include "varve/diff.h"
#include "varve/history.h"

VV_AUTO_FREE(varve_row_history, varve_row_history_free)

struct varve_row_history {
	vv_core *core;
	vv_session *session;
	vv_arena arena; /* of the walk's borrowed values */
	vv_buf row;
	vv_name_list key;
	vv_range range;
	vv_row_history *walk;
	vv_first_failure failed;
	varve_row_event event;
	varve_row_cell *cells;
	size_t cap;
	char commit[VARVE_ID_SIZE];
	vv_watched watched;
};

static vv_status put_key(varve_row_history *h, const varve_text *values, size_t count,
			 vv_error *err)
{
	for (size_t i = 0; i < count; i++) {
		vv_key_word_put(&h->row, i, count, values[i].data, values[i].len);
	}
	return vv_buf_ok(&h->row, err);
}

static vv_status open_walk(varve_row_history *h, const char *path, size_t count,
			   const varve_row_history_options *o, vv_error *err)
{
	vv_strings key;
	vv_row_history_options how = {.row = vv_buf_cstr(&h->row),
				      .values = count,
				      .key = &key,
				      .first_parent = (o->flags & VARVE_LOG_FIRST_PARENT) != 0};
	vv_status rc;

	if (count == 0) return vv_fail(err, VV_EUSAGE, "the key has no values");
	how.path = vv_arena_strndup(&h->arena, path, strlen(path));
	if (!how.path) return vv_fail_nomem(err);
	if ((rc = vv_watched_begin(&how.progress, &h->watched, o->watch, err)) < 0 ||
	    (rc = vv_names_take(&h->key, o->key, err)) < 0 ||
	    (rc = vv_session_take(&h->session, h->core, err)) < 0) {
		return rc;
	}
	key = (vv_strings){h->key.items, h->key.count};
	if (o->range) {
		if ((rc = vv_rev_range(h->session->repo, o->range, &h->range, err)) < 0) return rc;
		how.ranges = &h->range;
		how.range_count = 1;
	}
	return vv_row_history_open(&h->walk, h->session->repo, h->session->reader, &how, err);
}

int varve_row_history_open(varve_row_history **out, varve_repo *repo, const char *path,
			   const varve_text *values, size_t count,
			   const varve_row_history_options *options, varve_error *err)
{
	vv_auto(varve_row_history) *h = vv_calloc(1, sizeof(*h));
	varve_row_history_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!h) return vv_give(err, vv_fail_nomem(&e), &e);
	h->core = vv_core_keep(repo->core);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, VARVE_LOG_FIRST_PARENT, &e)) < 0 ||
	    (rc = put_key(h, values, count, &e)) < 0 ||
	    (rc = open_walk(h, path, count, &o, &e)) < 0) {
		return vv_give(err, rc, &e);
	}
	*out = vv_take(&h);
	return 0;
}

static varve_cell cell_of(const vv_cell *c)
{
	return (varve_cell){.text = c->text, .len = c->len, .state = c->state};
}

static vv_status give_event(varve_row_history *h, const vv_row_event *found, vv_error *err)
{
	if (found->count > h->cap) {
		varve_row_cell *more = vv_realloc_array(h->cells, found->count, sizeof(*more));

		if (!more) return vv_fail_nomem(err);
		h->cells = more;
		h->cap = found->count;
	}
	for (size_t i = 0; i < found->count; i++) {
		const vv_row_cell *c = &found->cells[i];

		h->cells[i] = (varve_row_cell){c->name, c->old_name, cell_of(&c->old_cell),
					       cell_of(&c->new_cell)};
	}
	vv_oid_text(h->commit, &found->commit);
	h->event = (varve_row_event){.commit = h->commit,
				     .kind = (int32_t)found->kind,
				     .path = found->path,
				     .cells = h->cells,
				     .cell_count = found->count};
	return VV_OK;
}

int varve_row_history_next(varve_row_history *history, const varve_row_event **event,
			   varve_error *err)
{
	vv_row_event found;
	vv_error e;
	vv_status rc;
	int more = 0;

	if (history->failed.rc == 0) {
		do { /* an edge is not known to be a change */
			more = vv_row_history_next(history->walk, &found, &e);
		} while (more > 0 && found.edge);
		rc = more == 0 ? vv_gaps_end(vv_row_history_gaps(history->walk),
					     vv_repository_notes(history->session->repo),
					     "the history of the row begins after that version", &e)
			       : VV_OK;
		if (rc < 0 || (more > 0 && (rc = give_event(history, &found, &e)) < 0)) {
			more = (int)rc;
		}
	}
	more = vv_give_next(err, &history->failed, more, &e);
	*event = more > 0 ? &history->event : NULL;
	return more;
}

void varve_row_history_free(varve_row_history *history)
{
	if (history) {
		vv_row_history_close(history->walk);
		vv_session_give(history->session);
		vv_core_drop(history->core);
		vv_names_clear(&history->key);
		vv_buf_clear(&history->row);
		vv_arena_clear(&history->arena);
		vv_free_all(history->cells, history);
	}
}
