/*
 * erase_places: which refs of a host are replaced, and the words about what hosts keep.
 */
#include "lib/space/erase_places.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/space/expire_places.h"
#include "lib/sync/fetch_data.h"
#include "repo/git/history/revision.h"

/* --- answers -------------------------------------------------------------------------------------------- */

void vv_erase_answers_clear(vv_erase_answers *a)
{
	vv_arena_clear(&a->arena);
	vv_free(a->items);
	*a = (vv_erase_answers){.items = NULL};
}

static bool copy_text(const char **text, vv_arena *arena)
{
	*text = *text ? vv_arena_strndup(arena, *text, strlen(*text)) : "";
	return *text != NULL;
}

vv_status vv_erase_answers_add(vv_erase_answers *a, const vv_erase_answer *like, vv_error *err)
{
	vv_erase_answer it = *like;

	it.time = vv_now_sec();
	if ((like->remote && !copy_text(&it.remote, &a->arena)) ||
	    !copy_text(&it.place, &a->arena) || !copy_text(&it.what, &a->arena) ||
	    (like->why && !copy_text(&it.why, &a->arena)) ||
	    !vv_array_add(a->items, a->count, a->cap, it)) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static const char *mask_text(vv_buf *out, vv_erase_values *values, const char *text)
{
	const bool has = values && vv_erase_values_mask(values, text, strlen(text), VV_ERASED, out);

	return has ? vv_buf_cstr(out) : text;
}

vv_status vv_erase_answers_file(vv_erase_answers *a, const vv_erase_answer *like,
				vv_erase_values *values, vv_error *err)
{
	vv_auto(vv_buf) place = VV_BUF_INIT, why = VV_BUF_INIT;
	vv_erase_answer answer = *like;

	answer.what = "files";
	answer.place = mask_text(&place, values, like->place);
	answer.why = mask_text(&why, values, like->why);
	return vv_erase_answers_add(a, &answer, err);
}

/* --- before the search ------------------------------------------------------------------------------------ */

/* Of all refs of a host; NULL: there are not as many. */
static const vv_remote_ref *ref_at(const vv_hello *h, size_t i)
{
	if (i < h->ref_count) return &h->refs[i];
	return i - h->ref_count < h->other_count ? &h->others[i - h->ref_count] : NULL;
}

static vv_status read_refs(vv_oids *known, const vv_expire_place *at, vv_error *err)
{
	const vv_hello *h = at->there.hello;
	const vv_remote_ref *ref;
	vv_status rc = VV_OK;

	if (h->head_count > 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"%s has %s, which list the old commits, and only their signers can sign new ones\n"
			"remove the refs below refs/varve/heads/ there; after the erasure, sign again",
			vv_text_url(at->remote.url),
			vv_text_counted(h->head_count, "signed head", NULL));
	}
	for (size_t i = 0; rc == VV_OK && (ref = ref_at(h, i)); i++) {
		rc = vv_oids_add(known, &ref->id, err);
	}
	return rc;
}

/* The connection is closed, so that rows can be fetched. */
static vv_status read_places(vv_oids *known, vv_oids *tips, vv_repository *r,
			     const vv_string_list *remotes, const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_expire_places) *places = NULL;
	vv_expire_place *at;
	vv_status rc = vv_expire_places_open(&places, r, VV_TEXTS(remotes->items), remotes->count,
					     notes, true, tips, err);

	for (size_t i = 0; rc == VV_OK && (at = vv_expire_places_at(places, i)); i++) {
		rc = read_refs(known, at, err);
	}
	return rc;
}

vv_status vv_erase_places_read(vv_oids *known, vv_repository *r, const vv_string_list *remotes,
			       const vv_notes *notes, const vv_progress *progress, vv_error *err)
{
	const vv_strings from = {(const char **)(uintptr_t)remotes->items, remotes->count};
	vv_auto(vv_oids) tips = {0};
	vv_status rc;

	if (remotes->count == 0) return VV_OK;
	rc = read_places(known, &tips, r, remotes, notes, err);
	vv_oids_sort(known);
	if (rc < 0 || tips.count == 0) return rc;
	vv_fetch_data f = {.repo = r,
			   .tips = tips.items,
			   .tip_count = tips.count,
			   .from = &from,
			   .erased = true,
			   .progress = progress};
	rc = vv_fetch_data_run(&f, NULL, err);
	return vv_error_excuse(rc, rc != VV_ENOMEM, err);
}

