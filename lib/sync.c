/*
 * sync: clone, fetch and push for the library's callers. Checks combinations of options, and lends results of a transfer.
 */
#include <stdatomic.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "lib/clone/clone.h"
#include "lib/handles.h"
#include "lib/space/room.h"
#include "lib/status/lost_tables.h"
#include "lib/sync/fetch_data.h"
#include "lib/sync/needed.h"
#include "lib/sync/push_run.h"
#include "varve/sync.h"

struct varve_transfer {
	vv_arena arena;
	varve_ref_update *refs;
	size_t count, cap, at;
	vv_buf text;
	varve_transfer_counts counts;
};

struct syncing;

/* The differences between the calls that run in a repository. */
typedef struct call {
	uint32_t flags; /* allowed */
	bool writes;    /* moves refs, here or in the remote */
	vv_status (*run)(varve_transfer **out, struct syncing *s, const char *what, vv_error *err);
	const char *const *paths; /* of versions to fetch */
} call;

/* A call while it runs. */
typedef struct syncing {
	const call *call;
	varve_sync_options o;
	vv_strings from;
	vv_watched watched;
	vv_progress progress;
	vv_notes notes;
	atomic_bool stopped;
	vv_mutex *lock; /* of text: lines are opened in threads, and may report something */
	vv_buf text;
	vv_repository *repo;
} syncing;

static _Thread_local const syncing *called_here;

/* ---- beginning and ending ---- */

/* The caller's function runs in the thread of the call; others only learn that it stopped. */
static bool go_on(void *payload, const char *what, uint64_t done, uint64_t total)
{
	syncing *s = payload;
	const varve_progress p = {what, done, total};

	if (called_here == s && !atomic_load(&s->stopped) &&
	    s->watched.watch.progress(s->watched.watch.payload, &p) != 0) {
		atomic_store(&s->stopped, true);
	}
	return !atomic_load(&s->stopped);
}

static const vv_progress *begin_progress(void *payload)
{
	const syncing *s = payload;

	return s->watched.watch.progress ? &s->progress : NULL;
}

#define REMOTE_LINE "remote: "

static void put_note(void *payload, vv_note_kind kind, const char *line)
{
	syncing *s = payload;

	if (kind == VV_NOTE_WARNING || strncmp(line, REMOTE_LINE, strlen(REMOTE_LINE)) == 0) {
		vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
		vv_buf_printf(&s->text, "%s\n", line);
	}
}

static vv_status begin_sync(syncing *s, const varve_sync_options *options, uint32_t flags,
			    vv_error *err)
{
	const vv_progress *progress;
	vv_status rc;

	memset(s, 0, sizeof(*s));
	if ((rc = vv_take_options(&s->o, sizeof(s->o), options, err)) < 0 ||
	    (rc = vv_take_flags(s->o.flags, (VARVE_SYNC_SINGLE << 1) - 1, err)) < 0 ||
	    (rc = vv_watched_begin(&progress, &s->watched, s->o.watch, err)) < 0) {
		return rc;
	}
	if ((s->o.flags & ~flags) != 0) {
		return vv_fail(err, VV_EUSAGE, "flag 0x%x cannot be used with this function",
			       (unsigned)(s->o.flags & ~flags));
	}
	if (!(s->lock = vv_mutex_new())) return vv_fail_nomem(err);
	s->from.items = (const char **)(uintptr_t)s->o.from;
	while (s->o.from && s->o.from[s->from.count]) {
		s->from.count++;
	}
	s->progress = (vv_progress){go_on, s, go_on};
	s->notes = (vv_notes){
		.note = put_note, .begin = begin_progress, .payload = s, .alone = true};
	called_here = s;
	return VV_OK;
}

