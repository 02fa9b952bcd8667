/*
 * send: sends a host the blocks that it lacks, while others push too.
 */
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/resemble.h"
#include "repo/git/objects/send.h"
#include "repo/known/incomplete.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/versions.h"

#define TRIES 60u
#define PAUSE_MS 50u
#define THOROUGH_BYTES (8u << 20)
#define LISTED_BYTES (1u << 20) /* to be sent: knowing all that a store has costs less */

typedef struct version {
	const char *path;
	vv_oid commit;
} version;

typedef struct sending {
	vv_host *h;
	const vv_host_sending *what;
	vv_arena arena;
	vv_cid_set seen;
	vv_outgoing *items;
	size_t count, cap;
	version *versions;
	size_t version_count, version_cap;
	uint64_t raw;  /* of leaves, approximate: in their stored form here */
	vv_oids haves; /* below which nothing is lacking there */
	bool plain; /* so far nothing that was looked at, and nothing below the haves, names a version */
	vv_host_name *bad; /* packs that leave with the last commit */
	vv_buf message;    /* of a commit */
	vv_host_sum *sum;
	vv_cids roots;    /* of versions that are to have a file in a store */
	vv_cids found;    /* roots of versions that were there */
	vv_cids renewed;  /* those of them that no ref of the host reaches */
	bool lost;        /* a version is not there that was, or must have been */
	vv_oids complete; /* commits noted as complete there, sorted */
	/* other commits of the host's refs, which may have been pushed without their blocks: those
	 * of their versions that are stored here are sent */
	vv_oids others;
	bool is_other; /* the walk is at those; others_lack: some versions of theirs are not here */
	bool others_lack;
} sending;

/* --- blocks to send
 * ------------------------------------------------------------------------------ */

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(((sending *)payload)->h->main, cid, out, err);
}

static vv_status add_item(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	sending *s = payload;
	uint64_t stored;
	unsigned depth;

	if (vv_host_has(s->h, cid)) return VV_OK;
	if (!vv_array_add(
		    s->items, s->count, s->cap,
		    (vv_outgoing){.cid = *cid,
				  .like = like ? *like : (vv_cid){0},
				  .version = s->version_count > 0 ? s->version_count - 1 : 0})) {
		return vv_fail_nomem(err);
	}
	if (vv_store_cost(s->h->main, cid, &stored, &depth, VV_IGNORED) == VV_OK) {
		s->raw += stored;
	}
	return VV_OK;
}

/* Does the host have the version? In a store its file decides; notes a version to send. */
static vv_status is_there(sending *s, const vv_new_root *n, bool *there, bool *before,
			  vv_error *err)
{
	vv_host *h = s->h;
	vv_status rc;

	*before = false;
	if ((rc = vv_files_look(h, &n->root, there, err)) < 0 || (*there && h->bad.count == 0)) {
		return rc;
	}
	if (!vv_cid_is_null(&n->before) &&
	    (rc = vv_files_look(h, &n->before, before, err)) == VV_OK && n->known_before) {
		s->lost = s->lost || !*before;
	}
	return rc;
}

/* A root that the host has means all below it: packs go children first. */
static vv_status add_version(void *payload, const vv_new_root *n, vv_error *err)
{
	sending *s = payload;
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = add_item,
				  .payload = s,
				  .seen = &s->seen,
				  .children_first = true,
				  .missing = &missing};
	/* A host that lost packs may have a version without all that is below it. So may a host after an earlier varve's gc,
	 * which left out old blocks of versions in young packs: --blocks looks at each block. */
	const bool lossy = s->h->bad.count > 0 || (s->what->complete && !vv_host_is_place(s->h));
	bool there, before;

	if (s->is_other &&
	    vv_host_is_place(s->h)) { /* a store was not left without them by a push */
		s->others_lack = true;
		return VV_OK;
	}
	s->plain = false;
	if (vv_new_root_is_left(n, s->h->main, s->what->expired)) return VV_OK;
	vv_status rc = is_there(s, n, &there, &before, err);
	if (rc == VV_OK && there && s->what->renew && !s->is_other) {
		rc = vv_cids_add(&s->found, &n->root, err);
	}
	if (rc < 0 || (!lossy && there)) return rc;
	before = !vv_cid_is_null(&n->before) &&
		 (vv_cid_set_has(&s->seen, &n->before) || (!lossy && before));
	if (s->what->complete || s->is_other) {
		bool complete;
		vv_cid lacked;
		rc = vv_store_complete(s->h->main, &n->root, &complete, &lacked, err);
		if (rc < 0 && rc != VV_ECORRUPT) return rc;
		if ((rc < 0 || !complete) && there && s->h->bad.count == 0) return VV_OK;
		if (rc < 0 || !complete) {
			s->sum->incomplete += s->what->complete;
			s->others_lack = true;
			return VV_OK;
		}
	}
	if ((rc = vv_cids_add(&s->roots, &n->root, err)) < 0) return rc;
	const version v = {.path = vv_arena_strndup(&s->arena, n->path, strlen(n->path)),
			   .commit = n->commit};
	if (!v.path || !vv_array_add(s->versions, s->version_count, s->version_cap, v)) {
		return vv_fail_nomem(err);
	}
	const size_t count = s->count;
	rc = vv_resemble_walk(&walk, &n->root, before ? &n->before : NULL, err);
	s->lost = s->lost ||
		  missing > 0; /* where it is not here, it was brought there by another */
	if (there && s->count == count && s->h->bad.count == 0) { /* all of it */
		s->version_count--;
		s->roots.count--;
	}
	return rc;
}