/* --- refs ------------------------------------------------------------------------------------------------- */

/* The refs of a host that are replaced. */
typedef struct moving {
	const vv_erase_places_run *run;
	vv_expire_place *at;
	vv_git_push *moves;
	size_t count, cap;
	vv_oids replaced;
} moving;

static void moving_clear(moving *m)
{
	vv_array_each(m->moves, m->count, it) {
		vv_free(it->why);
	}
	vv_free(m->moves);
	vv_oids_clear(&m->replaced);
}
VV_AUTO_CLEAR(moving, moving_clear)

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Do hosts let users push the ref? Not those of pull requests. */
static bool is_pushable(const char *name)
{
	return begins_with(name, "refs/heads/") || begins_with(name, "refs/tags/") ||
	       begins_with(name, "refs/notes/");
}

/* The notes here were also attached to the new commits, if they are those of the host, or newer. */
static vv_status new_notes(vv_oid *now, const moving *m, const char *name, vv_error *err)
{
	vv_auto(vv_ref) here = {0};
	bool newer = false;
	vv_status rc = vv_ref_get(m->run->repo, name, &here, err);

	if (rc == VV_OK) {
		rc = vv_is_ancestor(m->run->repo, now, &here.commit, &newer, err);
	}
	if (newer) {
		*now = here.id;
	}
	return vv_missing_ok(rc, err);
}

static vv_status add_move(moving *m, const vv_remote_ref *ref, vv_error *err)
{
	const vv_oid *now = vv_erase_plan_moved(m->run->plan, &ref->id);
	vv_git_push move = {.to = ref->name, .old = ref->id, .force = true};
	vv_status rc;

	if (!is_pushable(ref->name)) return VV_OK;
	if (!now && !vv_oids_has(m->run->known, &ref->id)) {
		return vv_fail(err, VV_ECONFLICT,
			       "%s: %s moved meanwhile, and nothing was changed there\n"
			       "run the same command again",
			       vv_text_url(m->at->remote.url), vv_text_shows(ref->name));
	}
	if (!now) return VV_OK;
	move.id = *now;
	if (begins_with(ref->name, "refs/notes/") &&
	    (rc = new_notes(&move.id, m, ref->name, err)) < 0) {
		return rc;
	}
	if (!vv_array_add(m->moves, m->count, m->cap, move)) return vv_fail_nomem(err);
	return vv_oids_add(&m->replaced, &ref->id, err);
}

/* Others of an atomic push fail with the one that is refused. */
static bool is_reason(const vv_git_push *move)
{
	return move->why && !strstr(move->why, "atomic");
}

static vv_status report_refused(const moving *m, const vv_git_push *first, vv_error *err)
{
	const char *host = vv_text_url(m->at->remote.url);
	vv_auto(vv_buf) refs = VV_BUF_INIT;
	size_t more = 0;

	vv_array_each(m->moves, m->count, it) {
		more += it != first && is_reason(it);
	}
	vv_buf_puts(&refs, vv_text_shows(first->to));
	if (more > 0) {
		vv_buf_printf(&refs, " (and %s more)", vv_text_count(more));
	}
	if (first->unsent) {
		return vv_fail(err, VV_ECONFLICT,
			       "%s: %s moved meanwhile: %s\nrun the same command again", host,
			       vv_buf_cstr(&refs), vv_text_shows(first->why));
	}
	return vv_fail(err, VV_EREFUSED,
		       "%s refuses to replace %s: %s\n"
		       "allow forced pushes there (protected branches and tags; in a repository of "
		       "git, receive.denyNonFastForwards), and run the same command again; until "
		       "then, the old data stays here, too",
		       host, vv_buf_cstr(&refs), vv_text_shows(first->why));
}

