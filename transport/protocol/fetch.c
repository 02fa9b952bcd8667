/*
 * fetch: the steps from "what do you have" to refs that moved.
 */
#include "transport/protocol/fetch.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/reach.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/erased.h"
#include "repo/known/incomplete.h"
#include "transport/line/network.h"

#define HAVES_FIRST 32u
#define HAVES_NEAR 512u
#define HAVES_MAX 16384u
#define LACKING_MAX (1u << 20) /* blocks requested at once; others follow in the next round */

typedef struct run {
	const vv_fetch *f;
	vv_fetch_result *result;
	vv_receive *x;
	vv_oids wants, here;      /* f's: those that are missing here, and the others */
	vv_oids commons;          /* of ours, those that the origin has; owned */
	vv_oids whole;            /* commits below which nothing is lacking here; owned */
	vv_elsewhere *elsewhere;  /* versions to leave there; NULL: none */
	vv_erased *erased;        /* what must not come back; NULL: nothing */
	bool met_erased;          /* a want has erased data */
	vv_oids own;              /* tips of the refs here, to compare with it; owned */
	bool lacking;             /* stored commits have missing versions */
	vv_cid_set lacking_roots; /* of new versions */
	char lacking_path[128];   /* the first version that lacks blocks; "": not known */
	char lacking_commit[VV_OID_TEXT + 1];
	bool lost; /* the origin relies on blocks that are missing here: offer it no commit */
	bool bare; /* or, after drops, request only commits */
} run;

void vv_fetch_result_clear(vv_fetch_result *r)
{
	vv_free_all(r->missing, r->roots, r->behind);
	memset(r, 0, sizeof(*r));
}

/* --- new versions ---------------------------------------------------------------------- */

static vv_status find_wants(run *r, vv_error *err)
{
	const vv_oids *all = &r->f->wants;
	vv_auto_free bool *known = vv_calloc(all->count + 1, sizeof(bool));

	if (!known) return vv_fail_nomem(err);
	vv_status rc = vv_commits_known(r->f->repo, all->items, all->count, known, err);
	for (size_t i = 0; rc == VV_OK && i < all->count; i++) {
		rc = vv_oids_add(known[i] ? &r->here : &r->wants, &all->items[i], err);
	}
	return rc;
}