static vv_status read_complete(sending *s, vv_error *err)
{
	const vv_status rc = vv_host_read_complete(s->h, &s->complete, err);

	vv_oids_sort(&s->complete);
	return rc;
}

static bool is_complete(const sending *s, const vv_oid *id)
{
	return vv_oids_has(&s->complete, id);
}

#define PLAIN_MAX 16u /* that were noted last */

/* Commits of the host's refs that were found complete there before, and those without versions: nothing below
 * them is visited. */
static vv_status find_haves(sending *s, vv_error *err)
{
	const vv_host_sending *what = s->what;
	vv_status rc;

	vv_oids_clear(&s->haves);
	if ((rc = vv_plain_tips_read(s->h->repo, &s->haves, err)) < 0) return rc;
	s->plain = true;
	if (s->haves.count > PLAIN_MAX) {
		s->haves.count = PLAIN_MAX;
	}
	for (size_t i = 0; rc == VV_OK && i < what->there_count && !what->complete; i++) {
		if (is_complete(s, &what->there[i])) {
			rc = vv_oids_add(&s->haves, &what->there[i], err);
			s->plain = false;
		}
	}
	return rc;
}

static vv_status find_others(sending *s, vv_error *err)
{
	const vv_host_sending *what = s->what;
	vv_auto_free bool *known = vv_calloc(what->there_count + 1, sizeof(*known));
	vv_status rc;

	s->others.count = 0;
	s->others_lack = false;
	if (!known) return vv_fail_nomem(err);
	if (what->complete) return VV_OK;
	if ((rc = vv_commits_known(s->h->repo, what->there, what->there_count, known, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < what->there_count; i++) {
		if (known[i] && !is_complete(s, &what->there[i])) {
			rc = vv_oids_add(&s->others, &what->there[i], err);
		}
	}
	return rc;
}

static vv_status plan_others(sending *s, vv_error *err)
{
	vv_auto(vv_oids) haves = {0};
	vv_status rc;

	if ((rc = find_others(s, err)) < 0 ||
	    (rc = vv_oids_add_all(&haves, s->haves.items, s->haves.count, err)) < 0 ||
	    (rc = vv_oids_add_all(&haves, s->what->wants, s->what->want_count, err)) < 0 ||
	    s->others.count == 0) {
		return rc;
	}
	s->is_other = true;
	rc = vv_new_roots_each(s->h->repo, s->others.items, s->others.count, haves.items,
			       haves.count, add_version, s, err);
	s->is_other = false;
	return rc;
}

/* The sent commits are now complete at the host, as are its other ones, unless some of their versions were left out: the next
 * push stops at them. */
static vv_status note_complete(const sending *s, vv_error *err)
{
	vv_auto(vv_oids) ids = {0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->what->want_count; i++) {
		rc = vv_oids_add(&ids, &s->what->wants[i], err);
	}
	for (size_t i = 0; rc == VV_OK && !s->others_lack && i < s->others.count; i++) {
		rc = vv_oids_add(&ids, &s->others.items[i], err);
	}
	return rc < 0 ? rc : vv_host_note_complete(s->h, ids.items, ids.count, err);
}

static vv_status plan_once(sending *s, vv_error *err)
{
	vv_status rc;

	vv_cid_set_reset(&s->seen);
	s->count = s->version_count = s->roots.count = s->found.count = s->renewed.count = 0;
	s->raw = 0;
	s->lost = false;
	vv_arena_reset(&s->arena);
	if ((rc = read_complete(s, err)) < 0 || (rc = find_haves(s, err)) < 0) return rc;
	rc = vv_new_roots_each(s->h->repo, s->what->wants, s->what->want_count, s->haves.items,
			       s->haves.count, add_version, s, err);
	rc = rc < 0 ? rc : plan_others(s, err);
	return rc == VV_OK && s->plain && !s->what->dry_run
		       ? vv_plain_tips_add(s->h->repo, s->what->wants, s->what->want_count, err)
		       : rc;
}

/* Large pushes to a store first read all its lists, so that an interrupted push continues. Blocks wrongly assumed
 * to exist are searched again. */
static vv_status plan_push(sending *s, vv_error *err)
{
	vv_host *h = s->h;
	vv_status rc = plan_once(s, err);
	const bool anew = rc == VV_OK && !h->all && !h->unlistable &&
			  (s->lost || s->raw >= LISTED_BYTES);

	if (rc == VV_OK && s->lost) {
		vv_host_forget_complete(h);
	}
	if (anew || (rc == VV_OK && s->lost)) {
		if ((rc = vv_files_look_at_all(h, err)) == VV_OK) {
			rc = plan_once(s, err);
		}
	}
	return rc;
}

/* Adds bases of differences there that no pack there has, as far as they are here. */
static vv_status add_bases(sending *s, vv_error *err)
{
	bool added;
	vv_status rc = VV_OK;

	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(s->h->catalog, &p);) {
		for (size_t k = 0; rc == VV_OK && k < p->base_count; k++) {
			const vv_cid *base = &p->bases[k];
			if (!vv_host_has(s->h, base) && vv_store_has(s->h->main, base) &&
			    (rc = vv_cid_set_add(&s->seen, base, &added, err)) == VV_OK && added) {
				rc = add_item(s, base, NULL, err);
			}
		}
	}
	return rc;
}

/* --- versions that are there, which nothing names yet ------------------------------------------ */

/* A gc counts packs as young for longer. */
#define OLD_SECONDS 3600

static vv_status note_root(void *payload, const vv_new_root *n, vv_error *err)
{
	return vv_cid_set_note(payload, &n->root, err);
}

/* Until the ref has moved, a gc of another clone may free old blocks that no ref names. It keeps a version whose file in
 * a store, or whose root in a pack of a Git host, is young, with all below it. */
static vv_status find_renewed(sending *s, vv_error *err)
{
	const vv_host_sending *what = s->what;
	vv_auto(vv_cid_set) *unnamed = vv_cid_set_new();
	vv_host *h = s->h;
	size_t pack;
	vv_status rc = unnamed ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || s->found.count == 0) return rc;
	if ((rc = vv_new_roots_each(h->repo, what->wants, what->want_count, what->there,
				    what->there_count, note_root, unnamed, err)) < 0) {
		return rc;
	}
	if (vv_cid_set_count(unnamed) > 0 && !vv_host_is_place(h) &&
	    (rc = vv_host_mark_old(h, vv_now_sec() - OLD_SECONDS, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < s->found.count; i++) {
		const vv_cid *root = &s->found.items[i];
		if (vv_cid_set_has(unnamed, root) &&
		    (vv_host_is_place(h) || (vv_catalog_find(h->catalog, root, &pack, NULL) &&
					     vv_catalog_has(h->catalog, pack, VV_MARK_OLD)))) {
			rc = vv_cids_add(&s->renewed, root, err);
		}
	}
	return rc;
}

/* At a Git host the roots are sent once more; a lazy clone fetches them. */
static vv_status add_renewed(sending *s, vv_error *err)
{
	vv_auto(vv_cids) absent = {0};
	vv_host *h = s->h;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->renewed.count; i++) {
		rc = vv_cids_add(&absent, &s->renewed.items[i], err);
	}
	rc = rc < 0 ? rc : vv_store_without(h->main, absent.items, &absent.count, err);
	rc = rc < 0 ? rc : vv_host_bring(h, absent.items, absent.count, err);
	for (size_t i = 0; rc == VV_OK && i < s->renewed.count; i++) {
		const vv_outgoing again = {.cid = s->renewed.items[i]};
		if (vv_store_has(h->blocks, &again.cid) &&
		    !vv_array_add(s->items, s->count, s->cap, again)) {
			rc = vv_fail_nomem(err);
		}
	}
	return rc;
}

/* In a store the file of the version is written again, with other bytes than a gc may have condemned. */
static vv_status renew_file(sending *s, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_version_packs) names = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool sound;
	vv_status rc = vv_files_version(s->h, root, &names, &sound, err);

	if (rc < 0 || !sound) return vv_missing_ok(rc, err);
	rc = vv_version_file_write(&text, root, &names, true, err);
	return rc < 0 ? rc : vv_stored_put(&s->h->place, VV_STORED_VERSION, root, &text, err);
}

