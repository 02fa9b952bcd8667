/*
 * proof: chooses the blocks to request from a place, without local data as an answer.
 */
#include "lib/remotes/proof.h"

#include <string.h>

#include "base/sys.h"
#include "lib/remotes/host_refs.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"

#define AT_ONCE 256u /* blocks of a peer */

typedef struct proving {
	const vv_reached *there;
	vv_host *host; /* the open place; NULL: a peer, or nothing proves anything */
	vv_store *store;
	const vv_cid *roots;
	size_t count;
	bool *holds;
	bool *open;      /* it reports the version, and all proofs so far passed */
	vv_cid *next;    /* the block to request */
	vv_cid *asked;   /* those of one question */
	size_t *version; /* and whose they are */
} proving;

/* --- which block ------------------------------------------------------------------------------ */

/* The k-th visited one replaces the chosen one with a probability of 1/k. */
static bool is_chosen(uint64_t *met)
{
	uint64_t r;

	vv_random(&r, sizeof(r));
	return r % ++*met == 0;
}

typedef struct below {
	vv_host *host; /* NULL: a peer, which reported the whole version */
	bool here;     /* the whole version */
	bool listed;   /* by the host, all of it */
	vv_cid leaf;   /* any; a version of one block has its root */
	uint64_t leaves;
} below;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	below *b = payload;
	const vv_status rc = b->host ? vv_host_look(b->host, cid, 1, err) : VV_OK;

	const bool has = rc == VV_OK && (!b->host || vv_host_has(b->host, cid));
	b->here = b->here && state == VV_OK;
	b->listed = b->listed && has;
	if (cid->codec == VV_CODEC_RAW && is_chosen(&b->leaves)) {
		b->leaf = *cid;
	}
	return rc;
}

/* Chooses the first block to request; not open: it does not report all of the version. says: a peer's
 * answer. */
static vv_status begin_version(proving *p, size_t i, bool says, vv_error *err)
{
	below b = {.host = p->host, .here = true, .listed = true, .leaf = p->roots[i]};
	vv_walk w = {.store = p->store,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = &b};
	const vv_status rc = says ? vv_walk_from(&w, &p->roots[i], err) : VV_OK;

	p->holds[i] = false;
	p->open[i] = rc == VV_OK && says && b.listed;
	p->next[i] = b.here ? b.leaf : p->roots[i];
	return rc;
}

typedef struct links {
	uint64_t met;
	vv_cid one;
} links;

static vv_status on_link(void *payload, const vv_cid *link, vv_error *err VV_UNUSED)
{
	links *l = payload;

	if (is_chosen(&l->met)) {
		l->one = *link;
	}
	return VV_OK;
}

/* It showed a block, or (bytes NULL) did not. */
static vv_status on_shown(void *payload, size_t i, const vv_cid *cid, const void *bytes, size_t len,
			  vv_error *err)
{
	proving *p = payload;
	const size_t at = p->version[i];
	links l = {0};
	vv_cid is;

	p->open[at] = false;
	if (!bytes) return VV_OK;
	if (vv_cid_of(&is, cid->codec, bytes, len, err) < 0) return VV_ENOMEM;
	if (!vv_cid_equal(&is, cid) || (cid->codec == VV_CODEC_DAG_CBOR &&
					vv_cbor_links(bytes, len, on_link, &l, VV_IGNORED) < 0)) {
		return VV_OK;
	}
	p->open[at] = l.met > 0;
	p->holds[at] = l.met == 0;
	p->next[at] = l.one;
	return VV_OK;
}

/* --- a peer ------------------------------------------------------------------------------------ */

/* The bases of differences, which the peer must also send. */
static vv_status own_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(((proving *)payload)->store, cid, out, err);
}

static vv_status on_peer_block(void *payload, size_t i, const vv_block_received *b, vv_error *err)
{
	return b ? on_shown(payload, i, &b->cid, b->bytes, b->len, err)
		 : on_shown(payload, i, NULL, NULL, 0, err);
}

static vv_status ask_peer(proving *p, size_t count, vv_error *err)
{
	vv_lacking wants[AT_ONCE] = {0};

	for (size_t i = 0; i < count; i++) {
		wants[i].cid = p->asked[i];
	}
	return vv_peer_blocks(p->there->peer, wants, count, NULL, own_block, on_peer_block, p, err);
}

/* --- the whole ------------------------------------------------------------------------------------ */