/* Below commits that are common nothing is looked at: only what this side named may be one. */
static vv_status take_common(run *r, const vv_oids *told, const vv_fetch_start *start,
			     vv_error *err)
{
	vv_auto(vv_oids) sorted = {0};
	vv_status rc = vv_oids_add_all(&sorted, told->items, told->count, err);

	vv_oids_clear(&r->commons);
	if (rc < 0) return rc;
	vv_oids_sort(&sorted);
	vv_array_each(start->common.items, start->common.count, id) {
		if (!vv_oids_has(&sorted, id)) {
			return vv_fail(err, VV_ECORRUPT,
				       "%s violates the protocol: it claims common commits that "
				       "this side never named",
				       r->f->suppliers[0].name);
		}
		if ((rc = vv_oids_add(&r->commons, id, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Commits can come without their blocks: by git itself. Those of which nothing is known yet are
 * looked at. */
static vv_status find_lacking(run *r, vv_error *err)
{
	vv_auto(vv_whole) whole = {.asks = true};
	vv_status rc = vv_repository_incomplete(r->f->repo, &r->lacking, err);

	if (rc < 0 || r->lacking ||
	    (rc = vv_whole_look(&whole, r->f->repo, r->here.items, r->here.count, err)) < 0) {
		return rc;
	}
	r->lacking = !whole.all;
	r->whole = whole.tips;
	whole.tips = (vv_oids){0};
	return VV_OK;
}

/* Lists the haves: whole commits, at most max. A few are searched only near the tips, since the origin nearly
 * always has one of these, and a long history costs time. *all: no others. */
static vv_status list_haves(run *r, size_t max, vv_oids *out, bool *all, vv_error *err)
{
	vv_auto(vv_whole) whole = {.asks = true};
	size_t kept = 0;
	uint32_t visits = max <= HAVES_NEAR ? (uint32_t)(max * max / 4) : 0;
	vv_status rc = vv_commits_sample(r->f->repo, max < HAVES_MAX ? max : HAVES_MAX, visits, out,
					 all, err);

	*all = *all || max >= HAVES_MAX || (r->lost && !r->bare);

	if (r->lost && !r->bare) {
		out->count = 0;
	}
	if (r->f->lazy || r->elsewhere) {
		return rc; /* versions were dropped: negotiate sees whether one of them is needed */
	}
	if (rc == VV_OK) {
		rc = vv_whole_look(&whole, r->f->repo, out->items, out->count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		if (whole.ids[i]) {
			out->items[kept++] = out->items[i];
		}
	}
	out->count = kept;
	return rc;
}

/* The number of named ones. */
static size_t named_suppliers(const vv_fetch *f)
{
	size_t count = 0;

	vv_array_each(f->suppliers, f->supplier_count, supplier) {
		count += !supplier->unasked;
	}
	return count;
}

/* Are there blocks without a commit to offer the origin? A fetch killed before its refs moved
 * leaves them. */
static vv_status has_blocks(vv_repository *r, bool *out, vv_error *err)
{
	vv_store *store;
	vv_store_stats stats = {0};
	vv_status rc = vv_repository_store(r, &store, err);

	rc = rc < 0 ? rc : vv_store_stats_get(store, &stats, err);
	*out = stats.blocks > 0;
	return rc;
}

/* Offers more and more commits until the origin has enough of them; then the same answer has
 * everything except withheld leaves. */
static vv_status negotiate_haves(run *r, vv_error *err)
{
	vv_auto(vv_oids) haves = {0};
	bool all = false, here = false;
	vv_fetch_start start = {0};
	vv_status rc = list_haves(r, HAVES_FIRST, &haves, &all, err);

	if (rc == VV_OK && haves.count == 0) {
		rc = has_blocks(r->f->repo, &here, err);
	}
	vv_receive_stats stats = vv_receive_stats_get(r->x);
	bool nodes = named_suppliers(r->f) > 1 || stats.resumed > 0 || r->lost || here;
	for (size_t told = HAVES_FIRST; rc == VV_OK && !start.ready; told *= 4) {
		if (told > HAVES_FIRST) {
			vv_oids_clear(&haves);
			if ((rc = list_haves(r, told, &haves, &all, err)) < 0) {
				break;
			}
		}
		const vv_request q = {.op = VV_OP_FETCH,
				      .want = r->wants,
				      .have = haves,
				      .done = all,
				      .nodes = nodes || r->f->lazy,
				      .history = r->f->lazy || r->bare};
		r->result->rounds++;
		if ((rc = vv_peer_fetch(r->f->suppliers[0].peer, &q, r->x, r->f->progress, &start,
					&r->result->sum, err)) == VV_OK) {
			rc = take_common(r, &q.have, &start, err);
		}
		if (rc == VV_OK && !start.ready && q.done) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "%s violates the protocol: it asks for "
				     "common commits without end",
				     r->f->suppliers[0].name);
		}
	}
	if (rc == VV_OK && !vv_receive_lost(r->x)) {
		rc = vv_receive_objects_end(r->x, &r->wants, err);
	}
	if (rc == VV_OK && vv_receive_lost(r->x)) {
		if (r->lost) {
			return vv_fail(err, VV_ECORRUPT,
				       "%s violates the protocol: it sends differences to blocks "
				       "that this side never named",
				       r->f->suppliers[0].name);
		}
		/* versions treated as whole are not: repeats all, except for received blocks */
		r->lost = true;
		r->bare = r->elsewhere != NULL;
		rc = negotiate_haves(r, err);
	}
	return rc;
}

/* --- blocks --------------------------------------------------------------------------- */

static vv_status note_missing(run *r, const vv_lacking *list, size_t count, vv_error *err)
{
	vv_fetch_result *out = r->result;
	bool below;

	out->missing = vv_calloc(VV_MISSING_SHOWN, sizeof(vv_cid));
	if (!out->missing) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		if (vv_incoming_has(vv_receive_incoming(r->x), &list[i].cid, &below)) {
			continue;
		}
		out->missing_count++;
		if (out->missing_shown < VV_MISSING_SHOWN) {
			out->missing[out->missing_shown++] = list[i].cid;
		}
	}
	return VV_OK;
}

/* The commits whose versions are fetched: the new ones, or also those here that lack blocks. */
typedef struct span {
	const vv_oids *wants, *commons;
} span;

static span span_of(const run *r)
{
	return r->lacking ? (span){&r->f->wants, &r->whole} : (span){&r->wants, &r->commons};
}

static vv_status list_lacking(run *r, const vv_cid *root, vv_lacking **list, size_t *count,
			      vv_error *err)
{
	const span s = span_of(r);

	if (root) {
		return vv_receive_lacking_beside(r->x, root, r->f->like, LACKING_MAX, list, count,
						 err);
	}
	return vv_receive_lacking(r->x, s.wants, s.commons, LACKING_MAX, list, count, err);
}

/* Reads the suppliers' records; one without a number gets that of its name. */
static void recall_speeds(const vv_fetch *f, const vv_speeds *speeds)
{
	vv_array_each(f->suppliers, f->supplier_count, s) {
		s->id = s->id ? s->id : vv_speed_source(s->name);
		s->known = vv_speeds_of(speeds, s->id);
	}
}

static void note_speeds(const vv_fetch *f, vv_speeds *speeds)
{
	vv_array_each(f->suppliers, f->supplier_count, s) {
		if (s->noted || s->skipped) {
			continue;
		}
		s->noted = s->dropped;
		if (s->silent) {
			vv_speeds_note_silence(speeds, s->id);
		} else if (s->dropped && !s->stopped) {
			vv_speeds_note_failure(speeds, s->id);
		} else if (s->answered) {
			vv_speeds_note(speeds, s->id, s->latency_ms, s->rate);
		} else if (s->opened) {
			vv_speeds_note_answer(speeds, s->id);
		}
	}
}

/* Fetches all available ones of list. Ignores failures to store speeds. */
static vv_status gather_blocks(run *r, const vv_lacking *list, size_t count, size_t *left,
			       vv_error *err)
{
	const vv_fetch *f = r->f;
	vv_auto(vv_speeds) *speeds = NULL;

	if (vv_speeds_open(&speeds, f->repo, VV_OS_NETWORK_TABLES, VV_IGNORED) == VV_OK) {
		recall_speeds(f, speeds);
	}
	vv_status rc = vv_gather(f->suppliers, f->supplier_count, r->x, list, count, f->progress,
				 left, err);
	if (speeds) {
		note_speeds(f, speeds);
	}
	return rc;
}

typedef struct expired_roots {
	const vv_receive *x;
	vv_lacking *list;
	size_t count, cap;
} expired_roots;

static vv_status add_expired(void *payload, const vv_new_root *n, vv_error *err)
{
	expired_roots *e = payload;

	if (!n->current || !vv_receive_leaves(e->x, n)) return VV_OK;
	return vv_array_add(e->list, e->count, e->cap, (vv_lacking){.cid = n->root})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* A version that expired may have come back: then a supplier has its root. */
static vv_status ask_for_expired(run *r, vv_error *err)
{
	const span s = span_of(r);
	expired_roots e = {.x = r->x};
	size_t left;
	vv_status rc = vv_receive_versions_each(r->x, s.wants, s.commons, add_expired, &e, err);

	if (rc == VV_OK && e.count > 0) {
		rc = gather_blocks(r, e.list, e.count, &left, err);
	}
	vv_free(e.list);
	return rc;
}

/* Repeats until no block is missing, or none is available. root NULL: below the new versions. */
static vv_status complete_versions(run *r, const vv_cid *root, vv_error *err)
{
	vv_auto_free vv_lacking *list = NULL;
	size_t count = 0, left = 0;
	vv_status rc = root ? VV_OK : ask_for_expired(r, err);

	if (rc < 0) return rc;
	while ((rc = list_lacking(r, root, &list, &count, err)) == VV_OK && count > 0) {
		r->result->rounds++;
		rc = gather_blocks(r, list, count, &left, err);
		if (rc < 0 || left == count) {
			break;
		}
		vv_free(vv_take(&list));
		rc = vv_incoming_keep(vv_receive_incoming(r->x), err);
		if (rc < 0) {
			break;
		}
	}
	if (rc == VV_OK && count > 0) {
		rc = note_missing(r, list, count, err);
	}
	return rc;
}

static bool was_here(const run *r, const vv_cid *root)
{
	vv_store *store;

	return vv_repository_store(r->f->repo, &store, VV_IGNORED) == VV_OK &&
	       vv_store_has(store, root);
}

static vv_status count_version(void *payload, const vv_new_root *n, vv_error *err)
{
	run *r = payload;
	vv_auto_free vv_lacking *list = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;

	if (vv_receive_leaves(r->x, n) || (r->elsewhere && was_here(r, &n->root))) return VV_OK;
	if (!r->result->roots) {
		r->result->roots = vv_calloc(VV_ROOTS_NOTED, sizeof(vv_cid));
	}
	if (!r->result->roots) return vv_fail_nomem(err);
	/* the oldest come first */
	r->result->roots[r->result->versions++ % VV_ROOTS_NOTED] = n->root;
	if (r->result->root_count < VV_ROOTS_NOTED) {
		r->result->root_count++;
	}
	if (r->result->missing_count > 0) {
		rc = vv_receive_lacking_below(r->x, &n->root, 1, &list, &count, err);
		r->result->incomplete += count > 0;
		if (rc == VV_OK && count > 0) {
			rc = vv_cid_set_add(&r->lacking_roots, &n->root, NULL, err);
		}
		if (count > 0 && !r->lacking_path[0]) {
			(void)snprintf(r->lacking_path, sizeof(r->lacking_path), "%s",
				       vv_text_shows(n->path));
			vv_oid_text(r->lacking_commit, &n->commit);
		}
	}
	return rc;
}

/* Blocks of a supplier that could not be unpacked. The receiver has those of the origin's first
 * answer. */
static uint64_t damaged_of(const run *r, size_t i)
{
	const vv_supplier *s = &r->f->suppliers[i];

	return (s->peer ? vv_peer_damaged(s->peer) : 0) +
	       (i == 0 && r->x ? vv_receive_stats_get(r->x).damaged : 0);
}

/* A supplier that sent damaged blocks, or was dropped for sending wrong ones; NULL: none. */
static const vv_supplier *sent_damage(const run *r)
{
	for (size_t i = 0; i < r->f->supplier_count; i++) {
		const vv_supplier *s = &r->f->suppliers[i];

		if (damaged_of(r, i) > 0 ||
		    (s->dropped && !s->stopped && s->why.code == VV_ECORRUPT)) {
			return s;
		}
	}
	return NULL;
}

/* Names received damage as the cause of inconsistencies. */
static vv_status name_damage(const run *r, vv_error *err)
{
	const vv_supplier *s = sent_damage(r);
	uint64_t count = s ? damaged_of(r, (size_t)(s - r->f->suppliers)) : 0;

	if (!s ||
	    (err->code != VV_EMISSING && err->code != VV_ECORRUPT && err->code != VV_ENOTFOUND)) {
		return err->code;
	}
	if (count > 0) {
		vv_prefix(err, "%s sent %s %s, which cannot be unpacked", vv_text_url(s->name),
			  vv_text_count(count), count == 1 ? "block" : "blocks");
	} else {
		vv_prefix(err, "%s", s->why.message);
	}
	return vv_hint_code(err, VV_HINT_FSCK_SENDER);
}

/* A named one that failed before it could report its blocks; NULL: none. */
static const vv_supplier *find_failed(const run *r)
{
	return vv_array_find(r->f->suppliers, r->f->supplier_count, s,
			     s->dropped && !s->stopped && !s->unasked && s->why.code < 0);
}

static vv_status fail_missing(const run *r, vv_error *err)
{
	const bool one = r->result->missing_count == 1;
	const vv_supplier *failed = sent_damage(r) ? NULL : find_failed(r);
	vv_auto(vv_buf) what = VV_BUF_INIT;

	if (sent_damage(r)) {
		vv_buf_printf(&what, "%s arrived damaged", one ? "block" : "blocks");
	} else if (failed) {
		vv_buf_printf(&what, "%s did not arrive (%s)", one ? "block" : "blocks",
			      failed->why.message);
	} else {
		vv_buf_printf(&what, "%s missing that ", one ? "block is" : "blocks are");
		if (named_suppliers(r->f) == 1 && !r->f->suppliers[0].unasked) {
			vv_buf_printf(&what, "%s does not have",
				      vv_text_url(r->f->suppliers[0].name));
		} else {
			vv_buf_puts(&what, "none of the peers asked has");
		}
	}
	vv_fail(err, VV_EMISSING, "%s %s: %s%s", vv_text_count(r->result->missing_count),
		vv_buf_cstr(&what), vv_cid_shows(&r->result->missing[0]), one ? "" : " ...");
	if (r->lacking_path[0]) {
		vv_prefix(err, "%s, since commit %.10s", r->lacking_path, r->lacking_commit);
	}
	if (failed && failed->why.hint_id != VV_HINT_NONE) return vv_hint_copy(err, &failed->why);
	return sent_damage(r)
		       ? VV_EMISSING /* name_damage has the hint */
		       : vv_hint(err, "ask another peer too (--from URL: a fork, or the origin of "
				      "this fork); received data is kept");
}

/* --- erased data ---------------------------------------------------------------------- */

static vv_status read_erased(run *r, vv_error *err)
{
	const vv_status rc = vv_erased_open(&r->erased, r->f->repo, err);

	return rc < 0 || !r->erased ? rc : vv_erased_haves(&r->own, r->f->repo, err);
}

/* Names the ref that would move to this want, and how to replace it. */
static vv_status name_ref(const run *r, const vv_oid *want, vv_error *err)
{
	const vv_ref_change *c = vv_array_find(r->f->refs, r->f->ref_count, it,
					       it->id && vv_oid_equal(it->id, want));
	const char *name = c ? vv_ref_short_name(c->name) : NULL;
	const char *slash = name ? strchr(name, '/') : NULL;

	if (!c) return VV_EREFUSED;
	vv_prefix(err, "%s", vv_text_shows(name));
	if (!slash || strncmp(c->name, "refs/remotes/", 13) != 0) return VV_EREFUSED;
	vv_auto(char) *remote = vv_strndup(name, (size_t)(slash - name));
	return remote ? vv_hint_code(err, VV_HINT_ERASED_THERE, remote, slash + 1)
		      : vv_fail_nomem(err);
}

/* VV_EREFUSED: a want has erased data. */
static vv_status refuse_erased(run *r, const vv_oids *wants, vv_error *err)
{
	vv_repository *with = r->x ? vv_receive_repository(r->x) : r->f->repo;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && r->erased && i < wants->count; i++) {
		const vv_oids one = {.items = &wants->items[i], .count = 1};

		rc = vv_erased_refuse(r->erased, with, &one, &r->own, err);
		if (rc == VV_OK && r->x) {
			rc = vv_receive_check(r->x, &one, &r->own, vv_erased_refuse_version,
					      r->erased, err);
		}
		if (rc == VV_EREFUSED) {
			r->met_erased = true;
			rc = name_ref(r, &one.items[0], err);
		}
	}
	return rc;
}

/* --- where one want cannot be had, the others are taken --- */

static bool is_of_version(vv_status rc)
{
	return rc == VV_EMISSING || rc == VV_ECORRUPT || rc == VV_EINPUT || rc == VV_ENOSUPPORT ||
	       rc == VV_EREFUSED;
}

/* A vv_new_root_fn. */
static vv_status refuse_lacking(void *payload, const vv_new_root *n, vv_error *err)
{
	const run *r = payload;

	if (!vv_cid_set_has(&r->lacking_roots, &n->root)) return VV_OK;
	return vv_fail(err, VV_EMISSING, "%s lacks blocks from commit %.10s on",
		       vv_text_shows(n->path), vv_oid_shows(&n->commit));
}

/* Can it be taken alone? VV_OK; is_of_version: no. */
static vv_status check_version(run *r, const vv_oid *want, const vv_oids *commons, vv_error *err)
{
	const vv_fetch *f = r->f;
	const vv_oids one = {.items = (vv_oid *)(uintptr_t)want, .count = 1};
	vv_status rc = vv_cid_set_count(&r->lacking_roots) > 0
			       ? vv_receive_versions_each(r->x, &one, commons, refuse_lacking, r,
							  err)
			       : VV_OK;

	rc = rc < 0 ? rc : refuse_erased(r, &one, err);
	return rc == VV_OK && f->check && r->x
		       ? vv_receive_check(r->x, &one, commons, f->check, f->payload, err)
		       : rc;
}

static bool list_holds(const vv_oid *list, size_t count, const vv_oid *id)
{
	return vv_array_find(list, count, item, vv_oid_equal(item, id)) != NULL;
}

static bool is_behind(const run *r, const vv_oid *id)
{
	return vv_array_find(r->result->behind, r->result->behind_count, b,
			     vv_oid_equal(&b->id, id)) != NULL;
}

/* Separates wants that can be stored from skipped ones. */
static vv_status judge_all(run *r, const vv_oids *wants, const vv_oids *commons, vv_oids *good,
			   vv_error *err)
{
	vv_fetch_result *out = r->result;
	size_t cap = 0;
	vv_error why;
	vv_status rc;

	vv_array_each(wants->items, wants->count, id) {
		if (is_behind(r, id) || list_holds(good->items, good->count, id)) {
			continue;
		}
		if ((rc = check_version(r, id, commons, &why)) == VV_OK) {
			if ((rc = vv_oids_add(good, id, err)) < 0) return rc;
		} else if (!is_of_version(rc)) {
			return vv_error_copy(err, &why);
		} else if (!vv_array_add(out->behind, out->behind_count, cap,
					 (vv_fetch_behind){*id, why})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* err: why not all can be stored; returned if none can. */
static vv_status take_some(run *r, const vv_oids *wants, const vv_oids *commons, vv_error *err)
{
	const vv_fetch *f = r->f;
	vv_fetch_result *out = r->result;
	vv_auto_free vv_ref_change *refs = vv_calloc(f->ref_count + 1, sizeof(*refs));
	vv_auto(vv_oids) good = {0};
	size_t ref_count = 0;
	const vv_error all = *err;
	vv_status rc = refs ? judge_all(r, wants, commons, &good, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < f->ref_count; i++) {
		if (!f->refs[i].id || !is_behind(r, f->refs[i].id)) {
			refs[ref_count++] = f->refs[i];
		}
	}
	if (rc == VV_OK && good.count == 0 && f->wants.count == wants->count) {
		rc = vv_error_copy(err, &all);
	} else if (rc == VV_OK && good.count > 0 && r->x) {
		rc = vv_receive_take(r->x, &good, commons, false, refs, ref_count, f->message, err);
	} else if (rc == VV_OK && ref_count > 0) {
		rc = vv_refs_update(f->repo, refs, ref_count, f->message, err);
	}
	if (rc == VV_OK) {
		out->received = r->x ? vv_receive_stats_get(r->x) : out->received;
		out->mended = r->lacking && out->received.blocks > 0;
		out->versions -= out->incomplete;
		out->incomplete = out->missing_count = 0;
	}
	return rc;
}

static vv_status take_all(run *r, vv_error *err)
{
	const vv_fetch *f = r->f;
	bool incomplete = r->result->missing_count > 0;
	const span s = span_of(r);
	vv_status rc = vv_receive_versions_each(r->x, s.wants, s.commons, count_version, r, err);

	if (rc < 0) return rc;
	if (incomplete && !f->allow_missing) {
		(void)fail_missing(r, err);
		return f->each ? take_some(r, s.wants, s.commons, err) : err->code;
	}
	if ((rc = refuse_erased(r, &f->wants, err)) < 0) {
		return f->each && rc == VV_EREFUSED ? take_some(r, s.wants, s.commons, err) : rc;
	}
	if (f->check &&
	    (rc = vv_receive_check(r->x, s.wants, s.commons, f->check, f->payload, err)) < 0) {
		return f->each && is_of_version(rc) ? take_some(r, s.wants, s.commons, err) : rc;
	}
	r->result->received = vv_receive_stats_get(r->x);
	if (r->wants.count > 0 && r->result->sum.commits == 0) { /* the origin did not count them */
		r->result->sum.commits = r->result->received.commits;
	}
	r->result->mended = r->lacking && r->result->received.blocks > 0;
	rc = vv_receive_take(r->x, s.wants, s.commons, incomplete, f->refs, f->ref_count,
			     f->message, err);
	r->result->received = vv_receive_stats_get(r->x);
	r->result->elsewhere = r->result->received.linked;
	if (rc == VV_OK && r->lacking && !incomplete && !r->elsewhere) {
		rc = vv_repository_look_whole(f->repo, err);
	}
	return rc < 0 || incomplete || r->elsewhere
		       ? rc
		       : vv_complete_tips_add(f->repo, f->wants.items, f->wants.count, err);
}

static vv_status open_receive(run *r, vv_error *err)
{
	vv_receive_limits limits;
	vv_status rc = vv_receive_limits_load(&limits, r->f->repo, err);
	if (rc == VV_OK && (rc = vv_receive_open(&r->x, r->f->repo, &limits, err)) == VV_OK) {
		vv_receive_leave(r->x, r->elsewhere);
	}
	return rc;
}

/* A list without versions leaves nothing. */
static vv_status read_elsewhere(run *r, vv_error *err)
{
	vv_status rc = r->f->full ? VV_OK : vv_elsewhere_read(&r->elsewhere, r->f->repo, err);

	if (rc == VV_OK && r->elsewhere && !vv_elsewhere_remote(r->elsewhere, 0)) {
		vv_elsewhere_free(vv_take(&r->elsewhere));
	}
	return rc;
}

/* rc: how it went. */
static vv_status close_run(run *r, vv_status rc, vv_error *err)
{
	if (rc < 0 && err) {
		rc = name_damage(r, err);
	}
	if (r->x) {
		r->result->received = vv_receive_stats_get(r->x);
	}
	vv_receive_close(r->x);
	if (r->met_erased) { /* its rows do not wait for another fetch */
		(void)vv_incoming_expire(r->f->repo, 0, VV_IGNORED);
	}
	vv_free_all(r->wants.items, r->here.items, r->commons.items, r->whole.items);
	vv_cid_set_reset(&r->lacking_roots);
	vv_elsewhere_free(r->elsewhere);
	vv_erased_close(r->erased);
	vv_oids_clear(&r->own);
	return rc;
}

/* Commits, trees and pointers from the origin, if some are lacking; and what blocks it sends with them. */
static vv_status bring_history(run *r, vv_error *err)
{
	const vv_supplier *origin = &r->f->suppliers[0];
	vv_status rc;

	if (r->wants.count > 0 && !origin->peer) {
		return vv_fail(err, VV_EMISSING, "git did not fetch all commits of %s",
			       vv_text_url(origin->name));
	}
	if ((rc = open_receive(r, err)) < 0) return rc;
	return r->wants.count > 0 ? negotiate_haves(r, err)
				  : vv_receive_objects_end(r->x, &r->wants, err);
}

/* Nothing came. */
static vv_status only_move_refs(run *r, vv_error *err)
{
	const vv_fetch *f = r->f;
	const vv_oids none = {0};
	const vv_status rc = refuse_erased(r, &f->wants, err);

	(void)vv_incoming_tidy(f->repo, NULL);
	(void)vv_git_receive_clean(f->repo, NULL);
	if (rc < 0) {
		return f->each && rc == VV_EREFUSED ? take_some(r, &f->wants, &none, err) : rc;
	}
	return f->ref_count > 0 ? vv_refs_update(f->repo, f->refs, f->ref_count, f->message, err)
				: VV_OK;
}

static vv_status run_lazy(run *r, vv_error *err)
{
	const vv_fetch *f = r->f;
	const vv_oids none = {0};
	vv_status rc;

	if (r->wants.count > 0 && (rc = bring_history(r, err)) < 0) return rc;
	/* Before refs name them. */
	if ((rc = refuse_erased(r, &f->wants, err)) < 0 ||
	    (rc = vv_elsewhere_note(f->repo, r->x ? vv_receive_repository(r->x) : f->repo, f->lazy,
				    f->wants.items, f->wants.count, &r->result->elsewhere, err)) <
		    0) {
		return rc;
	}
	return r->x ? vv_receive_take(r->x, &none, &none, false, f->refs, f->ref_count, f->message,
				      err)
		    : only_move_refs(r, err);
}

static vv_status fetch_all(run *r, vv_error *err)
{
	vv_status rc = find_wants(r, err);

	rc = rc < 0 ? rc : read_erased(r, err);
	if (rc == VV_OK && r->f->lazy) return run_lazy(r, err);
	if (rc < 0 || (rc = read_elsewhere(r, err)) < 0 || (rc = find_lacking(r, err)) < 0) {
		return rc;
	}
	if (r->wants.count == 0 && !r->lacking) return only_move_refs(r, err);
	if ((rc = bring_history(r, err)) < 0 || (rc = complete_versions(r, NULL, err)) < 0) {
		return rc;
	}
	return take_all(r, err);
}

vv_status vv_fetch_run(const vv_fetch *f, vv_fetch_result *result, vv_error *err)
{
	run r = {.f = f, .result = result};

	memset(result, 0, sizeof(*result));
	return close_run(&r, fetch_all(&r, err), err);
}

vv_status vv_fetch_cid(const vv_fetch *f, const vv_cid *root, vv_fetch_result *result,
		       vv_error *err)
{
	run r = {.f = f, .result = result};
	vv_status rc = f->erased ? VV_OK : read_erased(&r, err);

	*result = (vv_fetch_result){.versions = 1};
	rc = rc < 0 ? rc : open_receive(&r, err);
	if (rc == VV_OK && (rc = complete_versions(&r, root, err)) == VV_OK) {
		rc = result->missing_count > 0 ? fail_missing(&r, err) : VV_OK;
	}
	if (rc == VV_OK && r.erased) {
		rc = vv_erased_refuse_root(r.erased, f->repo, vv_receive_incoming(r.x), root, err);
	}
	if (rc == VV_OK && (result->roots = vv_calloc(1, sizeof(vv_cid))) != NULL) {
		result->roots[0] = *root;
		result->root_count = 1;
	}
	if (rc == VV_OK) {
		rc = vv_receive_take_root(r.x, root, err);
	}
	return close_run(&r, rc, err);
}