static vv_status put_files(sending *s, vv_error *err)
{
	vv_host *h = s->h;
	vv_status rc = vv_versions_put(h, s->roots.items, s->roots.count, 0, &s->sum->bytes, err);

	for (size_t i = 0; rc == VV_OK && i < s->renewed.count; i++) {
		rc = renew_file(s, &s->renewed.items[i], err);
	}
	return rc < 0 || s->renewed.count == 0 ? rc : vv_place_finish(&h->place, err);
}

/* --- packs ---------------------------------------------------------------------------------- */

static vv_status fail_missing(void *payload, const vv_outgoing *b, vv_error *err)
{
	const sending *s = payload;
	const version *v = &s->versions[b->version];

	vv_fail(err, VV_EMISSING, "%s of commit %.10s lacks blocks here, and %s lacks them, too",
		vv_text_shows(v->path), vv_oid_shows(&v->commit),
		vv_text_url(s->h->push_url ? s->h->push_url : s->h->url));
	return vv_hint_code(err, VV_HINT_FETCH_ALL);
}

static vv_status describe_commit(void *payload, vv_host_commit *c, bool last, vv_error *err)
{
	sending *s = payload;
	vv_status rc = VV_OK;

	if (last && s->what->verify) {
		vv_free(s->bad);
		rc = vv_host_bad_packs(s->h, &s->seen, s->sum->incomplete == 0, &s->bad,
				       &c->removed_count, err);
		c->removed = s->bad;
	}
	vv_buf_reset(&s->message);
	vv_buf_printf(&s->message, "Keep blocks of %s\n",
		      vv_text_counted(s->version_count + s->renewed.count, "version of a table",
				      "versions of tables"));
	c->message = c->pack ? vv_buf_cstr(&s->message) : "Mend damage\n";
	return rc;
}