static vv_status begin_all(proving *p, vv_error *err)
{
	vv_auto_free uint8_t *says = vv_calloc(p->count / 8 + 1, 1);
	vv_auto(vv_cid_map) *promised = NULL;
	vv_auto_free vv_host_keeps *keeps = vv_calloc(p->count + 1, sizeof(*keeps));
	const vv_reached *there = p->there;
	const vv_blocks_source *place = NULL;
	size_t at;
	vv_status rc = says && keeps ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && there->host &&
	    (rc = vv_git_host_place(there->host, there->place, &place, err)) == VV_OK &&
	    there->place == 0) {
		rc = vv_git_host_promises(there->host, &promised, err);
	}
	if (rc == VV_OK && place && place->mirror && !there->reading) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is a mirror: pushes write to other block peers, so it cannot "
			       "prove that they have the blocks\n"
			       "name one of those with --from",
			       vv_text_url(place->url));
	}
	p->host = place ? place->host : NULL;
	if (rc == VV_OK && p->host) {
		rc = vv_host_keeps_each(p->host, p->roots, p->count, UINT64_MAX, keeps, err);
	} else if (rc == VV_OK && !there->host) {
		rc = vv_peer_keeps(there->peer, p->roots, p->count, says, err);
	}
	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		const bool may = !promised || vv_cid_map_find(promised, &p->roots[i], &at);
		rc = begin_version(p, i, (p->host ? keeps[i].whole : vv_bit(says, i)) && may, err);
	}
	return rc;
}

/* Requests one block of each open version. *asked: their number. */
static vv_status ask_once(proving *p, size_t *asked, vv_error *err)
{
	const size_t most = p->host ? SIZE_MAX : AT_ONCE;
	size_t n = 0;
	vv_status rc = VV_OK;

	*asked = 0;
	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		if (p->open[i]) {
			p->asked[n] = p->next[i];
			p->version[n++] = i;
		}
		if (n > 0 && (n == most || i + 1 == p->count)) {
			rc = p->host ? vv_host_show(p->host, p->asked, n, on_shown, p, err)
				     : ask_peer(p, n, err);
			*asked += n;
			n = 0;
		}
	}
	return rc;
}

vv_status vv_proof_ask(bool *holds, const vv_reached *there, vv_store *store, const vv_cid *roots,
		       size_t count, vv_error *err)
{
	proving p = {.there = there,
		     .store = store,
		     .roots = roots,
		     .count = count,
		     .holds = holds,
		     .open = vv_calloc(count + 1, sizeof(bool)),
		     .next = vv_calloc(count + 1, sizeof(vv_cid)),
		     .asked = vv_calloc(count + 1, sizeof(vv_cid)),
		     .version = vv_calloc(count + 1, sizeof(size_t))};
	size_t asked = 1;
	vv_status rc = p.open && p.next && p.asked && p.version ? begin_all(&p, err)
								: vv_fail_nomem(err);

	while (rc == VV_OK && asked > 0) {
		rc = ask_once(&p, &asked, err);
	}
	vv_free_all(p.version, p.asked, p.next, p.open);
	return rc;
}

vv_status vv_proof_count_lost(uint64_t *lost, const vv_reached *there, vv_repository *r,
			      const vv_cid *roots, size_t count, vv_error *err)
{
	vv_auto_free bool *holds = vv_calloc(count + 1, sizeof(*holds));
	vv_store *store;
	vv_status rc = holds ? vv_repository_store(r, &store, err) : vv_fail_nomem(err);

	*lost = 0;
	rc = rc < 0 ? rc : vv_proof_ask(holds, there, store, roots, count, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		*lost += !holds[i];
	}
	return rc;
}

vv_status vv_proof_ask_some(vv_proof_sample *out, const vv_reached *there, vv_repository *r,
			    vv_error *err)
{
	vv_auto(vv_cids) roots = {0};
	vv_cid some[VV_PROOF_SAMPLE];
	uint64_t first, lost;
	vv_status rc = vv_hello_roots(&roots, there->hello, r, err);

	*out = (vv_proof_sample){0};
	if (rc < 0) return rc;
	const size_t all = roots.count;
	const size_t asked = all < VV_PROOF_SAMPLE ? all : VV_PROOF_SAMPLE;
	vv_random(&first, sizeof(first));
	for (size_t i = 0; i < asked; i++) { /* evenly, from a random one on */
		some[i] = roots.items[(size_t)((first % all + i * all / asked) % all)];
	}
	rc = vv_proof_count_lost(&lost, there, r, some, asked, err);
	if (rc == VV_OK) {
		*out = (vv_proof_sample){.asked = asked, .lost = lost};
	}
	return rc;
}