/* In the same place, with its own repository, whose caches are dropped with it. */
static vv_status begin_in(syncing *s, vv_core *core, const varve_sync_options *options,
			  uint32_t flags, vv_error *err)
{
	vv_status rc = begin_sync(s, options, flags, err);

	if (rc == VV_OK && (rc = vv_core_open(&s->repo, core, err)) == VV_OK) {
		vv_repository_listen(s->repo, &s->notes);
		vv_repository_sweep_locks(s->repo);
	}
	return rc;
}

static void end_sync(syncing *s)
{
	called_here = NULL;
	vv_repository_close(s->repo);
	vv_buf_clear(&s->text);
	vv_mutex_free(s->lock);
}

static int spec_count(const syncing *s)
{
	int n = 0;

	while (s->o.specs && s->o.specs[n]) {
		n++;
	}
	return n;
}

static char **sync_specs(const syncing *s)
{
	return (char **)(uintptr_t)s->o.specs;
}

static bool is_set(const syncing *s, uint32_t flag)
{
	return (s->o.flags & flag) != 0;
}

/* ---- results ---- */

/* The warnings go to the transfer. */
static vv_status new_transfer(varve_transfer **out, syncing *s, const char *url,
			      const vv_transfer_sum *sum, vv_error *err)
{
	varve_transfer *t = vv_calloc(1, sizeof(*t));

	if (!(*out = t)) return vv_fail_nomem(err);
	t->text = s->text;
	s->text = (vv_buf)VV_BUF_INIT;
	t->counts = (varve_transfer_counts){.url = vv_arena_strndup(&t->arena, url, strlen(url)),
					    .warnings = vv_buf_cstr(&t->text),
					    .commits = sum->commits,
					    .versions = sum->versions,
					    .blocks = sum->blocks,
					    .bytes = sum->bytes,
					    .line = sum->line};
	return t->counts.url ? VV_OK : vv_fail_nomem(err);
}

static const char *copy_text(varve_transfer *t, const char *text)
{
	return text ? vv_arena_strndup(&t->arena, text, strlen(text)) : NULL;
}

static const char *copy_id(varve_transfer *t, const vv_oid *id)
{
	return copy_text(t, vv_oid_is_null(id) ? "" : vv_oid_shows(id));
}

static vv_status put_ref(varve_transfer *t, const varve_ref_update *like, const vv_oid *before,
			 const vv_oid *after, vv_error *err)
{
	const varve_ref_update u = {.from = copy_text(t, like->from),
				    .to = copy_text(t, like->to),
				    .before = copy_id(t, before),
				    .after = copy_id(t, after),
				    .refused = copy_text(t, like->refused),
				    .moved = like->moved};

	if ((like->from && !u.from) || (like->to && !u.to) || !u.before || !u.after ||
	    (like->refused && !u.refused) || !vv_array_room(t->refs, t->count, t->cap)) {
		return vv_fail_nomem(err);
	}
	t->counts.refused += u.refused != NULL;
	t->refs[t->count++] = u;
	return VV_OK;
}

/* NULL: the ref moves. */
static const char *why_not_moved(const vv_ref_move *m)
{
	if (!m->refused) return m->behind ? "no peer has all blocks of its versions" : NULL;
	return strncmp(m->to, "refs/tags/", 10) == 0 ? "would change the tag"
						     : "not a fast-forward";
}

/* NULL: the ref was not refused. */
static const char *why_refused(const vv_push_item *it)
{
	if (it->state != VV_PUSH_REFUSED) return NULL;
	return it->why ? it->why : "refused";
}

static vv_status put_fetched(varve_transfer **out, syncing *s, const vv_fetch_job *j, vv_error *err)
{
	vv_status rc = new_transfer(out, s, j->url, &j->sum, err);

	for (size_t i = 0; rc == VV_OK && i < j->plan.count; i++) {
		const vv_ref_move *m = &j->plan.moves[i];
		const varve_ref_update like = {.from = vv_oid_is_null(&m->id) ? NULL : m->from,
					       .to = m->to,
					       .refused = why_not_moved(m),
					       .moved = m->to && m->done &&
							!vv_oid_equal(&m->old, &m->id)};

		rc = put_ref(*out, &like, &m->old, &m->id, err);
	}
	if (rc == VV_OK) {
		(*out)->counts.missing = j->missing;
		(*out)->counts.elsewhere = j->elsewhere;
	}
	return rc;
}