static vv_status push_refs(moving *m, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_git_push *first;
	vv_status rc = vv_git_host_push(m->at->there.host, m->moves, m->count, true, &said, err);

	if (rc < 0) return rc;
	first = vv_array_find(m->moves, m->count, it, is_reason(it));
	first = first ? first : vv_array_find(m->moves, m->count, it, it->why != NULL);
	if (!first) return VV_OK;
	vv_transfer_tell_lines(&m->at->transfer, &said);
	return report_refused(m, first, err);
}

static vv_status send_versions(moving *m, vv_error *err)
{
	vv_auto_free vv_blocks_ref *refs = vv_calloc(m->count + 1, sizeof(*refs));
	vv_host_sum sum;

	if (!refs) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->count; i++) {
		refs[i] = (vv_blocks_ref){m->moves[i].to, m->moves[i].id};
	}
	const vv_git_sending what = {.refs = refs, .count = m->count, .complete = true};
	return vv_git_host_send(m->at->there.host, &what, &sum, err);
}

/* Sends blocks before refs, so that each version that others find has its rows. */
static vv_status move_refs(const vv_erase_places_run *run, vv_expire_place *at, vv_error *err)
{
	vv_auto(moving) m = {.run = run, .at = at};
	const vv_remote_ref *ref;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && (ref = ref_at(at->there.hello, i)); i++) {
		rc = add_move(&m, ref, err);
	}
	if (rc < 0 || m.count == 0) return rc;
	if ((rc = vv_erase_plan_replaces(run->plan, &m.replaced, run->repo, err)) < 0 ||
	    (rc = send_versions(&m, err)) < 0 || (rc = push_refs(&m, err)) < 0) {
		return rc;
	}
	at->tips.count = 0;
	return vv_git_host_fetch_all(at->there.host, &at->tips, err);
}

/* --- blocks --------------------------------------------------------------------------------------------------- */

/* The earlier commits of refs of blocks. */
static vv_status note_packs(const vv_erase_places_run *run, vv_expire_place *at, vv_error *err)
{
	vv_auto(vv_oids) tips = {0};
	const vv_blocks_source *s = NULL;
	vv_oid tip;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK; i++) {
		if ((rc = vv_git_host_place(at->there.host, i, &s, err)) < 0 || !s) {
			break;
		}
		if (s->kind == VV_FROM_REF &&
		    (rc = vv_host_ask_tip(s->host, s->url, &tip, err)) == VV_OK) {
			rc = vv_oids_add(&tips, &tip, err);
		}
	}
	return rc < 0 || tips.count == 0 ? rc
					 : vv_erase_plan_replaces(run->plan, &tips, run->repo, err);
}

static vv_status add_freed(void *payload, const vv_expire_freed *f, vv_error *err)
{
	vv_erase_answer a = {.kind = VV_ERASE_STAYS,
			     .remote = f->remote,
			     .place = vv_text_url(f->place),
			     .what = "blocks"};
	vv_auto(vv_buf) old = VV_BUF_INIT;

	if (f->left) {
		a.kind = VV_ERASE_OUT_OF_REACH;
		a.why = f->left;
	} else if (f->gc->is_store && f->gc->swept.removable > 0) {
		a.why = "files are marked, and removed if the same command is run in a week; with --now at once";
	} else if (f->gc->is_store && f->gc->swept.old.needed) {
		vv_remote_gc_old_put(&old, &f->gc->swept.old);
		a.why = vv_buf_cstr(&old);
	} else if (!f->gc->alone) {
		a.kind = VV_ERASE_UNSEEN;
		a.why = "rows without a ref were not looked at; --now removes them, if nothing else "
			"writes there";
	} else {
		return VV_OK;
	}
	return vv_erase_answers_add(payload, &a, err);
}

/* A place that does not let data be removed is in the receipt, and everything else goes on. Changes by others need the same
 * command again, at once. */
static vv_status note_refusal(vv_erase_answers *out, const vv_expire_places *places, vv_status rc,
			      vv_error *err)
{
	const vv_erase_answer refused = {
		.kind = VV_ERASE_STAYS,
		.remote = vv_expire_places_now(places)->remote.name,
		.place = vv_text_url(vv_expire_places_now(places)->remote.url),
		.what = "blocks",
		.why = err->message};

	if (rc == VV_ENOMEM || rc == VV_ECANCELLED || rc == VV_ECORRUPT || rc == VV_ECONFLICT ||
	    rc == VV_ELOCKED) {
		return rc;
	}
	rc = vv_erase_answers_add(out, &refused, VV_IGNORED);
	return rc < 0 ? vv_fail_nomem(err) : vv_error_excuse(VV_EREFUSED, true, err);
}