vv_status vv_proof_ask_named(bool *holds, vv_repository *r, const char *name, const vv_notes *notes,
			     const vv_cid *roots, size_t count, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_reached) there = {0};
	const vv_blocks_source *own = NULL;
	vv_store *store;
	vv_status rc;

	if ((rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0 ||
	    (rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_remote_find(&m, r, name, err)) < 0 ||
	    (rc = vv_reach(&there, &t, &m, false, err)) < 0 ||
	    (there.host && (rc = vv_git_host_place(there.host, 0, &own, err)) < 0)) {
		return rc;
	}
	if (there.host && !(own && own->host)) {
		return vv_fail(err, VV_ENOSUPPORT, "'%s' does not store blocks itself",
			       vv_text_url(name));
	}
	return vv_proof_ask(holds, &there, store, roots, count, err);
}

/* One value = a search for versions at all sources of a remote. */
typedef struct finding {
	vv_transfer *t;
	vv_store *store;
	const vv_cid *roots;
	size_t count;
	bool *holds;
	size_t left; /* not proved so far */
} finding;

/* Requests those that are left. */
static vv_status ask_left(finding *f, const vv_reached *there, vv_error *err)
{
	vv_auto_free vv_cid *roots = vv_calloc(f->left + 1, sizeof(*roots));
	vv_auto_free size_t *places = vv_calloc(f->left + 1, sizeof(*places));
	vv_auto_free bool *holds = vv_calloc(f->left + 1, sizeof(*holds));
	size_t count = 0;

	if (!roots || !places || !holds) return vv_fail_nomem(err);
	for (size_t i = 0; i < f->count; i++) {
		if (!f->holds[i]) {
			roots[count] = f->roots[i];
			places[count++] = i;
		}
	}
	const vv_status rc = vv_proof_ask(holds, there, f->store, roots, count, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		f->holds[places[i]] = holds[i];
		f->left -= holds[i];
	}
	return rc;
}

static vv_status ask_block_peer(finding *f, const vv_blocks_source *s, vv_error *err)
{
	const vv_remote m = {.url = s->url};
	vv_auto(vv_reached) peer = {0};

	if (!s->trusted) {
		return vv_fail(err, VV_EREFUSED, "'%s' is not trusted", vv_text_url(s->url));
	}
	const vv_status rc = vv_reach(&peer, f->t, &m, false, err);
	return rc < 0 ? rc : ask_left(f, &peer, err);
}

/* If versions are left, a source that could not be reached may have them: that is an error. */
static vv_status ask_sources(finding *f, vv_reached *there, vv_error *err)
{
	vv_error why, failed = {0};

	for (there->place = 0; f->left > 0; there->place++) {
		const vv_blocks_source *s;
		vv_status rc = vv_git_host_place(there->host, there->place, &s, &why);

		if (!s && rc == VV_OK) {
			break;
		}
		if (rc == VV_OK) {
			rc = s->kind == VV_FROM_PEER ? ask_block_peer(f, s, &why)
						     : ask_left(f, there, &why);
		}
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED || (rc < 0 && !s)) {
			return vv_error_copy(err, &why);
		}
		if (rc < 0 && failed.code == VV_OK) {
			failed = why;
		}
	}
	return f->left > 0 && failed.code < 0 ? vv_error_copy(err, &failed) : VV_OK;
}

vv_status vv_proof_find_named(bool *holds, vv_repository *r, const char *name,
			      const vv_notes *notes, const vv_cid *roots, size_t count,
			      vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_reached) there = {0}, beside = {.reading = true};
	finding f = {.t = &t, .roots = roots, .count = count, .holds = holds, .left = count};
	vv_error unasked;
	vv_status rc;

	memset(holds, 0, count * sizeof(*holds));
	if ((rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0 ||
	    (rc = vv_repository_store(r, &f.store, err)) < 0 ||
	    (rc = vv_remote_find(&m, r, name, err)) < 0 ||
	    (rc = vv_reach(&there, &t, &m, false, err)) < 0) {
		return rc;
	}
	there.reading = true;
	if (there.host) return ask_sources(&f, &there, err);
	if ((rc = ask_left(&f, &there, err)) < 0 || f.left == 0 ||
	    (rc = vv_reach_blocks_beside(&beside.host, &t, &m, &unasked, err)) < 0) {
		return rc;
	}
	if (beside.host && ((rc = ask_sources(&f, &beside, err)) < 0 || f.left == 0)) return rc;
	return unasked.code < 0 ? vv_error_copy(err, &unasked) : VV_OK;
}
