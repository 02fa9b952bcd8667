/*
 * expire_places: which sources of a remote are places of its own.
 */
#include "lib/space/expire_places.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/blocks_sources.h"
#include "lib/space/other_remotes.h"
#include "lib/space/remote_gc.h"
#include "lib/sync/expired_lists.h"
#include "repo/git/history/refs.h"

struct vv_expire_places {
	vv_repository *repo;
	const vv_notes *notes;
	vv_expire_place *items;
	size_t count;
	size_t now; /* the one that is being freed */
};

void vv_expire_place_close(vv_expire_place *p)
{
	vv_reached_close(&p->there);
	vv_transfer_close(&p->transfer);
	vv_remote_clear(&p->remote);
	vv_oids_clear(&p->tips);
}

vv_expire_place *vv_expire_places_at(vv_expire_places *p, size_t i)
{
	return i < p->count ? &p->items[i] : NULL;
}

void vv_expire_places_close(vv_expire_places *p)
{
	if (!p) return;
	vv_array_each(p->items, p->count, it) {
		vv_expire_place_close(it);
	}
	vv_free_all(p->items, p);
}

vv_status vv_expire_place_connect(vv_expire_place *to, vv_repository *r, const char *name,
				  const vv_notes *notes, bool quiet, vv_error *err)
{
	vv_auto(vv_string_list) urls = {0};
	vv_remote *m = &to->remote;
	vv_status rc;

	if ((rc = vv_remote_find(m, r, name, err)) < 0 ||
	    (rc = vv_remote_push_urls(&urls, r, m, err)) < 0 ||
	    /* as for pushes: the first one of several */
	    (urls.count > 0 && (rc = vv_remote_push_at(m, r, urls.items[0], err)) < 0) ||
	    (rc = vv_transfer_open(&to->transfer, r, notes, quiet, 0, err)) < 0 ||
	    (rc = vv_reach_as_host(&to->there, &to->transfer, m, true, false, err)) < 0) {
		return rc;
	}
	return to->there.host
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE,
				 "--remote is for Git hosts without varve, and %s is not one\n"
				 "run this command in the repository there",
				 vv_text_url(m->url));
}

static vv_status open_place(vv_expire_places *p, vv_expire_place *to, const char *name, bool quiet,
			    vv_error *err)
{
	vv_status rc = vv_expire_place_connect(to, p->repo, name, p->notes, quiet, err);

	/* refs of an interrupted fetch, and their locks */
	if (rc < 0 || (rc = vv_git_host_tidy(to->there.host, err)) < 0 ||
	    (rc = vv_expired_lists_learn(p->repo, &to->there, to->remote.url, p->notes, err)) < 0) {
		return rc;
	}
	return vv_git_host_fetch_all(to->there.host, &to->tips, err);
}

vv_status vv_expire_places_open(vv_expire_places **out, vv_repository *r,
				const char *const *remotes, size_t count, const vv_notes *notes,
				bool quiet, vv_oids *tips, vv_error *err)
{
	vv_auto(vv_expire_places) *p = vv_calloc(1, sizeof(*p));
	vv_status rc;

	if (!p || !(p->items = vv_calloc(count + 1, sizeof(*p->items)))) return vv_fail_nomem(err);
	p->repo = r;
	p->notes = notes;
	while (p->count < count) {
		vv_expire_place *to = &p->items[p->count++];
		if ((rc = open_place(p, to, remotes[p->count - 1], quiet, err)) < 0 ||
		    (rc = vv_oids_add_all(tips, to->tips.items, to->tips.count, err)) < 0) {
			return rc;
		}
	}
	return vv_hand_over(out, &p);
}

/* --- freeing -------------------------------------------------------------------------------------- */

typedef struct freeing {
	vv_expire_places *p;
	const vv_oids *tips; /* of all remotes: two may write to one store */
	const vv_remote_gc *how;
	vv_expire_freed_fn fn;
	void *payload;
} freeing;