static vv_status free_places(vv_erase_answers *out, const vv_erase_places_run *run,
			     vv_expire_places *places, vv_error *err)
{
	const vv_remote_gc how = {
		.drop = run->plan->roots, .drop_now = run->now, .alone = run->now};
	vv_expire_place *at;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && (at = vv_expire_places_at(places, i)); i++) {
		rc = note_packs(run, at, err);
		vv_git_host_let_go(at->there.host);
	}
	if (rc < 0) return rc;
	rc = vv_expire_places_free(places, &how, add_freed, out, err);
	return rc < 0 ? note_refusal(out, places, rc, err) : VV_OK;
}

vv_status vv_erase_places_apply(vv_erase_answers *out, const vv_erase_places_run *run,
				vv_error *err)
{
	const vv_string_list *names = &run->plan->remotes;
	vv_auto(vv_expire_places) *places = NULL;
	vv_auto(vv_oids) tips = {0};
	vv_expire_place *at;
	vv_status rc;

	if (names->count == 0) return VV_OK;
	rc = vv_expire_places_open(&places, run->repo, VV_TEXTS(names->items), names->count,
				   run->notes, true, &tips, err);
	for (size_t i = 0; rc == VV_OK && (at = vv_expire_places_at(places, i)); i++) {
		rc = move_refs(run, at, err);
		vv_git_host_let_go(at->there.host);
	}
	return rc < 0 ? rc : free_places(out, run, places, err);
}

/* --- looking again ---------------------------------------------------------------------------------------------- */

typedef struct looking {
	const vv_erase_places_run *run;
	vv_erase_answers *out;
	const vv_oids *expected; /* ids that refs may have; sorted */
	vv_expire_place *at;
	const char *remote;
	vv_oids *tips; /* of refs of blocks, which are current */
} looking;

static vv_status add_answer(const looking *l, vv_erase_answer a, const char *place,
			    const char *what, vv_error *err)
{
	a.remote = l->remote;
	a.place = place;
	a.what = what;
	return vv_erase_answers_add(l->out, &a, err);
}

/* At most about 400 bytes; the count is in the answer. */
static void name_ref(vv_buf *names, const char *name)
{
	if (names->len < 400) {
		vv_buf_printf(names, "%s%s", names->len > 0 ? ", " : "", vv_text_shows(name));
	}
}

static void judge_refs(vv_erase_answer *a, vv_buf *old, vv_buf *unknown, const looking *l)
{
	const vv_remote_ref *ref;

	for (size_t i = 0; (ref = ref_at(l->at->there.hello, i)); i++) {
		if (vv_erase_plan_removes(l->run->plan, &ref->id)) {
			a->there++;
			name_ref(old, ref->name);
		} else if (!vv_oids_has(l->expected, &ref->id) &&
			   !begins_with(ref->name, "refs/notes/")) {
			a->unasked++;
			name_ref(unknown, ref->name);
		} else {
			a->gone++;
		}
	}
}

static vv_status look_at_refs(const looking *l, vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT, unknown = VV_BUF_INIT, why = VV_BUF_INIT;
	vv_erase_answer a = {.kind = VV_ERASE_GONE};

	judge_refs(&a, &old, &unknown, l);
	if (a.there > 0) {
		a.kind = VV_ERASE_STAYS;
		vv_buf_printf(&why, "old commits are in %s%s", vv_buf_cstr(&old),
			      strstr(vv_buf_cstr(&old), "refs/heads/")
				      ? ": pushed meanwhile"
				      : ": users cannot move them, the host's support can");
	} else if (a.unasked > 0) {
		a.kind = VV_ERASE_UNSEEN;
		vv_buf_printf(&why, "moved meanwhile: %s", vv_buf_cstr(&unknown));
	}
	a.why = why.len > 0 ? vv_buf_cstr(&why) : NULL;
	return add_answer(l, a, vv_text_url(l->at->remote.url), "refs", err);
}