static vv_status try_send(sending *s, bool *lost, vv_error *err)
{
	vv_host *h = s->h;
	vv_host_verifying all = {.mend = !s->what->dry_run};
	vv_status rc = vv_host_sizes(h, err);

	*lost = false;
	memset(s->sum, 0, sizeof(*s->sum));
	if (rc == VV_OK && s->what->verify) {
		rc = vv_host_verify(h, &all, err);
		s->sum->bad_packs = all.bad_packs + h->ruin_count;
	}
	rc = rc < 0 ? rc : plan_push(s, err);
	rc = rc == VV_OK && s->what->verify ? add_bases(s, err) : rc;
	if (rc < 0) return rc;
	s->sum->versions = s->version_count;
	s->sum->blocks = s->count;
	s->sum->raw = s->raw;
	if (s->what->dry_run) return VV_OK;
	if ((rc = find_renewed(s, err)) < 0 ||
	    (!vv_host_is_place(h) && s->renewed.count > 0 && (rc = add_renewed(s, err)) < 0)) {
		return rc;
	}
	vv_outgoing_packs o = {
		.items = s->items,
		.count = s->count,
		.from = s->renewed.count > 0 ? h->blocks : h->main,
		.bases = h->catalog,
		.thorough = s->raw < THOROUGH_BYTES,
		/* A blob that a host has lost git does not send it again: its tree has it. */
		.salt = vv_condemned_any(&h->condemned) || s->renewed.count > 0 ||
			(h->bad.count + h->ruin_count > 0 && !vv_host_is_place(h)),
		.describe = describe_commit,
		.missing = fail_missing,
		.payload = s};
	if (s->count > 0 || all.bad_packs + h->ruin_count > 0 || h->lost_format) {
		rc = vv_host_put_packs(h, &o, lost, err);
	}
	s->sum->packs = o.packs;
	s->sum->bytes = o.pack_bytes + o.list_bytes;
	return rc < 0 || !vv_host_is_place(h) ? rc : put_files(s, err);
}