const char *vv_expire_place_why_left(const vv_blocks_source *s)
{
	if (s->kind == VV_FROM_PEER) return "run this command in the repository there";
	if (s->mirror) return "a mirror, which pushes do not write to";
	if (s->name && strcmp(s->name, "upstream") == 0) {
		return "the store of the repository from which this one was forked";
	}
	return NULL;
}

static vv_status free_source(const freeing *f, vv_expire_place *at, const vv_blocks_source *s,
			     vv_error *err)
{
	vv_remote_gc gc = *f->how;
	const char *left = vv_expire_place_why_left(s);
	const vv_expire_freed done = {at->remote.name ? at->remote.name : at->remote.url, s->url,
				      left, &gc};
	vv_status rc;

	gc.remote = &at->remote;
	if (!left &&
	    (rc = vv_remote_gc_source(&gc, f->p->repo, s,
				      s->kind == VV_FROM_STORE ? f->tips : &at->tips, err)) < 0) {
		return vv_prefix(err, "%s",
				 vv_text_url(s->kind == VV_FROM_REF ? at->remote.url : s->url));
	}
	return f->fn(f->payload, &done, err);
}

/* Sends versions that others brought back since the refs were read. */
static vv_status send_current(vv_expire_place *at, vv_error *err)
{
	vv_auto(vv_oids) tips = {0};
	vv_host_sum sum;
	vv_status rc = vv_git_host_fetch_all(at->there.host, &tips, err);

	if (rc < 0) return rc;
	vv_auto_free vv_blocks_ref *refs = vv_calloc(tips.count + 1, sizeof(*refs));
	if (!refs) return vv_fail_nomem(err);
	for (size_t i = 0; i < tips.count; i++) {
		refs[i].id = tips.items[i];
	}
	const bool same = tips.count == at->tips.count &&
			  (tips.count == 0 ||
			   memcmp(tips.items, at->tips.items, tips.count * sizeof(vv_oid)) == 0);
	const vv_git_sending what = {.refs = refs, .count = tips.count, .complete = true};
	return same ? VV_OK : vv_git_host_send(at->there.host, &what, &sum, err);
}

/* --- stores that only other branches send rows to --------------------------------------------------- */

typedef struct other_stores {
	const freeing *f;
	const vv_expire_place *at;
	vv_string_list seen; /* URLs of places, and of stores that were reported */
} other_stores;

static void other_stores_clear(other_stores *o)
{
	vv_string_list_clear(&o->seen);
}
VV_AUTO_CLEAR(other_stores, other_stores_clear)

/* Sets *added to false if the URL, which may be NULL, was seen. */
static vv_status note_url(other_stores *o, const char *url, bool *added, vv_error *err)
{
	vv_auto(char) *whole = NULL;
	const vv_status rc = url ? vv_store_url_absolute(&whole, o->f->p->repo, url, err) : VV_OK;

	if (rc < 0 || !url) return rc;
	if (vv_array_find(o->seen.items, o->seen.count, it, strcmp(*it, whole) == 0)) {
		*added = false;
		return VV_OK;
	}
	return vv_string_list_add(&o->seen, vv_take(&whole), err);
}

/* Both URLs of a store are addresses of one place. */
static vv_status report_store(other_stores *o, const vv_store_config *s, vv_error *err)
{
	const char *url = s->push_url ? s->push_url : s->url;
	bool added = url != NULL;
	vv_status rc;

	if ((rc = note_url(o, s->url, &added, err)) < 0 ||
	    (rc = note_url(o, s->push_url, &added, err)) < 0 || !added) {
		return rc;
	}
	const vv_expire_freed left = {
		.remote = o->at->remote.name ? o->at->remote.name : o->at->remote.url,
		.place = url,
		.left = "pushes from HEAD do not write there; switch to a branch whose "
			"pushes do, and apply the plan again"};
	return o->f->fn(o->f->payload, &left, err);
}