/* What removes objects that no ref needs. */
static const char *host_words(const char *url)
{
	if (strstr(url, "github.com")) {
		return "GitHub keeps them until its support removes them: ask it to remove cached "
		       "views, references of pull requests and unreachable commits, and name the "
		       "repository";
	}
	if (strstr(url, "gitlab")) {
		return "GitLab keeps them for two weeks and more: Settings > General > Advanced > "
		       "Run housekeeping, 'prune unreachable objects', or its support";
	}
	if (strstr(url, "gitea") || strstr(url, "forgejo") || strstr(url, "codeberg")) {
		return "the host keeps them until its administrator runs the garbage collection of "
		       "repositories with --prune=now";
	}
	return "the host keeps them until it collects garbage: 'git reflog expire --expire=all "
	       "--all' and 'git gc --prune=now' there, GitHub's or GitLab's support, an "
	       "administrator of Gitea";
}

#define ASK_MS ((uint64_t)15 * 1000) /* each missing object takes a request */
#define SAMPLE_MAX 1000u

/* First what refs there named, then a sample of the others, as ids are random. */
static vv_status ask_for_objects(vv_host_objects *sum, const looking *l, vv_error *err)
{
	const vv_erase_plan *p = l->run->plan;
	vv_auto(vv_oids) first = {0}, sample = {0};
	const size_t step = p->objects.count / SAMPLE_MAX + 1;
	vv_host_objects more = {.gone = 0};
	size_t others = 0;
	vv_status rc;

	vv_array_each(p->hosted.items, p->hosted.count, id) {
		if (!vv_oids_has(l->tips, id) && (rc = vv_oids_add(&first, id, err)) < 0) return rc;
	}
	vv_array_each(p->objects.items, p->objects.count, id) {
		if (!vv_oids_has(&first, id) && others++ % step == 0 &&
		    (rc = vv_oids_add(&sample, id, err)) < 0) {
			return rc;
		}
	}
	rc = vv_git_host_objects(l->at->there.host, first.items, first.count, ASK_MS, sum, err);
	if (rc == VV_OK && sum->there == 0 && !sum->silent) {
		rc = vv_git_host_objects(l->at->there.host, sample.items, sample.count, ASK_MS,
					 &more, err);
		sum->gone += more.gone;
		sum->there += more.there;
		sum->silent = more.silent;
	}
	sum->unasked = first.count + others - sum->gone - sum->there;
	return rc;
}

static vv_status look_at_objects(const looking *l, vv_error *err)
{
	vv_host_objects sum = {.gone = 0};
	const vv_status rc = ask_for_objects(&sum, l, err);
	vv_erase_answer a = {.kind = VV_ERASE_GONE,
			     .gone = sum.gone,
			     .there = sum.there,
			     .unasked = sum.unasked};

	if (rc < 0 || sum.gone + sum.there + sum.unasked == 0) return rc;
	if (sum.silent) {
		a.kind = VV_ERASE_UNSEEN;
		a.why = "the host does not answer for objects by their ids";
	} else if (sum.there == 0 && sum.unasked > 0) {
		a.kind = VV_ERASE_SAMPLED;
	} else if (sum.there > 0) {
		a.kind = VV_ERASE_STAYS;
		a.why = host_words(l->at->remote.url);
	}
	return add_answer(l, a, vv_text_url(l->at->remote.url), "objects", err);
}

/* Any of the old versions of a store's files may have old blocks. */
static vv_status look_at_old_files(vv_buf *why, const vv_blocks_source *s, vv_error *err)
{
	vv_host_old old;
	const vv_status rc = vv_host_old_look(s->host, &old, err);

	if (rc == VV_OK) {
		vv_remote_gc_old_put(why, &old);
	}
	return rc < 0 ? rc : vv_buf_ok(why, err);
}