static vv_status put_pushed(varve_transfer **out, syncing *s, const vv_push_job *j, vv_error *err)
{
	const vv_transfer_sum host = {.versions = j->blocks.versions,
				      .blocks = j->blocks.blocks,
				      .bytes = j->dry_run ? j->blocks.raw : j->blocks.bytes};
	vv_status rc = new_transfer(out, s, j->url, j->blocks.versions > 0 ? &host : &j->sum, err);

	if (rc < 0) return rc;
	vv_array_each(j->plan.items, j->plan.count, it) {
		varve_ref_update like = {
			.to = it->to, .refused = why_refused(it), .moved = it->done};

		if (!vv_oid_is_null(&it->id)) {
			like.from = it->from ? it->from : it->word;
		}

		if ((rc = put_ref(*out, &like, &it->old, &it->id, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Passes the results to the caller, or frees them. */
static int give_transfer(varve_error *err, vv_status rc, const vv_error *from,
			 varve_transfer **done, varve_transfer *transfer)
{
	if (done && (rc == VV_OK || rc == VV_EREJECTED)) {
		*done = transfer;
	} else {
		varve_transfer_free(transfer);
	}
	return vv_give(err, rc, from);
}

/* ---- clone ---- */

#define CLONE_FLAGS                                                                                \
	((uint32_t)(VARVE_SYNC_LAZY | VARVE_SYNC_BARE | VARVE_SYNC_NO_CHECKOUT | VARVE_SYNC_SINGLE))

static vv_status clone_into(varve_transfer **out, syncing *s, const char *url, const char *folder,
			    const vv_env *env, vv_error *err)
{
	vv_auto(vv_clone_job) j = {.url = url,
				   .dir = folder,
				   .env = env,
				   .notes = &s->notes,
				   .bare = is_set(s, VARVE_SYNC_BARE),
				   .no_checkout = is_set(s, VARVE_SYNC_NO_CHECKOUT),
				   .single = is_set(s, VARVE_SYNC_SINGLE),
				   .lazy = is_set(s, VARVE_SYNC_LAZY),
				   .branch = s->o.branch,
				   .from = s->from,
				   .idle_sec = s->o.idle_sec};
	vv_status rc = vv_clone_job_run(&j, err);

	return rc < 0 ? rc : put_fetched(out, s, &j.fetch, err);
}

int varve_clone(varve_repo **out, varve_transfer **done, const char *url, const char *folder,
		const varve_repo_options *settings, const varve_sync_options *options,
		varve_error *err)
{
	varve_transfer *transfer = NULL;
	vv_env *env = NULL;
	vv_error e = {0};
	varve_error why;
	syncing s;
	vv_status rc = begin_sync(&s, options, CLONE_FLAGS, &e);

	if (rc == VV_OK && !folder) {
		rc = vv_fail(&e, VV_EUSAGE, "a clone requires a folder");
	}
	*out = NULL;
	if (done) {
		*done = NULL;
	}
	if (rc == VV_OK && (rc = vv_take_env(&env, settings, &e)) == VV_OK) {
		rc = clone_into(&transfer, &s, url, folder, env, &e);
	}
	end_sync(&s);
	vv_env_free(env);
	if (rc == VV_OK && varve_repo_open(out, folder, settings, &why) < 0) {
		rc = vv_take_error(&e, why.code, &why);
	}
	return give_transfer(err, rc, &e, done, transfer);
}

/* Runs a call in a repository. `what` is the remote or the range. */
static int run_call(varve_transfer **done, varve_repo *repo, const call *c, const char *what,
		    const varve_sync_options *options, varve_error *err)
{
	varve_transfer *transfer = NULL;
	vv_error e = {0};
	syncing s;
	vv_status rc = begin_in(&s, repo->core, options, c->flags, &e);

	if (done) {
		*done = NULL;
	}
	s.call = c;
	rc = rc < 0 || !c->writes ? rc : vv_core_may_write(repo->core, &e);
	rc = rc < 0 ? rc : c->run(&transfer, &s, what, &e);
	end_sync(&s);
	return give_transfer(err, rc, &e, done, transfer);
}

/* ---- fetch ---- */

#define FETCH_FLAGS                                                                                \
	((uint32_t)(VARVE_SYNC_TAGS | VARVE_SYNC_NO_TAGS | VARVE_SYNC_PRUNE | VARVE_SYNC_FORCE |   \
		    VARVE_SYNC_MISSING_OK))

static vv_status fetch_remote(varve_transfer **out, syncing *s, const char *remote, vv_error *err)
{
	vv_auto(vv_fetch_job) j = {.repo = s->repo,
				   .remote = remote,
				   .specs = sync_specs(s),
				   .spec_count = spec_count(s),
				   .from = s->from,
				   .tags = is_set(s, VARVE_SYNC_TAGS),
				   .no_tags = is_set(s, VARVE_SYNC_NO_TAGS),
				   .prune = is_set(s, VARVE_SYNC_PRUNE),
				   .force = is_set(s, VARVE_SYNC_FORCE),
				   .allow_missing = is_set(s, VARVE_SYNC_MISSING_OK),
				   .idle_sec = s->o.idle_sec};
	vv_status rc = vv_fetch_job_run(&j, err);

	rc = rc < 0 ? rc : vv_room_keep(s->repo, vv_repository_notes(s->repo), true, err);
	return rc < 0 ? rc : put_fetched(out, s, &j, err);
}

int varve_fetch(varve_transfer **done, varve_repo *repo, const char *remote,
		const varve_sync_options *options, varve_error *err)
{
	static const call fetching = {.flags = FETCH_FLAGS, .writes = true, .run = fetch_remote};

	return run_call(done, repo, &fetching, remote, options, err);
}

static vv_status fetch_versions(varve_transfer **out, syncing *s, const char *range, vv_error *err)
{
	vv_fetch_data f = {.repo = s->repo,
			   .rev = range,
			   .paths = s->call->paths,
			   .from = &s->from,
			   .idle_sec = s->o.idle_sec,
			   .progress = begin_progress(s)};
	vv_status rc = vv_fetch_data_run(&f, NULL, err);
	const vv_transfer_sum sum = {.versions = f.fetched};

	return rc < 0 ? rc : new_transfer(out, s, "", &sum, err);
}

int varve_fetch_versions(varve_transfer **done, varve_repo *repo, const char *range,
			 const char *const *paths, const varve_sync_options *options,
			 varve_error *err)
{
	const call fetching = {.run = fetch_versions, .paths = paths};

	return run_call(done, repo, &fetching, range, options, err);
}

int varve_version_fetch(const varve_version *version, const varve_sync_options *options,
			varve_error *err)
{
	vv_error e = {0};
	syncing s;
	vv_cid root;
	vv_status rc;

	if (!version->facts.stored) {
		return 0; /* Git has it */
	}
	if ((rc = begin_in(&s, version->core, options, 0, &e)) == VV_OK &&
	    (rc = vv_cid_parse(&root, version->cid, strlen(version->cid), &e)) == VV_OK) {
		vv_fetch_data f = {.repo = s.repo,
				   .from = &s.from,
				   .idle_sec = s.o.idle_sec,
				   .progress = begin_progress(&s)};

		rc = vv_fetch_data_run(&f, &root, &e);
	}
	end_sync(&s);
	return vv_give(err, rc, &e);
}

/* ---- push ---- */

#define PUSH_FLAGS                                                                                 \
	((uint32_t)(VARVE_SYNC_TAGS | VARVE_SYNC_FORCE | VARVE_SYNC_DRY_RUN | VARVE_SYNC_ALL |     \
		    VARVE_SYNC_DELETE | VARVE_SYNC_SET_UPSTREAM | VARVE_SYNC_NO_HOOKS))

static vv_status check_push(const syncing *s, vv_error *err)
{
	if (is_set(s, VARVE_SYNC_ALL) && s->o.specs) {
		return vv_fail(err, VV_EUSAGE,
			       "refspecs cannot be used together with all branches");
	}
	if (!is_set(s, VARVE_SYNC_DELETE)) return VV_OK;
	if (is_set(s, VARVE_SYNC_ALL | VARVE_SYNC_TAGS)) {
		return vv_fail(err, VV_EUSAGE, "name the refs to delete");
	}
	return spec_count(s) > 0 ? VV_OK : vv_fail(err, VV_EUSAGE, "name the refs to delete");
}

/* The refs of t are those of the plan. */
static vv_status reject_push(const varve_transfer *t, const vv_push_plan *plan, vv_error *err)
{
	const size_t i = vv_find_place(k, t->count, t->refs[k].refused != NULL);

	if (i == t->count) return VV_OK;
	vv_fail(err, VV_EREJECTED, "'%s' was not moved in %s: %s", vv_text_shows(t->refs[i].to),
		vv_text_url(t->counts.url), t->refs[i].refused);
	return vv_push_item_is_behind(&plan->items[i])
		       ? vv_hint(err, "fetch and merge the remote's commits, then push again")
		       : VV_EREJECTED;
}

static vv_status push_remote(varve_transfer **out, syncing *s, const char *remote, vv_error *err)
{
	vv_auto(vv_push_job) j = {.repo = s->repo,
				  .remote = remote,
				  .own_hook = vv_lost_tables_warn,
				  .refs = {.words = sync_specs(s),
					   .count = spec_count(s),
					   .all = is_set(s, VARVE_SYNC_ALL),
					   .tags = is_set(s, VARVE_SYNC_TAGS),
					   .force = is_set(s, VARVE_SYNC_FORCE),
					   .remove = is_set(s, VARVE_SYNC_DELETE),
					   .leases = {&s->o.lease, s->o.lease != NULL},
					   .upstream = is_set(s, VARVE_SYNC_SET_UPSTREAM)},
				  .dry_run = is_set(s, VARVE_SYNC_DRY_RUN),
				  .no_verify = is_set(s, VARVE_SYNC_NO_HOOKS),
				  .idle_sec = s->o.idle_sec};
	vv_status rc;

	if ((rc = check_push(s, err)) < 0 || (rc = vv_push_job_run(&j, err)) < 0 ||
	    (rc = put_pushed(out, s, &j, err)) < 0) {
		return rc;
	}
	return j.refused ? reject_push(*out, &j.plan, err) : VV_OK;
}

int varve_push(varve_transfer **done, varve_repo *repo, const char *remote,
	       const varve_sync_options *options, varve_error *err)
{
	static const call pushing = {.flags = PUSH_FLAGS, .writes = true, .run = push_remote};

	return run_call(done, repo, &pushing, remote, options, err);
}

/* ---- transfers ---- */

int varve_transfer_next(varve_transfer *t, const varve_ref_update **update,
			varve_error *err VV_UNUSED)
{
	*update = t->at < t->count ? &t->refs[t->at++] : NULL;
	return *update != NULL;
}

const varve_transfer_counts *varve_transfer_info(const varve_transfer *transfer)
{
	return &transfer->counts;
}

void varve_transfer_free(varve_transfer *t)
{
	if (t) {
		vv_arena_clear(&t->arena);
		vv_buf_clear(&t->text);
		vv_free_all(t->refs, t);
	}
}