static vv_status report_stores_of(other_stores *o, const vv_oid *tip, vv_error *err)
{
	vv_auto(vv_blocks_config) config = {.ref = NULL};
	vv_status rc = vv_blocks_config_read(&config, o->f->p->repo, tip, err);

	if (rc < 0) return vv_error_excuse(rc, rc == VV_EINPUT, err);
	for (size_t i = 0; rc == VV_OK && i < config.store_count; i++) {
		rc = report_store(o, &config.stores[i], err);
	}
	return rc;
}

/* They are not freed from here: a branch of a fork may name the store of another repository, whose refs this one does
 * not have. URLs in the settings count for all branches. */
static vv_status report_other_stores(const freeing *f, const vv_expire_place *at, vv_error *err)
{
	vv_auto(other_stores) o = {.f = f, .at = at};
	vv_auto(vv_oids) tips = {0};
	const vv_blocks_sources *places;
	vv_status rc;

	if (at->remote.blocks_urls.count > 0) return VV_OK;
	if ((rc = vv_git_host_sources(at->there.host, &places, err)) < 0 ||
	    (rc = vv_remote_branch_tips(&tips, f->p->repo, &at->remote, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < places->count; i++) {
		if ((rc = vv_string_list_add(&o.seen, vv_strdup(places->items[i].url), err)) < 0) {
			return rc;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < tips.count; i++) {
		rc = report_stores_of(&o, &tips.items[i], err);
	}
	return rc;
}

static vv_status free_place(const freeing *f, vv_expire_place *at, vv_error *err)
{
	const vv_blocks_source *s = NULL;
	vv_status rc = vv_expired_lists_put(f->p->repo, &at->there, err);

	for (size_t i = 0; rc == VV_OK; i++) {
		if ((rc = vv_git_host_place(at->there.host, i, &s, err)) < 0 || !s) {
			break;
		}
		rc = free_source(f, at, s, err);
	}
	if (rc < 0 || (rc = report_other_stores(f, at, err)) < 0) return rc;
	return send_current(at, err);
}

/* Does one of the places include a store, to which other remotes may write? */
static vv_status has_store(bool *out, const vv_expire_places *p, vv_error *err)
{
	*out = false;
	for (size_t i = 0; i < p->count && !*out; i++) {
		const vv_blocks_sources *places;
		const vv_status rc = vv_git_host_sources(p->items[i].there.host, &places, err);

		if (rc < 0) return rc;
		*out = vv_array_find(places->items, places->count, it, it->kind == VV_FROM_STORE) !=
		       NULL;
	}
	return VV_OK;
}

static vv_status ask_others(vv_oids *tips, const vv_expire_places *p, vv_error *err)
{
	vv_auto_free const vv_remote **known = vv_calloc(p->count + 1, sizeof(*known));
	bool asks;
	const vv_status rc = has_store(&asks, p, err);

	if (rc < 0 || !asks) return rc;
	if (!known) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		known[i] = &p->items[i].remote;
	}
	return vv_other_remotes_ask(tips, p->repo, known, p->count, p->notes, err);
}

const vv_expire_place *vv_expire_places_now(const vv_expire_places *p)
{
	return &p->items[p->now];
}

vv_status vv_expire_places_free(vv_expire_places *p, const vv_remote_gc *how, vv_expire_freed_fn fn,
				void *payload, vv_error *err)
{
	vv_auto(vv_oids) tips = {0};
	const freeing f = {.p = p, .tips = &tips, .how = how, .fn = fn, .payload = payload};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		rc = vv_oids_add_all(&tips, p->items[i].tips.items, p->items[i].tips.count, err);
	}
	rc = rc < 0 ? rc : ask_others(&tips, p, err);
	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		p->now = i;
		rc = free_place(&f, &p->items[i], err);
		vv_git_host_let_go(p->items[i].there.host);
	}
	return rc;
}