/* Rows that expired here, and were not searched, may still be there. */
static vv_status look_at_expired(const looking *l, const vv_blocks_source *s, vv_error *err)
{
	const vv_cid_set *roots = l->run->expired;
	vv_erase_answer a = {.kind = VV_ERASE_UNSEEN,
			     .why = "versions that expired here were not searched, and are still "
				    "stored there: let them expire there, too, with --remote"};

	for (size_t i = 0; i < vv_cid_set_count(roots); i++) {
		a.there += vv_host_has(s->host, vv_cid_set_at(roots, i));
	}
	return a.there == 0 ? VV_OK : add_answer(l, a, vv_text_url(s->url), "blocks", err);
}

static vv_status look_at_blocks(looking *l, const vv_blocks_source *s, vv_error *err)
{
	const vv_cid_set *old = l->run->plan->blocks;
	vv_erase_answer a = {.there = 0};
	vv_auto(vv_buf) why = VV_BUF_INIT;
	vv_oid tip;
	vv_status rc;

	if (vv_expire_place_why_left(s)) return VV_OK; /* add_freed */
	if (s->kind == VV_FROM_REF) {
		rc = vv_host_ask_tip(s->host, s->url, &tip, err);
		rc = rc < 0 ? rc : vv_oids_add(l->tips, &tip, err);
	} else {
		rc = vv_host_look(s->host, NULL, 0, err);
		rc = rc < 0 ? rc : look_at_old_files(&why, s, err);
	}
	if (rc < 0 || (rc = look_at_expired(l, s, err)) < 0 || vv_cid_set_count(old) == 0) {
		return rc;
	}
	for (size_t i = 0; i < vv_cid_set_count(old); i++) {
		a.there += vv_host_has(s->host, vv_cid_set_at(old, i));
	}
	a.gone = vv_cid_set_count(old) - a.there;
	a.kind = a.there > 0 || why.len > 0 ? VV_ERASE_STAYS : VV_ERASE_GONE;
	a.why = why.len > 0 ? vv_buf_cstr(&why) : NULL;
	return add_answer(l, a, vv_text_url(s->url), "blocks", err);
}

static vv_status look_at_place(looking *l, vv_error *err)
{
	const vv_blocks_source *s = NULL;
	vv_status rc = vv_expire_place_connect(l->at, l->run->repo, l->remote, l->run->notes, true,
					       err);

	if (rc < 0 || (rc = look_at_refs(l, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK; i++) {
		if ((rc = vv_git_host_place(l->at->there.host, i, &s, err)) < 0 || !s) {
			break;
		}
		rc = look_at_blocks(l, s, err);
	}
	vv_oids_sort(l->tips);
	return rc < 0 ? rc : look_at_objects(l, err);
}

/* Refs that the search had, and the new commits and tags. */
static vv_status list_expected(vv_oids *out, const vv_erase_places_run *run, vv_error *err)
{
	const vv_erase_plan *p = run->plan;
	vv_status rc = vv_oids_add_all(out, run->known->items, run->known->count, err);

	for (size_t i = 0; rc == VV_OK && i < p->moved_count; i++) {
		rc = vv_oids_add(out, &p->moved[i].now, err);
	}
	vv_oids_sort(out);
	return rc;
}

vv_status vv_erase_places_look(vv_erase_answers *out, const vv_erase_places_run *run, vv_error *err)
{
	const vv_string_list *names = &run->plan->remotes;
	vv_auto(vv_oids) expected = {0};
	vv_status rc = list_expected(&expected, run, err);

	for (size_t i = 0; rc == VV_OK && i < names->count; i++) {
		vv_auto(vv_expire_place) at = {.tips = {0}};
		vv_auto(vv_oids) tips = {0};
		looking l = {.run = run,
			     .out = out,
			     .expected = &expected,
			     .at = &at,
			     .remote = names->items[i],
			     .tips = &tips};
		vv_error why = {.code = VV_OK};

		rc = look_at_place(&l, &why);
		if (rc == VV_ENOMEM) return vv_error_copy(err, &why);
		if (rc < 0) {
			const vv_erase_answer a = {.kind = VV_ERASE_UNSEEN, .why = why.message};

			rc = add_answer(&l, a, at.remote.url ? vv_text_url(at.remote.url) : "",
					"refs", err);
		}
	}
	return rc;
}