/* Each pusher for another time, so that those who met do not meet again. */
static void pause_before(unsigned attempt)
{
	const uint64_t most_ms = (uint64_t)PAUSE_MS * (attempt < 8 ? attempt : 8);
	uint64_t r;

	vv_random(&r, sizeof(r));
	vv_sleep_ms(r % most_ms);
}

/* Treats objects condemned by a gc as absent. again: the condemned file changed, and lists here may be gone there. */
static vv_status heed_condemned(sending *s, bool again, vv_error *err)
{
	vv_host *h = s->h;
	vv_condemned none = {.run = ""};

	vv_condemned_clear(&h->condemned);
	if (!vv_host_is_place(h)) return VV_OK;
	vv_status rc = vv_condemned_get(&h->condemned, &h->place, err);
	if (rc == VV_ECORRUPT && s->what->verify && !s->what->dry_run) {
		rc = vv_condemned_put(&none, &h->place, err); /* no gc removes by a damaged one */
		memcpy(h->condemned.run, none.run, sizeof(none.run));
	}
	if (rc == VV_OK && again) {
		vv_files_begin_anew(h);
	} else if (rc == VV_OK && vv_condemned_any(&h->condemned)) {
		vv_host_forget_lists(h);
	}
	return rc;
}

/* Did a gc condemn something since the file was read? What this one relied on may be gone. */
static vv_status was_swept(const sending *s, bool *out, vv_error *err)
{
	vv_auto(vv_condemned) now = {.run = ""};
	const vv_host *h = s->h;
	vv_status rc = VV_OK;

	*out = false;
	if (vv_host_is_place(h) && !s->what->dry_run &&
	    (rc = vv_condemned_get(&now, &h->place, err)) == VV_OK) {
		*out = strcmp(now.run, h->condemned.run) != 0;
	}
	return rc;
}

vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err)
{
	sending s = {.h = h, .what = what, .sum = out};
	vv_host_change ignored;
	vv_oid tip;
	bool lost = false, swept = true, anew = false;
	vv_status rc = VV_OK;

	for (unsigned i = 0; rc == VV_OK && swept && i < TRIES; i++) {
		if ((rc = heed_condemned(&s, i > 0, err)) == VV_OK &&
		    (rc = try_send(&s, &lost, err)) == VV_OK) {
			rc = was_swept(&s, &swept, err);
		}
	}
	if (rc == VV_OK && swept) {
		rc = vv_fail(err, VV_ECONFLICT,
			     "during each of %u attempts, a gc of '%s' chose files to remove\n"
			     "try again when it has ended; the sent blocks are kept",
			     TRIES, vv_text_url(h->url));
	}
	for (unsigned i = 1; (lost || (rc < 0 && h->broken && !anew)) && i < TRIES; i++) {
		if (h->broken) { /* a second time, but no third */
			anew = true;
			if ((rc = vv_host_begin_anew(h, err)) < 0) {
				break;
			}
		}
		if (lost) {
			pause_before(i);
		}
		lost = h->broken = false;
		if ((rc = vv_host_ask_tip(h, h->ref, &tip, err)) == VV_OK &&
		    (rc = vv_host_refresh(h, h->ref, &tip, &ignored, err)) == VV_OK) {
			rc = try_send(&s, &lost, err);
		}
	}
	if (lost && !h->too_large) {
		rc = vv_fail(err, VV_ECONFLICT,
			     "the blocks were not accepted: in each of %u attempts, another push "
			     "moved %s of '%s' first\n"
			     "try again when fewer users push; the same command continues",
			     TRIES, vv_text_shows(h->ref), vv_text_url(h->url));
	}
	if (rc == VV_OK && !what->dry_run && !what->complete) {
		rc = note_complete(&s, err);
	}
	if (rc == VV_OK && vv_condemned_any(&h->condemned)) {
		vv_condemned_clear(&h->condemned);
		vv_host_forget_lists(h);
	}
	vv_free_all(s.haves.items, s.complete.items, s.others.items, s.roots.items, s.found.items,
		    s.renewed.items, s.bad, s.items, s.versions);
	vv_buf_clear(&s.message);
	vv_cid_set_reset(&s.seen);
	vv_arena_clear(&s.arena);
	return rc;
}
